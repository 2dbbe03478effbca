"""The coordination accepts, adjusts or refuses an invitation."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel
from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.charter import CURRENT_CHARTER
from services.intake.rules.judgement import Judgement, Wish, decide
from services.intake.rules.source_text import N_
from services.intake.store import ReadableOpinion
from shared.db import Tx
from shared.errors import refuse
from shared.events import InvitationDecided
from shared.words import Decision, Ground, InvitationId, PersonId, Stance


class DecisionForm(BaseModel):
    decision: Decision
    reason: str = ""
    changes: tuple[str, ...] = ()


async def decide_invitation(
    invitation_id: InvitationId, form: DecisionForm, by: PersonId | None, tx: Tx
) -> bool:
    """Keep the decision, once; return False when the same was taken before.

    Raises:
        MissingError: no such invitation.
        RefusedError: with every problem at once; or another decision was taken before.
    """
    await store.invitation_of(tx, invitation_id, lock=True)
    wish = Wish(form.decision, form.reason.strip(), [c.strip() for c in form.changes if c.strip()])
    taken = await store.decision_of(tx, invitation_id)
    if taken is not None:
        known = taken.verdict
        if (known.decision, known.reason, list(known.changes)) == (
            wish.decision,
            wish.reason,
            wish.changes,
        ):
            return False
        raise refuse(
            "already_decided",
            N_("La décision est déjà prise. Une autre demande est une nouvelle invitation."),
            place="decision",
        )
    judged = await store.judgement_of(tx, invitation_id)
    consultation = await store.consultation_on(tx, invitation_id)
    opinions = await store.opinions_of(tx, consultation.id) if consultation else []

    verdict = decide(
        wish,
        judged.judgement if judged else Judgement(CURRENT_CHARTER.version),
        consultation.window if consultation else None,
        [readable.opinion for readable in opinions],
        replies_by_ground(opinions),
        now=tx.now,
    )

    version = judged.version if judged else None
    await store.save_decision(tx, invitation_id, uuid7(), verdict, judgement_version=version, by=by)
    await store.drop_judgement_draft(tx, invitation_id)
    await tx.emit(
        InvitationDecided(
            occurred_at=tx.now,
            invitation_id=invitation_id,
            decision=verdict.decision,
            charter=verdict.charter,
        )
    )
    return True


def replies_by_ground(opinions: Iterable[ReadableOpinion]) -> Mapping[Ground | None, str]:
    """Gather the replies to objections by ground.

    A ground counts as answered when everybody who objected on it was answered: its reply is the
    shortest of theirs, so that one that is missing leaves it empty.
    """
    replies: dict[Ground | None, str] = {}
    for readable in opinions:
        if readable.opinion.stance not in (Stance.AGAINST, Stance.WITH_CONDITIONS):
            continue
        for ground in readable.opinion.grounds or (None,):
            known = replies.get(ground, readable.reply)
            replies[ground] = min(known, readable.reply, key=len)
    return replies
