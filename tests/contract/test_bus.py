"""What the bus promises, on a real nats-server and a real PostgreSQL.

Each fact takes effect exactly once, is retried while it may pass, buried when it never will, and
nothing is lost when servers go away.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psutil
import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig
from sqlalchemy import text, update

from deploy import topology
from deploy.engines import Engines, start_engines
from shared.bus import ACK_WAIT_S, Bus, connect
from shared.db import Database, Tx, dead_letter, outbox
from shared.errors import MissingError, OutsideError, RefusedError
from shared.events import CampaignClosed, Event, SignalRaised
from shared.words import ClosingReason
from tests.house import eventually
from tests.servers import drop_database, house_settings, migrated_database, test_settings

NOW = datetime(2022, 1, 3, 8, tzinfo=UTC)


@dataclass
class Ears:
    """A service under test: what it heard, and what it should do when it hears."""

    bus: Bus
    database: Database
    nats_url: str
    nats_pid: int
    heard: list[UUID] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    takes_s: float = 0.0

    async def hear(self, fact: Event, tx: Tx) -> None:
        """Write that the fact was heard; first raise what the test prepared."""
        await tx.execute(
            text("insert into chore (name, swept_at) values (:n, now())"), {"n": str(fact.event_id)}
        )
        if self.trouble:
            raise self.trouble.pop(0)
        await asyncio.sleep(self.takes_s)
        self.heard.append(fact.event_id)

    async def hear_many(self, facts: Sequence[Event], tx: Tx) -> None:
        for fact in facts:
            await self.hear(fact, tx)

    async def say(self, *facts: Event) -> None:
        async with self.database.transaction() as tx:
            await tx.emit(*facts)

    async def effects(self) -> int:
        """Count the facts whose effect is committed."""
        return int(await self.one("select count(*) from chore"))

    async def one(self, query: str) -> Any:
        async with self.database.reading() as tx:
            return (await tx.execute(text(query))).scalar_one()


def closed() -> CampaignClosed:
    return CampaignClosed(
        occurred_at=NOW,
        campaign_id=uuid4(),
        reason=ClosingReason.ENDED_EARLY,
    )


@asynccontextmanager
async def ears(
    engines: Engines, *, many: bool = False, ack_wait_s: float = ACK_WAIT_S
) -> AsyncIterator[Ears]:
    """Start intake's mouth and ears, with one listener, on a NATS of their own."""
    url = migrated_database(engines)
    nats = start_engines(
        postgres=False, valkey=False, nats=True, durable=False, settings=test_settings()
    )
    with nats as own:
        settings = house_settings(url, nats_url=own.nats_url)
        database = Database(settings.database_url_of("intake"), "intake")
        bus = Bus("intake", settings.nats_url, database, ack_wait_s)
        under_test = Ears(bus, database, own.nats_url, own.pids()["nats"])
        if many:
            bus.project([CampaignClosed], under_test.hear_many)
        else:
            bus.on(CampaignClosed, under_test.hear)
        client = await connect(settings.nats_url, "topology")
        await topology.apply_streams(client)
        await topology.apply_consumers(client, bus.hearings)
        await client.close()
        await bus.start()
        try:
            yield under_test
        finally:
            await bus.stop()
            await database.close()
    drop_database(engines, url)


@pytest.fixture
async def intake(engines: Engines) -> AsyncIterator[Ears]:
    async with ears(engines) as under_test:
        yield under_test


async def test_a_staged_fact_is_heard_and_its_effect_is_committed(intake: Ears) -> None:
    fact = closed()

    await intake.say(fact)
    await eventually(lambda: _is(intake.heard, [fact.event_id]), "not heard")

    assert await intake.effects() == 1
    assert await intake.one("select count(*) from outbox where published_at is null") == 0


async def test_a_rolled_back_step_says_nothing(intake: Ears) -> None:
    async def a_step_that_fails_at_the_end() -> None:
        async with intake.database.transaction() as tx:
            await tx.emit(closed())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await a_step_that_fails_at_the_end()

    assert await intake.one("select count(*) from outbox") == 0


async def test_a_fact_published_twice_takes_effect_once(intake: Ears) -> None:
    fact = closed()
    await intake.say(fact)
    await eventually(lambda: _is(intake.heard, [fact.event_id]), "not heard")

    client = await connect(intake.nats_url, "doubler")  # past the deduplication of JetStream
    headers = {"ce-type": fact.type_name(), "ce-id": str(fact.event_id)}
    await client.jetstream().publish(fact.subject, fact.model_dump_json().encode(), headers=headers)
    await client.close()
    await eventually(lambda: _equals(intake, "select sum(repeats) from inbox", 1), "not absorbed")

    assert intake.heard == [fact.event_id]
    assert await intake.effects() == 1


async def test_a_passing_failure_is_retried_until_it_passes(intake: Ears) -> None:
    intake.trouble = [MissingError("campaign"), KeyError("late")]
    fact = closed()

    await intake.say(fact)
    await eventually(lambda: _is(intake.heard, [fact.event_id]), "not heard")

    assert await intake.effects() == 1
    assert await intake.one("select count(*) from dead_letter") == 0


async def test_a_refusal_is_buried_at_once_with_its_type_and_without_its_text(intake: Ears) -> None:
    intake.trouble = [RefusedError()]
    fact = closed()

    await intake.say(fact)
    await eventually(lambda: _equals(intake, "select count(*) from dead_letter", 1), "not buried")

    assert await intake.one("select error from dead_letter") == "RefusedError"
    assert await intake.one("select attempts from dead_letter") == 1
    assert await intake.effects() == 0


async def test_a_step_that_takes_longer_than_the_server_waits_is_begun_once(
    engines: Engines,
) -> None:
    async with ears(engines, ack_wait_s=0.5) as intake:
        intake.takes_s = 1.6
        fact = closed()
        await intake.say(fact)
        await eventually(lambda: _is(intake.heard, [fact.event_id]), "not heard")
        (hearing,) = intake.bus.hearings
        client = await connect(intake.nats_url, "test")
        told = await client.jetstream().consumer_info(hearing.stream, hearing.durable)
        await client.close()

        assert told.delivered is not None
        assert told.delivered.consumer_seq == 1
        assert await intake.effects() == 1


async def test_what_cannot_be_read_is_buried_and_the_next_fact_passes(intake: Ears) -> None:
    fact = closed()
    client = await connect(intake.nats_url, "stranger")
    headers = {"ce-type": fact.type_name()}
    await client.jetstream().publish(fact.subject, b"{not json", headers=headers)
    await client.close()

    await intake.say(fact)
    await eventually(lambda: _is(intake.heard, [fact.event_id]), "the next fact did not pass")

    assert await intake.one("select count(*) from dead_letter") == 1


async def test_a_redriven_dead_letter_takes_effect_once(intake: Ears) -> None:
    intake.trouble = [RefusedError()]
    fact = closed()
    await intake.say(fact)
    await eventually(lambda: _equals(intake, "select count(*) from dead_letter", 1), "not buried")

    async with intake.database.transaction() as tx:
        await tx.execute(update(dead_letter).values(state="redrive"))
    await eventually(lambda: _equals(intake, "select state from dead_letter", "redriven"), "dead")

    assert intake.heard == [fact.event_id]
    assert await intake.effects() == 1


async def test_a_provider_that_is_away_never_costs_a_fact(intake: Ears) -> None:
    intake.trouble = [OutsideError("mail")] * 3
    fact = closed()

    await intake.say(fact)
    await eventually(lambda: _is(intake.heard, [fact.event_id]), "not heard")

    assert await intake.one("select count(*) from dead_letter") == 0


async def test_facts_said_while_nats_is_frozen_are_heard_when_it_is_back(intake: Ears) -> None:
    server = psutil.Process(intake.nats_pid)
    facts = [closed() for _ in range(5)]
    server.send_signal(signal.SIGSTOP)
    try:
        await intake.say(*facts)
    finally:
        server.send_signal(signal.SIGCONT)

    await eventually(lambda: _is(sorted(intake.heard), sorted(f.event_id for f in facts)), "lost")
    assert await intake.effects() == 5


async def test_poison_in_a_batch_is_buried_alone(engines: Engines) -> None:
    async with ears(engines, many=True) as reporting:
        good, bad = [closed() for _ in range(20)], closed()
        reporting.trouble = []
        poisoned = bad.event_id

        async def hear_all_but_one(facts: Sequence[Event], tx: Tx) -> None:
            if any(fact.event_id == poisoned for fact in facts):
                raise RefusedError
            await reporting.hear_many(facts, tx)

        hearing = reporting.bus.hearings[0]
        object.__setattr__(hearing, "handle", hear_all_but_one)
        await reporting.say(*good[:10], bad, *good[10:])
        await eventually(lambda: _length(reporting.heard, 20), "some good facts were lost")

        assert await reporting.one("select count(*) from dead_letter") == 1
        assert await reporting.effects() == 20


async def test_a_batch_with_a_known_id_still_leaves_whole(intake: Ears) -> None:
    first, second = closed(), closed()
    await intake.say(first)
    await eventually(lambda: _is(intake.heard, [first.event_id]), "not heard")

    async with intake.database.transaction() as tx:  # as after a crash between publish and mark
        await tx.execute(update(outbox).values(published_at=None))
        await tx.emit(second)
    await eventually(lambda: _length(intake.heard, 2), "the second was lost")

    assert intake.heard == [first.event_id, second.event_id]


async def test_drift_names_what_the_server_has_otherwise(intake: Ears) -> None:
    assert await intake.bus.drift() == []
    client = await connect(intake.nats_url, "meddler")
    changed = ConsumerConfig(**{**intake.bus.hearings[0].config.__dict__, "ack_wait": 5.0})
    await client.jetstream().add_consumer("INTAKE", changed)

    after_change = await intake.bus.drift()
    await client.jetstream().delete_consumer("INTAKE", intake.bus.hearings[0].durable)
    after_loss = await intake.bus.drift()
    await client.close()

    assert [d.split(".")[-1] for d in after_change] == ["ack_wait"]
    assert after_loss == [f"{intake.bus.hearings[0].durable}: missing"]


async def test_a_broker_that_lost_its_disk_is_noticed_and_filled_again_from_the_outbox(
    intake: Ears,
) -> None:
    fact = closed()
    await intake.say(fact)
    await eventually(lambda: _is(intake.heard, [fact.event_id]), "not heard")
    client = await connect(intake.nats_url, "disaster")
    await client.jetstream().delete_stream("INTAKE")
    await topology.apply_streams(client)
    await topology.apply_consumers(client, intake.bus.hearings)

    noticed = await intake.bus.drift()
    async with intake.database.transaction() as tx:
        await tx.execute(update(outbox).values(published_at=None))
    await eventually(lambda: _kept(client, 1), "the stream was not filled again")
    after = await intake.bus.drift()
    await client.close()

    assert noticed == ["INTAKE lost 1 facts: relais topology --republish"]
    assert after == []
    assert await intake.effects() == 1


async def test_two_listeners_may_not_share_a_name(intake: Ears) -> None:
    with pytest.raises(ValueError, match="two listeners"):
        intake.bus.on(CampaignClosed, intake.hear)


async def test_a_fact_that_nobody_here_hears_is_not_delivered(intake: Ears) -> None:
    assert all(SignalRaised not in hearing.facts for hearing in intake.bus.hearings)
    assert await intake.bus.lag() == {intake.bus.hearings[0].durable: 0}


async def _kept(client: Client, wanted: int) -> bool:
    return (await client.jetstream().stream_info("INTAKE")).state.messages == wanted


async def _is(actual: object, wanted: object) -> bool:
    return actual == wanted


async def _length(actual: Sequence[object], wanted: int) -> bool:
    return len(actual) == wanted


async def _equals(under_test: Ears, query: str, wanted: object) -> bool:
    return bool(await under_test.one(query) == wanted)
