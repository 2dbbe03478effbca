"""A territory pack: what it may be, how it lies on disk, and how it travels as JSON."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.territory import TERRITORIES, check_territory, list_territories, load_pack
from services.intake.gateways.territory_files.packs import read_pack, write_pack
from services.intake.rules.territory.check import check_pack
from services.intake.rules.territory.model import (
    Border,
    Drawing,
    DrawingKind,
    Indicator,
    IndicatorValue,
    Kind,
    Landmark,
    Level,
    Name,
    Place,
    TerritoryPack,
    Tile,
    Zone,
    latest_values,
    middles_km,
)
from services.intake.rules.territory.payload import pack_as_payload, pack_from_payload
from shared.errors import RefusedError

PACKS = sorted(path.parent for path in TERRITORIES.glob("*/pack.toml"))


def a_pack() -> TerritoryPack:
    """Build a small pack that breaks no law, with every part that a pack can have."""
    return TerritoryPack(
        id="village",
        name_fr="Village",
        name_nl="Dorp",
        name_en="Village",
        attribution="Commune",
        licence="CC0",
        zones=(
            Zone("Z1", "Le Haut", "Boven", (Name("Ici", "Hier"),), ("Maison",), ("11001A00-",),
                 "Z", Tile(0, 0), None, 0.0, 1.5),
            Zone("Z2", "Le Bas", "Beneden", (Name("Ici", "Hier"), Name("Là", "Daar")), (), (), "",
                 Tile(1, 0), None, 1.0, 1.5),
        ),
        indicators=(
            Indicator("population", "Habitant·es", "Inwoners", "People", "hab.", Kind.COUNT),
            Indicator("median_income_eur", "Revenu", "Inkomen", "Income", "EUR", Kind.RATE,
                      can_be_zero=False, note_fr="Dit « ainsi »", note_nl="a", note_en="b"),
        ),
        values=(
            IndicatorValue(Level.ZONE, "Z1", "population", 0, "hab.", 2022, "Registre", "CC0"),
            IndicatorValue(Level.SECTOR, "11001A00-", "median_income_eur", 16131.06, "EUR", 2021,
                           "Fisc", "CC BY 4.0", "lu à la main"),
        ),
        drawing=Drawing(
            DrawingKind.TILES,
            (Landmark("canal", "Canal", "Kanaal", ((1.0, -0.1), (1.0, 1.5))),),
            "Deux cases",
            "Twee vakken",
            "Two tiles",
        ),
        places=(Place(Level.SECTOR, "11001A00-", "Haut", "Hoog", "11001", "", "M0 0L1 0L1 1Z"),),
        borders=(),
    )  # fmt: skip


def first_zone(pack: TerritoryPack, **changes: object) -> TerritoryPack:
    return replace(pack, zones=(replace(pack.zones[0], **changes), *pack.zones[1:]))  # type: ignore[arg-type]  # any field


def first_value(pack: TerritoryPack, **changes: object) -> TerritoryPack:
    return replace(pack, values=(replace(pack.values[0], **changes), *pack.values[1:]))  # type: ignore[arg-type]  # any field


def second_value(pack: TerritoryPack, **changes: object) -> TerritoryPack:
    return replace(pack, values=(pack.values[0], replace(pack.values[1], **changes)))  # type: ignore[arg-type]  # any field


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_pack_of_ours_is_written_and_read_back_unchanged(
    folder: Path, tmp_path: Path
) -> None:
    pack = read_pack(folder)

    write_pack(pack, tmp_path / "copy")

    assert read_pack(tmp_path / "copy") == pack


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_pack_of_ours_breaks_no_law_and_bears_its_folders_name(folder: Path) -> None:
    answer = check_territory(folder)

    assert answer.ok, answer.text
    assert answer.data["id"] == folder.name


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_pack_of_ours_travels_as_json(folder: Path) -> None:
    pack = read_pack(folder)

    assert pack_from_payload(json.loads(json.dumps(pack_as_payload(pack)))) == pack


def test_a_pack_with_every_part_survives_disk_and_json(tmp_path: Path) -> None:
    pack = a_pack()

    write_pack(pack, tmp_path)

    assert check_pack(pack) == []
    assert read_pack(tmp_path) == pack
    assert pack_from_payload(pack_as_payload(pack)) == pack


@given(
    text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
        lambda text: text.strip() == text
    ),
    figure=st.floats(0.001, 1e9),
)
def test_any_name_and_any_figure_survive_the_disk(
    tmp_path_factory: pytest.TempPathFactory, text: str, figure: float
) -> None:
    folder = tmp_path_factory.mktemp("pack")
    pack = second_value(replace(a_pack(), name_fr=text), value=figure, source=text)

    write_pack(pack, folder)

    assert read_pack(folder) == pack


def test_a_spreadsheet_may_have_saved_the_zones_with_semicolons_and_latin_letters(
    tmp_path: Path,
) -> None:
    pack = a_pack()
    write_pack(pack, tmp_path)
    zones = tmp_path / "zones.csv"
    lines = zones.read_text(encoding="utf-8").replace(",", ";")
    zones.write_bytes(lines.replace("\n", "\r\n").encode("cp1252"))

    assert read_pack(tmp_path).zones == pack.zones


def test_brussels_has_the_28_quarters_of_the_workers_each_on_a_tile_of_its_own() -> None:
    pack = load_pack("brussels")

    assert len(pack.zones) == 28
    assert len({zone.tile for zone in pack.zones}) == 28
    assert all(zone.host_partners for zone in pack.zones)
    assert len({zone.group_id for zone in pack.zones}) == 21
    assert {z.id: z.name_fr for z in pack.zones if z.group_id == "RAQ03"} == {
        "RAQ03a": "Dailly",
        "RAQ03b": "Reyers",
    }


def test_brussels_can_be_recognised_on_its_tiles() -> None:
    pack = load_pack("brussels")
    at = {zone.name_fr: zone.tile for zone in pack.zones}

    def tile(name: str) -> Tile:
        found = at[name]
        assert found is not None
        return found

    assert tile("Quartier Maritime").col < tile("Quartier Nord").col  # across the canal
    assert tile("Koekelberg").row < tile("Cureghem Rosée").row < tile("Bas Forest").row
    assert tile("Cureghem Vétérinaire").col < tile("Marolles").col < tile("Matonge").col
    assert tile("Roodebeek - Constellations").col == max(tile(name).col for name in at)
    assert tile("Dries").row == max(tile(name).row for name in at)
    assert [mark.id for mark in pack.drawing.landmarks] == ["canal"]


def test_brussels_leaves_out_what_nobody_publishes_and_says_what_stands_for_diabetes() -> None:
    pack = load_pack("brussels")

    latest = latest_values(pack, Level.ZONE)

    assert ("RAQ10", "increased_reimbursement_pct") not in latest
    assert ("RAQ18b", "median_income_eur") not in latest
    assert latest["RAQ01", "median_income_eur"].year == 2023
    assert latest["RAQ01", "median_income_eur"].value == 16131.06
    stand_in = next(i for i in pack.indicators if i.code == "increased_reimbursement_pct")
    assert "diabétiques" in stand_in.note_fr
    assert "diabetes" in stand_in.note_nl


def test_quarters_of_brussels_lie_as_far_apart_as_they_do() -> None:
    middles = middles_km(load_pack("brussels"))

    (x, y), (to_x, to_y) = middles["RAQ10"], middles["RAQ19"]

    assert 6 < ((x - to_x) ** 2 + (y - to_y) ** 2) ** 0.5 < 8  # Koekelberg to Woluwe


def test_a_zone_that_does_not_say_where_it_lies_is_placed_by_its_tile() -> None:
    zones = tuple(replace(zone, x_km=None, y_km=None) for zone in a_pack().zones)

    middles = middles_km(replace(a_pack(), zones=zones))

    assert middles["Z2"][0] > middles["Z1"][0]


@pytest.mark.parametrize(
    ("slug", "broken"),
    [
        ("bad_id", lambda p: replace(p, id="à bas")),
        ("blank", lambda p: replace(p, attribution=" ")),
        ("no_zones", lambda p: replace(p, zones=())),
        ("repeated", lambda p: replace(p, zones=(p.zones[0], p.zones[0]))),
        ("bad_id", lambda p: first_zone(p, id="Z/1")),
        ("blank", lambda p: first_zone(p, name_nl="")),
        ("blank", lambda p: first_zone(p, municipalities=())),
        ("unknown", lambda p: first_zone(p, sectors=("99999Z99-",))),
        ("half_a_middle", lambda p: first_zone(p, y_km=None)),
        ("some_middles", lambda p: first_zone(p, x_km=None, y_km=None)),
        ("not_drawn", lambda p: first_zone(p, tile=None)),
        ("repeated", lambda p: first_zone(p, tile=Tile(1, 0))),
        ("bad_tile", lambda p: first_zone(p, tile=Tile(-1, 0))),
        ("unknown", lambda p: replace(p, borders=(Border("11001A00-", "nowhere", 20),))),
        ("unknown", lambda p: first_value(p, code="Z9")),
        ("unknown", lambda p: first_value(p, indicator="happiness")),
        ("other_unit", lambda p: first_value(p, unit="ménages")),
        ("bad_value", lambda p: first_value(p, value=float("nan"))),
        ("bad_value", lambda p: first_value(p, value=-1)),
        ("blank_as_zero", lambda p: second_value(p, value=0)),
        ("bad_year", lambda p: first_value(p, year=22)),
        ("blank", lambda p: first_value(p, source="")),
        ("repeated", lambda p: replace(p, values=(*p.values, p.values[0]))),
        (
            "bad_outline",
            lambda p: replace(p, places=(replace(p.places[0], outline='M0 0"onload="x'),)),
        ),
        (
            "forbidden_indicator",
            lambda p: replace(
                p,
                indicators=(
                    *p.indicators,
                    Indicator("non_belgian_pct", "Étrangers", "x", "x", "%", Kind.RATE),
                ),
            ),
        ),
        (
            "above_100_pct",
            lambda p: first_value(
                replace(p, indicators=(replace(p.indicators[0], unit="%"), p.indicators[1])),
                unit="%",
                value=100.5,
            ),
        ),
        (
            "bad_line",
            lambda p: replace(
                p, drawing=replace(p.drawing, landmarks=(Landmark("c1", "C", "K", ((0, 0),)),))
            ),
        ),
        (
            "no_size",
            lambda p: replace(p, drawing=replace(p.drawing, kind=DrawingKind.OUTLINES)),
        ),
    ],
)
def test_a_pack_that_breaks_a_law_is_told_so(
    slug: str, broken: Callable[[TerritoryPack], TerritoryPack]
) -> None:
    problems = check_pack(broken(a_pack()))

    assert slug in {problem.slug for problem in problems}


def test_a_payload_is_refused_with_every_problem_and_its_place() -> None:
    payload = pack_as_payload(a_pack())
    del payload["name_fr"]
    payload["zones"][0]["score"] = 3
    payload["zones"][1]["tile"]["col"] = "one"

    with pytest.raises(RefusedError) as refusal:
        pack_from_payload(payload)

    assert {problem.place for problem in refusal.value.problems} == {
        "name_fr",
        "zones.0.score",
        "zones.1.tile.col",
    }


def test_a_payload_of_the_right_shape_is_held_to_the_laws_too() -> None:
    payload = pack_as_payload(first_value(a_pack(), code="Z9"))

    with pytest.raises(RefusedError) as refusal:
        pack_from_payload(payload)

    assert [problem.slug for problem in refusal.value.problems] == ["unknown"]


@pytest.mark.parametrize("payload", [None, [], {}, {"format": "relais-territory/0"}])
def test_a_payload_of_another_format_is_refused(payload: object) -> None:
    with pytest.raises(RefusedError):
        pack_from_payload(payload)


def test_what_is_wrong_in_several_files_is_said_at_once_with_the_lines(tmp_path: Path) -> None:
    write_pack(a_pack(), tmp_path)
    values = tmp_path / "indicators.csv"
    values.write_text(
        values.read_text(encoding="utf-8").replace("16131.06", "beaucoup").replace("2022", "22"),
        encoding="utf-8",
    )
    drawing = tmp_path / "drawing.toml"
    drawing.write_text(
        drawing.read_text(encoding="utf-8").replace("[1, 0]", '["one", 0]'), encoding="utf-8"
    )

    answer = check_territory(tmp_path)

    assert not answer.ok
    assert {problem["place"] for problem in answer.data["problems"]} == {
        "indicators.csv:2",
        "indicators.csv:3",
        "drawing.toml, tiles.Z2",
    }


def test_a_blank_figure_in_a_pack_stays_absent(tmp_path: Path) -> None:
    write_pack(a_pack(), tmp_path)
    values = tmp_path / "indicators.csv"
    values.write_text(values.read_text(encoding="utf-8").replace("16131.06", ""), encoding="utf-8")

    assert [value.code for value in read_pack(tmp_path).values] == ["Z1"]


def test_a_tile_for_a_zone_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    write_pack(a_pack(), tmp_path)
    drawing = tmp_path / "drawing.toml"
    drawing.write_text(
        drawing.read_text(encoding="utf-8").replace('"Z2"', '"Z7"'), encoding="utf-8"
    )

    answer = check_territory(tmp_path)

    assert "Z7" in answer.text


def test_the_list_says_which_pack_does_not_read(tmp_path: Path) -> None:
    write_pack(a_pack(), tmp_path / "village")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "pack.toml").write_text("id =", encoding="utf-8")

    answer = list_territories(tmp_path)

    assert not answer.ok
    assert [entry["id"] for entry in answer.data["territories"]] == ["broken", "village"]
