"""Importing official files: Statbel, Monitoring des Quartiers, both cuts of sectors, boundaries."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from pyproj import Transformer

from deploy.territory import check_territory, edit_territory, import_territory
from services.intake.gateways.territory_files.folder import FileWishes, import_folder
from services.intake.gateways.territory_files.packs import read_pack
from services.intake.rules.territory.check import check_pack
from services.intake.rules.territory.codes import Vintage
from services.intake.rules.territory.importing import (
    FileReport,
    Imported,
    ImportWishes,
    ZonesFrom,
)
from services.intake.rules.territory.model import DrawingKind, IndicatorValue, Level
from services.intake.rules.territory.zones import edit_zone, pieces_of
from shared.errors import MissingError, RefusedError

# Four old sectors in a row, west to east, 100 m by 100 m each; the third was cut in two in 2025.
OLD = ("21001A00-", "21001A01-", "21001B10-", "21002A00-")
NEW = ("21001A00K", "21001A01-", "21001B10K", "21001B10L", "21002A00-")
WEST, SOUTH, STEP = 148_000, 170_000, 100  # Belgian Lambert 72, near the centre of Brussels


def squares(codes: Sequence[str], widths: Sequence[float] | None = None) -> dict[str, list[Any]]:
    """Draw one rectangle per code, from west to east, in metres of Lambert 72."""
    drawn, west = {}, float(WEST)
    for code, width in zip(codes, widths or [1.0] * len(codes), strict=True):
        east = west + STEP * width
        drawn[code] = [[west, SOUTH], [east, SOUTH], [east, SOUTH + STEP], [west, SOUTH + STEP],
                       [west, SOUTH]]  # fmt: skip
        west = east
    return drawn


def geojson(
    rings: Mapping[str, list[Any]],
    epsg: int = 31370,
    *,
    said: str | None = None,
    newer: bool = True,
) -> str:
    """Write boundaries as Statbel does: column names of 2025, or those of 2021."""
    move = Transformer.from_crs(31370, epsg, always_xy=True)
    features = []
    for code, ring in rings.items():
        newer_columns = {"cd_sector": code, "tx_sector_descr_fr": f"Rue {code}",
                         "tx_sector_descr_nl": f"{code}straat", "cd_munty_refnis": code[:5],
                         "tx_munty_descr_fr": f"Commune {code[:5]}",
                         "tx_munty_descr_nl": f"Gemeente {code[:5]}",
                         "ms_area_ha": 1, "dt_situation": "2025-01-01"}  # fmt: skip
        older_columns = {"CS01012021": code, "T_SEC_FR": f"Rue {code}", "CNIS5_2021": code[:5],
                         "T_SEC_NL": f"{code}straat", "T_MUN_FR": f"Commune {code[:5]}",
                         "T_MUN_NL": f"Gemeente {code[:5]}", "M_AREA_HA": 1}  # fmt: skip
        features.append(
            {
                "type": "Feature",
                "properties": newer_columns if newer else older_columns,
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[list(move.transform(x, y)) for x, y in ring]],
                },
            }
        )
    crs = {"crs": {"type": "name", "properties": {"name": said}}} if said else {}
    return json.dumps({"type": "FeatureCollection", **crs, "features": features})


def population(counts: Mapping[str, object], delimiter: str = "|") -> str:
    """Write a table of inhabitants as `OPENDATA_SECTOREN` does."""
    head = ["CD_REFNIS", "CD_SECTOR", "TOTAL", "TX_DESCR_SECTOR_FR", "TX_DESCR_SECTOR_NL"]
    rows = [[code[:5], code, str(count), f"Rue {code}", f"{code}straat"]
            for code, count in counts.items()]  # fmt: skip
    return "\n".join(delimiter.join(row) for row in [head, *rows])


CROSSWALK = """sector_code_2025,sector_code_724,relation
21001A00K,21001A00-,renamed_boundary_adjusted
21001A01-,21001A01-,same_code
21001B10K,21001B10-,split
21001B10L,21001B10-,split
21002A00-,21002A00-,same_code
"""
ZONES = "zone_id,sector_code\nZ1,21001A00-\nZ1,21001A01-\nZ2,21001B10-\n"


def a_folder(tmp_path: Path, files: Mapping[str, str]) -> Path:
    folder = tmp_path / "official"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def imported(
    tmp_path: Path,
    files: Mapping[str, str],
    wishes: ImportWishes | None = None,
    how: FileWishes | None = None,
) -> Imported:
    result = import_folder(a_folder(tmp_path, files), wishes or ImportWishes(), how)
    assert check_pack(result.pack) == []
    return result


def figures(result: Imported, level: Level, indicator: str) -> dict[str, float]:
    return {
        v.code: v.value for v in result.pack.values if v.level is level and v.indicator == indicator
    }


def value_of(result: Imported, level: Level, code: str, indicator: str) -> IndicatorValue:
    return next(
        v for v in result.pack.values if (v.level, v.code, v.indicator) == (level, code, indicator)
    )


def file_of(result: Imported, name: str) -> FileReport:
    return next(file for file in result.report.files if file.file == name)


OLD_PEOPLE = {"21001A00-": 1000, "21001A01-": 0, "21001B10-": 3000, "21002A00-": 500}
NEW_PEOPLE = {"21001A00K": 1010, "21001A01-": 0, "21001B10K": 1000, "21001B10L": 3000,
              "21002A00-": 510}  # fmt: skip


@pytest.mark.parametrize(
    ("epsg", "said"),
    [
        (31370, "urn:ogc:def:crs:EPSG::31370"),
        (31370, None),
        (3812, "EPSG:3812"),
        (3812, None),
        (4326, "urn:ogc:def:crs:OGC:1.3:CRS84"),
        (4326, None),
    ],
)
@pytest.mark.parametrize("newer", [True, False])
def test_boundaries_of_both_years_and_any_projection_give_the_same_ground(
    tmp_path: Path, epsg: int, said: str | None, *, newer: bool
) -> None:
    shapes = geojson(squares(OLD), epsg, said=said, newer=newer)

    result = imported(tmp_path, {"sectors.geojson": shapes, "zones.csv": ZONES})

    assert result.report.drawn_area_km2 == pytest.approx(0.04, rel=2e-3)
    assert [(b.sector_a, b.sector_b) for b in result.pack.borders] == list(pairwise(OLD))
    assert result.pack.drawing.kind is DrawingKind.OUTLINES
    place = next(p for p in result.pack.places if p.code == OLD[0])
    assert (place.name_fr, place.name_nl) == ("Rue 21001A00-", "21001A00-straat")
    assert place.municipality == "21001"


def test_people_in_no_sector_are_counted_in_their_municipality_only(tmp_path: Path) -> None:
    table = population({**OLD_PEOPLE, "21001ZZZZ": 7, "21002ZZZZ": 3, "11002A00-": 99})

    result = imported(
        tmp_path,
        {
            "OPENDATA_SECTOREN_2022.txt": table,
            "sectors.geojson": geojson(squares(OLD)),
            "zones.csv": ZONES,
        },
    )

    assert figures(result, Level.MUNICIPALITY, "population") == {"21001": 4007, "21002": 503}
    assert figures(result, Level.SECTOR, "population") == OLD_PEOPLE
    assert result.report.inhabitants == {2022: 4510}
    file = file_of(result, "OPENDATA_SECTOREN_2022.txt")
    assert (file.unlocated, file.outside, file.matched_pct) == (2, 1, 100)
    assert file.delimiter == "|"


def test_a_true_zero_is_kept_and_a_blank_is_not_made_one(tmp_path: Path) -> None:
    table = population({**OLD_PEOPLE, "21002A00-": ""})

    result = imported(
        tmp_path,
        {"OPENDATA_SECTOREN_2022.txt": table, "sectors.geojson": geojson(squares(OLD)),
         "zones.csv": ZONES},
    )  # fmt: skip

    people = figures(result, Level.SECTOR, "population")
    assert people["21001A01-"] == 0
    assert "21002A00-" not in people
    assert file_of(result, "OPENDATA_SECTOREN_2022.txt").absent == {"∅": 1}


def test_short_codes_of_the_older_tables_are_completed(tmp_path: Path) -> None:
    old_table = "CD_REFNIS;CD_SECTOR;POPULATION\n21001;A00-;1.000\n21001;B10-;3.000\n"

    result = imported(
        tmp_path,
        {"TF_POP_STRUCT_SECTORS_2016.csv": old_table, "sectors.geojson": geojson(squares(OLD)),
         "zones.csv": ZONES},
    )  # fmt: skip

    assert figures(result, Level.SECTOR, "population") == {"21001A00-": 1000, "21001B10-": 3000}
    assert value_of(result, Level.SECTOR, "21001A00-", "population").year == 2016


def test_a_table_whose_year_nobody_says_is_refused(tmp_path: Path) -> None:
    files = {"sectoren.txt": population(OLD_PEOPLE), "zones.csv": ZONES}
    folder = a_folder(tmp_path, files)

    with pytest.raises(RefusedError) as refusal:
        import_folder(folder, ImportWishes())

    assert refusal.value.problems[0].slug == "no_year"
    assert import_folder(folder, ImportWishes(), FileWishes(year=2021)).report.inhabitants == {
        2021: 4500
    }


def test_incomes_come_from_a_workbook_with_every_year_and_blanks_of_small_sectors(
    tmp_path: Path,
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["CD_YEAR", "CD_MUNTY_REFNIS", "CD_SECTOR", "MS_MEDIAN_NET_TAXABLE_INC"])
    sheet.append([2022, 21001, "21001A00-", 20000])
    sheet.append([2023, 21001, "21001A00-", 21000.5])
    sheet.append([2023, 21001, "21001B10-", None])
    sheet.append([2023, 11002, "11002A00-", 30000])
    folder = a_folder(tmp_path, {"sectors.geojson": geojson(squares(OLD)), "zones.csv": ZONES})
    book.save(folder / "TF_PSNL_INC_TAX_SECTOR.xlsx")

    result = import_folder(folder, ImportWishes())

    found = [
        (v.code, v.year, v.value)
        for v in result.pack.values
        if v.level is Level.SECTOR and v.indicator == "median_taxable_income_eur"
    ]
    assert found == [("21001A00-", 2022, 20000), ("21001A00-", 2023, 21000.5)]
    assert file_of(result, "TF_PSNL_INC_TAX_SECTOR.xlsx").outside == 1


def test_a_point_in_the_table_of_households_is_a_thousands_sign(tmp_path: Path) -> None:
    table = (
        "CD_YEAR;CD_REFNIS;CD_STAT_SECTOR;MS_NUM_HH;MS_NUM_CAR\n"
        "2019;21001;21001A00-;1.188;950\n2019;21001;21001B10-;402;1.002\n"
    )

    result = imported(
        tmp_path,
        {"TF_CAR_HH_SECTOR.txt": table, "sectors.geojson": geojson(squares(OLD)),
         "zones.csv": ZONES},
    )  # fmt: skip

    assert figures(result, Level.SECTOR, "households") == {"21001A00-": 1188, "21001B10-": 402}
    assert figures(result, Level.SECTOR, "cars")["21001B10-"] == 1002


def test_ages_are_added_up_over_nationalities_which_are_not_kept(tmp_path: Path) -> None:
    table = "\n".join(
        ["CD_REFNIS|CD_SEX|CD_NATLTY|CD_AGE|MS_POPULATION"]
        + [f"21001|F|{nation}|{age}|10" for nation in ("BEL", "ETR") for age in (30, 65, 90)]
    )
    folder = a_folder(tmp_path, {"sectors.geojson": geojson(squares(OLD)), "zones.csv": ZONES})
    with zipfile.ZipFile(folder / "TF_SOC_POP_STRUCT_2022.zip", "w") as archive:
        archive.writestr("TF_SOC_POP_STRUCT_2022.txt", table.encode("cp1252"))

    result = import_folder(folder, ImportWishes())

    assert figures(result, Level.MUNICIPALITY, "population") == {"21001": 60}
    assert figures(result, Level.MUNICIPALITY, "population_65_plus") == {"21001": 40}
    assert not any("BEL" in json.dumps(str(v)) for v in result.pack.values)


def test_an_export_of_the_monitoring_is_read_with_its_marks_of_absence(tmp_path: Path) -> None:
    export = (
        "Monitoring des Quartiers\n\n"
        "Code;Territoire;Revenu équivalent médian (€) 2023;Part des étrangers (%) 2023;"
        "Bénéficiaires de l'intervention majorée (%) 2024\n"
        "58;Wayez;14 688,38;30,1;ND\n700;Cimetière;VS;VS;< 200 habitants\n"
        "59;Bizet;15.900,00;;41,5\n"
        ";Source : IBSA;;;\n"
    )
    folder = a_folder(tmp_path, {"zones.csv": "zone_id,sectors\nZ1,21001A00-\n",
                                 "sectors.geojson": geojson(squares(OLD))})  # fmt: skip
    (folder / "export.csv").write_bytes(export.encode("cp1252"))

    result = import_folder(folder, ImportWishes())

    assert figures(result, Level.QUARTER, "median_income_eur") == {"58": 14688.38, "59": 15900}
    assert figures(result, Level.QUARTER, "increased_reimbursement_pct") == {"59": 41.5}
    income = value_of(result, Level.QUARTER, "58", "median_income_eur")
    assert (income.year, income.source) == (
        2023,
        "IBSA, Monitoring des Quartiers, Revenu équivalent médian, 2023",
    )
    file = file_of(result, "export.csv")
    assert file.absent == {"ND": 1, "VS": 1, "< 200 habitants": 1}
    assert file.left_out == {"Part des étrangers (%) 2023": "origin"}
    assert file.encoding == "cp1252"


NEW_TABLES = {
    "OPENDATA_SECTOREN_2025_NEW.txt": population(NEW_PEOPLE),
    "rates.csv": "territory_level,territory_code,indicator,year,value,unit,source,licence\n"
    + "\n".join(
        f"sector,{code},diabetes_pct,2024,{value},%,IMA,Libre"
        for code, value in {"21001A00K": 8.5, "21001B10K": 4.5, "21001B10L": 8.5}.items()
    ),
    "crosswalk.csv": CROSSWALK,
    "zones.csv": ZONES,
}


def test_new_sectors_become_old_ones_counts_summed_and_rates_weighted(tmp_path: Path) -> None:
    result = imported(tmp_path, {**NEW_TABLES, "sectors.geojson": geojson(squares(OLD))})

    assert result.report.vintage is Vintage.BEFORE_2025
    assert figures(result, Level.SECTOR, "population") == {
        "21001A00-": 1010, "21001A01-": 0, "21001B10-": 4000, "21002A00-": 510,
    }  # fmt: skip
    rates = figures(result, Level.SECTOR, "diabetes_pct")
    assert rates["21001B10-"] == pytest.approx((4.5 * 1000 + 8.5 * 3000) / 4000)
    assert "21001B10K" in value_of(result, Level.SECTOR, "21001B10-", "diabetes_pct").note
    assert result.report.warnings == ()


def test_a_count_with_an_inhabited_part_missing_is_not_published_as_a_smaller_one(
    tmp_path: Path,
) -> None:
    partial = population({k: v for k, v in NEW_PEOPLE.items() if k != "21001B10L"})
    files = {**NEW_TABLES, "OPENDATA_SECTOREN_2025_NEW.txt": partial}

    result = imported(tmp_path, {**files, "sectors.geojson": geojson(squares(OLD))})

    assert "21001B10-" not in figures(result, Level.SECTOR, "population")
    assert "not_converted" in {warning.slug for warning in result.report.warnings}


def test_old_figures_go_to_new_sectors_only_with_a_warning(tmp_path: Path) -> None:
    files = {
        **NEW_TABLES,
        "OPENDATA_SECTOREN_2022.txt": population(OLD_PEOPLE),
        "sectors.geojson": geojson(squares(NEW, [1, 1, 0.5, 0.5, 1])),
    }

    result = imported(tmp_path, files, ImportWishes(vintage=Vintage.SINCE_2025))

    in_2022 = {
        v.code: v.value
        for v in result.pack.values
        if v.level is Level.SECTOR and v.indicator == "population" and v.year == 2022
    }
    assert in_2022["21001B10K"] == 750
    assert in_2022["21001B10L"] == 2250
    assert "split_figures" in {warning.slug for warning in result.report.warnings}
    assert {z.id: z.sectors for z in result.pack.zones}["Z2"] == ("21001B10K", "21001B10L")


def test_two_cuts_without_a_crosswalk_are_refused(tmp_path: Path) -> None:
    files = {name: text for name, text in NEW_TABLES.items() if name != "crosswalk.csv"}
    folder = a_folder(tmp_path, {**files, "sectors.geojson": geojson(squares(OLD))})

    with pytest.raises(RefusedError) as refusal:
        import_folder(folder, ImportWishes())

    assert {problem.slug for problem in refusal.value.problems} == {"no_crosswalk"}


def test_codes_that_match_nothing_are_named(tmp_path: Path) -> None:
    table = population({**OLD_PEOPLE, "21001X99-": 12})

    result = imported(
        tmp_path,
        {"OPENDATA_SECTOREN_2022.txt": table, "sectors.geojson": geojson(squares(OLD)),
         "zones.csv": ZONES},
    )  # fmt: skip

    file = file_of(result, "OPENDATA_SECTOREN_2022.txt")
    assert file.unmatched == ("21001X99-",)
    assert file.matched_pct == 80


def test_of_two_different_figures_the_first_files_stays_and_the_other_is_shown(
    tmp_path: Path,
) -> None:
    result = imported(
        tmp_path,
        {
            "a_SECTOREN_2022.txt": population(OLD_PEOPLE),
            "b_SECTOREN_2022.txt": population({**OLD_PEOPLE, "21001A00-": 1500}),
            "sectors.geojson": geojson(squares(OLD)),
            "zones.csv": ZONES,
        },
    )

    assert figures(result, Level.SECTOR, "population")["21001A00-"] == 1000
    told = {(p.values["code"], p.values["other"]) for p in result.report.conflicts}
    assert ("21001A00-", 1500) in told


def test_a_country_file_is_cut_to_the_territory(tmp_path: Path) -> None:
    everything = geojson(squares([*OLD, "11002A00-"]))
    files = {"sectors.geojson": everything, "zones.csv": ZONES,
             "SECTOREN_2022.txt": population({**OLD_PEOPLE, "11002A00-": 9})}  # fmt: skip

    result = imported(tmp_path, files, how=FileWishes(within="21"))

    assert result.report.places[Level.SECTOR] == 4
    assert file_of(result, "SECTOREN_2022.txt").outside == 1


def test_without_a_list_of_zones_each_municipality_is_one(tmp_path: Path) -> None:
    files = {"sectors.geojson": geojson(squares(OLD)),
             "SECTOREN_2022.txt": population({**OLD_PEOPLE, "21001ZZZZ": 7})}  # fmt: skip

    result = imported(tmp_path, files, ImportWishes(zones_from=ZonesFrom.MUNICIPALITIES))

    assert [(z.id, z.name_nl) for z in result.pack.zones] == [
        ("M21001", "Gemeente 21001"),
        ("M21002", "Gemeente 21002"),
    ]
    assert figures(result, Level.ZONE, "population") == {"M21001": 4007, "M21002": 500}


def test_without_boundaries_zones_get_tiles(tmp_path: Path) -> None:
    files = {"SECTOREN_2022.txt": population(OLD_PEOPLE), "zones.csv": ZONES}

    result = imported(tmp_path, files)

    assert result.pack.drawing.kind is DrawingKind.TILES
    assert figures(result, Level.ZONE, "population") == {"Z1": 1000, "Z2": 3000}


def test_every_unreadable_file_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path,
        {
            "a.csv": "territory_level,territory_code,indicator,year,value,unit,source,licence\n"
            "sector,21001A00-,diabetes_pct,2024,oops,%,IMA,Libre\n",
            "b.geojson": '{"type": "FeatureCollection",\n"features": [,]}',
            "notes.md": "not data",
        },
    )
    (folder / "c.zip").write_bytes(b"PK\x03\x04 broken")

    answer = import_territory(folder, tmp_path / "pack")

    assert not answer.ok
    assert {p["place"] for p in answer.data["problems"]} == {"a.csv:2", "b.geojson:2", "c.zip"}
    assert "oops" in answer.text
    assert not (tmp_path / "pack").exists()


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        (lambda f: f["geometry"].update(type="Point", coordinates=[4.3, 50.8]), "bad_feature"),
        (lambda f: f.update(geometry=None), "bad_feature"),
        (lambda f: f["properties"].update(cd_sector=None), "bad_feature"),
        (lambda f: f.update(geometry={"type": "Polygon", "coordinates": [[[9e6, 1], [9e6, 2],
                            [9.1e6, 2], [9e6, 1]]]}), "unknown_projection"),
    ],
)  # fmt: skip
def test_boundaries_that_are_none_are_refused(tmp_path: Path, change: Any, slug: str) -> None:
    read = json.loads(geojson(squares(OLD)))
    change(read["features"][1])
    folder = a_folder(tmp_path, {"sectors.geojson": json.dumps(read), "zones.csv": ZONES})

    answer = import_territory(folder, tmp_path / "pack")

    assert slug in {problem["slug"] for problem in answer.data["problems"]}


def test_a_zone_is_edited_its_figures_follow_and_its_size_is_shown_not_enforced(
    tmp_path: Path,
) -> None:
    files = {"SECTOREN_2022.txt": population(OLD_PEOPLE), "zones.csv": ZONES,
             "sectors.geojson": geojson(squares(OLD))}  # fmt: skip
    folder, pack = a_folder(tmp_path, files), tmp_path / "pack"
    assert import_territory(folder, pack).ok

    answer = edit_territory(pack, "Z2", ["21001B10-", "21001A00-"])

    assert answer.ok
    after = answer.data["after"]
    assert after["pieces"] == [["21001A00-"], ["21001B10-"]]
    assert after["inhabitants"] == 4000
    assert after["usual_size"] is False
    assert after["shared_with"] == [["21001A00-", "Z1"]]
    assert check_territory(pack).ok
    people = {
        v.value
        for v in read_pack(pack).values
        if v.level is Level.ZONE and v.code == "Z2" and v.indicator == "population"
    }
    assert people == {4000}


def test_a_zone_cannot_be_made_of_nothing_or_of_unknown_sectors(tmp_path: Path) -> None:
    pack = imported(tmp_path, {"SECTOREN_2022.txt": population(OLD_PEOPLE), "z.csv": ZONES}).pack

    with pytest.raises(RefusedError):
        edit_zone(pack, "Z1", [])
    with pytest.raises(RefusedError) as refusal:
        edit_zone(pack, "Z1", ["21001A00-", "nowhere", "elsewhere"])
    with pytest.raises(MissingError):
        edit_zone(pack, "Z9", ["21001A00-"])

    assert len(refusal.value.problems) == 2


def test_sectors_that_meet_at_no_border_are_separate_pieces(tmp_path: Path) -> None:
    result = imported(tmp_path, {"sectors.geojson": geojson(squares(OLD)), "zones.csv": ZONES})

    assert pieces_of(OLD, result.pack.borders) == (OLD,)
    assert pieces_of([OLD[0], OLD[2], OLD[3]], result.pack.borders) == (OLD[2:], OLD[:1])
