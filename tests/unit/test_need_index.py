"""The need index: the method by hand, its laws, its words, and what it refuses to give."""

import copy
import json
import pickle
from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.rules.need_index import (
    INDICATORS,
    PRESETS,
    Group,
    NeedIndex,
    Observation,
    Weighting,
    Zone,
    bench_need_index,
    build_need_index,
    check_weighting,
    edited_weighting,
    explain_weighting,
    explain_zone,
    preset_for,
)
from shared.errors import MissingError, RefusedError
from shared.events import FACTS
from shared.words import CrisisKind

HALF = Weighting(
    "equal", 2, {"household_size": 0.5, "density_per_km2": 0.5}, "Deux indicateurs pour l'exemple."
)


def seen(value: float, year: int = 2023, standard_error: float | None = None) -> Observation:
    return Observation(value, year, "exemple", standard_error)


def a_zone(number: int, municipality: str = "Anderlecht", **values: Observation | None) -> Zone:
    return Zone(f"Z{number:02}", f"Quartier {number:02}", f"Wijk {number:02}", municipality, values)


def a_ladder(rungs: int = 21) -> list[Zone]:
    """Make zones whose household size and log density both go 0, 1, 2, ... so p5 is 1, p95 19."""
    return [
        a_zone(n, household_size=seen(float(n)), density_per_km2=seen(exp(n))) for n in range(rungs)
    ]


def an_index(zones: list[Zone], *, first_k: int = 5, seed: int = 7, draws: int = 400) -> NeedIndex:
    return build_need_index(zones, HALF, first_k=first_k, seed=seed, draws=draws)


def refusal(slug: str, refused: RefusedError) -> str:
    return next(p.place for p in refused.problems if p.slug == slug)


# --- by hand -------------------------------------------------------------------------------------


def test_contributions_are_weight_times_place_between_p5_and_p95() -> None:
    explained = an_index(a_ladder()).explanation("Z10")

    assert [c.normalised for c in explained.contributions] == pytest.approx([0.5, 0.5])
    assert [c.contribution for c in explained.contributions] == pytest.approx([0.25, 0.25])


def test_a_place_beyond_p5_or_p95_is_cut_there() -> None:
    index = an_index(a_ladder())

    top, bottom = index.explanation("Z20"), index.explanation("Z00")

    assert [c.normalised for c in top.contributions] == [1.0, 1.0]
    assert [c.normalised for c in bottom.contributions] == [0.0, 0.0]


def test_a_lower_income_is_more_need() -> None:
    weighting = Weighting(
        "energy", 2, {"median_income_eur": 0.5, "household_size": 0.5}, "Le revenu d'abord."
    )
    zones = [
        a_zone(n, median_income_eur=seen(15_000.0 + 500 * n), household_size=seen(2.0))
        for n in range(10)
    ]

    index = build_need_index(zones, weighting, first_k=3, seed=1, draws=200)

    assert "Z00" in index.groups().retained
    assert "Z09" in index.groups().not_a_priority


def test_a_missing_value_leaves_the_other_weights_to_share_the_score() -> None:
    weighting = Weighting(
        "equal",
        2,
        {"household_size": 0.4, "density_per_km2": 0.4, "median_income_eur": 0.2},
        "Un exemple à trois.",
    )
    zones = [
        a_zone(
            n,
            household_size=seen(float(n)),
            density_per_km2=seen(exp(n)),
            median_income_eur=seen(20_000.0 + n),
        )
        for n in range(21)
    ]
    zones[10] = a_zone(10, household_size=seen(19.0), density_per_km2=seen(exp(10)))

    explained = build_need_index(zones, weighting, first_k=5, seed=1, draws=50).explanation("Z10")

    assert explained.missing == ("median_income_eur",)
    assert explained.missing_weight == pytest.approx(0.2)
    contributions = {c.indicator: c.contribution for c in explained.contributions}
    assert contributions == pytest.approx({"household_size": 0.5, "density_per_km2": 0.25})


def test_shrinkage_follows_the_standard_error_and_shows_what_it_kept() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    zones = [
        a_zone(n, household_size=seen(v, standard_error=1.0), density_per_km2=seen(1000.0 + n))
        for n, v in enumerate(values)
    ]

    explained = build_need_index(zones, HALF, first_k=2, seed=1, draws=50).explanation("Z00")

    # Variance inside the municipality 2.5, noise 1: tau² = 1.5, so 1.5 / (1.5 + 1) = 0.6 is kept.
    size = next(c for c in explained.contributions if c.indicator == "household_size")
    assert size.own_weight == pytest.approx(0.6)
    assert size.value == 1.0


# --- uncertainty ---------------------------------------------------------------------------------


def test_two_thousand_draws_rank_a_clear_territory_clearly() -> None:
    index = build_need_index(a_ladder(), HALF, first_k=5, seed=7)

    assert index.method.draws == 2_000
    assert index.groups().retained == ("Z16", "Z17", "Z18", "Z19", "Z20")
    assert index.groups().to_discuss == ()
    assert len(index.groups().not_a_priority) == 16


def test_a_missing_value_widens_the_interval() -> None:
    whole = a_ladder()
    pierced = a_ladder()
    weighting = replace(
        HALF,
        weights={"household_size": 0.4, "density_per_km2": 0.4, "density_65_plus_per_km2": 0.2},
    )
    for zones in (whole, pierced):
        for n, zone in enumerate(zones):
            zones[n] = replace(
                zone,
                observations={**zone.observations, "density_65_plus_per_km2": seen(exp(n))},
            )
    pierced[10] = replace(
        pierced[10], observations={**pierced[10].observations, "density_per_km2": None}
    )

    widths = []
    for zones in (whole, pierced):
        interval = build_need_index(zones, weighting, first_k=5, seed=3).explanation("Z10").interval
        assert interval is not None
        assert interval.low <= interval.middle <= interval.high
        widths.append(interval.high - interval.low)

    assert widths[1] > widths[0] + 3


def test_a_standard_error_widens_the_interval() -> None:
    noisy = a_ladder()
    noisy[10] = a_zone(
        10, household_size=seen(10.0, standard_error=6.0), density_per_km2=seen(exp(10))
    )

    sure, unsure = (an_index(zones).explanation("Z10").interval for zones in (a_ladder(), noisy))

    assert sure is not None
    assert unsure is not None
    assert unsure.high - unsure.low > sure.high - sure.low


def test_more_than_forty_percent_missing_is_left_to_people() -> None:
    zones = a_ladder()
    zones[20] = a_zone(20, household_size=seen(20.0))

    index = an_index(zones)

    assert index.groups().insufficient == ("Z20",)
    explained = index.explanation("Z20")
    assert explained.group is Group.INSUFFICIENT
    assert explained.share_of_variants is None
    assert explained.contributions == ()
    assert explained.missing_weight == pytest.approx(0.5)


def test_exactly_forty_percent_missing_is_still_counted() -> None:
    weighting = replace(
        HALF,
        weights={"household_size": 0.3, "density_per_km2": 0.3, "median_income_eur": 0.4},
    )
    zones = [
        a_zone(
            n,
            household_size=seen(float(n)),
            density_per_km2=seen(exp(n)),
            median_income_eur=seen(20_000.0) if n else None,
        )
        for n in range(21)
    ]

    index = build_need_index(zones, weighting, first_k=5, seed=1, draws=50)

    assert index.groups().insufficient == ()


def test_a_blank_is_never_a_zero() -> None:
    blank = a_ladder()
    blank[10] = a_zone(10, household_size=None, density_per_km2=seen(exp(10)))

    explained = an_index(blank).explanation("Z10")

    assert explained.missing == ("household_size",)
    assert all(c.indicator != "household_size" for c in explained.contributions)


def test_an_indicator_that_nobody_publishes_is_named_and_its_weight_counts_as_missing() -> None:
    weighting = PRESETS["health"]
    zones = [
        a_zone(
            n,
            median_income_eur=seen(20_000.0 - n),
            density_per_km2=seen(1000.0 + n),
            density_65_plus_per_km2=seen(100.0 + n),
            household_size=seen(2.0),
        )
        for n in range(10)
    ]
    zones[0] = replace(zones[0], observations={**zones[0].observations, "density_per_km2": None})

    index = build_need_index(zones, weighting, first_k=3, seed=1, draws=50)

    assert index.method.without_data == ("diabetes_pct",)
    assert index.explanation("Z01").missing_weight == pytest.approx(0.3)
    assert index.groups().insufficient == ("Z00",)


def test_a_territory_without_any_data_leaves_every_zone_to_people() -> None:
    index = an_index([a_zone(1), a_zone(2)], first_k=1)

    assert index.groups().insufficient == ("Z01", "Z02")


# --- laws ----------------------------------------------------------------------------------------


def everything(index: NeedIndex) -> list[object]:
    return [index.explanation(zone_id) for zone_id in index.zone_ids]


def some_zones(count: int = 12) -> list[Zone]:
    rng = np.random.default_rng(5)
    return [
        a_zone(
            n,
            f"Commune {n % 3}",
            household_size=seen(float(rng.uniform(1, 4)), standard_error=0.2),
            density_per_km2=seen(float(rng.uniform(500, 30_000))) if n % 4 else None,
            median_income_eur=seen(float(rng.uniform(14_000, 30_000))),
        )
        for n in range(count)
    ]


THREE = replace(
    HALF, weights={"household_size": 0.4, "density_per_km2": 0.3, "median_income_eur": 0.3}
)


@given(st.permutations(range(12)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_zones_changes_nothing(order: list[int]) -> None:
    zones = some_zones()
    shuffled_weights = dict(reversed(list(THREE.weights.items())))

    index = build_need_index(zones, THREE, first_k=4, seed=11, draws=100)
    other = build_need_index(
        [zones[n] for n in order],
        replace(THREE, weights=shuffled_weights),
        first_k=4,
        seed=11,
        draws=100,
    )

    for zone_id in index.zone_ids:
        one, two = index.explanation(zone_id), other.explanation(zone_id)
        assert (one.share_of_variants, one.interval) == (two.share_of_variants, two.interval)
        assert one.contributions == two.contributions


def test_the_same_seed_gives_the_same_index_and_another_seed_another() -> None:
    def made(seed: int) -> list[object]:
        return everything(build_need_index(some_zones(), THREE, first_k=4, seed=seed, draws=200))

    assert made(11) == made(11)
    assert made(11) != made(12)


sizes = st.floats(0.5, 8.0)


@given(st.lists(st.tuples(sizes, st.floats(100.0, 40_000.0)), min_size=3, max_size=25), st.data())
@settings(max_examples=40, deadline=None)
def test_more_need_never_lowers_the_additive_score(
    values: list[tuple[float, float]], data: st.DataObject
) -> None:
    zones = [
        a_zone(n, household_size=seen(size), density_per_km2=seen(density))
        for n, (size, density) in enumerate(values)
    ]
    raised = data.draw(st.integers(0, len(zones) - 1))
    more = data.draw(st.floats(0.0, 5.0))

    before = an_index(zones, first_k=1, draws=1).explanation(f"Z{raised:02}")
    needier = zones.copy()
    needier[raised] = a_zone(
        raised,
        household_size=seen(values[raised][0] + more),
        density_per_km2=seen(values[raised][1]),
    )
    after = an_index(needier, first_k=1, draws=1).explanation(f"Z{raised:02}")

    score_before = sum(c.contribution for c in before.contributions)
    assert sum(c.contribution for c in after.contributions) >= score_before - 1e-9


@given(
    st.lists(
        st.tuples(st.none() | sizes, st.floats(100.0, 40_000.0), st.floats(8_000.0, 60_000.0)),
        min_size=2,
        max_size=20,
    )
)
@settings(max_examples=40, deadline=None)
def test_contributions_add_up_to_a_score_between_0_and_1(
    values: list[tuple[float | None, float, float]],
) -> None:
    zones = [
        a_zone(
            n,
            household_size=None if size is None else seen(size),
            density_per_km2=seen(density),
            median_income_eur=seen(income),
        )
        for n, (size, density, income) in enumerate(values)
    ]

    index = build_need_index(zones, THREE, first_k=1, seed=1, draws=1)

    for zone_id in index.zone_ids:
        explained = index.explanation(zone_id)
        weight = sum(c.weight for c in explained.contributions)
        by_hand = sum(c.weight * c.normalised for c in explained.contributions) / weight
        score = sum(c.contribution for c in explained.contributions)
        assert score == pytest.approx(by_hand)
        assert -1e-9 <= score <= 1 + 1e-9


def test_leaving_out_the_only_indicator_that_tells_zones_apart_moves_them_most() -> None:
    zones = [
        a_zone(n, household_size=seen(2.0 + n / 1e6), density_per_km2=seen(exp((n * 7) % 11)))
        for n in range(11)
    ]
    weighting = replace(
        HALF,
        weights={"household_size": 0.05, "density_per_km2": 0.5, "median_income_eur": 0.45},
    )
    zones = [
        replace(z, observations={**z.observations, "median_income_eur": seen(20_000.0)})
        for z in zones
    ]

    moved = build_need_index(zones, weighting, first_k=3, seed=1, draws=20).method.places_moved

    assert moved["density_per_km2"] > moved["household_size"]
    assert moved["median_income_eur"] == 0.0


# --- weights -------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted(PRESETS))
def test_every_preset_adds_up_to_one_and_lets_no_indicator_decide_alone(key: str) -> None:
    check_weighting(PRESETS[key])


def test_every_kind_of_crisis_has_weights_to_start_from() -> None:
    assert preset_for(CrisisKind.HEALTH).weights["diabetes_pct"] == 0.30
    assert preset_for(CrisisKind.ENERGY).weights["median_income_eur"] == 0.45
    assert preset_for(CrisisKind.MIGRATION).key == "migration"
    assert preset_for(CrisisKind.FLOOD).key == "equal"


def test_increased_reimbursement_stands_in_where_diabetes_is_not_published_and_says_so() -> None:
    available = {"median_income_eur", "increased_reimbursement_pct"}

    weighting = preset_for(CrisisKind.HEALTH, available)

    check_weighting(weighting)
    assert weighting.key == "health-bim"
    assert weighting.weights["increased_reimbursement_pct"] == 0.30
    assert "diabetes_pct" not in weighting.weights
    assert weighting.notes
    assert preset_for(CrisisKind.HEALTH, {*available, "diabetes_pct"}) == PRESETS["health"]


def test_edited_weights_are_a_new_version_and_refused_with_every_problem_at_once() -> None:
    edited = edited_weighting(
        PRESETS["energy"],
        {"median_income_eur": 0.5, "household_size": 0.5},
        "Les grands ménages paient le plus.",
    )

    assert edited.reference == "energy/2"
    with pytest.raises(RefusedError) as refused:
        edited_weighting(edited, {"median_income_eur": 0.8, "crime": 0.1}, " ")
    assert {p.slug for p in refused.value.problems} == {
        "unknown_indicator",
        "weight_out_of_bounds",
        "weights_do_not_add_up",
        "weights_without_justification",
    }


def test_there_is_no_indicator_on_origin_nationality_or_crime() -> None:
    forbidden = ("origin", "nation", "crime", "foreign", "migra", "police")

    assert not [key for key in INDICATORS if any(word in key for word in forbidden)]


# --- what is refused -----------------------------------------------------------------------------


def test_impossible_values_are_refused_together_with_their_places() -> None:
    zones = a_ladder()
    zones[3] = a_zone(3, household_size=seen(2.0), density_per_km2=seen(0.0))
    zones[4] = a_zone(4, household_size=seen(float("nan")), density_per_km2=seen(10.0))
    zones[5] = a_zone(
        5, household_size=seen(2.0, standard_error=-1.0), density_per_km2=seen(10.0), dogs=seen(1.0)
    )
    zones.append(zones[0])

    with pytest.raises(RefusedError) as refused:
        an_index(zones, first_k=99)

    assert {(p.slug, p.place) for p in refused.value.problems} == {
        ("impossible_value", "Z03/density_per_km2"),
        ("impossible_value", "Z04/household_size"),
        ("impossible_standard_error", "Z05/household_size"),
        ("unknown_indicator", "Z05/dogs"),
        ("zone_given_twice", "Z00"),
        ("first_k_out_of_bounds", "first_k"),
    }


# --- it does not leak ----------------------------------------------------------------------------


def test_an_index_cannot_be_sorted_listed_copied_or_sent() -> None:
    index = an_index(a_ladder())

    assert repr(index) == "<NeedIndex of 21 zones>"
    with pytest.raises(TypeError):
        list(index)  # type: ignore[call-overload]  # the point
    with pytest.raises(TypeError):
        json.dumps(index)
    with pytest.raises(TypeError):
        pickle.dumps(index)
    with pytest.raises(TypeError):
        copy.copy(index)
    with pytest.raises(MissingError):
        index.explanation("nowhere")


def test_groups_are_in_the_alphabetical_order_of_the_readers_language() -> None:
    zones = a_ladder()
    names = {"Z20": ("Étangs", "Vijvers"), "Z19": ("Zénith", "Zenit"), "Z18": ("éperon", "Spoor")}
    zones = [
        replace(z, name_fr=names[z.zone_id][0], name_nl=names[z.zone_id][1])
        if z.zone_id in names
        else z
        for z in zones
    ]
    index = build_need_index(zones, HALF, first_k=5, seed=7, draws=400)

    assert index.groups("fr").retained == ("Z18", "Z20", "Z16", "Z17", "Z19")
    assert index.groups("nl").retained == ("Z18", "Z20", "Z16", "Z17", "Z19")
    assert index.groups("nl").not_a_priority == tuple(f"Z{n:02}" for n in range(16))


def test_no_fact_has_a_field_that_could_carry_a_place_of_a_neighbourhood() -> None:
    forbidden = ("score", "rank", "share_of", "interval", "index", "group")

    def names(schema: object) -> set[str]:
        if isinstance(schema, dict):
            found = set(schema.get("properties", {}))
            return found.union(*(names(part) for part in schema.values()))
        if isinstance(schema, list):
            return set().union(*(names(part) for part in schema))
        return set()

    fields = set().union(*(names(fact.model_json_schema()) for fact in FACTS))

    assert "zone_ids" in fields
    assert not [field for field in fields if any(word in field for word in forbidden)]


# --- words ---------------------------------------------------------------------------------------


def test_a_zone_is_explained_in_plain_words() -> None:
    zones = a_ladder()
    zones[20] = a_zone(20, household_size=seen(20.0, year=2019), density_per_km2=seen(exp(20)))

    said = [
        message.render() for message in explain_zone(an_index(zones, first_k=5).explanation("Z20"))
    ]

    assert said == [
        "Quartier 20 : retenu par l'indice (présent dans 100 % des variantes).",
        "Sa place change peu d'une variante à l'autre.",
        "Ce qui pèse : densité de population (0.50), taille des ménages (0.50).",
        "Données de 2019 à 2023.",
    ]


def test_a_zone_without_enough_data_is_left_to_people_in_words() -> None:
    zones = a_ladder()
    zones[20] = a_zone(20, household_size=seen(20.0))

    said = [m.render() for m in explain_zone(an_index(zones).explanation("Z20"), "nl")]

    assert said[0].startswith("Wijk 20 : données insuffisantes. Il manque 50 % du poids")
    assert said[1].endswith("densité de population.")


def test_words_are_translated_before_they_are_filled() -> None:
    dutch = {
        "%(zone)s : retenu par l'indice (présent dans %(share_pct)s %% des variantes).": (
            "%(zone)s: weerhouden door de index (in %(share_pct)s %% van de varianten)."
        )
    }
    first = explain_zone(an_index(a_ladder()).explanation("Z20"), "nl")[0]

    assert first.render(lambda text: dutch[text]) == (
        "Wijk 20: weerhouden door de index (in 100 % van de varianten)."
    )


def test_no_sentence_speaks_of_residents() -> None:
    zones = some_zones()
    index = build_need_index(zones, THREE, first_k=4, seed=11, draws=100)
    about_people = ("habitant", "étranger", "population pauvre", "pauvres", "gens", "personnes")

    said = " ".join(
        m.render().lower()
        for zone_id in index.zone_ids
        for m in explain_zone(index.explanation(zone_id))
    )

    assert "lissée à" in said
    assert "donnée manquante" in said
    assert not [word for word in about_people if word in said]


def test_the_method_can_be_told_outside_without_naming_a_zone() -> None:
    edited = edited_weighting(PRESETS["energy"], dict(HALF.weights), "50 % chacun, faute de mieux.")
    index = build_need_index(a_ladder(), edited, first_k=5, seed=7, draws=50)

    said = [m.render() for m in explain_weighting(index.method)]

    assert said == [
        "Critères et poids : densité de population (50 %), taille des ménages (50 %).",
        "50 % chacun, faute de mieux.",
    ]


def test_the_bench_measures_the_size_it_names() -> None:
    bench = bench_need_index(zones=10, draws=20)

    assert (bench.zones, bench.indicators, bench.draws) == (10, 5, 20)
    assert "ratio" in str(bench)
