"""What the index reads from a territory pack: recent figures, inhabited quarters, and no zeros."""

from dataclasses import replace

from services.intake.rules.need_index import (
    Observation,
    available_indicators,
    build_need_index,
    preset_for,
    reference_of,
    zones_of,
)
from services.intake.rules.territory.model import (
    Drawing,
    DrawingKind,
    IndicatorValue,
    Level,
    Name,
    Place,
    TerritoryPack,
    Zone,
)
from shared.words import CrisisKind


def a_figure(level: Level, code: str, indicator: str, value: float, year: int) -> IndicatorValue:
    return IndicatorValue(level, code, indicator, value, "", year, "exemple", "CC0")


PACK = TerritoryPack(
    id="exemple",
    name_fr="Exemple",
    name_nl="Voorbeeld",
    name_en="Example",
    attribution="",
    licence="CC0",
    zones=(
        Zone("Z1", "Rosée", "Dauw", (Name("Anderlecht", "Anderlecht"),)),
        Zone("Z2", "Bosnie", "Bosnië", (Name("Saint-Gilles", "Sint-Gillis"),)),
    ),
    indicators=(),
    values=(
        a_figure(Level.ZONE, "Z1", "median_income_eur", 14_000, 2021),
        a_figure(Level.ZONE, "Z1", "median_income_eur", 14_533, 2023),
        a_figure(Level.ZONE, "Z1", "household_size", 2.51, 2019),
        a_figure(Level.ZONE, "Z1", "cars", 3, 2023),
        a_figure(Level.ZONE, "Z2", "median_income_eur", 16_602, 2023),
        a_figure(Level.ZONE, "Z2", "household_size", 2.04, 2019),
        a_figure(Level.ZONE, "Z2", "density_per_km2", 20_000, 2025),
    ),
    drawing=Drawing(DrawingKind.TILES),
)


def test_the_most_recent_figure_is_read_with_its_year_and_what_is_not_published_stays_out() -> None:
    rosee, bosnie = zones_of(PACK)

    assert (rosee.name_nl, rosee.municipality) == ("Dauw", "Anderlecht")
    assert rosee.observations == {
        "median_income_eur": Observation(14_533, 2023, "exemple"),
        "household_size": Observation(2.51, 2019, "exemple"),
    }
    assert available_indicators((rosee, bosnie)) == {
        "median_income_eur",
        "household_size",
        "density_per_km2",
    }


def test_only_inhabited_quarters_are_compared_with() -> None:
    quarters = replace(
        PACK,
        places=(
            Place(Level.QUARTER, "58", "Wayez", "Wayez", "21001"),
            Place(Level.QUARTER, "900", "Un parc", "Een park", "21001"),
            Place(Level.SECTOR, "21001A00-", "Résistance", "Verzet", "21001", "58"),
        ),
        values=(
            *PACK.values,
            a_figure(Level.QUARTER, "58", "population", 17_000, 2025),
            a_figure(Level.QUARTER, "58", "density_per_km2", 22_000, 2025),
            a_figure(Level.QUARTER, "900", "population", 12, 2025),
            a_figure(Level.QUARTER, "900", "density_per_km2", 5, 2025),
        ),
    )

    reference = reference_of(quarters)

    assert reference is not None
    assert [zone.zone_id for zone in reference] == ["58"]
    assert reference_of(PACK) is None


def test_an_index_is_made_straight_from_a_pack() -> None:
    zones = zones_of(PACK)

    index = build_need_index(
        zones,
        preset_for(CrisisKind.ENERGY, available_indicators(zones)),
        first_k=1,
        seed=1,
        draws=50,
        reference=reference_of(PACK),
    )

    assert index.groups().retained == ("Z1",)
