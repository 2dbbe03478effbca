"""The choice of zones is a person's, with a reason, and with one more against the index."""

from math import exp

import pytest

from services.intake.rules.need_index import (
    NeedIndex,
    Observation,
    Weighting,
    Zone,
    build_need_index,
    choose_zones,
)
from shared.errors import RefusedError

WHY = "Les collègues y voient les files s'allonger."


@pytest.fixture(scope="module")
def index() -> NeedIndex:
    """Z17 to Z20 are retained, Z16 and Z15 may be, Z00 has too little data."""
    weighting = Weighting(
        "equal", 1, {"household_size": 0.5, "density_per_km2": 0.5}, "Deux suffisent ici."
    )
    zones = [
        Zone(
            f"Z{n:02}",
            f"Quartier {n:02}",
            f"Wijk {n:02}",
            "Forest",
            {
                "household_size": Observation(float(n), 2023, "exemple"),
                "density_per_km2": Observation(exp(n), 2023, "exemple") if n else None,
            },
        )
        for n in range(21)
    ]
    return build_need_index(zones, weighting, first_k=4, seed=1, draws=200)


def test_a_choice_with_its_reason_keeps_zones_in_the_order_of_their_ids(index: NeedIndex) -> None:
    choice = choose_zones(index, ["Z20", "Z17", "Z19", "Z18"], f"  {WHY} ", {})

    assert choice.zone_ids == ("Z17", "Z18", "Z19", "Z20")
    assert choice.reason == WHY
    assert choice.contradictions == {}
    assert choice.weighting == "equal/1"


def test_the_index_may_be_contradicted_zone_by_zone_with_reasons(index: NeedIndex) -> None:
    contradictions = {
        "Z20": "Un autre dispositif y est déjà.",
        "Z02": "Le marché y attire toute la commune.",
        "Z00": "Les chiffres manquent, pas les demandes.",
    }

    choice = choose_zones(index, ["Z00", "Z02", "Z17", "Z18", "Z19"], WHY, contradictions)

    assert choice.zone_ids == ("Z00", "Z02", "Z17", "Z18", "Z19")
    assert choice.contradictions == contradictions


def test_everything_that_is_wrong_with_a_choice_is_said_at_once(index: NeedIndex) -> None:
    with pytest.raises(RefusedError) as refused:
        choose_zones(index, ["Z02", "Z00", "elsewhere"], "ok", {"Z02": "x" * 1001})

    assert {(p.slug, p.place) for p in refused.value.problems} == {
        ("unknown_zone", "elsewhere"),
        ("choice_without_reason", "reason"),
        ("contradiction_without_reason", "Z00"),
        ("reason_too_long", "Z02"),
        *(("contradiction_without_reason", zone) for zone in ("Z17", "Z18", "Z19", "Z20")),
    }


def test_choosing_nothing_is_refused(index: NeedIndex) -> None:
    with pytest.raises(RefusedError) as refused:
        choose_zones(index, [], WHY, {})

    assert "no_zones" in {p.slug for p in refused.value.problems}
