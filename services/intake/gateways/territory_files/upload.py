"""Files that came through the browser: a pack, as a zip or as its files, or official files."""

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from services.intake.gateways.territory_files.folder import FileWishes, import_folder
from services.intake.gateways.territory_files.packs import pack_files, read_pack
from services.intake.gateways.territory_files.packs.layout import (
    BORDERS_FILE,
    DRAWING_FILE,
    PACK_FILE,
    PLACES_FILE,
    VALUES_FILE,
    ZONES_FILE,
)
from services.intake.gateways.territory_files.tables import unreadable
from services.intake.rules.territory.check import check_pack
from services.intake.rules.territory.importing import ImportReport, ImportWishes
from services.intake.rules.territory.model import TerritoryPack
from services.intake.rules.territory.payload import FORMAT, pack_from_payload
from services.intake.rules.territory.text import N_
from shared.errors import RefusedError

UPLOAD_MAX_BYTES = 100_000_000  # the sectors of the whole country in GeoJSON are 60 MB
UNPACKED_MAX_BYTES = 500_000_000
PACK_NAMES = {PACK_FILE, ZONES_FILE, VALUES_FILE, DRAWING_FILE, PLACES_FILE, BORDERS_FILE}


def read_upload(
    files: Mapping[str, bytes], wishes: ImportWishes, how: FileWishes
) -> tuple[TerritoryPack, ImportReport | None]:
    """Make a pack of uploaded files; the report of the import when they were official files.

    Args:
        files: content by file name; folders in a name are ignored.
        wishes: of an import: its name, what becomes a zone, the cut of sectors.
        how: to read official files that do not say it themselves.

    Raises:
        RefusedError: there is no file, they are too large, they do not read, or the pack breaks
            a law; with every problem that was found.
    """
    if not files:
        raise unreadable("files", 0, "no_file", N_("Choisissez au moins un fichier."))
    if sum(map(len, files.values())) > UPLOAD_MAX_BYTES:
        raise unreadable("files", 0, "upload_too_large", N_("Ces fichiers dépassent 100 Mo."))
    if len(files) == 1 and (payload := _payload(next(iter(files.values())))) is not None:
        return pack_from_payload(payload), None
    pack = _files_of_a_pack(files)
    with tempfile.TemporaryDirectory(prefix="relais-territory-") as temporary:
        folder = Path(temporary)
        for name, content in (pack or files).items():
            (folder / _plain(name)).write_bytes(content)
        if pack is not None:
            return read_pack(folder), None
        imported = import_folder(folder, wishes, how)
    if problems := check_pack(imported.pack):
        raise RefusedError(*problems)
    return imported.pack, imported.report


def pack_as_zip(pack: TerritoryPack) -> bytes:
    """Write the files of a pack into one archive, in a folder of the pack's name."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(pack_files(pack).items()):
            archive.writestr(f"{pack.id}/{name}", content)
    return written.getvalue()


def _plain(name: str) -> str:
    plain = PurePosixPath(name.replace("\\", "/")).name
    return plain if plain not in {"", ".", ".."} else "file"


def _payload(content: bytes) -> object | None:
    """Return what `PUT /api/territory` takes, if that is what the file holds."""
    if FORMAT.encode() not in content[:4096] and content[:1] != b"{":
        return None
    try:
        read = json.loads(content)
    except ValueError:
        return None
    return read if isinstance(read, dict) and read.get("format") == FORMAT else None


def _files_of_a_pack(files: Mapping[str, bytes]) -> dict[str, bytes] | None:
    """Return a pack's files by their plain names; None when there is no `pack.toml` among them."""
    plain = {_plain(name): content for name, content in files.items()}
    if PACK_FILE in plain:
        return {name: content for name, content in plain.items() if name in PACK_NAMES}
    if len(plain) != 1:
        return None
    [(name, content)] = plain.items()
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            wanted = {
                _plain(each.filename): each
                for each in archive.infolist()
                if _plain(each.filename) in PACK_NAMES
            }
            if PACK_FILE not in wanted:
                return None
            if sum(each.file_size for each in wanted.values()) > UNPACKED_MAX_BYTES:
                raise unreadable(
                    name, 0, "unpacks_too_large", N_("L'archive dépasse 500 Mo une fois ouverte.")
                )
            return {plain_name: archive.read(each) for plain_name, each in wanted.items()}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
        raise unreadable(
            name, 0, "bad_zip", N_("L'archive est abîmée ou protégée par un mot de passe.")
        ) from None
