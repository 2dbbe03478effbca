"""Campaigns as dispatch knows them, their tasks, and whom the plan suggests for each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.dispatch.rules.planning import Suggestion
from services.dispatch.rules.roster import Frame, Holding, Slot
from services.dispatch.rules.wording import Said
from services.dispatch.store.tables import (
    assignment,
    campaign,
    campaign_life,
    campaign_name,
    plan,
    planned_action,
    task,
)
from shared.db import Tx
from shared.errors import MissingError
from shared.events import NeighbourhoodsTargeted, PlannedAction
from shared.words import (
    ActionKind,
    CampaignId,
    CampaignState,
    Language,
    Skill,
    TaskId,
    Weekday,
    WorkerId,
)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign. Its names arrive with another fact and may be unknown for a moment."""

    frame: Frame
    state: CampaignState
    zone_ids: tuple[str, ...]
    name_fr: str | None
    name_nl: str | None

    def name(self, language: str) -> str | None:
        """Return the Dutch name to who reads Dutch, the French one to everybody else."""
        return self.name_nl if language == "nl" else self.name_fr


@dataclass(frozen=True, slots=True)
class PlanRow:
    """Which version of its plan a campaign has; `confirmed_until` is None before the first yes."""

    id: UUID
    campaign_id: CampaignId
    version: int
    matched_at: datetime
    confirmed_until: date | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task and what happened to it."""

    slot: Slot
    unmatched_because: Said | None
    gap_since: datetime | None
    started_at: datetime | None
    done_at: datetime | None
    not_done_at: datetime | None
    not_done_because: str | None
    withdrawn_at: datetime | None
    left_open: bool = False
    """The coordination left its free seats empty, and plans that are made anew do so too."""

    @property
    def is_over(self) -> bool:
        return bool(self.done_at or self.not_done_at or self.withdrawn_at)


# --- campaigns -----------------------------------------------------------------------------------


async def save_campaign(tx: Tx, fact: NeighbourhoodsTargeted) -> None:
    """Save what a campaign wants and where."""
    values = {
        "id": fact.campaign_id,
        "starts_on": fact.starts_on,
        "ends_on": fact.ends_on,
        "zone_ids": sorted(fact.zone_ids),
        "publics": [public.value for public in fact.publics],
        "languages_wanted": [language.value for language in fact.languages_wanted],
        "languages_required": [language.value for language in fact.languages_required],
        "share_max_pct": fact.share_max_pct,
        "full_time_equivalents_max": fact.full_time_equivalents_max,
    }
    await tx.execute(
        upsert(campaign).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
    )
    await tx.execute(delete(planned_action).where(planned_action.c.campaign_id == fact.campaign_id))
    await tx.execute(
        insert(planned_action),
        [
            {
                "campaign_id": fact.campaign_id,
                "number": number,
                **action.model_dump(mode="json"),
                "from_on": action.from_on,
                "until_on": action.until_on,
            }
            for number, action in enumerate(fact.actions)
        ],
    )


async def actions_of(tx: Tx, campaign_id: UUID) -> list[PlannedAction]:
    """Return what a campaign plans in each zone and week."""
    rows = await tx.execute(
        select(planned_action)
        .where(planned_action.c.campaign_id == campaign_id)
        .order_by(planned_action.c.number)
    )
    return [PlannedAction.model_validate(dict(row._mapping)) for row in rows]  # noqa: SLF001 - a public name


async def name_campaign(tx: Tx, campaign_id: UUID, name_fr: str, name_nl: str) -> None:
    """Save how a campaign is called; it may be known before its plan is."""
    names = {"name_fr": name_fr, "name_nl": name_nl}
    await tx.execute(
        upsert(campaign_name)
        .values(campaign_id=campaign_id, **names)
        .on_conflict_do_update(index_elements=["campaign_id"], set_=names)
    )


async def set_life(tx: Tx, campaign_id: UUID, state: CampaignState, since: datetime) -> bool:
    """Note that a campaign runs, pauses or ended; False when something later is known already.

    Facts may come in any order: the latest counts, and an end stays an end.
    """
    told = {"state": state.value, "since": since}
    newer = campaign_life.c.since < since
    if state is CampaignState.CLOSED:
        newer = campaign_life.c.state != state.value
    noted = await tx.execute(
        upsert(campaign_life)
        .values(campaign_id=campaign_id, **told)
        .on_conflict_do_update(
            index_elements=["campaign_id"],
            set_=told,
            where=newer & (campaign_life.c.state != CampaignState.CLOSED.value),
        )
        .returning(campaign_life.c.campaign_id)
    )
    return noted.first() is not None


def _campaigns() -> Select[Any]:
    return (
        select(
            campaign,
            campaign_name.c.name_fr,
            campaign_name.c.name_nl,
            func.coalesce(campaign_life.c.state, CampaignState.RUNNING.value).label("state"),
        )
        .outerjoin(campaign_name, campaign_name.c.campaign_id == campaign.c.id)
        .outerjoin(campaign_life, campaign_life.c.campaign_id == campaign.c.id)
        .order_by(campaign.c.starts_on.desc(), campaign.c.id)
    )


async def list_campaigns(tx: Tx) -> list[Campaign]:
    """List campaigns, the latest first."""
    return [_campaign(row) for row in await tx.execute(_campaigns())]


async def campaign_of(tx: Tx, campaign_id: UUID) -> Campaign:
    """Return a campaign.

    Raises:
        MissingError: dispatch has not heard of it.
    """
    row = (await tx.execute(_campaigns().where(campaign.c.id == campaign_id))).one_or_none()
    if row is None:
        raise MissingError("campaign")
    return _campaign(row)


def _campaign(row: Row[Any]) -> Campaign:
    return Campaign(
        Frame(
            campaign_id=CampaignId(row.id),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            share_max_pct=row.share_max_pct,
            full_time_equivalents_max=row.full_time_equivalents_max,
            languages_wanted=frozenset(Language(code) for code in row.languages_wanted),
            languages_required=frozenset(Language(code) for code in row.languages_required),
        ),
        CampaignState(row.state),
        tuple(row.zone_ids),
        row.name_fr,
        row.name_nl,
    )


# --- plans and tasks -----------------------------------------------------------------------------


async def plan_of(tx: Tx, campaign_id: UUID, *, lock: bool = False) -> PlanRow | None:
    """Return a campaign's plan; None before it was matched. `lock`: hold it until the commit."""
    query = select(plan).where(plan.c.campaign_id == campaign_id)
    row = (await tx.execute(query.with_for_update(key_share=True) if lock else query)).one_or_none()
    return PlanRow(**row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's public name


async def save_plan(tx: Tx, plan_id: UUID, campaign_id: UUID, version: int) -> None:
    """Save that a plan was matched anew. What was confirmed before is no longer."""
    values = {"version": version, "matched_at": tx.now, "confirmed_until": None}
    await tx.execute(
        upsert(plan)
        .values(id=plan_id, campaign_id=campaign_id, **values)
        .on_conflict_do_update(index_elements=["id"], set_=values)
    )


async def turn_version(tx: Tx, plan_id: UUID) -> int:
    """Note that a plan changed by hand; what was confirmed stays confirmed. Return its version."""
    turned = await tx.execute(
        update(plan)
        .where(plan.c.id == plan_id)
        .values(version=plan.c.version + 1, matched_at=tx.now)
        .returning(plan.c.version)
    )
    return int(turned.scalar_one())


async def confirm_until(tx: Tx, plan_id: UUID, until: date) -> None:
    """Note until when the coordination agrees with its plan; never shortened."""
    longer = func.greatest(func.coalesce(plan.c.confirmed_until, until), until)
    await tx.execute(update(plan).where(plan.c.id == plan_id).values(confirmed_until=longer))


async def save_tasks(tx: Tx, slots: Sequence[Slot]) -> None:
    """Save tasks; those that are there already stay as they are."""
    if not slots:
        return
    rows = [
        {
            "id": slot.id,
            "campaign_id": slot.campaign_id,
            "zone_id": slot.zone_id,
            "kind": slot.kind.value,
            "starts_at": slot.starts_at,
            "ends_at": slot.ends_at,
            "people_wanted": slot.people_wanted,
            "weekdays": [day.value for day in slot.weekdays],
            "skill": slot.skill.value if slot.skill else None,
            "partners": list(slot.partners),
        }
        for slot in slots
    ]
    await tx.execute(upsert(task).on_conflict_do_nothing(index_elements=["id"]), rows)


async def list_tasks(
    tx: Tx, campaign_id: UUID, *, since: datetime | None = None, open_only: bool = False
) -> list[TaskRow]:
    """List a campaign's tasks by time and place; `since`: those that start later than that."""
    query = select(task).where(task.c.campaign_id == campaign_id)
    if since is not None:
        query = query.where(task.c.starts_at > since)
    if open_only:
        query = query.where(
            task.c.done_at.is_(None), task.c.not_done_at.is_(None), task.c.withdrawn_at.is_(None)
        )
    rows = await tx.execute(query.order_by(task.c.starts_at, task.c.zone_id, task.c.id))
    return [_task(row) for row in rows]


async def task_of(tx: Tx, task_id: UUID, *, lock: bool = False) -> TaskRow:
    """Return a task. `lock`: hold it until the commit.

    Raises:
        MissingError: there is none.
    """
    query = select(task).where(task.c.id == task_id)
    row = (await tx.execute(query.with_for_update(key_share=True) if lock else query)).one_or_none()
    if row is None:
        raise MissingError("task")
    return _task(row)


async def lock_tasks(tx: Tx, campaign_id: UUID) -> None:
    """Hold a campaign's tasks until the commit. Everybody locks worker, task, proposal in turn."""
    await tx.execute(
        select(task.c.id)
        .where(task.c.campaign_id == campaign_id)
        .order_by(task.c.id)
        .with_for_update(key_share=True)
    )


async def tasks_by_id(tx: Tx, task_ids: Collection[UUID]) -> dict[UUID, TaskRow]:
    """Return several tasks by their ids."""
    rows = await tx.execute(select(task).where(task.c.id.in_(task_ids)))
    return {row.id: _task(row) for row in rows}


def _task(row: Row[Any]) -> TaskRow:
    return TaskRow(
        Slot(
            id=TaskId(row.id),
            campaign_id=CampaignId(row.campaign_id),
            kind=ActionKind(row.kind),
            zone_id=row.zone_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            people_wanted=row.people_wanted,
            weekdays=tuple(Weekday(day) for day in row.weekdays),
            skill=Skill(row.skill) if row.skill else None,
            partners=tuple(row.partners),
        ),
        row.unmatched_because,
        row.gap_since,
        row.started_at,
        row.done_at,
        row.not_done_at,
        row.not_done_because,
        row.withdrawn_at,
        row.left_open,
    )


async def move_task(tx: Tx, slot: Slot, starts_at: datetime) -> None:
    """Move a task to another time; it stays as long as it was."""
    ends_at = starts_at + (slot.ends_at - slot.starts_at)
    await tx.execute(
        update(task).where(task.c.id == slot.id).values(starts_at=starts_at, ends_at=ends_at)
    )


async def mark_started(tx: Tx, task_id: UUID) -> None:
    """Note that a task began, unless it did already."""
    await tx.execute(
        update(task)
        .where(task.c.id == task_id, task.c.started_at.is_(None))
        .values(started_at=tx.now)
    )


async def mark_done(tx: Tx, task_id: UUID) -> None:
    """Note that a task is done. A late outcome takes back that nothing was heard of it."""
    await tx.execute(
        update(task)
        .where(task.c.id == task_id, task.c.done_at.is_(None))
        .values(done_at=tx.now, not_done_at=None, not_done_because=None)
    )


async def mark_not_done(tx: Tx, task_ids: Collection[UUID], because: str) -> None:
    """Note that tasks did not take place, as far as is known."""
    await tx.execute(
        update(task)
        .where(task.c.id.in_(task_ids))
        .values(not_done_at=tx.now, not_done_because=because)
    )


async def withdraw_tasks(tx: Tx, task_ids: Collection[UUID]) -> None:
    """Note that tasks will not take place."""
    await tx.execute(
        update(task)
        .where(task.c.id.in_(task_ids), task.c.withdrawn_at.is_(None))
        .values(withdrawn_at=tx.now)
    )


# --- whom the plan suggests ----------------------------------------------------------------------


async def save_suggestions(
    tx: Tx, task_ids: Iterable[UUID], suggestions: Sequence[Suggestion]
) -> None:
    """Replace what the plan suggests for these tasks."""
    await tx.execute(delete(assignment).where(assignment.c.task_id.in_(list(task_ids))))
    if suggestions:
        await tx.execute(
            insert(assignment),
            [
                {"task_id": s.task_id, "worker_id": s.worker_id, "why": list(s.why), "kept": s.kept}
                for s in suggestions
            ],
        )


async def suggestions_of(tx: Tx, campaign_id: UUID) -> defaultdict[UUID, list[Suggestion]]:
    """Return by task whom the plan of a campaign suggests, in the order of their ids."""
    rows = await tx.execute(
        select(assignment)
        .join(task, task.c.id == assignment.c.task_id)
        .where(task.c.campaign_id == campaign_id)
        .order_by(assignment.c.task_id, assignment.c.worker_id)
    )
    found: defaultdict[UUID, list[Suggestion]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append(
            Suggestion(TaskId(row.task_id), WorkerId(row.worker_id), tuple(row.why), row.kept)
        )
    return found


async def keep_suggestions(tx: Tx, seats: Collection[tuple[UUID, UUID]], *, kept: bool) -> None:
    """Note that (task, worker) pairs of the plan are settled by hand, or are no longer."""
    pair = tuple_(assignment.c.task_id, assignment.c.worker_id)
    await tx.execute(update(assignment).where(pair.in_(list(seats))).values(kept=kept))


async def leave_open(tx: Tx, task_ids: Collection[UUID], *, left_open: bool) -> None:
    """Note whether the free seats of tasks stay empty when the plan is made anew."""
    await tx.execute(update(task).where(task.c.id.in_(task_ids)).values(left_open=left_open))


async def suggested_holdings(tx: Tx, begins: datetime, ends: datetime) -> list[Holding]:
    """Return what plans suggest between two instants, as if it were held already."""
    rows = await tx.execute(
        select(
            assignment.c.worker_id,
            task.c.id.label("task_id"),
            task.c.campaign_id,
            task.c.zone_id,
            task.c.starts_at,
            task.c.ends_at,
        )
        .join(task, task.c.id == assignment.c.task_id)
        .where(task.c.starts_at < ends, task.c.ends_at > begins)
        .order_by(task.c.starts_at, task.c.id, assignment.c.worker_id)
    )
    return [Holding(**row._mapping) for row in rows]  # noqa: SLF001 - a public name


async def note_gap(tx: Tx, task_id: UUID, since: datetime) -> None:
    """Note since when a task misses somebody; the first no counts."""
    await tx.execute(
        update(task)
        .where(task.c.id == task_id)
        .values(gap_since=func.coalesce(task.c.gap_since, since))
    )


async def forget_gap(tx: Tx, task_id: UUID) -> None:
    """Note that a task misses nobody any more."""
    await tx.execute(update(task).where(task.c.id == task_id).values(gap_since=None))


async def explain_unmatched(tx: Tx, said: Sequence[tuple[UUID, Said | None]]) -> None:
    """Save why nobody is suggested for some tasks; None takes an explanation back."""
    for task_id, because in said:
        await tx.execute(update(task).where(task.c.id == task_id).values(unmatched_because=because))
