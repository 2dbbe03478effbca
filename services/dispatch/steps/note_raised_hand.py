"""A hand goes up at the weekly meeting: the worker is asked, and confirms on their own device."""

from uuid import UUID

from services.dispatch.steps.propose_task import propose_task
from services.dispatch.store import following
from shared.db import Tx
from shared.words import ProposalId


async def note_raised_hand(task_id: UUID, worker_id: UUID, tx: Tx) -> ProposalId:
    """Ask the worker whose hand was seen, and note that it was; noting it again changes nothing.

    It is a question like any other: nobody accepts for somebody else, whatever the room saw.

    Raises:
        MissingError: no such task or worker.
        RefusedError: every hard rule that says no.
    """
    proposal_id = await propose_task(task_id, worker_id, tx)
    await following.mark_raised_hand(tx, proposal_id)
    return proposal_id
