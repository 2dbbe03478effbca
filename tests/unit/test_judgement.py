"""Judging an invitation: the charter is answered, the workers are heard, and then it is decided."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.rules.charter import CHARTERS, CURRENT_CHARTER
from services.intake.rules.judgement import (
    WINDOW_MIN,
    Answer,
    Consultation,
    Judgement,
    Objection,
    Opinion,
    Verdict,
    Wish,
    blocks_acceptance,
    check_opinion_in_time,
    counted_opinions,
    decide,
    objections_of,
    plan_consultation,
    visible_opinions,
)
from shared.errors import RefusedError
from shared.words import Boundary, Decision, Ground, Law, Mission, Stance, WorkerId

MONDAY = datetime(2022, 1, 10, 9, tzinfo=UTC)
THURSDAY = MONDAY + timedelta(days=3)
YES = Answer(respected=True, sentence="Oui, et voici pourquoi.")
NO = Answer(respected=False, sentence="Non, c'est un contrôle.")
WHY = "La demande rejoint nos missions."
RESPECTED = Judgement(
    "2022-09", boundaries=dict.fromkeys(Boundary, YES), laws=dict.fromkeys(Law, YES)
)
CONSULTED = Consultation(MONDAY, THURSDAY)


def an_opinion(
    worker: int = 1,
    stance: Stance = Stance.FOR,
    *grounds: Ground,
    version: int = 1,
    given_at: datetime = MONDAY,
) -> Opinion:
    return Opinion(WorkerId(UUID(int=worker)), version, stance, given_at, grounds)


def decided(
    decision: Decision = Decision.ACCEPT,
    judgement: Judgement = RESPECTED,
    *opinions: Opinion,
    reason: str = WHY,
    changes: tuple[str, ...] = (),
    consultation: Consultation | None = CONSULTED,
    replies: dict[Ground | None, str] | None = None,
    now: datetime = THURSDAY,
) -> Verdict:
    return decide(
        Wish(decision, reason, changes), judgement, consultation, opinions, replies or {}, now=now
    )


def slugs(refused: pytest.ExceptionInfo[RefusedError]) -> set[tuple[str, str]]:
    return {(p.slug, p.place) for p in refused.value.problems}


# --- the charter ---------------------------------------------------------------------------------


def test_the_charter_of_2022_asks_about_six_boundaries_and_four_laws() -> None:
    assert CURRENT_CHARTER.version == "2022-09"
    assert CHARTERS["2022-09"] is CURRENT_CHARTER
    assert set(CURRENT_CHARTER.boundaries) == set(Boundary)
    assert set(CURRENT_CHARTER.laws) == set(Law)
    assert set(CURRENT_CHARTER.missions) == set(Mission)


@pytest.mark.parametrize("boundary", Boundary)
def test_a_single_no_on_a_boundary_blocks_acceptance_but_not_refusal(boundary: Boundary) -> None:
    broken = replace(RESPECTED, boundaries={**RESPECTED.boundaries, boundary: NO})

    for decision, changes in ((Decision.ACCEPT, ()), (Decision.ADJUST, ("Sans contrôle.",))):
        with pytest.raises(RefusedError) as refused:
            decided(decision, broken, changes=changes)
        assert slugs(refused) == {("boundary_not_respected", f"boundaries.{boundary.value}")}
    assert decided(Decision.REFUSE, broken).decision is Decision.REFUSE


@pytest.mark.parametrize("law", Law)
def test_a_single_law_without_answer_blocks_acceptance_but_not_refusal(law: Law) -> None:
    open_question = replace(RESPECTED, laws={known: YES for known in Law if known is not law})

    with pytest.raises(RefusedError) as refused:
        decided(Decision.ACCEPT, open_question)

    assert slugs(refused) == {("law_unanswered", f"laws.{law.value}")}
    assert not decided(Decision.REFUSE, open_question).allows_campaign


def test_a_yes_needs_a_sentence_too() -> None:
    silent = replace(
        RESPECTED, laws={**RESPECTED.laws, Law.ONE_OFF: Answer(respected=True, sentence=" oui ")}
    )

    assert [(p.slug, p.place) for p in blocks_acceptance(silent)] == [
        ("law_without_sentence", "laws.one_off")
    ]


def test_nothing_answered_is_ten_problems_at_once() -> None:
    assert len(blocks_acceptance(Judgement("2022-09"))) == 10
    assert blocks_acceptance(RESPECTED) == ()


def test_an_unknown_version_of_the_charter_is_refused_whatever_the_decision() -> None:
    unknown = replace(RESPECTED, charter="2031-01")

    for decision in (Decision.ACCEPT, Decision.REFUSE):
        with pytest.raises(RefusedError) as refused:
            decided(decision, unknown)
        assert slugs(refused) == {("unknown_charter", "charter")}


# --- the consultation ----------------------------------------------------------------------------


def test_a_consultation_is_open_until_the_moment_it_closes() -> None:
    consultation = plan_consultation(MONDAY, THURSDAY)

    assert not consultation.accelerated
    assert not consultation.is_open(MONDAY - timedelta(seconds=1))
    assert consultation.is_open(MONDAY)
    assert consultation.is_open(THURSDAY - timedelta(seconds=1))
    assert not consultation.is_open(THURSDAY)
    assert consultation.has_closed(THURSDAY)


def test_a_shorter_consultation_needs_a_reason_and_is_shown_as_accelerated() -> None:
    tonight = MONDAY + timedelta(hours=9)

    with pytest.raises(RefusedError) as refused:
        plan_consultation(MONDAY, tonight)
    accelerated = plan_consultation(MONDAY, tonight, "Le Vacci-Bus vient demain matin.")

    assert slugs(refused) == {("accelerated_without_reason", "accelerated_because")}
    assert accelerated.accelerated
    verdict = decided(consultation=accelerated, now=tonight)
    assert verdict.accelerated
    assert not decided().accelerated


def test_a_window_has_a_least_and_a_greatest_length() -> None:
    with pytest.raises(RefusedError) as too_short:
        plan_consultation(MONDAY, MONDAY + timedelta(hours=1), "Tout va trop vite.")
    with pytest.raises(RefusedError) as backwards:
        plan_consultation(MONDAY, MONDAY - WINDOW_MIN, "Tout va trop vite.")
    with pytest.raises(RefusedError) as too_long:
        plan_consultation(MONDAY, MONDAY + timedelta(days=31))

    assert slugs(too_short) == slugs(backwards) == {("window_too_short", "closes_at")}
    assert slugs(too_long) == {("window_too_long", "closes_at")}


def test_opinions_stay_hidden_until_the_window_closes() -> None:
    opinions = [an_opinion(1, Stance.AGAINST, Ground.ETHICS)]

    with pytest.raises(RefusedError) as refused:
        visible_opinions(CONSULTED, opinions, THURSDAY - timedelta(seconds=1))

    assert slugs(refused) == {("consultation_still_open", "consultation")}
    assert visible_opinions(CONSULTED, opinions, THURSDAY) == tuple(opinions)


def test_an_opinion_counts_once_in_its_last_version_given_in_time() -> None:
    first = an_opinion(1, Stance.AGAINST)
    second = an_opinion(1, Stance.FOR, version=2, given_at=MONDAY + timedelta(hours=1))
    late = an_opinion(1, Stance.AGAINST, version=3, given_at=THURSDAY)
    other = an_opinion(2, Stance.NO_OPINION)

    assert counted_opinions(CONSULTED, [late, other, second, first]) == (second, other)
    check_opinion_in_time(CONSULTED, MONDAY)
    with pytest.raises(RefusedError):
        check_opinion_in_time(CONSULTED, THURSDAY)


def test_objections_are_gathered_ground_by_ground() -> None:
    gathered = objections_of(
        [
            an_opinion(1, Stance.AGAINST, Ground.ETHICS, Ground.NO_INTERFERENCE),
            an_opinion(2, Stance.WITH_CONDITIONS, Ground.ETHICS),
            an_opinion(3, Stance.AGAINST),
            an_opinion(4, Stance.FOR),
            an_opinion(5, Stance.NO_OPINION),
        ]
    )

    assert gathered == (
        Objection(Ground.ETHICS, against=1, with_conditions=1),
        Objection(Ground.NO_INTERFERENCE, against=1, with_conditions=0),
        Objection(None, against=1, with_conditions=0),
    )


# --- the decision --------------------------------------------------------------------------------


def test_a_respected_charter_and_heard_workers_allow_a_campaign() -> None:
    verdict = decided(Decision.ACCEPT, RESPECTED, an_opinion())

    assert verdict == Verdict(Decision.ACCEPT, "2022-09", WHY)
    assert verdict.allows_campaign


def test_nothing_is_decided_while_the_consultation_is_open() -> None:
    for decision in (Decision.ACCEPT, Decision.REFUSE):
        with pytest.raises(RefusedError) as refused:
            decided(decision, now=THURSDAY - timedelta(minutes=1))
        assert slugs(refused) == {("consultation_still_open", "consultation")}


def test_only_a_refusal_may_do_without_consulting_the_workers() -> None:
    with pytest.raises(RefusedError) as refused:
        decided(consultation=None)

    assert slugs(refused) == {("workers_not_consulted", "consultation")}
    assert not decided(Decision.REFUSE, consultation=None).allows_campaign


def test_every_objection_is_answered_before_deciding() -> None:
    opinions = (
        an_opinion(1, Stance.AGAINST, Ground.ETHICS),
        an_opinion(2, Stance.WITH_CONDITIONS, Ground.WORKING_ZONE),
        an_opinion(3, Stance.AGAINST),
    )
    reply = "Nous avons retiré ce point."

    with pytest.raises(RefusedError) as refused:
        decided(Decision.ACCEPT, RESPECTED, *opinions, replies={Ground.ETHICS: reply, None: "ok"})
    verdict = decided(
        Decision.ACCEPT,
        RESPECTED,
        *opinions,
        replies={Ground.ETHICS: reply, Ground.WORKING_ZONE: reply, None: reply},
    )

    assert slugs(refused) == {
        ("objection_unanswered", "objections.working_zone"),
        ("objection_unanswered", "objections.no_ground"),
    }
    assert verdict.allows_campaign


def test_an_objection_that_its_worker_took_back_needs_no_answer() -> None:
    took_back = (
        an_opinion(1, Stance.AGAINST, Ground.ETHICS),
        an_opinion(1, Stance.FOR, version=2, given_at=MONDAY + timedelta(hours=1)),
    )

    assert decided(Decision.ACCEPT, RESPECTED, *took_back).allows_campaign


def test_adjusting_lists_what_changes_and_only_adjusting_does() -> None:
    with pytest.raises(RefusedError) as nothing_changes:
        decided(Decision.ADJUST, changes=("  ",))
    with pytest.raises(RefusedError) as changes_all_the_same:
        decided(Decision.ACCEPT, changes=("Sans contrôle.",))

    assert slugs(nothing_changes) == {("adjusted_without_changes", "changes")}
    assert slugs(changes_all_the_same) == {("changes_without_adjusting", "changes")}
    assert decided(Decision.ADJUST, changes=(" Sans contrôle. ",)).changes == ("Sans contrôle.",)


def test_everything_that_stands_in_the_way_is_said_at_once() -> None:
    with pytest.raises(RefusedError) as refused:
        decided(Decision.ADJUST, Judgement("2022-09"), consultation=None, reason="non")

    assert len(refused.value.problems) == 10 + 3


@given(st.sets(st.sampled_from([*Boundary, *Law]), min_size=1), st.booleans())
def test_no_way_of_not_answering_lets_an_invitation_pass(
    unanswered: set[Boundary | Law],
    say_no: bool,  # noqa: FBT001 -- drawn by hypothesis
) -> None:
    instead = NO if say_no else Answer()
    judgement = Judgement(
        "2022-09",
        boundaries={b: instead if b in unanswered else YES for b in Boundary},
        laws={law: instead if law in unanswered else YES for law in Law},
    )

    with pytest.raises(RefusedError) as refused:
        decided(Decision.ACCEPT, judgement)

    assert len(refused.value.problems) == len(unanswered)
