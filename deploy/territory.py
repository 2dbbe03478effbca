"""What `relais territory` does: list, show, check and import packs; send one to intake.

Every function returns an `Answer`: text for a person, the same as data for a program, and whether
it went well. The command prints one of the two and leaves with 0 or 1.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.intake.gateways.territory_files.folder import FileWishes, import_folder
from services.intake.gateways.territory_files.packs import read_pack, write_pack
from services.intake.rules.territory.check import check_pack
from services.intake.rules.territory.codes import Vintage
from services.intake.rules.territory.importing import (
    FileReport,
    ImportReport,
    ImportWishes,
    ZonesFrom,
)
from services.intake.rules.territory.model import (
    Level,
    TerritoryPack,
    latest_values,
    middles_km,
)
from services.intake.rules.territory.payload import pack_as_payload, pack_from_payload
from services.intake.rules.territory.text import Translate, say
from services.intake.rules.territory.zones import (
    INHABITANTS_MAX,
    INHABITANTS_MIN,
    ZoneShape,
    edit_zone,
    shape_of,
)
from shared.errors import MissingError, Problem, RefusedError

TERRITORIES = Path(__file__).parent / "territories"
DEFAULT_TERRITORY = "brussels"
_CODES_SHOWN = 12

__all__ = [
    "Answer",
    "FileWishes",
    "ImportWishes",
    "Vintage",
    "ZonesFrom",
    "check_territory",
    "edit_territory",
    "find_pack",
    "import_territory",
    "list_territories",
    "load_pack",
    "pack_as_payload",
    "pack_as_places",
    "pack_from_payload",
    "show_territory",
]


def in_english(text: str) -> str:
    """Translate a source string as the rest of the command line speaks."""
    from shared.web.languages import translations  # noqa: PLC0415 -- slow to load, seldom needed

    return translations("en").gettext(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: `text` for people, `data` as plain JSON values, `ok` for the exit."""

    text: str
    data: dict[str, Any]
    ok: bool = True


def find_pack(name_or_path: str, territories: Path = TERRITORIES) -> Path:
    """Return the folder of a pack: one of ours by its name, else a folder by its path.

    Raises:
        MissingError: there is neither.
    """
    for folder in (territories / name_or_path, Path(name_or_path)):
        if (folder / "pack.toml").is_file():
            return folder
    raise MissingError(f"territory pack {name_or_path}")


def load_pack(
    name_or_path: str = DEFAULT_TERRITORY, territories: Path = TERRITORIES
) -> TerritoryPack:
    """Read a pack and hold it to its laws.

    Raises:
        MissingError: there is no such pack.
        RefusedError: it does not read or breaks a law, with every problem.
    """
    return read_pack(find_pack(name_or_path, territories))


def pack_as_places(pack: TerritoryPack) -> list[dict[str, Any]]:
    """Return what every service needs to know of zones: names, municipality and middle in km.

    It is the body of `PUT /api/zones`. A zone without a middle is left out.
    """
    middles = middles_km(pack)
    return [
        {
            "id": zone.id,
            "name_fr": zone.name_fr,
            "name_nl": zone.name_nl,
            "municipality": zone.municipalities[0].fr,
            "x_km": middles[zone.id][0],
            "y_km": middles[zone.id][1],
        }
        for zone in pack.zones
        if zone.id in middles
    ]


def list_territories(territories: Path = TERRITORIES, translate: Translate = in_english) -> Answer:
    """List the packs of a folder, with the number of zones or what is wrong with them."""
    lines: list[str] = []
    data: list[dict[str, Any]] = []
    ok = True
    for folder in sorted(path.parent for path in territories.glob("*/pack.toml")):
        try:
            pack = read_pack(folder)
        except RefusedError as refusal:
            ok = False
            lines.append(f"{folder.name:20} does not read: {len(refusal.problems)} problem(s)")
            data.append({"id": folder.name, "problems": _problems(refusal.problems, translate)})
            continue
        lines.append(f"{pack.id:20} {pack.name_fr} / {pack.name_nl}: {len(pack.zones)} zones")
        data.append({"id": pack.id, "name_fr": pack.name_fr, "zones": len(pack.zones)})
    return Answer("\n".join(lines) or "No territory pack here.", {"territories": data}, ok)


def show_territory(
    name_or_path: str = DEFAULT_TERRITORY,
    territories: Path = TERRITORIES,
    translate: Translate = in_english,
) -> Answer:
    """Show a pack: its zones, and each indicator with its years, sources and gaps."""
    return _guarded(lambda: _shown(load_pack(name_or_path, territories)), translate)


def check_territory(path: Path, translate: Translate = in_english) -> Answer:
    """Say everything that is wrong with the pack of a folder, each problem with its place."""

    def check() -> Answer:
        pack = read_pack(path)
        return Answer(
            f"{pack.id}: {len(pack.zones)} zones, {len(pack.values)} figures. Nothing is wrong.",
            {"id": pack.id, "zones": len(pack.zones), "values": len(pack.values), "problems": []},
        )

    return _guarded(check, translate)


def import_territory(
    source: Path,
    into: Path,
    wishes: ImportWishes | None = None,
    files: FileWishes | None = None,
    translate: Translate = in_english,
) -> Answer:
    """Make a pack of a folder of official files and write it, or write nothing and say why.

    Args:
        source: a folder (or one file): GeoJSON, csv, txt, xlsx, zip.
        into: the folder of the pack; the pack takes its name unless `wishes` says another.
        wishes: the pack's name, its vintage of sectors, what becomes a zone.
        files: the year, decimal sign and code prefix of files that do not say these themselves.
        translate: gettext for the problems.
    """

    def run() -> Answer:
        imported = import_folder(source, wishes or ImportWishes(pack_id=into.name), files)
        problems = check_pack(imported.pack)
        if problems:
            raise RefusedError(*problems)
        write_pack(imported.pack, into)
        report = imported.report
        return Answer(_report_text(report, translate), _report_data(report, translate))

    return _guarded(run, translate)


def edit_territory(
    path: Path, zone_id: str, sectors: Iterable[str], translate: Translate = in_english
) -> Answer:
    """Give a zone of a pack another set of sectors, write the pack, and show what it amounts to.

    Size and contiguity are shown, never enforced.
    """

    def run() -> Answer:
        edit = edit_zone(read_pack(path), zone_id, sectors)
        write_pack(edit.pack, path)
        return Answer(
            f"{zone_id} before: {_shape_text(edit.before)}\n{zone_id} now:    "
            f"{_shape_text(edit.after)}",
            {"zone": zone_id, "before": _shape(edit.before), "after": _shape(edit.after)},
        )

    return _guarded(run, translate)


# --- for people and for programs ---------------------------------------------------------------


def _guarded(run: Callable[[], Answer], translate: Translate) -> Answer:
    try:
        return run()
    except RefusedError as refusal:
        lines = [say(problem, translate) for problem in refusal.problems]
        return Answer(
            "\n".join(["Refused:", *(f"  {line}" for line in lines)]),
            {"problems": _problems(refusal.problems, translate)},
            ok=False,
        )
    except MissingError as missing:
        return Answer(f"There is no {missing.what}.", {"problems": [{"slug": "missing"}]}, ok=False)


def _problems(problems: Iterable[Problem], translate: Translate) -> list[dict[str, Any]]:
    return [
        {"slug": problem.slug, "place": problem.place, "message": say(problem, translate)}
        for problem in problems
    ]


def _shown(pack: TerritoryPack) -> Answer:
    latest = latest_values(pack, Level.ZONE)
    lines = [f"{pack.name_fr} / {pack.name_nl} ({pack.id}): {len(pack.zones)} zones", ""]
    zones = []
    for zone in pack.zones:
        partners = ", ".join(zone.host_partners) or "no host partner"
        lines.append(f"  {zone.id:10} {zone.name_fr} / {zone.name_nl} — {partners}")
        entry: dict[str, Any] = {"id": zone.id, "name_fr": zone.name_fr, "name_nl": zone.name_nl}
        if zone.sectors:
            shape = shape_of(pack, zone.id)
            lines.append(f"  {'':10} {_shape_text(shape)}")
            entry["shape"] = _shape(shape)
        zones.append(entry)
    lines.append("")
    indicators = []
    for indicator in pack.indicators:
        found = [v for (_, code), v in latest.items() if code == indicator.code]
        years = sorted({value.year for value in found})
        missing = [z.id for z in pack.zones if (z.id, indicator.code) not in latest]
        said = ", ".join(map(str, years)) or "no zone"
        gap = f"; not published for {', '.join(missing[:_CODES_SHOWN])}" if missing else ""
        gap += " …" if len(missing) > _CODES_SHOWN else ""
        lines.append(f"  {indicator.code} ({indicator.unit}), {said}{gap}")
        lines += [f"      {source}" for source in sorted({value.source for value in found})]
        lines += [f"      {indicator.note_en}"] if indicator.note_en else []
        indicators.append(
            {"code": indicator.code, "unit": indicator.unit, "years": years, "missing": missing}
        )
    lines += ["", pack.attribution]
    return Answer("\n".join(lines), {"id": pack.id, "zones": zones, "indicators": indicators})


def _shape_text(shape: ZoneShape) -> str:
    sectors = f"{len(shape.sectors)} sectors"
    people = "inhabitants not known"
    if shape.inhabitants is not None:
        usual = f"{INHABITANTS_MIN:,} to {INHABITANTS_MAX:,}"
        within = "within" if shape.usual_size else "outside"
        people = f"{shape.inhabitants:,} inhabitants in {shape.inhabitants_year} ({within} {usual})"
    pieces = "in one piece"
    if not shape.contiguous:
        sizes = " + ".join(str(len(piece)) for piece in shape.pieces)
        pieces = f"in {len(shape.pieces)} pieces ({sizes} sectors)"
    also = "".join(f", {sector} also in {zone}" for sector, zone in shape.shared_with)
    return f"{sectors}, {people}, {pieces}{also}"


def _shape(shape: ZoneShape) -> dict[str, Any]:
    return {
        "sectors": list(shape.sectors),
        "inhabitants": shape.inhabitants,
        "inhabitants_year": shape.inhabitants_year,
        "area_km2": None if shape.area_km2 is None else round(shape.area_km2, 4),
        "usual_size": shape.usual_size,
        "usual_number_of_sectors": shape.usual_number_of_sectors,
        "pieces": [list(piece) for piece in shape.pieces],
        "shared_with": [list(pair) for pair in shape.shared_with],
    }


def _report_text(report: ImportReport, translate: Translate) -> str:
    counted = ", ".join(f"{number} {_PLURAL[level]}" for level, number in report.places.items())
    cut = f", cut of {report.vintage} sectors" if report.vintage else ""
    lines = [f"{counted}{cut}"]
    for year, people in report.inhabitants.items():
        without = " (without the people in no sector)" if year in report.without_unlocated else ""
        lines.append(f"{people:,} inhabitants in {year}{without}")
    if report.area_km2 is not None:
        lines.append(f"{report.area_km2:.1f} km² published")
    if report.drawn_area_km2 is not None:
        lines.append(f"{report.drawn_area_km2:.1f} km² measured on the boundaries")
    lines += ["", "Files"]
    for file in report.files:
        lines += _file_lines(file)
    lines += [f"  {name}: not a file of data, not read" for name in report.not_read]
    if report.repeated:
        lines += [
            "",
            f"{report.repeated} figures were given more than once; the first file's stays",
        ]
    for title, problems in (("Warnings", report.warnings), ("Differences", report.conflicts)):
        if problems:
            lines += ["", title, *(f"  {say(p, translate)}" for p in problems[:_CODES_SHOWN])]
            if len(problems) > _CODES_SHOWN:
                lines.append(f"  … and {len(problems) - _CODES_SHOWN} more")
    if report.zone_shapes:
        lines += ["", "Zones"]
        lines += [f"  {zone:10} {_shape_text(s)}" for zone, s in report.zone_shapes.items()]
    return "\n".join(lines)


_PLURAL = {
    Level.ZONE: "zones",
    Level.SECTOR: "sectors",
    Level.QUARTER: "quarters",
    Level.MUNICIPALITY: "municipalities",
}
_MARKS = {"∅": "blank"}
_LEFT_OUT = {
    "origin": "not taken: no indicator on origin, nationality or crime",
    "unknown": "not taken: no indicator of this name",
    "other_vintage": "the other cut of sectors; not used",
}


def _file_lines(file: FileReport) -> list[str]:
    how = [file.layout, file.encoding, {"\t": "tab"}.get(file.delimiter, file.delimiter)]
    how += [f"decimal {sign}" for sign in file.decimal_signs]
    if file.vintage:
        how.append(f"sectors of {file.vintage}")
    lines = [f"  {file.file} ({' '.join(part for part in how if part)})"]
    said = [f"{file.rows} rows"]
    if file.matched_pct is not None:
        said.append(f"{file.matched} codes matched ({file.matched_pct:.1f} %)")
    if file.values:
        years = ", ".join(map(str, file.years))
        said.append(f"{file.values} figures of {years}")
    if file.outside:
        said.append(f"{file.outside} rows of other municipalities")
    if file.unlocated:
        said.append(f"{file.unlocated} rows of people in no sector (ZZZZ) left out of the sectors")
    if file.absent:
        marks = ", ".join(
            f"{times} × {_MARKS.get(mark, mark)}" for mark, times in sorted(file.absent.items())
        )
        said.append(f"not published: {marks}")
    lines.append(f"      {'; '.join(said)}")
    if file.unmatched:
        shown = ", ".join(file.unmatched[:_CODES_SHOWN])
        more = len(file.unmatched) - _CODES_SHOWN
        lines.append(f"      not matched: {shown}{f' … and {more} more' if more > 0 else ''}")
    for column, why in file.left_out.items():
        name = "" if column == file.file else f"{column}: "
        lines.append(f"      {name}{_LEFT_OUT.get(why, why)}")
    return lines


def _report_data(report: ImportReport, translate: Translate) -> dict[str, Any]:
    return {
        "vintage": report.vintage,
        "places": {level.value: number for level, number in report.places.items()},
        "inhabitants": {str(year): number for year, number in report.inhabitants.items()},
        "without_unlocated": list(report.without_unlocated),
        "area_km2": None if report.area_km2 is None else round(report.area_km2, 2),
        "drawn_area_km2": None
        if report.drawn_area_km2 is None
        else round(report.drawn_area_km2, 2),
        "files": [
            {
                "file": file.file,
                "layout": file.layout,
                "level": file.level,
                "vintage": file.vintage,
                "encoding": file.encoding,
                "delimiter": file.delimiter,
                "decimal_signs": list(file.decimal_signs),
                "rows": file.rows,
                "matched": file.matched,
                "matched_pct": file.matched_pct,
                "unmatched": list(file.unmatched),
                "outside": file.outside,
                "unlocated": file.unlocated,
                "absent": dict(file.absent),
                "values": file.values,
                "years": list(file.years),
                "left_out": dict(file.left_out),
            }
            for file in report.files
        ],
        "not_read": list(report.not_read),
        "repeated": report.repeated,
        "warnings": _problems(report.warnings, translate),
        "conflicts": _problems(report.conflicts, translate),
        "zones": {zone: _shape(shape) for zone, shape in report.zone_shapes.items()},
    }
