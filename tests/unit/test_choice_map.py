"""The map on which zones are chosen: its shapes, its classes, its weight; and the five classes."""

import gzip
from dataclasses import replace

import pytest
from defusedxml.ElementTree import fromstring

from deploy.settings import PROJECT_ROOT
from services.intake.gateways.territory_files.packs import read_pack
from services.intake.rules.need_index import (
    Explanation,
    Group,
    RankInterval,
    build_need_index,
    say_interval,
    shade_zones,
    weights_of_points,
    zones_of,
)
from services.intake.rules.targeting import Weights, weighting_of
from services.intake.rules.territory.choice_map import draw_choice_map, middle_of, shorten
from services.intake.rules.territory.model import Drawing, DrawingKind, TerritoryPack
from shared.errors import RefusedError
from shared.words import CrisisKind

GZIPPED_MAX_BYTES = 6_000
SQUARE = "M0 0L10.4 0L10.4 10L0 10Z"


@pytest.fixture(scope="module")
def pack() -> TerritoryPack:
    return read_pack(PROJECT_ROOT / "deploy" / "territories" / "brussels")


def test_every_zone_is_drawn_once_with_its_class_and_its_words(pack: TerritoryPack) -> None:
    drawn = draw_choice_map(pack, "fr")

    svg = drawn.paint({"RAQ01": 4, "RAQ02": None}, frozenset({"RAQ02"}), {"RAQ01": "<haut> & sûr"})

    shapes = {
        each.get("data-zone"): each for each in fromstring(svg).iter() if each.get("data-zone")
    }
    assert set(shapes) == {zone.id for zone in pack.zones}
    assert shapes["RAQ01"].get("class") == "zone k4"
    assert shapes["RAQ01"].get("aria-label") == "<haut> & sûr"
    assert shapes["RAQ02"].get("class") == "zone kz is-chosen"


def test_a_map_is_light_and_its_paths_are_integers(pack: TerritoryPack) -> None:
    svg = draw_choice_map(pack, "nl").paint({})

    assert len(gzip.compress(svg.encode())) < GZIPPED_MAX_BYTES
    assert "." not in "".join(shape.path for shape in draw_choice_map(pack, "nl").shapes)


def test_an_outline_is_shortened_and_a_drawing_that_is_not_straight_is_left_alone() -> None:
    assert shorten(SQUARE) == "M0 0l10 0 0 10 -10 0z"
    assert middle_of(SQUARE) == (5, 5)
    assert middle_of("M0 0L2 0L2 2L0 2ZM100 100L140 100L140 140L100 140Z") == (120, 120)
    assert shorten("M0 0C1 1 2 2 3 3Z") == "M0 0C1 1 2 2 3 3Z"
    assert middle_of("M0 0C1 1 2 2 3 3Z") is None


def test_a_territory_with_outlines_is_drawn_by_its_outlines(pack: TerritoryPack) -> None:
    outlined = replace(
        pack,
        zones=tuple(replace(zone, tile=None, outline=SQUARE) for zone in pack.zones[:3]),
        drawing=Drawing(DrawingKind.OUTLINES, width=20, height=10),
    )

    drawn = draw_choice_map(outlined, "fr")

    assert (drawn.width, drawn.height) == (20, 10)
    assert {shape.path for shape in drawn.shapes} == {"M0 0l10 0 0 10 -10 0z"}


def test_the_classes_are_fifths_of_the_score_that_the_index_explains(pack: TerritoryPack) -> None:
    zones = zones_of(pack)
    weighting = weighting_of(zones, CrisisKind.ENERGY, Weights())
    index = build_need_index(zones, weighting, first_k=6, seed=1, draws=1)

    shades = shade_zones(zones, weighting.weights)

    for zone in zones:
        why = index.explanation(zone.zone_id)
        score = sum(part.contribution for part in why.contributions)
        expected = None if why.group is Group.INSUFFICIENT else min(4, int(score * 5 + 1e-9))
        assert shades[zone.zone_id] == expected, zone.zone_id
    assert {0, 4} <= set(shades.values())


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1, 9, "presque toujours dans le premier tiers"),
        (1, 10, "dans les deux premiers tiers"),
        (9, 19, "du premier au dernier tiers"),
        (10, 18, "presque toujours au milieu"),
        (18, 27, "dans les deux derniers tiers"),
        (19, 27, "presque toujours dans le dernier tiers"),
    ],
)
def test_a_rank_interval_is_said_in_thirds(low: int, high: int, said: str) -> None:
    why = Explanation(
        zone_id="A",
        name_fr="A",
        name_nl="A",
        group=Group.TO_DISCUSS,
        contributions=(),
        missing=(),
        missing_weight=0,
        share_of_variants=0.5,
        interval=RankInterval(low, low, high),
        zones_ranked=27,
    )

    told = say_interval(why)

    assert told is not None
    assert told.text == said


def test_points_become_weights_that_add_up_and_no_points_are_refused() -> None:
    assert weights_of_points({"a": 30, "b": 10}) == {"a": 0.75, "b": 0.25}
    for nothing in ({"a": 0.0}, {}, {"a": 20.0, "b": -10.0}):
        with pytest.raises(RefusedError):
            weights_of_points(nothing)
