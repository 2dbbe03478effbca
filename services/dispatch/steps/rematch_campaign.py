"""The plan of a campaign is made anew: around what people said, never over it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from uuid import UUID, uuid5

from services.dispatch import store
from services.dispatch.rules.consent import HOLDING
from services.dispatch.rules.instance import since, until
from services.dispatch.rules.planning import Situation, plan_teams
from services.dispatch.steps.think_aside import think_aside
from services.dispatch.store import TaskRow
from shared.db import Tx
from shared.events import MatchedTask, RaqsMatched
from shared.words import CampaignId, PlanId, ProposalState, TaskId

TASKS_A_FACT = 1000  # about a quarter of a megabyte; NATS takes one


async def rematch_campaign(campaign_id: UUID, tx: Tx) -> int:
    """Suggest people for every task to come; return the plan's new version.

    Proposed and accepted tasks stay as they are. The same roster, tasks and answers always give
    the same plan.

    Raises:
        MissingError: dispatch has not heard of the campaign.
        TimeoutError: the plan took too long to make; nothing is saved.
    """
    campaign = await store.campaign_of(tx, campaign_id)
    frame = campaign.frame
    await tx.wait_for_lock(f"plan {campaign_id}")
    known = await store.plan_of(tx, campaign_id, lock=True)
    to_come = await store.list_tasks(tx, campaign_id, since=tx.now, open_only=True)
    situation = Situation(
        frame,
        tuple(row.slot for row in to_come),
        await store.load_calendar(tx, since(frame), until(frame), HOLDING),
        await store.zone_spots(tx),
        frozenset(await store.who_said_no(tx, campaign_id, tx.now)),
    )
    teams = await think_aside(lambda: plan_teams(situation))
    plan_id = PlanId(uuid5(campaign_id, "plan"))
    version = known.version + 1 if known else 1
    await store.save_plan(tx, plan_id, campaign_id, version)
    held = await store.held_proposals(tx, campaign_id)
    fresh = [s for s in teams.suggestions if not held.get(s.task_id)]
    await store.save_suggestions(tx, [row.slot.id for row in to_come], fresh)
    await store.explain_unmatched(
        tx, [(row.slot.id, teams.unmatched.get(row.slot.id)) for row in to_come]
    )
    for tasks in pages(await whole_plan(tx, campaign_id, teams.matched)):
        await tx.emit(
            RaqsMatched(
                occurred_at=tx.now,
                campaign_id=CampaignId(campaign_id),
                plan_id=plan_id,
                version=version,
                tasks=tasks,
            )
        )
    return version


async def whole_plan(
    tx: Tx, campaign_id: UUID, matched: Mapping[TaskId, int]
) -> tuple[MatchedTask, ...]:
    """Write the plan as it is told: tasks to come as matched, past ones as they were accepted."""
    accepted: Counter[UUID] = Counter()
    for task_id, held in (await store.held_proposals(tx, campaign_id)).items():
        accepted[task_id] = sum(p.state is ProposalState.ACCEPTED for p in held)
    return tuple(
        as_matched(row, matched.get(row.slot.id, accepted[row.slot.id]))
        for row in await store.list_tasks(tx, campaign_id)
        if row.withdrawn_at is None
    )


def as_matched(row: TaskRow, people_matched: int) -> MatchedTask:
    slot = row.slot
    return MatchedTask(
        task_id=slot.id,
        zone_id=slot.zone_id,
        kind=slot.kind,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        people_wanted=slot.people_wanted,
        people_matched=people_matched,
    )


def pages(tasks: tuple[MatchedTask, ...]) -> Iterator[tuple[MatchedTask, ...]]:
    """Cut a plan into facts of a size that travels; an empty plan is one fact too."""
    for begin in range(0, max(1, len(tasks)), TASKS_A_FACT):
        yield tasks[begin : begin + TASKS_A_FACT]
