"""How figures of several places become the figure of one: sums, and means weighted by what counts.

A missing part is never taken for zero. A count with an inhabited part missing is not published at
all; a rate or a density says which share of the inhabitants it covers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.intake.rules.territory.codes import Crosswalk, Vintage
from services.intake.rules.territory.indicators import CATALOGUE
from services.intake.rules.territory.model import Indicator, IndicatorValue, Kind, Level

ENOUGH_COVERED_PCT = 90.0  # below, a mean says too little about the whole to be shown
FULL_PCT = 100.0
POPULATION, AREA = "population", "area_km2"

_NOTES = {
    Kind.COUNT: "calculé : somme des secteurs",
    Kind.EXTENT: "calculé : somme des secteurs",
    Kind.RATE: "calculé : moyenne des secteurs, pondérée par les habitant·es",
    Kind.DENSITY: "calculé : moyenne des secteurs, pondérée par la superficie",
}
_MOVED = ", limites déplacées en 2025"
_OF_QUARTER = "chaque secteur prend la valeur de son quartier"

IndicatorOf = Callable[[str], Indicator]


@dataclass(frozen=True, slots=True)
class Weights:
    """Inhabitants and km² of each sector of one vintage: what means are weighted by."""

    population: Mapping[str, float]
    area_km2: Mapping[str, float]

    def of(self, kind: Kind) -> Mapping[str, float]:
        return self.area_km2 if kind is Kind.DENSITY else self.population


def weights_from(values: Iterable[IndicatorValue], year: int = 9999) -> Weights:
    """Take the inhabitants and areas of sectors, as near as possible to a year (or the latest)."""
    nearest: dict[str, dict[str, IndicatorValue]] = {POPULATION: {}, AREA: {}}
    for value in values:
        if value.level is Level.SECTOR and value.indicator in nearest:
            known = nearest[value.indicator].get(value.code)
            if known is None or abs(value.year - year) < abs(known.year - year):
                nearest[value.indicator][value.code] = value
    return Weights(
        {code: value.value for code, value in nearest[POPULATION].items()},
        {code: value.value for code, value in nearest[AREA].items()},
    )


@dataclass(frozen=True, slots=True)
class Sum:
    """One figure made of several, and the share of the inhabitants that it covers."""

    value: float
    covered_pct: float


def add_up(
    figures: Mapping[str, float], parts: Sequence[str], kind: Kind, weights: Weights
) -> Sum | None:
    """Return the figure of the whole made of `parts`, or None when too much of it is missing."""
    inhabitants = weights.population
    missing = [part for part in parts if part not in figures]
    # A part without a known population is taken as inhabited: nothing is guessed away.
    inhabited_missing = [part for part in missing if inhabitants.get(part, 1.0) > 0]
    if kind in {Kind.COUNT, Kind.EXTENT}:
        needed = missing if kind is Kind.EXTENT else inhabited_missing
        if needed or len(missing) == len(parts):
            return None
        return Sum(sum(figures[part] for part in parts if part in figures), FULL_PCT)
    if any(part not in inhabitants for part in inhabited_missing):
        return None
    everybody = sum(inhabitants.get(part, 0.0) for part in parts)
    left_out = sum(inhabitants.get(part, 0.0) for part in inhabited_missing)
    covered_pct = FULL_PCT if everybody == 0 else FULL_PCT * (1 - left_out / everybody)
    weighing = weights.of(kind)
    present = [part for part in parts if part in figures]
    total = sum(weighing.get(part, 0.0) for part in present)
    if len(present) == 1 and len(parts) == 1:
        return Sum(figures[present[0]], FULL_PCT)
    if total <= 0 or covered_pct < ENOUGH_COVERED_PCT:
        return None
    mean = sum(figures[part] * weighing.get(part, 0.0) for part in present) / total
    return Sum(mean, covered_pct)


@dataclass(frozen=True, slots=True)
class Conversion:
    """Values moved to the other vintage, what could not be, and whether figures were split."""

    values: tuple[IndicatorValue, ...]
    not_converted: int = 0
    split: int = 0


def convert_values(
    values: Iterable[IndicatorValue],
    crosswalk: Crosswalk,
    to: Vintage,
    weights: Weights,
    indicator_of: IndicatorOf = lambda code: CATALOGUE[code],
) -> Conversion:
    """Move figures of sectors to the other vintage of codes.

    To the old sectors: counts are summed, rates weighted by inhabitants, densities by area. To the
    new ones, where an old sector was split: counts are shared by inhabitants of the new sectors
    and rates repeated, which nothing in the data supports: `split` counts them so that the caller
    warns. Areas are not shared.

    Args:
        values: figures at sector level, all of the other vintage; other levels are returned as is.
        crosswalk: which new sector lies in which old one.
        to: the vintage wanted.
        weights: inhabitants and areas of the **new** sectors, in both directions.
        indicator_of: returns the indicator of a code.
    """
    kept: list[IndicatorValue] = []
    grouped: dict[tuple[str, int], dict[str, IndicatorValue]] = {}
    for value in values:
        if value.level is Level.SECTOR:
            grouped.setdefault((value.indicator, value.year), {})[value.code] = value
        else:
            kept.append(value)
    lost = split = 0
    for (code, _), by_sector in grouped.items():
        kind = indicator_of(code).kind
        if to is Vintage.BEFORE_2025:
            made, gone = _merged(by_sector, crosswalk, kind, weights)
            lost += gone
        else:
            made, gone, cut = _split(by_sector, crosswalk, kind, weights)
            lost, split = lost + gone, split + cut
        kept.extend(made)
    return Conversion(tuple(kept), lost, split)


def _merged(
    by_sector: Mapping[str, IndicatorValue],
    crosswalk: Crosswalk,
    kind: Kind,
    weights: Weights,
) -> tuple[list[IndicatorValue], int]:
    made: list[IndicatorValue] = []
    lost = 0
    figures = {code: value.value for code, value in by_sector.items()}
    for old, news in crosswalk.parts().items():
        first = next((by_sector[new] for new in news if new in by_sector), None)
        if first is None:
            continue
        total = add_up(figures, news, kind, weights)
        if total is None:
            lost += 1
            continue
        note = first.note
        if news != (old,):
            note = _noted(note, f"749→724 : {', '.join(news)}{_covering(total)}")
            note += _MOVED if crosswalk.adjusted & set(news) else ""
        made.append(replace(first, code=old, value=total.value, note=note))
    return made, lost


def _split(
    by_sector: Mapping[str, IndicatorValue],
    crosswalk: Crosswalk,
    kind: Kind,
    weights: Weights,
) -> tuple[list[IndicatorValue], int, int]:
    made: list[IndicatorValue] = []
    lost = split = 0
    parts = crosswalk.parts()
    for old, value in by_sector.items():
        news = parts.get(old, ())
        inhabitants = sum(weights.population.get(new, 0.0) for new in news)
        for new in news:
            note = value.note if new == old else _noted(value.note, f"724→749 : {old}")
            note += _MOVED if new in crosswalk.adjusted else ""
            share = value.value
            if len(news) > 1:
                split += 1
                if kind is Kind.EXTENT:
                    lost += 1
                    continue
                if kind is Kind.COUNT:
                    if inhabitants <= 0 or new not in weights.population:
                        lost += 1
                        continue
                    share *= weights.population[new] / inhabitants
            made.append(replace(value, code=new, value=share, note=note))
    return made, lost, split


def zone_values(
    zones: Mapping[str, Sequence[str]],
    values: Iterable[IndicatorValue],
    quarter_of: Mapping[str, str],
    indicator_of: IndicatorOf = lambda code: CATALOGUE[code],
) -> tuple[IndicatorValue, ...]:
    """Compute the figures of zones from those of their sectors.

    Where an indicator and year exist for quarters only, each sector takes the rate or density of
    the quarter that it lies in, and the note says so; counts of quarters are never shared out.

    Args:
        zones: the sectors of each zone, by zone id.
        values: figures of sectors and quarters; means are weighted by the inhabitants and areas
            among them that are nearest to their year.
        quarter_of: the quarter of each sector.
        indicator_of: returns the indicator of a code.
    """
    by_sector: dict[tuple[str, int], dict[str, IndicatorValue]] = {}
    by_quarter: dict[tuple[str, int], dict[str, IndicatorValue]] = {}
    known = tuple(values)
    for value in known:
        target = {Level.SECTOR: by_sector, Level.QUARTER: by_quarter}.get(value.level)
        if target is not None:
            target.setdefault((value.indicator, value.year), {})[value.code] = value
    for key, of_quarters in by_quarter.items():
        if key in by_sector or indicator_of(key[0]).kind in {Kind.COUNT, Kind.EXTENT}:
            continue
        by_sector[key] = {
            sector: replace(of_quarters[quarter], note=_OF_QUARTER)
            for sector, quarter in quarter_of.items()
            if quarter in of_quarters
        }
    made: list[IndicatorValue] = []
    weights_at = {year: weights_from(known, year) for _, year in by_sector}
    for (code, year), figures in by_sector.items():
        plain_figures = {sector: value.value for sector, value in figures.items()}
        for zone, sectors in zones.items():
            first = next((figures[s] for s in sectors if s in figures), None)
            if first is None:
                continue
            total = add_up(plain_figures, sectors, indicator_of(code).kind, weights_at[year])
            if total is None:
                continue
            note = _NOTES[indicator_of(code).kind]
            if first.note == _OF_QUARTER:
                note = f"{note} ; {_OF_QUARTER}"
            made.append(
                replace(
                    first,
                    level=Level.ZONE,
                    code=zone,
                    value=round(total.value, 4),
                    note=note + _covering(total),
                )
            )
    return tuple(made)


def _noted(note: str, more: str) -> str:
    return f"{note} ; {more}" if note else more


def _covering(total: Sum) -> str:
    if total.covered_pct >= FULL_PCT:
        return ""
    return f" ; couvre {total.covered_pct:.1f} % des habitant·es"
