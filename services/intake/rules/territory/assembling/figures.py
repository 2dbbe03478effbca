"""The figures of an import: moved to its vintage, and merged without overwriting any."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.rules.territory.adding_up import AREA, Conversion, convert_values, weights_from
from services.intake.rules.territory.assembling.ground import Ground, some
from services.intake.rules.territory.codes import Vintage, convert_codes, read_vintage
from services.intake.rules.territory.model import IndicatorValue, Level
from services.intake.rules.territory.official.reading import CC_BY, Reading
from services.intake.rules.territory.text import N_
from shared.errors import Problem, refuse

ROUNDING_PCT = 1.0  # two roundings of one figure differ by less; a larger gap is two figures
_SECTOR_CHARACTERS = 9


@dataclass(slots=True)
class Converted:
    """One reading moved to the import's vintage. `codes` are its sectors, moved too."""

    reading: Reading
    vintage: Vintage | None
    conversion: Conversion
    codes: tuple[str, ...]
    moved: bool = False


def convert(ground: Ground, reading: Reading) -> Converted:
    """Move a reading to the import's vintage of sectors, with a warning where that invents.

    Raises:
        RefusedError: it is of the other vintage and there is no crosswalk.
    """
    sectors = [c for c in reading.codes if _is_sector_code(reading, c)]
    seen = read_vintage(sectors, ground.crosswalk)
    if reading.layout in {"crosswalk", "neighbours"} or not sectors:
        return Converted(reading, seen.vintage, Conversion(tuple(reading.values)), ())
    if seen.contradicting:
        ground.warnings.append(
            Problem(
                "mixed_vintages",
                N_("Codes de deux découpages mêlés ; ceux-ci ne sont pas du découpage "
                   "%(vintage)s : %(codes)s."),
                reading.table.file,
                {"vintage": seen.vintage, "codes": some(seen.contradicting)},
            )
        )  # fmt: skip
    if ground.vintage is None or seen.vintage in {None, ground.vintage}:
        return Converted(reading, seen.vintage, Conversion(tuple(reading.values)), tuple(sectors))
    return _moved(ground, reading, seen.vintage, sectors, ground.vintage)


def merge(ground: Ground, converted: Sequence[Converted]) -> tuple[list[IndicatorValue], int]:
    """Return one figure per place, indicator and year, and how many others repeated one.

    The first file's figure stays; a different one is added to the ground's conflicts.
    """
    kept: dict[tuple[Level, str, str, int], IndicatorValue] = {}
    repeated = 0
    # What was published for these very sectors goes before what was moved to them.
    for one in sorted(converted, key=lambda one: one.moved):
        for value in one.conversion.values:
            if value.level is not Level.ZONE and value.code not in ground.places[value.level]:
                continue
            key = (value.level, value.code, value.indicator, value.year)
            known = kept.setdefault(key, value)
            if known is value:
                continue
            repeated += 1
            if not one.moved and not _same_figure(known.value, value.value):
                ground.conflicts.append(
                    Problem(
                        "conflict",
                        N_("%(code)s, %(indicator)s %(year)s : %(kept)s est gardé, "
                           "%(other)s ne l'est pas."),
                        one.reading.table.file,
                        {"code": value.code, "indicator": value.indicator,
                         "year": value.year, "kept": known.value, "other": value.value},
                    )
                )  # fmt: skip
    for layer in ground.layers:
        year = layer.year
        if year is None or not ground.fits(layer.level, layer.places):
            continue
        for code, area in layer.official_areas_km2.items():
            key = (layer.level, code, AREA, year)
            kept.setdefault(
                key,
                IndicatorValue(
                    layer.level, code, AREA, area, "km²", year,
                    f"Statbel, secteurs statistiques, {year}", CC_BY,
                ),
            )  # fmt: skip
    return list(kept.values()), repeated


def _moved(
    ground: Ground, reading: Reading, seen: Vintage | None, sectors: Sequence[str], to: Vintage
) -> Converted:
    if not ground.crosswalk.old_of_new:
        raise refuse(
            "no_crosswalk",
            N_("Les secteurs sont du découpage %(vintage)s ; il faut la table de passage pour "
               "les ramener au découpage %(wanted)s."),
            place=reading.table.file,
            vintage=seen,
            wanted=to,
        )  # fmt: skip
    new_values = [
        value
        for other in ground.readings
        if read_vintage(other.codes, ground.crosswalk).vintage is Vintage.SINCE_2025
        for value in other.values
    ]
    conversion = convert_values(
        reading.values, ground.crosswalk, to, weights_from(new_values), ground.indicator_of
    )
    if conversion.split:
        ground.warnings.append(
            Problem(
                "split_figures",
                N_("%(times)s valeurs de secteurs coupés en 2025 sont réparties sur leurs "
                   "morceaux selon les habitant·es ; rien ne prouve qu'elles y sont égales."),
                reading.table.file,
                {"times": conversion.split},
            )
        )  # fmt: skip
    if conversion.not_converted:
        ground.warnings.append(
            Problem(
                "not_converted",
                N_("%(times)s valeurs n'ont pu passer au découpage %(wanted)s : une partie "
                   "manque, ou ce qui la pondère."),
                reading.table.file,
                {"times": conversion.not_converted, "wanted": to},
            )
        )  # fmt: skip
    moved = convert_codes(sectors, ground.crosswalk, to)
    unknown = set(sectors) - ground.crosswalk.codes(to.other)
    return Converted(reading, seen, conversion, (*moved, *sorted(unknown)), moved=True)


def _is_sector_code(reading: Reading, code: str) -> bool:
    unsaid = reading.level is None and len(code) == _SECTOR_CHARACTERS
    return reading.level is Level.SECTOR or unsaid


def _same_figure(one: float, other: float) -> bool:
    gap = abs(one - other)
    if gap <= abs(one) * ROUNDING_PCT / 100:
        return True
    decimals = min(_decimals(one), _decimals(other))
    return gap <= 10.0**-decimals


def _decimals(figure: float) -> int:
    _, _, fraction = f"{figure:.6f}".rstrip("0").partition(".")
    return len(fraction)
