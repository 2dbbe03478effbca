"""What a territory pack would change in the one that counts, for a person to read beforehand."""

from dataclasses import dataclass, fields
from enum import StrEnum

from services.intake.rules.territory.model import Level, TerritoryPack, Zone, latest_values

DECIMALS = 6


class Aspect(StrEnum):
    """What of a zone may change. `place` is where it is drawn and lies."""

    NAME = "name"
    MUNICIPALITIES = "municipalities"
    HOST_PARTNERS = "host_partners"
    SECTORS = "sectors"
    GROUP = "group"
    PLACE = "place"
    FIGURES = "figures"


_FIELDS = {
    "name_fr": Aspect.NAME,
    "name_nl": Aspect.NAME,
    "municipalities": Aspect.MUNICIPALITIES,
    "host_partners": Aspect.HOST_PARTNERS,
    "sectors": Aspect.SECTORS,
    "group_id": Aspect.GROUP,
    "tile": Aspect.PLACE,
    "outline": Aspect.PLACE,
    "x_km": Aspect.PLACE,
    "y_km": Aspect.PLACE,
}


@dataclass(frozen=True, slots=True)
class ZoneChange:
    """A zone that stays, and what of it changes."""

    before: Zone
    after: Zone
    aspects: tuple[Aspect, ...]


@dataclass(frozen=True, slots=True)
class IndicatorChange:
    """An indicator of either pack: for how many zones it has figures, of which years at latest."""

    code: str
    name_fr: str
    name_nl: str
    name_en: str
    zones_before: int
    zones_after: int
    years_before: tuple[int, ...]
    years_after: tuple[int, ...]
    changed: int  # zones whose latest figure is another one

    def name(self, language: str) -> str:
        return {"nl": self.name_nl, "en": self.name_en}.get(language, self.name_fr)


@dataclass(frozen=True, slots=True)
class Changes:
    """Zones in the order of their ids; indicators that stay as they are are left out."""

    added: tuple[Zone, ...]
    removed: tuple[Zone, ...]
    changed: tuple[ZoneChange, ...]
    unchanged: int
    indicators: tuple[IndicatorChange, ...]

    @property
    def nothing(self) -> bool:
        return not (self.added or self.removed or self.changed or self.indicators)


def changes_between(before: TerritoryPack | None, after: TerritoryPack) -> Changes:
    """Compare a pack with the one that counts; with none, everything is new."""
    old = {zone.id: zone for zone in before.zones} if before else {}
    new = {zone.id: zone for zone in after.zones}
    old_values = _figures(before)
    new_values = _figures(after)
    moved = {
        code
        for code, indicator in {*old_values, *new_values}
        if old_values.get((code, indicator)) != new_values.get((code, indicator))
    }
    changed = tuple(
        ZoneChange(old[zone_id], zone, aspects)
        for zone_id, zone in sorted(new.items())
        if zone_id in old and (aspects := _aspects(old[zone_id], zone, zone_id in moved))
    )
    return Changes(
        added=tuple(zone for zone_id, zone in sorted(new.items()) if zone_id not in old),
        removed=tuple(zone for zone_id, zone in sorted(old.items()) if zone_id not in new),
        changed=changed,
        unchanged=len(old.keys() & new.keys()) - len(changed),
        indicators=_indicators(before, after),
    )


def _aspects(before: Zone, after: Zone, figures_moved: bool) -> tuple[Aspect, ...]:  # noqa: FBT001 -- private
    found = {
        _FIELDS[each.name]
        for each in fields(Zone)
        if each.name in _FIELDS and getattr(before, each.name) != getattr(after, each.name)
    }
    if figures_moved:
        found.add(Aspect.FIGURES)
    return tuple(aspect for aspect in Aspect if aspect in found)


def _figures(pack: TerritoryPack | None) -> dict[tuple[str, str], tuple[float, int]]:
    if pack is None:
        return {}
    return {
        key: (round(value.value, DECIMALS), value.year)
        for key, value in latest_values(pack, Level.ZONE).items()
    }


def _indicators(before: TerritoryPack | None, after: TerritoryPack) -> tuple[IndicatorChange, ...]:
    known = {
        indicator.code: indicator
        for pack in (before, after)
        if pack is not None
        for indicator in pack.indicators
    }
    old, new = _figures(before), _figures(after)
    found = []
    for code, indicator in sorted(known.items()):
        was = {zone: value for (zone, key), value in old.items() if key == code}
        becomes = {zone: value for (zone, key), value in new.items() if key == code}
        if was == becomes:
            continue
        found.append(
            IndicatorChange(
                code=code,
                name_fr=indicator.name_fr,
                name_nl=indicator.name_nl,
                name_en=indicator.name_en,
                zones_before=len(was),
                zones_after=len(becomes),
                years_before=tuple(sorted({year for _, year in was.values()})),
                years_after=tuple(sorted({year for _, year in becomes.values()})),
                changed=len(
                    [zone for zone in was.keys() & becomes.keys() if was[zone] != becomes[zone]]
                ),
            )
        )
    return tuple(found)
