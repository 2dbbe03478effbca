"""From a territory pack to what the index reads: its zones, and the territory to compare with."""

from collections.abc import Mapping

from services.intake.rules.need_index.indicators import INDICATORS, Observation, Zone
from services.intake.rules.territory.model import (
    IndicatorValue,
    Level,
    TerritoryPack,
    latest_values,
    places_of,
)

# Source: the threshold below which the Brussels monitoring of quarters publishes no figures.
INHABITANTS_MIN = 200


def zones_of(pack: TerritoryPack) -> tuple[Zone, ...]:
    """Take the pack's zones with the most recent figure of each indicator that the index knows."""
    values = latest_values(pack, Level.ZONE)
    return tuple(
        Zone(
            zone_id=zone.id,
            name_fr=zone.name_fr,
            name_nl=zone.name_nl,
            municipality=zone.municipalities[0].fr if zone.municipalities else "",
            observations=_observations(zone.id, values),
        )
        for zone in pack.zones
    )


def reference_of(pack: TerritoryPack) -> tuple[Zone, ...] | None:
    """Take the inhabited quarters to compare with; None when the pack has none with figures.

    Parks, cemeteries and industry are left out: fewer than 200 inhabitants, or none counted.
    """
    values = latest_values(pack, Level.QUARTER)
    quarters = tuple(
        Zone(
            zone_id=place.code,
            name_fr=place.name_fr,
            name_nl=place.name_nl,
            municipality=place.municipality,
            observations=_observations(place.code, values),
        )
        for place in places_of(pack, Level.QUARTER).values()
        if _inhabitants(place.code, values) >= INHABITANTS_MIN
    )
    return quarters if any(quarter.observations for quarter in quarters) else None


def available_indicators(zones: tuple[Zone, ...]) -> frozenset[str]:
    """List the indicators that at least one zone has a figure for."""
    return frozenset(key for zone in zones for key, seen in zone.observations.items() if seen)


def _observations(
    code: str, values: Mapping[tuple[str, str], IndicatorValue]
) -> dict[str, Observation | None]:
    return {
        key: Observation(found.value, found.year, found.source)
        for key in INDICATORS
        if (found := values.get((code, key))) is not None
    }


def _inhabitants(code: str, values: Mapping[tuple[str, str], IndicatorValue]) -> float:
    found = values.get((code, "population"))
    return 0.0 if found is None else found.value
