"""A rebuild from the facts gives the live figures again, or says why it does not."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text

from deploy.bench import bench_rebuild
from deploy.engines import Engines
from deploy.replay import (
    SHADOW,
    Reading,
    ReplayError,
    catch_up,
    rebuild,
    shadow_tables,
)
from deploy.wiring import buses
from services.reporting import store
from shared.bus import SERVICES, connect
from shared.db import Database
from shared.events import Event
from shared.settings import sqlalchemy_url
from shared.words import Role
from tests.commands import relais
from tests.house import House, eventually
from tests.told import NOW, a_campaign_of_facts, a_house_where_only


@pytest.fixture
async def house(engines: Engines) -> AsyncIterator[House]:
    async with a_house_where_only("reporting", engines) as running:
        yield running


async def say(house: House, facts: Sequence[Event]) -> None:
    for service in ("intake", "dispatch", "notify"):
        async with house.databases[service].transaction() as tx:
            await tx.emit(*(fact for fact in facts if fact.said_by == service))


async def spoil(house: House, statement: str) -> None:
    """Break the live rows behind everybody's back."""
    async with house.databases["reporting"].transaction() as tx:
        await tx.execute(text(statement))


async def test_a_rebuild_gives_the_live_figures_byte_for_byte(house: House) -> None:
    operator = await house.enter(Role.SERVICE, "operator")
    _, facts = a_campaign_of_facts()
    await say(house, facts)
    await house.settle()

    found = await rebuild(house.settings)
    live = (await operator.get("/reporting/api/checksum")).json()

    assert found.same is True
    assert (found.checksum, found.facts) == (live["checksum"], len(facts))
    assert set(found.sources.values()) == {"stream"}
    assert not house.owner_rows(
        "select 1 from information_schema.tables where table_name like '%\\_new'"
    )


async def test_a_rebuild_while_facts_go_on_coming_waits_for_the_live_side(house: House) -> None:
    _, facts = a_campaign_of_facts()
    await say(house, facts)

    telling = [asyncio.create_task(say(house, a_campaign_of_facts()[1])) for _ in range(5)]
    found = await rebuild(house.settings)
    await asyncio.wait(telling)

    assert found.same is True


async def test_a_swap_mends_what_was_broken_and_keeps_when_figures_appeared(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    campaign, facts = a_campaign_of_facts()
    await say(house, facts)
    await house.settle()
    appeared = await house.rows("reporting", "select min(projected_at) as at from contribution")
    await spoil(house, "update contribution set people_reached = 0")
    await spoil(house, "delete from proposal")

    compared = await rebuild(house.settings)
    swapped = await rebuild(house.settings, swap=True)
    again = await rebuild(house.settings)
    figures = (await coordination.get(f"/reporting/api/campaigns/{campaign}/figures")).json()
    kept = await house.rows("reporting", "select min(projected_at) as at from contribution")

    assert (compared.same, swapped.swapped, again.same) == (False, True, True)
    assert (figures["people_reached"], figures["proposed"]) == (60, 12)
    assert kept == appeared


async def test_a_lost_broker_is_replaced_by_the_outboxes(house: House) -> None:
    _, facts = a_campaign_of_facts()
    await say(house, facts)
    await house.settle()
    client = await connect(house.settings.nats_url, "somebody careless")
    await client.jetstream().delete_stream("DISPATCH")
    await client.close()

    found = await rebuild(house.settings)

    assert found.sources["dispatch"] == "outbox"
    assert found.same is True


async def test_a_part_can_be_rebuilt_to_look_at_an_earlier_day(house: House) -> None:
    _, facts = a_campaign_of_facts()
    await say(house, facts)
    await house.settle()

    found = await rebuild(house.settings, until=NOW + timedelta(days=1))

    assert found.same is None
    assert found.facts == len([fact for fact in facts if fact.occurred_at == NOW])


async def test_a_swap_that_would_lose_facts_is_refused(house: House) -> None:
    _, facts = a_campaign_of_facts()
    await say(house, facts)
    await house.settle()
    await spoil(house, "update progress set facts = facts + 10 where said_by = 'dispatch'")

    with pytest.raises(ReplayError, match="would lose some"):
        await rebuild(house.settings, swap=True)


async def test_the_bench_sets_a_rebuild_beside_a_bare_read(house: House) -> None:
    await say(house, a_campaign_of_facts()[1])
    await house.settle()

    measured = await bench_rebuild(house.settings)

    assert measured.rebuild_facts_per_s > 0
    assert measured.read_messages_per_s > 0


async def test_what_the_live_side_has_not_heard_waits_and_is_not_forgotten(house: House) -> None:
    _, facts = a_campaign_of_facts()
    await house.buses["reporting"].stop()
    await say(house, facts)
    owner = sqlalchemy_url(house.settings.database_url.get_secret_value())
    database = Database(owner, "reporting", house.settings.clock, pool_size=3)
    client = await connect(house.settings.nats_url, "replay")
    reading = Reading(sources=dict.fromkeys(SERVICES, "stream"))
    counts = []

    async with shadow_tables(database):
        await eventually(lambda: all_said(house), "facts still wait")
        for heard in (False, True):
            if heard:
                house.buses["reporting"] = buses(house.settings)["reporting"]
                await house.buses["reporting"].start()
                await house.settle()
            async with database.transaction() as tx:
                await catch_up(database, client, reading, tx)
                counts.append(await store.facts_projected(tx, SHADOW))
    await client.close()
    await database.close()
    await house.buses["reporting"].stop()

    assert counts == [0, len(facts)]


async def all_said(house: House) -> bool:
    return not any([await house.waiting(service) for service in SERVICES])


async def test_the_command_says_whether_the_two_are_the_same(house: House) -> None:
    await say(house, a_campaign_of_facts()[1])
    await house.settle()

    same = await relais(house, "replay", "--json")
    await spoil(house, "delete from contribution")
    different = await relais(house, "replay", "--json")

    assert (same.exit_code, json.loads(same.stdout)["same"]) == (0, True), same.output
    assert (different.exit_code, json.loads(different.stdout)["same"]) == (1, False)
