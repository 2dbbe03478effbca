"""The coordination keeps seats of a plan as they are, or lets them be decided anew."""

from collections.abc import Collection
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.seats import SeatId, conflicts
from services.dispatch.steps.look_at_campaign import look_at_campaign
from services.dispatch.steps.look_at_task import must_run
from services.dispatch.steps.think_aside import think_aside
from shared.db import Tx
from shared.errors import MissingError, refuse


async def keep_seats(campaign_id: UUID, seats: Collection[SeatId], tx: Tx, *, keep: bool) -> None:
    """Keep seats when the plan is made anew, or no longer. A seat that is not there is no matter.

    Raises:
        MissingError: no such campaign.
        RefusedError: it does not run, or a hard rule is against one of these seats.
    """
    await tx.wait_for_lock(f"plan {campaign_id}")
    sight = await look_at_campaign(tx, campaign_id)
    must_run(sight.campaign)
    mine = {(s.task_id, s.worker_id) for s in sight.suggestions} & set(seats)
    situation, suggestions = sight.situation, sight.suggestions
    if keep and set(await think_aside(lambda: conflicts(situation, suggestions))) & mine:
        raise refuse(
            "conflict",
            "Un conflit ne se garde pas\u00a0: confiez cette place à quelqu’un d’autre.",
        )
    await store.keep_suggestions(tx, mine, kept=keep)
    if not keep:  # nor are the free seats beside them left open any more
        await store.leave_open(tx, {task_id for task_id, _ in mine}, left_open=False)


async def let_be_filled(campaign_id: UUID, task_id: UUID, tx: Tx) -> None:
    """Let a plan that is made anew fill the seats of a task that were left empty by hand.

    Raises:
        MissingError: no such campaign, or no such task of it.
    """
    await tx.wait_for_lock(f"plan {campaign_id}")
    task = await store.task_of(tx, task_id)
    if task.slot.campaign_id != campaign_id:
        raise MissingError("task")
    await store.leave_open(tx, [task_id], left_open=False)
