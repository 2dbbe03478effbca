"""Rebuilding every projection beside a bare read of the same streams, over so many facts."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

from deploy import topology
from deploy.engines import start_engines
from deploy.migrate import migrate_all
from deploy.replay import read_stream, rebuild
from deploy.settings import DeploySettings
from services.reporting import store
from shared.bus import SERVICES, connect
from shared.db import Database
from shared.events import (
    Event,
    MatchedTask,
    OutcomeCorrected,
    OutcomeRecorded,
    RaqNotified,
    RaqsMatched,
    RelayCount,
    TaskAccepted,
    TaskDone,
    TaskProposed,
)
from shared.settings import HouseSettings, sqlalchemy_url

PLANNED_AT_ONCE = 100
"""Tasks of one plan in the story that is told; a campaign of the scenarios has about as many."""
NOWHERE = UUID("5d0a3c9e-7f5e-5a0f-9f5c-1b1b0f6f3a11")
MORNING = datetime(2022, 1, 10, 8, tzinfo=UTC)
WORKERS, ZONES = 26, 26
TOLD_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Bench:
    """A rebuild beside a bare read of the same streams, in the same run."""

    facts: int
    same: bool
    rebuild_facts_per_s: float
    read_messages_per_s: float

    @property
    def seconds(self) -> float:
        """How long the rebuild took."""
        return self.facts / self.rebuild_facts_per_s

    @property
    def ratio(self) -> float:
        """How much of the bare rate is left; the study of the backbone asks for 0.4."""
        return self.rebuild_facts_per_s / self.read_messages_per_s


async def bench_rebuild(settings: HouseSettings) -> Bench:
    """Measure a rebuild of what the streams hold, and reading it without doing anything."""
    client = await connect(settings.nats_url, "relais replay bench")
    try:
        began_s = time.perf_counter()
        messages = 0
        for service in SERVICES:
            async for batch in read_stream(client, service):
                messages += len(batch)
        read_s = time.perf_counter() - began_s
    finally:
        await client.close()
    found = await rebuild(settings)
    return Bench(found.facts, found.same is True, found.facts_per_s, messages / read_s)


async def bench_of(facts: int, tell: Callable[[str], None]) -> Bench:
    """Measure over so many facts, on engines of its own with nothing else beside them.

    The live projection has heard them all before, so that there is something to compare with.
    """
    given = DeploySettings.read().model_copy(
        update={"database_url": None, "nats_url": None, "valkey_url": None}
    )
    with await asyncio.to_thread(start_engines, valkey=False, settings=given) as engines:
        settings = HouseSettings(
            database_url=engines.database_url, nats_url=engines.nats_url, secret=engines.secret
        )
        await asyncio.to_thread(migrate_all, settings)
        await topology.apply(settings)
        tell(f"Telling {facts:,} facts")
        await say(settings, islice(story(), facts))
        tell(f"Rebuilding from {facts:,} facts")
        return await bench_rebuild(settings)


async def say(settings: HouseSettings, facts: Iterator[Event]) -> None:
    """Put facts into the streams, and what they say into the live projection."""
    url = sqlalchemy_url(settings.database_url.get_secret_value())
    database = Database(url, "reporting", settings.clock, pool_size=1)
    client = await connect(settings.nats_url, "relais replay bench")
    said = 0
    try:
        while some := list(islice(facts, TOLD_AT_ONCE)):
            for fact in some:
                await client.publish(
                    fact.subject,
                    fact.model_dump_json().encode(),
                    headers={"ce-type": fact.type_name()},
                )
            said += len(some)
            await client.flush()
            async with database.transaction() as tx:
                await store.project(tx, some)
        js = client.jetstream()
        kept = 0
        while kept < said:  # published without acknowledgements: wait until all are on the disk
            infos = [await js.stream_info(service.upper()) for service in SERVICES]
            kept = sum(info.state.messages for info in infos)
    finally:
        await client.close()
        await database.close()


def story() -> Iterator[Event]:
    """Tell campaigns without an end: plans, proposals, yeses, messages, outcomes, corrections."""
    number = 0
    while True:
        campaign_id = uuid5(NOWHERE, f"campaign {number // PLANNED_AT_ONCE}")
        starts = MORNING + timedelta(hours=number // PLANNED_AT_ONCE)
        tasks = [
            MatchedTask(
                task_id=uuid5(NOWHERE, f"task {number + n}"),
                zone_id=f"RAQ{n % ZONES:02}",
                kind="market_stall",
                starts_at=starts + timedelta(days=n % 28),
                ends_at=starts + timedelta(days=n % 28, hours=3),
                people_wanted=1,
                people_matched=1,
            )
            for n in range(PLANNED_AT_ONCE)
        ]
        yield RaqsMatched(
            occurred_at=starts,
            campaign_id=campaign_id,
            plan_id=uuid5(campaign_id, "plan"),
            version=1,
            tasks=tuple(tasks),
        )
        for n, task in enumerate(tasks):
            yield from story_of(task, campaign_id, uuid5(NOWHERE, f"worker {n % WORKERS}"))
        number += PLANNED_AT_ONCE


def story_of(task: MatchedTask, campaign_id: UUID, worker_id: UUID) -> Iterator[Event]:
    """Tell how one task is asked for, accepted, done, counted and counted again."""
    proposal_id = uuid5(task.task_id, "proposal")
    at = {"occurred_at": task.starts_at, "task_id": task.task_id, "campaign_id": campaign_id}
    asked = {"zone_id": task.zone_id, "proposal_id": proposal_id, "worker_id": worker_id}
    when = {"kind": task.kind, "starts_at": task.starts_at, "ends_at": task.ends_at}
    yield TaskProposed(**at, **asked, **when, answer_by=task.starts_at)
    yield RaqNotified(
        occurred_at=task.starts_at, delivery_id=uuid7(), proposal_id=proposal_id, channel="inbox"
    )
    yield TaskAccepted(**at, **asked, **when)
    day: date = task.starts_at.date()
    yield TaskDone(**at, zone_id=task.zone_id, kind=task.kind, done_on=day)
    counted = {
        "outcome_id": task.task_id,
        "contribution_id": uuid5(task.task_id, "contribution"),
        "zone_id": task.zone_id,
        "worker_id": worker_id,
        "happened_on": day,
        "mission": "collective_information",
        "kind": task.kind,
        "themes": ("energy", "debt"),
        "languages": ("fr", "ar"),
        "non_take_up": ("non_knowledge",),
        "relays": (RelayCount(kind="energy_advice", made=2, took_hold=1),),
    }
    yield OutcomeRecorded(**at, version=1, people_reached=12, **counted)
    yield OutcomeCorrected(**at, version=2, people_reached=10, reason="miscounted", **counted)
