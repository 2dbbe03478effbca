"""The need index over the public figures of Brussels: 118 inhabited quarters of the monitoring."""

import csv
import os
from pathlib import Path

import pytest

from services.intake.rules.need_index import (
    NeedIndex,
    Observation,
    Zone,
    build_need_index,
    explain_zone,
    preset_for,
)
from shared.words import CrisisKind

ROOT = Path(__file__).parents[2]
QUARTERS = (
    Path(os.environ.get("RELAIS_SHARED_DATA", ROOT / "../shared/data"))  # noqa: TID251 -- where test data are is not the system's setting
    / "brussels/indicators_quartiers.csv"
)
INHABITED_UP_TO = 118  # Ids 700 and above are cemeteries, industry and parks.
COLUMNS = {
    "median_income_eur": ("income_equiv_median_after_tax_2023_eur", 2023),
    "density_per_km2": ("density_2025_hab_km2", 2025),
    "density_65_plus_per_km2": ("age65plus_density_2025_hab_km2", 2025),
    "household_size": ("household_size_avg_2019_pers", 2019),
    "increased_reimbursement_pct": ("bim_2024_pct", 2024),
}

pytestmark = pytest.mark.skipif(
    not QUARTERS.exists(), reason="the public figures of Brussels are not on this machine"
)


def inhabited_quarters() -> list[Zone]:
    with QUARTERS.open(encoding="utf-8", newline="") as file:
        return [
            Zone(
                zone_id=f"Q{row['quartier_mdq_id']:0>3}",
                name_fr=row["quartier_fr"],
                name_nl=row["quartier_nl"],
                municipality=row["communes_fr"].split(";")[0],
                observations={
                    key: Observation(float(row[column]), year, "Monitoring des quartiers, Statbel")
                    if row[column]
                    else None
                    for key, (column, year) in COLUMNS.items()
                },
            )
            for row in csv.DictReader(file)
            if int(row["quartier_mdq_id"]) <= INHABITED_UP_TO
        ]


@pytest.fixture(scope="module")
def quarters() -> list[Zone]:
    return inhabited_quarters()


@pytest.mark.parametrize("crisis", [CrisisKind.HEALTH, CrisisKind.ENERGY, CrisisKind.MIGRATION])
def test_the_index_runs_over_every_inhabited_quarter(
    quarters: list[Zone], crisis: CrisisKind
) -> None:
    index = build_need_index(quarters, preset_for(crisis, COLUMNS), first_k=19, seed=2022)

    groups = index.groups()
    sizes = [len(g) for g in (groups.retained, groups.to_discuss, groups.not_a_priority)]
    assert sum(sizes) + len(groups.insufficient) == INHABITED_UP_TO
    assert sizes[0] >= 5
    assert sizes[1] >= 1
    assert all(explain_zone(index.explanation(zone_id)) for zone_id in index.zone_ids)


def by_name(index: NeedIndex, name: str) -> str:
    return next(z for z in index.zone_ids if index.explanation(z).name_fr == name)


def test_zones_of_the_workers_are_compared_with_the_whole_territory(quarters: list[Zone]) -> None:
    weighting = preset_for(CrisisKind.ENERGY, COLUMNS)
    few = [z for z in quarters if z.municipality.startswith("Molenbeek")]

    alone = build_need_index(few, weighting, first_k=2, seed=1, draws=50)
    compared = build_need_index(few, weighting, first_k=2, seed=1, draws=50, reference=quarters)

    zone_id = by_name(alone, "Molenbeek Historique")
    on_its_own = {c.indicator: c.normalised for c in alone.explanation(zone_id).contributions}
    in_brussels = {c.indicator: c.normalised for c in compared.explanation(zone_id).contributions}
    assert in_brussels["median_income_eur"] > 0.9
    assert on_its_own != in_brussels
