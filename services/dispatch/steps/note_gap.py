"""Somebody said no, or nothing: their task misses somebody from now on. Nobody is asked by this."""

from services.dispatch import store
from services.dispatch.rules.consent import HOLDING
from shared.db import Tx
from shared.events import TaskDeclined, TaskExpired, TaskHandedBack


async def note_gap(fact: TaskDeclined | TaskExpired | TaskHandedBack, tx: Tx) -> None:
    """Note since when a task misses somebody.

    Who else could come is worked out when the coordination looks (`suggest_people`): a suggestion
    that is kept is wrong as soon as anybody answers anything.
    """
    task = await store.task_of(tx, fact.task_id, lock=True)
    asked = await store.proposals_for(tx, fact.task_id)
    held = [proposal for proposal in asked if proposal.state in HOLDING]
    if len(held) < task.slot.people_wanted:
        await store.note_gap(tx, fact.task_id, fact.occurred_at)
