"""What an alert means here: a draft at most, and an exercise never more than an exercise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.intake.rules.cap_alert import (
    Alert,
    AlertArea,
    AlertInfo,
    AlertReference,
    AlertScope,
    AlertStatus,
    CancelDrafts,
    Category,
    Certainty,
    DraftState,
    KnownDraft,
    Mark,
    MessageType,
    NewDraft,
    NewVersion,
    NothingNew,
    Severity,
    Urgency,
    check_may_become_invitation,
    crisis_of,
    draft_of,
    has_expired,
    meaning_of,
)
from shared.errors import RefusedError
from shared.words import CrisisKind

SENT = datetime(2022, 7, 18, 14, tzinfo=UTC)
FIRST = AlertReference("be-alert@example.org", "A-1", SENT)
SECOND = AlertReference("be-alert@example.org", "A-2", SENT + timedelta(hours=5))
ANDERLECHT = AlertArea("Anderlecht", (("NIS5", "21001"),))
KNOWN = KnownDraft(UUID(int=1), (FIRST,), version=1, mark=Mark.REAL, state=DraftState.OPEN)


def an_info(event: str = "Canicule", category: Category = Category.MET) -> AlertInfo:
    return AlertInfo(
        language="fr",
        categories=(category,),
        event=event,
        urgency=Urgency.EXPECTED,
        severity=Severity.MODERATE,
        certainty=Certainty.LIKELY,
        onset=SENT + timedelta(days=1),
        expires=SENT + timedelta(days=3),
        areas=(ANDERLECHT,),
    )


def an_alert(
    message_type: MessageType = MessageType.ALERT,
    status: AlertStatus = AlertStatus.ACTUAL,
    reference: AlertReference = FIRST,
    references: tuple[AlertReference, ...] = (),
) -> Alert:
    return Alert(reference, status, message_type, AlertScope.PUBLIC, references, (an_info(),))


def slug(alert: Alert, *drafts: KnownDraft) -> str:
    with pytest.raises(RefusedError) as refused:
        meaning_of(alert, drafts)
    return refused.value.problems[0].slug


def test_an_actual_alert_makes_a_draft_with_everything_it_says() -> None:
    dutch = replace(
        an_info("Hittegolf"),
        language="nl",
        severity=Severity.SEVERE,
        onset=None,
        expires=SENT + timedelta(days=4),
    )
    alert = replace(an_alert(), infos=(an_info(), dutch))

    effect = meaning_of(alert, ())

    assert isinstance(effect, NewDraft)
    assert effect.draft.mark is Mark.REAL
    assert effect.draft.crisis is CrisisKind.HEAT
    assert [(t.language, t.event) for t in effect.draft.texts] == [
        ("fr", "Canicule"),
        ("nl", "Hittegolf"),
    ]
    assert effect.draft.wanted_from == SENT
    assert effect.draft.wanted_until == SENT + timedelta(days=4)
    assert effect.draft.areas == (ANDERLECHT,)
    assert effect.draft.severity is Severity.SEVERE


def test_an_update_is_a_new_version_of_the_draft_that_it_references() -> None:
    effect = meaning_of(
        an_alert(MessageType.UPDATE, reference=SECOND, references=(FIRST,)), [KNOWN]
    )

    assert isinstance(effect, NewVersion)
    assert (effect.of, effect.version) == (KNOWN.draft_id, 2)
    assert effect.draft.reference == SECOND


def test_an_update_of_two_drafts_leaves_one() -> None:
    other = replace(KNOWN, draft_id=UUID(int=2), references=(SECOND,), version=3)
    third = replace(FIRST, identifier="A-3")

    effect = meaning_of(
        an_alert(MessageType.UPDATE, reference=third, references=(FIRST, SECOND)), [KNOWN, other]
    )

    assert isinstance(effect, NewVersion)
    assert (effect.of, effect.version, effect.also_cancels) == (UUID(int=2), 4, (KNOWN.draft_id,))


def test_an_update_of_something_unknown_is_a_draft_of_its_own() -> None:
    effect = meaning_of(an_alert(MessageType.UPDATE, reference=SECOND, references=(FIRST,)), [])

    assert isinstance(effect, NewDraft)
    assert effect.follows is None


def test_an_update_never_changes_what_became_an_invitation() -> None:
    invited = replace(KNOWN, state=DraftState.INVITED)

    effect = meaning_of(
        an_alert(MessageType.UPDATE, reference=SECOND, references=(FIRST,)), [invited]
    )

    assert isinstance(effect, NewDraft)
    assert effect.follows == invited.draft_id


def test_a_cancel_cancels_the_draft_and_needs_no_information() -> None:
    cancel = replace(an_alert(MessageType.CANCEL, reference=SECOND, references=(FIRST,)), infos=())

    assert meaning_of(cancel, [KNOWN]) == CancelDrafts((KNOWN.draft_id,))
    again = replace(KNOWN, state=DraftState.CANCELLED)
    assert meaning_of(cancel, [again]) == NothingNew(KNOWN.draft_id)


def test_a_cancel_of_something_unknown_or_already_invited_is_refused() -> None:
    cancel = an_alert(MessageType.CANCEL, reference=SECOND, references=(FIRST,))

    assert slug(cancel) == "alert_cancels_nothing_known"
    assert (
        slug(cancel, replace(KNOWN, state=DraftState.INVITED))
        == "alert_cannot_cancel_an_invitation"
    )


def test_the_same_alert_heard_twice_changes_nothing() -> None:
    assert meaning_of(an_alert(), [KNOWN]) == NothingNew(KNOWN.draft_id)


@pytest.mark.parametrize(
    ("status", "mark"), [(AlertStatus.EXERCISE, Mark.EXERCISE), (AlertStatus.TEST, Mark.TEST)]
)
def test_an_exercise_or_a_test_makes_a_marked_draft_that_can_never_invite(
    status: AlertStatus, mark: Mark
) -> None:
    effect = meaning_of(an_alert(status=status), ())

    assert isinstance(effect, NewDraft)
    assert effect.draft.mark is mark
    for state in DraftState:
        with pytest.raises(RefusedError) as refused:
            check_may_become_invitation(replace(KNOWN, mark=mark, state=state))
        assert refused.value.problems[0].slug == "draft_is_not_real"


@pytest.mark.parametrize("message_type", [MessageType.ALERT, MessageType.UPDATE])
def test_an_exercise_never_touches_a_real_draft(message_type: MessageType) -> None:
    exercise = an_alert(
        message_type, status=AlertStatus.EXERCISE, reference=SECOND, references=(FIRST,)
    )

    effect = meaning_of(exercise, [KNOWN])

    assert isinstance(effect, NewDraft)
    assert effect.follows is None
    assert (
        slug(replace(exercise, message_type=MessageType.CANCEL), KNOWN)
        == "alert_cancels_nothing_known"
    )


def test_a_real_update_of_an_exercise_does_not_make_the_exercise_real() -> None:
    exercise = replace(KNOWN, mark=Mark.EXERCISE)

    effect = meaning_of(
        an_alert(MessageType.UPDATE, reference=SECOND, references=(FIRST,)), [exercise]
    )

    assert isinstance(effect, NewDraft)


def test_what_asks_nothing_of_us_is_refused_with_what_to_do() -> None:
    assert slug(an_alert(status=AlertStatus.SYSTEM)) == "alert_is_technical"
    assert slug(an_alert(status=AlertStatus.DRAFT)) == "alert_is_unfinished"
    assert slug(an_alert(MessageType.ACK)) == "alert_is_an_acknowledgement"
    assert slug(an_alert(MessageType.ERROR)) == "alert_is_an_acknowledgement"
    assert slug(replace(an_alert(), infos=())) == "alert_says_nothing"


def test_only_a_real_and_open_draft_may_become_an_invitation() -> None:
    check_may_become_invitation(KNOWN)

    for state in (DraftState.CANCELLED, DraftState.INVITED):
        with pytest.raises(RefusedError):
            check_may_become_invitation(replace(KNOWN, state=state))


def test_an_alert_says_when_its_own_end_has_passed() -> None:
    draft = draft_of(an_alert(), Mark.REAL)

    assert not has_expired(draft, SENT + timedelta(days=2))
    assert has_expired(draft, SENT + timedelta(days=3))


@pytest.mark.parametrize(
    ("event", "category", "crisis"),
    [
        ("Vague de chaleur", Category.MET, CrisisKind.HEAT),
        ("Overstroming Zenne", Category.MET, CrisisKind.FLOOD),
        ("Hausse des prix de l'énergie", Category.INFRA, CrisisKind.ENERGY),
        ("Black-out annoncé", Category.INFRA, CrisisKind.ENERGY),
        ("Arrivée de réfugiés", Category.OTHER, CrisisKind.MIGRATION),
        ("Opvang vluchtelingen", Category.OTHER, CrisisKind.MIGRATION),
        ("Relogement d'urgence", Category.SAFETY, CrisisKind.HOUSING),
        ("Rougeole", Category.HEALTH, CrisisKind.HEALTH),
        ("Épidémie de grippe", Category.OTHER, CrisisKind.HEALTH),
        ("Fuite de gaz", Category.SAFETY, CrisisKind.OTHER),
        ("Manifestation", Category.SECURITY, CrisisKind.OTHER),
    ],
)
def test_the_kind_of_crisis_is_guessed_from_words_then_from_the_category(
    event: str, category: Category, crisis: CrisisKind
) -> None:
    assert crisis_of([an_info(event, category)]) is crisis
