"""A plan takes the place of the one before, and is told. Nobody is asked by this."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from uuid import UUID, uuid5

from services.dispatch import store
from services.dispatch.rules.matching.model import N_
from services.dispatch.rules.plan_search import Teams
from services.dispatch.rules.wording import Said
from services.dispatch.steps.look_at_campaign import Sight
from services.dispatch.store import TaskRow, searches
from shared.db import Tx
from shared.events import MatchedTask, RaqsMatched
from shared.words import CampaignId, PlanId, ProposalState, TaskId

LEFT_OPEN: Said = {"text": N_("la coordination a laissé cette tâche sans équipe"), "params": {}}
TASKS_A_FACT = 1000  # about a quarter of a megabyte; NATS takes one


async def save_teams(sight: Sight, teams: Teams, tx: Tx) -> int:
    """Save whom to ask for the tasks that nobody was asked about; return the plan's new version.

    The caller holds the lock of the campaign's plan. Whoever was asked or said yes stays.
    """
    campaign_id = sight.campaign.frame.campaign_id
    known = await store.plan_of(tx, campaign_id, lock=True)
    plan_id = PlanId(uuid5(campaign_id, "plan"))
    version = known.version + 1 if known else 1
    await store.save_plan(tx, plan_id, campaign_id, version)
    quality = replace(teams.quality, tasks=teams.quality.tasks + len(sight.left_open))
    await searches.save_quality(tx, plan_id, quality)
    task_ids = [slot.id for slot in sight.situation.slots]
    kept = {(s.task_id, s.worker_id): s for s in sight.kept}
    fresh = [
        s
        for s in teams.suggestions
        if s.task_id not in sight.asked_tasks and (s.task_id, s.worker_id) not in kept
    ]
    await store.save_suggestions(tx, task_ids, [*fresh, *kept.values()])
    in_teams = Counter(s.task_id for s in kept.values())
    unmatched = {
        **teams.unmatched,
        **{task_id: LEFT_OPEN for task_id in sight.left_open if not in_teams[task_id]},
    }
    await store.explain_unmatched(tx, [(task_id, unmatched.get(task_id)) for task_id in task_ids])
    alone = {task_id: in_teams[task_id] for task_id in sight.left_open}
    await tell_plan(tx, CampaignId(campaign_id), plan_id, version, {**teams.matched, **alone})
    return version


async def tell_plan(
    tx: Tx, campaign_id: CampaignId, plan_id: PlanId, version: int, matched: Mapping[TaskId, int]
) -> None:
    """Say how many people each task of a plan has; who they are is nobody else's business."""
    for tasks in pages(await whole_plan(tx, campaign_id, matched)):
        await tx.emit(
            RaqsMatched(
                occurred_at=tx.now,
                campaign_id=campaign_id,
                plan_id=plan_id,
                version=version,
                tasks=tasks,
            )
        )


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
