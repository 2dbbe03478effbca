"""A pack on disk: a folder of `pack.toml`, `zones.csv`, `indicators.csv` and `drawing.toml`.

Imported packs also have `places.csv` (sectors, quarters, municipalities) and `borders.csv`.
"""

from services.intake.gateways.territory_files.packs.read import read_pack, read_unchecked
from services.intake.gateways.territory_files.packs.write import pack_files, write_pack

__all__ = ["pack_files", "read_pack", "read_unchecked", "write_pack"]
