"""The public figures of Brussels: what an import of them must yield, and the default pack in it."""

import csv
import os
from collections import defaultdict
from pathlib import Path

import pytest

from deploy.territory import import_territory, load_pack
from services.intake.gateways.territory_files.folder import import_folder
from services.intake.gateways.territory_files.packs import read_pack
from services.intake.rules.territory.check import check_pack
from services.intake.rules.territory.codes import Vintage
from services.intake.rules.territory.importing import Imported, ImportWishes, ZonesFrom
from services.intake.rules.territory.model import Level, latest_values
from services.intake.rules.territory.payload import pack_as_payload, pack_from_payload
from services.intake.rules.territory.zones import edit_zone

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("RELAIS_SHARED_DATA", ROOT / "../shared/data"))  # noqa: TID251 -- where test data are is not the system's setting
SOURCE = SHARED / "brussels"

pytestmark = pytest.mark.skipif(
    not SOURCE.exists(), reason="the public figures of Brussels are not on this machine"
)


@pytest.fixture(scope="module")
def old() -> Imported:
    return import_folder(SOURCE, ImportWishes(pack_id="region"))


@pytest.fixture(scope="module")
def new() -> Imported:
    return import_folder(SOURCE, ImportWishes(pack_id="region", vintage=Vintage.SINCE_2025))


def zones_of_the_file() -> dict[str, set[str]]:
    zones = defaultdict(set)
    with (SOURCE / "raq_zones_sectors.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            zones[row["zone_id"]].add(row["sector_code"])
    return dict(zones)


def test_the_region_has_its_places_people_and_ground(old: Imported) -> None:
    report = old.report

    assert check_pack(old.pack) == []
    assert report.places[Level.QUARTER] == 145
    assert report.places[Level.SECTOR] == 724
    assert report.places[Level.MUNICIPALITY] == 19
    assert report.inhabitants[2022] == 1_222_637
    assert report.without_unlocated == (2021,)
    assert report.area_km2 == pytest.approx(162.4, abs=0.05)
    assert report.drawn_area_km2 == pytest.approx(162.4, abs=0.05)


def test_the_region_can_be_imported_in_the_cut_of_2025(new: Imported) -> None:
    report = new.report

    assert check_pack(new.pack) == []
    assert report.places[Level.SECTOR] == 749
    assert report.inhabitants[2022] == 1_222_637
    assert report.area_km2 == pytest.approx(162.4, abs=0.05)
    assert "split_figures" in {warning.slug for warning in report.warnings}
    assert report.conflicts == ()


def test_every_file_matches_and_none_is_lost(old: Imported) -> None:
    report = old.report

    assert {file.matched_pct for file in report.files} <= {100, None}
    assert len(report.files) + len(report.not_read) == len(list(SOURCE.iterdir()))
    assert report.conflicts == ()
    assert report.warnings == ()


def test_the_zones_are_those_of_the_file(old: Imported) -> None:
    assert {zone.id: set(zone.sectors) for zone in old.pack.zones} == zones_of_the_file()


def test_size_and_contiguity_are_shown_as_they_are(old: Imported) -> None:
    shapes = old.report.zone_shapes

    assert {zone for zone, shape in shapes.items() if not shape.contiguous} == {
        "RAQ03",
        "RAQ17c",
        "RAQ19",
    }
    assert sum(shape.usual_size is True for shape in shapes.values()) == 6
    assert {z for z, shape in shapes.items() if not shape.usual_number_of_sectors} == {
        "RAQ17c",
        "RAQ18",
        "RAQ19",
    }


def test_measured_borders_tell_the_same_neighbours_as_the_published_ones(
    old: Imported, new: Imported
) -> None:
    published = {(border.sector_a, border.sector_b) for border in old.pack.borders}
    unchanged = {p.code for p in old.pack.places} & {p.code for p in new.pack.places}
    measured = {(border.sector_a, border.sector_b) for border in new.pack.borders}

    both = {pair for pair in published | measured if set(pair) <= unchanged}

    # Published: 15 m on the full boundaries; measured: 15 m on simplified ones.
    assert len(both & published & measured) / len(both) > 0.97


def test_what_is_blank_in_the_files_is_no_figure_in_the_pack(old: Imported) -> None:
    with (SOURCE / "indicators.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    column, indicator = "income_equiv_median_after_tax_2021_eur", "median_income_eur"

    found = {
        v.code: v.value
        for v in old.pack.values
        if (v.level, v.indicator, v.year) == (Level.SECTOR, indicator, 2021)
    }

    assert found == {row["sector_code"]: float(row[column]) for row in rows if row[column]}
    assert len(found) == 613


def test_no_indicator_looks_at_origin(old: Imported) -> None:
    left_out = {column for file in old.report.files for column in file.left_out}

    assert {"eu14_excl_belgium_2021_pct", "non_belgian_2022_pct"} <= left_out
    assert not any("eu14" in i.code or "belg" in i.code for i in old.pack.indicators)


def test_each_quarter_can_be_a_zone_with_its_published_figures() -> None:
    result = import_folder(SOURCE, ImportWishes(zones_from=ZonesFrom.QUARTERS))

    assert len(result.pack.zones) == 145
    latest = latest_values(result.pack, Level.ZONE)
    assert latest["Q024", "increased_reimbursement_pct"].value == 41.67
    assert latest["Q024", "median_income_eur"].value == 16131.06


def test_the_default_pack_holds_the_published_figures_of_its_quarters() -> None:
    quarters = import_folder(SOURCE, ImportWishes(zones_from=ZonesFrom.QUARTERS)).pack
    by_name = {zone.name_fr.lower(): zone.id for zone in quarters.zones}
    published = latest_values(quarters, Level.ZONE)
    pack = load_pack("brussels")
    compared = 0

    for zone in pack.zones:
        if zone.id == "RAQ10":  # all of Koekelberg, of which the quarter of that name is a part
            continue
        for (code, indicator), value in latest_values(pack, Level.ZONE).items():
            if code != zone.id:
                continue
            official = published[by_name[zone.name_fr.lower()], indicator]
            assert (value.value, value.year) == pytest.approx(
                (official.value, official.year), rel=1e-3
            ), (zone.id, indicator)
            compared += 1

    assert compared == 27 * 7 - 3


def test_a_real_zone_is_made_contiguous_by_an_edit(old: Imported) -> None:
    zone = next(zone for zone in old.pack.zones if zone.id == "RAQ03")
    largest = old.report.zone_shapes["RAQ03"].pieces[0]

    edit = edit_zone(old.pack, "RAQ03", largest)

    assert not edit.before.contiguous
    assert edit.after.contiguous
    assert edit.after.inhabitants is not None
    assert edit.before.inhabitants is not None
    assert edit.after.inhabitants < edit.before.inhabitants
    assert check_pack(edit.pack) == []
    assert len(zone.sectors) == 8


def test_the_command_writes_a_pack_that_reads_back_and_travels(tmp_path: Path) -> None:
    answer = import_territory(SOURCE, tmp_path / "region")

    pack = read_pack(tmp_path / "region")

    assert answer.ok
    assert answer.data["places"]["quarter"] == 145
    assert answer.data["inhabitants"]["2022"] == 1_222_637
    assert "1,222,637 inhabitants in 2022" in answer.text
    assert pack.id == "region"
    assert pack_from_payload(pack_as_payload(pack)) == pack
