"""The workers are asked what they think of an invitation."""

from pydantic import AwareDatetime, BaseModel
from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.judgement import plan_consultation
from services.intake.rules.source_text import N_
from shared.db import Tx
from shared.errors import refuse
from shared.events import ConsultationOpened
from shared.words import ConsultationId, InvitationId, PersonId


class ConsultationForm(BaseModel):
    """Until when the workers may answer; why so soon, when it is less than three days."""

    id: ConsultationId | None = None
    closes_at: AwareDatetime
    accelerated_because: str = ""


async def open_consultation(
    invitation_id: InvitationId, form: ConsultationForm, by: PersonId | None, tx: Tx
) -> ConsultationId:
    """Open the window; return the consultation's id. The same form under an id opens it once.

    Raises:
        MissingError: no such invitation.
        RefusedError: consulted or decided already, or a window that does not hold.
    """
    invitation = await store.invitation_of(tx, invitation_id, lock=True)
    consultation_id = form.id or ConsultationId(uuid7())
    if not await store.first_asked(tx, consultation_id, "consultation", form, invitation_id):
        return consultation_id
    if await store.decision_of(tx, invitation_id) is not None:
        raise refuse("already_decided", N_("La décision est déjà prise."), place="consultation")
    if await store.consultation_on(tx, invitation_id) is not None:
        raise refuse(
            "consulted_already", N_("Les RAQ sont déjà consulté·es."), place="consultation"
        )
    window = plan_consultation(tx.now, form.closes_at, form.accelerated_because)
    kept = store.KeptConsultation(consultation_id, invitation_id, window)
    await store.save_consultation(tx, kept, by)
    assert invitation.crisis is not None  # noqa: S101 -- for the type checker; it was let in
    await tx.emit(
        ConsultationOpened(
            occurred_at=tx.now,
            consultation_id=consultation_id,
            invitation_id=invitation_id,
            crisis=invitation.crisis,
            closes_at=window.closes_at,
            accelerated=window.accelerated,
        )
    )
    return consultation_id
