"""Writes a pack to its folder."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from services.intake.gateways.territory_files.packs.layout import (
    BETWEEN,
    BORDER_COLUMNS,
    BORDERS_FILE,
    DRAWING_FILE,
    PACK_FIELDS,
    PACK_FILE,
    PLACE_COLUMNS,
    PLACES_FILE,
    VALUE_COLUMNS,
    VALUES_FILE,
    ZONE_COLUMNS,
    ZONES_FILE,
)
from services.intake.rules.territory.model import TerritoryPack


def write_pack(pack: TerritoryPack, folder: Path) -> None:
    """Write a pack as a folder, replacing the pack's own files that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in pack_files(pack).items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    if not pack.places:
        (folder / PLACES_FILE).unlink(missing_ok=True)
    if not pack.borders:
        (folder / BORDERS_FILE).unlink(missing_ok=True)


def pack_files(pack: TerritoryPack) -> dict[str, str]:
    """Return the content of each file of a pack, by file name."""
    files = {
        PACK_FILE: _pack_toml(pack),
        DRAWING_FILE: _drawing_toml(pack),
        ZONES_FILE: _csv(
            ZONE_COLUMNS,
            (
                (
                    zone.id,
                    zone.group_id,
                    zone.name_fr,
                    zone.name_nl,
                    BETWEEN.join(name.fr for name in zone.municipalities),
                    BETWEEN.join(name.nl for name in zone.municipalities),
                    BETWEEN.join(zone.host_partners),
                    " ".join(zone.sectors),
                    "" if zone.x_km is None else _figure(zone.x_km),
                    "" if zone.y_km is None else _figure(zone.y_km),
                )
                for zone in pack.zones
            ),
        ),
        VALUES_FILE: _csv(
            VALUE_COLUMNS,
            (
                (v.level, v.code, v.indicator, v.year, _figure(v.value), v.unit, v.source,
                 v.licence, v.note)
                for v in pack.values
            ),
        ),
    }  # fmt: skip
    if pack.places:
        files[PLACES_FILE] = _csv(
            PLACE_COLUMNS,
            (
                (p.level, p.code, p.name_fr, p.name_nl, p.municipality, p.quarter, p.outline or "")
                for p in pack.places
            ),
        )
    if pack.borders:
        files[BORDERS_FILE] = _csv(
            BORDER_COLUMNS, ((b.sector_a, b.sector_b, _figure(b.shared_m)) for b in pack.borders)
        )
    return files


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def _figure(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string; TOML alone also forbids a raw DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _pack_toml(pack: TerritoryPack) -> str:
    lines = [f"{key} = {_quoted(getattr(pack, key))}" for key in PACK_FIELDS]
    for indicator in pack.indicators:
        lines += ["", "[[indicators]]"]
        for key in ("code", "name_fr", "name_nl", "name_en", "unit", "kind"):
            lines.append(f"{key} = {_quoted(getattr(indicator, key))}")
        if not indicator.can_be_zero:
            lines.append("can_be_zero = false")
        for key in ("note_fr", "note_nl", "note_en"):
            if note := getattr(indicator, key):
                lines.append(f"{key} = {_quoted(note)}")
    return "\n".join([*lines, ""])


def _drawing_toml(pack: TerritoryPack) -> str:
    drawing = pack.drawing
    lines = [f"kind = {_quoted(drawing.kind)}"]
    lines += [
        f"{key} = {_quoted(text)}"
        for key in ("description_fr", "description_nl", "description_en")
        if (text := getattr(drawing, key))
    ]
    if drawing.width or drawing.height:
        lines += ["", "[size]", f"width = {drawing.width}", f"height = {drawing.height}"]
    tiles = [(zone.id, zone.tile) for zone in pack.zones if zone.tile is not None]
    if tiles:
        lines += ["", "# column, row: counted from the north-west corner, from 0", "[tiles]"]
        lines += [f"{_quoted(zone_id)} = [{tile.col}, {tile.row}]" for zone_id, tile in tiles]
    outlines = [(zone.id, zone.outline) for zone in pack.zones if zone.outline is not None]
    if outlines:
        lines += ["", "[outlines]"]
        lines += [f"{_quoted(zone_id)} = {_quoted(path)}" for zone_id, path in outlines]
    for mark in drawing.landmarks:
        points = ", ".join(f"[{x!r}, {y!r}]" for x, y in mark.points)
        lines += ["", "[[landmarks]]"]
        lines += [f"{key} = {_quoted(getattr(mark, key))}" for key in ("id", "name_fr", "name_nl")]
        lines.append(f"points = [{points}]")
    return "\n".join([*lines, ""])
