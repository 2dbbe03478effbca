"""The decision on an invitation: accept, adjust or refuse, and everything it has to rest on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.rules.charter import CHARTERS
from services.intake.rules.judgement.answers import (
    Judgement,
    blocks_acceptance,
    problems_of_sentence,
    unknown_charter,
)
from services.intake.rules.judgement.consultation import (
    Consultation,
    Opinion,
    counted_opinions,
    objections_of,
    still_open,
)
from services.intake.rules.source_text import N_
from shared.errors import Problem, RefusedError
from shared.words import CharterVersion, Decision, Ground


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided, and why. `changes` are what an adjusted mobilisation does otherwise."""

    decision: Decision
    charter: CharterVersion
    reason: str
    changes: tuple[str, ...] = ()
    accelerated: bool = False

    @property
    def allows_campaign(self) -> bool:
        return self.decision is not Decision.REFUSE


@dataclass(frozen=True, slots=True)
class Wish:
    """What the coordination wants to decide."""

    decision: Decision
    reason: str
    changes: Sequence[str] = ()


def decide(  # noqa: PLR0913 -- what a decision rests on, all of it
    wish: Wish,
    judgement: Judgement,
    consultation: Consultation | None,
    opinions: Iterable[Opinion],
    replies: Mapping[Ground | None, str],
    *,
    now: datetime,
) -> Verdict:
    """Decide on an invitation.

    Args:
        wish: accept, adjust (with what changes) or refuse, with a reason.
        judgement: the answers to the charter; for `adjust`, those of the adjusted mobilisation.
        consultation: of the workers; only a refusal may do without one.
        opinions: every opinion received, any version.
        replies: the coordination's answer to each objection, by its ground.
        now: when.

    Raises:
        RefusedError: with every problem at once: a consultation that is open or never was, an
            objection without answer, a reason or changes that are missing, and, unless it is a
            refusal, every "no" or open question of the charter.
    """
    reason = wish.reason.strip()
    changes = tuple(change.strip() for change in wish.changes if change.strip())
    problems = [
        *problems_of_sentence(
            reason,
            Problem(
                "decision_without_reason",
                N_("Dites pourquoi : qui a invité et les RAQ liront cette raison."),
                place="reason",
            ),
        ),
        *_problems_of_changes(wish.decision, changes),
        *_problems_of_consultation(wish.decision, consultation, opinions, replies, now),
    ]
    if wish.decision is not Decision.REFUSE:
        problems.extend(blocks_acceptance(judgement))
    elif judgement.charter not in CHARTERS:
        problems.append(unknown_charter(judgement.charter))
    if problems:
        raise RefusedError(*problems)
    return Verdict(
        decision=wish.decision,
        charter=judgement.charter,
        reason=reason,
        changes=changes,
        accelerated=consultation is not None and consultation.accelerated,
    )


def _problems_of_changes(decision: Decision, changes: tuple[str, ...]) -> Iterable[Problem]:
    if decision is Decision.ADJUST and not changes:
        yield Problem(
            "adjusted_without_changes",
            N_("Dites ce qui change par rapport à l'invitation."),
            place="changes",
        )
    if decision is not Decision.ADJUST and changes:
        yield Problem(
            "changes_without_adjusting",
            N_("Des changements sont listés : choisissez « ajuster », ou retirez-les."),
            place="changes",
        )


def _problems_of_consultation(
    decision: Decision,
    consultation: Consultation | None,
    opinions: Iterable[Opinion],
    replies: Mapping[Ground | None, str],
    now: datetime,
) -> Iterable[Problem]:
    if consultation is None:
        if decision is not Decision.REFUSE:
            yield Problem(
                "workers_not_consulted",
                N_("Consultez d'abord les RAQ : la demande s'évalue avec elles et eux."),
                place="consultation",
            )
        return
    if not consultation.has_closed(now):
        yield from still_open().problems
        return
    for objection in objections_of(counted_opinions(consultation, opinions)):
        place = objection.ground.value if objection.ground else "no_ground"
        yield from problems_of_sentence(
            replies.get(objection.ground, ""),
            Problem(
                "objection_unanswered",
                N_("Cette objection des RAQ attend une réponse avant la décision."),
                place=f"objections.{place}",
            ),
        )
