"""The page on which an invitation is judged: what is typed in it, what is still missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.charter import CURRENT_CHARTER
from services.intake.rules.invitation import Invitation
from services.intake.rules.judgement import (
    WINDOW_MIN,
    Answer,
    Judgement,
    blocks_acceptance,
)
from services.intake.rules.judgement.answers import SENTENCE_MIN_CHARACTERS
from services.intake.steps.decide_invitation import DecisionForm
from services.intake.steps.judge_invitation import JudgementForm
from services.intake.steps.open_consultation import ConsultationForm
from services.intake.web.api_invitations import ConsultationOut, OpinionOut, consultation_out
from services.intake.web.forms import Typed, local_moment, read_as
from shared.db import Tx
from shared.errors import Problem
from shared.web import BRUSSELS
from shared.words import Boundary, Decision, InvitationId, Law, Stance

OBJECTIONS = (Stance.AGAINST, Stance.WITH_CONDITIONS)
QUESTIONS: tuple[Boundary | Law, ...] = (*CURRENT_CHARTER.boundaries, *CURRENT_CHARTER.laws)
SAID = {True: "yes", False: "no"}
NEVER_KEPT = {"csrf", "do", "version"}
OF_THE_CHARTER = ("holds_", "sentence_", "arguments")


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything that is known about an invitation, read in one transaction."""

    invitation: Invitation
    judged: store.KeptJudgement | None
    decided: store.KeptDecision | None
    consultation: ConsultationOut | None
    draft: store.JudgementDraft | None
    now: datetime

    @property
    def version(self) -> int:
        """The version of the answers to the charter; 0 while there are none."""
        return self.judged.version if self.judged else 0

    @property
    def objections(self) -> tuple[OpinionOut, ...]:
        """The opinions that ask for a reply; none before the window has closed."""
        told = (self.consultation.opinions if self.consultation else None) or ()
        return tuple(opinion for opinion in told if opinion.stance in OBJECTIONS)


def known_of(found: Judged) -> Typed:
    """Fill the page with what was kept, and what was typed since over it."""
    soon = (found.now + WINDOW_MIN + timedelta(days=1)).astimezone(BRUSSELS)
    kept = Typed.of(
        consultation_id=uuid7(),
        closes_at=soon.strftime("%Y-%m-%dT18:00"),
        arguments=found.judged.arguments if found.judged else "",
        version=found.version,
        **answers_typed(found.judged.judgement if found.judged else None),
        **{f"reply_{o.opinion_id}": o.reply for o in found.objections},
    )
    if found.draft is None:
        return kept
    newer = found.draft.based_on < found.version
    return Typed(
        {
            name: given
            for name, given in found.draft.typed.items()
            if not (newer and name.startswith(OF_THE_CHARTER)) and name != "consultation_id"
        }
    ).over(kept)


def answers_typed(judgement: Judgement | None) -> dict[str, str]:
    """Say answers as the page's fields say them. A question is ready to be answered with yes."""
    answers: Mapping[str, Answer] = (
        {
            question.value: answer
            for answered in (judgement.boundaries, judgement.laws)
            for question, answer in answered.items()
        }
        if judgement
        else {}
    )
    typed: dict[str, str] = {}
    for question in QUESTIONS:
        answer = answers.get(question.value, Answer())
        typed[f"holds_{question.value}"] = (
            "yes" if answer.respected is None else SAID[answer.respected]
        )
        typed[f"sentence_{question.value}"] = answer.sentence
    return typed


def judgement_typed(typed: Typed) -> JudgementForm:
    """Read the answers to the charter. A yes without a sentence is no answer: the sentence is it.

    Raises:
        RefusedError: a text that is too long to be kept.
    """

    def answered(question: Boundary | Law) -> dict[str, object]:
        sentence = typed.text(f"sentence_{question.value}")
        holds = {"yes": True, "no": False}.get(typed.text(f"holds_{question.value}"))
        return {"holds": None if holds and not sentence else holds, "sentence": sentence}

    return read_as(
        JudgementForm,
        {
            "boundaries": {q.value: answered(q) for q in CURRENT_CHARTER.boundaries},
            "laws": {q.value: answered(q) for q in CURRENT_CHARTER.laws},
            "arguments": typed.text("arguments"),
        },
    )


def judgement_of(form: JudgementForm) -> Judgement:
    """Read answers as the charter's rule takes them."""
    return Judgement(
        CURRENT_CHARTER.version,
        {question: Answer(said.holds, said.sentence) for question, said in form.boundaries.items()},
        {question: Answer(said.holds, said.sentence) for question, said in form.laws.items()},
    )


def consultation_typed(typed: Typed) -> ConsultationForm:
    """Read the window of the consultation.

    Raises:
        RefusedError: no moment that can be read.
    """
    return read_as(
        ConsultationForm,
        {
            "id": typed.maybe("consultation_id"),
            "closes_at": local_moment(typed.text("closes_at")),
            "accelerated_because": typed.text("accelerated_because"),
        },
    )


def decision_typed(typed: Typed) -> DecisionForm:
    """Read the decision.

    Raises:
        RefusedError: no decision is chosen.
    """
    return read_as(
        DecisionForm,
        {
            "decision": typed.maybe("decision"),
            "reason": typed.text("reason"),
            "changes": typed.text("changes").splitlines(),
        },
    )


def replies_typed(typed: Typed, objections: Iterable[OpinionOut]) -> dict[UUID, str]:
    """Read the replies to objections that differ from those that were kept."""
    replies = {o.opinion_id: typed.text(f"reply_{o.opinion_id}") for o in objections}
    kept = {o.opinion_id: o.reply or "" for o in objections}
    return {who: words for who, words in replies.items() if words and words != kept[who]}


def to_keep(typed: Typed) -> dict[str, tuple[str, ...]]:
    """Choose what of a form is kept as a draft."""
    return {name: given for name, given in typed.lists.items() if name not in NEVER_KEPT}


async def read_judged(tx: Tx, invitation_id: InvitationId) -> Judged:
    """Read what is known about an invitation.

    Raises:
        MissingError: no such invitation.
    """
    return Judged(
        invitation=await store.invitation_of(tx, invitation_id),
        judged=await store.judgement_of(tx, invitation_id),
        decided=await store.decision_of(tx, invitation_id),
        consultation=await consultation_out(tx, invitation_id),
        draft=await store.judgement_draft_of(tx, invitation_id),
        now=tx.now,
    )


# --- what is still missing -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missing:
    """What a decision still waits for: a kind that the page says in words, how many, and where."""

    what: str
    place: str
    n: int = 1


def missing_for_decision(found: Judged, typed: Typed) -> tuple[Missing, ...]:
    """List what a decision still waits for, in the order of the page.

    A refusal waits for less: it may come without consultation, and with answers that are open.
    """
    wish = typed.text("decision")
    refuses = wish == Decision.REFUSE.value
    missing: list[Missing] = []
    if not refuses:
        missing += _missing_answers(blocks_acceptance(judgement_of(judgement_typed(typed))))
    if found.consultation is None:
        if not refuses:
            missing.append(Missing("consultation", "consult"))
    elif found.consultation.opinions is None:
        missing.append(Missing("window", "consult"))
    short = [
        o.opinion_id
        for o in found.objections
        if len(typed.text(f"reply_{o.opinion_id}")) < SENTENCE_MIN_CHARACTERS
    ]
    if short:
        missing.append(Missing("replies", f"reply_{short[0]}", len(short)))
    if not wish:
        missing.append(Missing("decision", "decide"))
    if len(typed.text("reason")) < SENTENCE_MIN_CHARACTERS:
        missing.append(Missing("reason", "reason"))
    if wish == Decision.ADJUST.value and not typed.text("changes"):
        missing.append(Missing("changes", "changes"))
    return tuple(missing)


def _missing_answers(problems: Iterable[Problem]) -> list[Missing]:
    broken = [p.place for p in problems if p.slug.endswith("_not_respected")]
    open_ones = list(dict.fromkeys(p.place for p in problems if p.place not in broken))
    missing: list[Missing] = []
    if open_ones:
        missing.append(Missing("answers", _field(open_ones[0]), len(open_ones)))
    if broken:
        missing.append(Missing("broken", _field(broken[0]), len(broken)))
    return missing


def _field(place: str) -> str:
    return f"sentence_{place.rpartition('.')[2]}"
