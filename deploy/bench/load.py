"""Load on the running system: outcomes through HTTP, and facts through the relay."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from uuid_utils.compat import uuid7

from deploy.player import Play, Scenario, read_scenario
from deploy.player.phone import Phone
from deploy.player.rest import Rest
from deploy.player.scenario import Temper
from shared.db import Database
from shared.events import OutcomeCorrected
from shared.settings import HouseSettings
from shared.words import (
    ActionKind,
    CampaignId,
    ContributionId,
    CorrectionReason,
    Mission,
    OutcomeId,
    TaskId,
    WorkerId,
)

LOOK_EVERY_S = 0.002
PEOPLE_MAX = 300
CLIENTS = 8
FEWEST = 2
WILLING = Temper(answer_after_h=(0.1, 0.2))


def bench_scenario() -> Scenario:
    """Return the shortest of the crises, with a team that says yes at once and forgets nothing."""
    scenario = read_scenario("covid-2021")
    campaign = scenario.campaign
    days = timedelta(days=11)
    return scenario.model_copy(
        update={
            "tempers": dict.fromkeys(scenario.tempers, WILLING),
            "signals": (),
            "campaign": campaign.model_copy(update={"ends_on": campaign.starts_on + days}),
        }
    )


@dataclass(frozen=True, slots=True)
class HttpLoad:
    """What came of recording outcomes as fast as a few phones can."""

    requests: int
    seconds: float
    to_figure_s: list[float]
    to_page_s: list[float]

    @property
    def per_s(self) -> float:
        return self.requests / self.seconds


async def record_outcomes(
    play: Play, phones: list[Phone], database_url: str, lasts_s: float
) -> HttpLoad:
    """Let phones record new counts one after another; time two more from their answers on.

    One until its figure is there, the other until the coordination's page has read it.

    Each request is a new version of a contribution, so each is a commit, a fact and a projection.
    """
    give_up_at_s = time.perf_counter() + lasts_s
    counts = [0] * CLIENTS
    watched = asyncio.Event()
    seconds: list[float] = []
    to_page_s: list[float] = []
    coordination, heard = play.world.coordination, asyncio.Event()
    campaign = f"/campaigns/{play.world.campaign_id}"

    async def keep_recording(number: int, phone: Phone) -> None:
        while not watched.is_set():  # the page is only told again when something changes
            counts[number] += 1
            await _record(phone, counts[number])

    async def nobody_is_told() -> None:
        """End with the figure itself."""

    async def the_page_is_told() -> None:
        heard.clear()  # what is heard from now on was looked at with the figure there
        await heard.wait()
        await coordination.get(f"/reporting/api{campaign}/figures")

    async def keep_following() -> None:
        async for _ in coordination.events(f"/reporting{campaign}/live"):
            heard.set()

    began_s = time.perf_counter()
    async with asyncio.TaskGroup() as together:
        for number, phone in enumerate(phones[:CLIENTS]):
            together.create_task(keep_recording(number, phone))
        following = together.create_task(keep_following())
        async with asyncio.TaskGroup() as watching:
            for phone, taken_s, until_told in (
                (phones[CLIENTS], seconds, nobody_is_told),
                (phones[CLIENTS + 1], to_page_s, the_page_is_told),
            ):
                watching.create_task(
                    _keep_timing(phone, database_url, give_up_at_s, taken_s, until_told)
                )
        watched.set()
        following.cancel()
    lasted_s = time.perf_counter() - began_s
    await Rest(play.world.operator, play.backstage).settle()
    requests = sum(counts) + len(seconds) + len(to_page_s)
    return HttpLoad(requests, lasted_s, seconds, to_page_s)


async def _keep_timing(
    phone: Phone,
    database_url: str,
    give_up_at_s: float,
    taken_s: list[float],
    until_told: Callable[[], Awaitable[None]],
) -> None:
    """Time from each answer on, until its figure is there and whoever waits for it was told.

    Twice at least, however slow the machine is: of one there is no median.
    """
    connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    async with connection:
        while time.perf_counter() < give_up_at_s or len(taken_s) < FEWEST:
            path, version = await _record(phone, len(taken_s))
            answered_s = time.perf_counter()
            await _wait_for(connection, UUID(path.rpartition("/")[2]), version)
            await until_told()
            taken_s.append(time.perf_counter() - answered_s)


async def _record(phone: Phone, number: int) -> tuple[str, int]:
    task_id = min(phone.last_sent)
    path, body = phone.last_sent[task_id]
    changed: dict[str, Any] = {
        **body,
        "people_reached": number % PEOPLE_MAX,
        # The same counts again would be an absorbed duplicate, so each round has another reason.
        "reason": list(CorrectionReason)[number // PEOPLE_MAX % 3].value,
    }
    answer = await phone.visitor.put(path, changed)
    return path, int(answer["version"])


async def _wait_for(
    connection: "psycopg.AsyncConnection[Any]", contribution_id: UUID, version: int
) -> None:
    query = "select 1 from reporting.contribution where contribution_id = %s and version >= %s"
    while True:
        found = await connection.execute(query, (contribution_id, version))
        if await found.fetchone() is not None:
            return
        await asyncio.sleep(LOOK_EVERY_S)


async def relay_per_s(settings: HouseSettings, play: Play, facts: int) -> float:
    """Stage so many facts in one commit, and time until the relay has published the last."""
    body = a_stale_correction(play)
    database = Database(settings.database_url_of("dispatch"), "dispatch", settings.clock)
    owner = settings.database_url.get_secret_value()
    try:
        async with database.transaction() as tx:
            await tx.emit(*(body.model_copy(update={"event_id": uuid7()}) for _ in range(facts)))
        began_s = time.perf_counter()
        await Rest(play.world.operator, play.backstage).settle()
        connection = await psycopg.AsyncConnection.connect(owner, autocommit=True)
        async with connection:
            found = await connection.execute(
                "select extract(epoch from max(published_at) - max(staged_at))::float"
                " from dispatch.outbox where type = %s and body::jsonb ->> 'version' = '1'",
                (OutcomeCorrected.type_name(),),
            )
            row = await found.fetchone()
    finally:
        await database.close()
    seconds = row[0] if row is not None and row[0] else time.perf_counter() - began_s
    return float(facts / seconds)


def a_stale_correction(play: Play) -> OutcomeCorrected:
    """Make a fact that every reader has passed already: it costs a relay and changes no figure."""
    phone = next(phone for phone in play.phones.values() if phone.last_sent)
    task_id, (path, body) = min(phone.last_sent.items())
    planned = play.world.plan[task_id]
    return OutcomeCorrected(
        occurred_at=play.world.now,
        outcome_id=OutcomeId(UUID(task_id)),
        contribution_id=ContributionId(UUID(path.rpartition("/")[2])),
        version=1,
        task_id=TaskId(UUID(task_id)),
        campaign_id=CampaignId(play.world.campaign_id),
        zone_id=planned.zone_id,
        worker_id=WorkerId(phone.visitor.person_id),
        happened_on=body["happened_on"],
        mission=Mission.COLLECTIVE_INFORMATION,
        kind=ActionKind(planned.kind),
        people_reached=body["people_reached"],
        reason=CorrectionReason.MISCOUNTED,
    )
