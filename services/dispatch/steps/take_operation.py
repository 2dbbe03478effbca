"""A phone sends what its worker did, perhaps hours ago, perhaps twice; it takes effect once."""

from typing import assert_never
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.operations import (
    AcceptSent,
    AwaySent,
    CounterSent,
    DeclineSent,
    ForgetNoteSent,
    HandBackSent,
    NoteSent,
    Operation,
    OpinionSent,
    OutcomeSent,
    SignalSent,
    StartSent,
    id_of_what_it_makes,
    operation_fingerprint,
    operation_key,
)
from services.dispatch.rules.roster import Absence
from services.dispatch.steps.accept_proposal import accept_proposal
from services.dispatch.steps.counter_proposal import counter_proposal
from services.dispatch.steps.decline_proposal import decline_proposal
from services.dispatch.steps.give_opinion import give_opinion
from services.dispatch.steps.hand_back_task import hand_back_task
from services.dispatch.steps.keep_note import keep_note
from services.dispatch.steps.raise_signal import raise_signal
from services.dispatch.steps.record_contribution import record_contribution
from services.dispatch.steps.save_absence import save_absence
from services.dispatch.steps.start_task import start_task
from services.dispatch.store import NoteKeys
from shared.db import Tx
from shared.errors import refuse
from shared.words import WorkerId


async def take_operation(operation: Operation, worker_id: UUID, tx: Tx, keys: NoteKeys) -> bool:
    """Do what a phone sent; False when it was done before, for its answer may have been lost.

    A refusal leaves nothing behind: the same operation may be sent again and judged afresh. `keys`
    seal what somebody writes for themselves.

    Raises:
        MissingError: what it is about is not there, or not this worker's.
        RefusedError: the rules say no, or the id came before with another content.
    """
    fingerprint = operation_fingerprint(operation)
    known = await store.claim_operation(tx, operation_key(operation, worker_id), fingerprint)
    if known is None:
        await do(operation, worker_id, tx, keys)
        return True
    if known != fingerprint:
        raise refuse("other_operation", "Ceci est déjà envoyé, avec un autre contenu.")
    return False


async def do(  # noqa: C901 - one case for each kind, and nothing else
    operation: Operation, worker_id: UUID, tx: Tx, keys: NoteKeys
) -> None:
    """Hand an operation to the step that it stands for."""
    match operation:
        case AcceptSent():
            await accept_proposal(operation.proposal_id, worker_id, tx)
        case DeclineSent():
            await decline_proposal(operation.proposal_id, worker_id, operation.reason, tx)
        case CounterSent():
            await counter_proposal(operation.proposal_id, worker_id, operation.wished_at, tx)
        case HandBackSent():
            await hand_back_task(operation.proposal_id, worker_id, tx)
        case StartSent():
            await start_task(operation.task_id, worker_id, tx)
        case OutcomeSent():
            body = operation.body.as_body()
            await record_contribution(
                operation.task_id, operation.contribution_id, worker_id, body, tx
            )
        case SignalSent():
            await raise_signal(
                id_of_what_it_makes(operation, worker_id),
                worker_id,
                tx,
                zone_id=operation.zone_id,
                kind=operation.signal_kind,
                theme=operation.theme,
                campaign_id=operation.campaign_id,
            )
        case OpinionSent():
            await give_opinion(
                operation.consultation_id, worker_id, operation.stance, operation.grounds, tx
            )
        case AwaySent():
            own = Absence(WorkerId(worker_id), operation.from_on, operation.until_on)
            await save_absence(id_of_what_it_makes(operation, worker_id), own, tx)
        case NoteSent():
            await keep_note(
                operation.note_id,
                worker_id,
                tx,
                campaign_id=operation.campaign_id,
                written_at=operation.written_at,
                text=operation.text,
                keys=keys,
            )
        case ForgetNoteSent():
            await store.delete_note(tx, operation.note_id, worker_id, keys)
        case _:
            assert_never(operation)
