"""What a campaign prefers, how good its plan is, and its search for a better one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    Table,
    Text,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from services.dispatch.rules.matching.rematch import Depth
from services.dispatch.rules.plan_search import Quality
from services.dispatch.rules.planning import Suggestion
from services.dispatch.store.tables import Moment, metadata, plan
from shared.db import Tx
from shared.words import CampaignId, PlanPreference, TaskId, WorkerId

plan_quality = Table(
    "plan_quality",
    metadata,
    Column("plan_id", Uuid, primary_key=True),
    Column("score", BigInteger),
    Column("bound", BigInteger),
    Column("tasks", Integer),
    Column("tasks_with_team", Integer),
    Column("cut_tasks", Integer),
)
plan_preference = Table(
    "plan_preference",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("preference", Text),
)
plan_search = Table(
    "plan_search",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("id", Uuid),
    Column("plan_version", Integer),
    Column("depth", Text),
    Column("seconds", Integer),
    Column("state", Text),
    Column("stop_asked", Boolean),
    Column("begun_at", Moment),
    Column("looked_at", Moment),
    Column("score_before", BigInteger),
    Column("steps", JSONB),
    Column("quality", JSONB(none_as_null=True)),
    Column("offer", JSONB(none_as_null=True)),
)
SearchState = Literal["searching", "found", "nothing", "failed"]
DEAD_AFTER_S = 15.0  # a search looks every half second; the process that ran it is gone


@dataclass(frozen=True, slots=True)
class Step:
    """A better plan on the way: after so many seconds, its score and the bound known then."""

    seconds: float
    score: int
    bound: int | None


@dataclass(frozen=True, slots=True)
class SearchRow:
    """A search for a better plan, and what it offers. Nothing of it is sent to anybody."""

    id: UUID
    campaign_id: CampaignId
    plan_version: int
    depth: Depth
    seconds: int
    state: SearchState = "searching"
    stop_asked: bool = False
    alive: bool = True
    elapsed_s: float = 0.0
    score_before: int | None = None
    steps: tuple[Step, ...] = ()
    quality: Quality | None = None
    offer: tuple[Suggestion, ...] = ()

    @property
    def runs(self) -> bool:
        return self.state == "searching" and self.alive


async def preference_of(tx: Tx, campaign_id: UUID) -> PlanPreference:
    """Return what a campaign's plan prefers; balanced until the coordination chose."""
    query = select(plan_preference.c.preference)
    row = await tx.execute(query.where(plan_preference.c.campaign_id == campaign_id))
    chosen = row.scalar_one_or_none()
    return PlanPreference(chosen) if chosen else PlanPreference.BALANCED


async def save_preference(tx: Tx, campaign_id: UUID, preference: PlanPreference) -> None:
    """Save what a campaign's plan prefers."""
    chosen = {"preference": preference.value}
    await tx.execute(
        upsert(plan_preference)
        .values(campaign_id=campaign_id, **chosen)
        .on_conflict_do_update(index_elements=["campaign_id"], set_=chosen)
    )


async def save_quality(tx: Tx, plan_id: UUID, quality: Quality) -> None:
    """Save how good a plan was when it was made."""
    values = asdict(quality)
    await tx.execute(
        upsert(plan_quality)
        .values(plan_id=plan_id, **values)
        .on_conflict_do_update(index_elements=["plan_id"], set_=values)
    )


async def quality_of(tx: Tx, campaign_id: UUID) -> Quality | None:
    """Return how good a campaign's plan was when it was made; None before it was matched."""
    query = (
        select(
            plan_quality.c.score,
            plan_quality.c.bound,
            plan_quality.c.tasks,
            plan_quality.c.tasks_with_team,
            plan_quality.c.cut_tasks,
        )
        .join(plan, plan.c.id == plan_quality.c.plan_id)
        .where(plan.c.campaign_id == campaign_id)
    )
    row = (await tx.execute(query)).one_or_none()
    return Quality(**row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's public name


async def save_search(tx: Tx, search: SearchRow) -> None:
    """Save that a search begins; it takes the place of the one before."""
    await tx.execute(delete(plan_search).where(plan_search.c.campaign_id == search.campaign_id))
    await tx.execute(
        insert(plan_search).values(
            campaign_id=search.campaign_id,
            id=search.id,
            plan_version=search.plan_version,
            depth=search.depth,
            seconds=search.seconds,
        )
    )


async def search_of(tx: Tx, campaign_id: UUID, *, lock: bool = False) -> SearchRow | None:
    """Return a campaign's search. `lock`: hold it until the commit."""
    age_s = func.extract("epoch", func.clock_timestamp() - plan_search.c.looked_at)
    elapsed_s = func.extract("epoch", func.clock_timestamp() - plan_search.c.begun_at)
    query = select(
        plan_search, (age_s < DEAD_AFTER_S).label("alive"), elapsed_s.label("elapsed_s")
    ).where(plan_search.c.campaign_id == campaign_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        return None
    return SearchRow(
        id=row.id,
        campaign_id=CampaignId(row.campaign_id),
        plan_version=row.plan_version,
        depth=row.depth,
        seconds=row.seconds,
        state=row.state,
        stop_asked=row.stop_asked,
        alive=row.alive,
        elapsed_s=float(row.elapsed_s),
        score_before=row.score_before,
        steps=tuple(Step(*step) for step in row.steps),
        quality=Quality(**row.quality) if row.quality else None,
        offer=tuple(
            Suggestion(TaskId(UUID(s["task"])), WorkerId(UUID(s["worker"])), tuple(s["why"]))
            for s in row.offer or ()
        ),
    )


async def note_steps(tx: Tx, search_id: UUID, steps: Sequence[Step]) -> bool:
    """Note how far a search is; return whether it is to stop (asked, or no longer wanted)."""
    noted = await tx.execute(
        update(plan_search)
        .where(plan_search.c.id == search_id)
        .values(
            looked_at=func.clock_timestamp(),
            steps=[[step.seconds, step.score, step.bound] for step in steps],
        )
        .returning(plan_search.c.stop_asked)
    )
    asked: bool | None = noted.scalar_one_or_none()
    return asked is not False


async def ask_to_stop(tx: Tx, campaign_id: UUID) -> None:
    """Ask a search to end with the best plan it has."""
    await tx.execute(
        update(plan_search).where(plan_search.c.campaign_id == campaign_id).values(stop_asked=True)
    )


async def save_offer(  # noqa: PLR0913 - how it ended, and what it offers
    tx: Tx,
    search_id: UUID,
    state: SearchState,
    *,
    score_before: int | None = None,
    quality: Quality | None = None,
    offer: Sequence[Suggestion] = (),
) -> None:
    """Save how a search ended."""
    kept: list[dict[str, Any]] = [
        {"task": str(s.task_id), "worker": str(s.worker_id), "why": list(s.why)} for s in offer
    ]
    await tx.execute(
        update(plan_search)
        .where(plan_search.c.id == search_id)
        .values(
            state=state,
            score_before=score_before,
            quality=asdict(quality) if quality else None,
            offer=kept,
        )
    )


async def forget_search(tx: Tx, campaign_id: UUID) -> None:
    """Drop a campaign's search and what it offers."""
    await tx.execute(delete(plan_search).where(plan_search.c.campaign_id == campaign_id))
