"""The coordination's figures: counted once, in any order, frozen at the close, never per worker."""

import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi.routing import APIRoute

from deploy.engines import Engines
from services.reporting import store
from services.reporting.web import account, account_files, figures
from shared.bus import connect
from shared.events import (
    CampaignClosed,
    CampaignSuspended,
    Event,
    OutcomeCorrected,
    OutcomeRecorded,
)
from shared.words import Role
from tests.house import House
from tests.told import NOW, ZONES, a_campaign_of_facts, a_house_where_only, new_id


@pytest.fixture(scope="module")
async def house(engines: Engines) -> AsyncIterator[House]:
    async with a_house_where_only("reporting", engines) as running:
        yield running


async def say(house: House, facts: Sequence[Event]) -> None:
    """Let each service say its facts, in this order."""
    for fact in facts:
        async with house.databases[fact.said_by].transaction() as tx:
            await tx.emit(fact)
    await house.settle()


async def figures_of(client: httpx.AsyncClient, campaign: UUID) -> dict[str, Any]:
    answer = await client.get(f"/reporting/api/campaigns/{campaign}/figures")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_campaign_is_counted_by_zone_kind_week_theme_and_relay(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    campaign, facts = a_campaign_of_facts()

    await say(house, facts)
    found = await figures_of(coordination, campaign)

    assert {name: found[name] for name in ("planned", "proposed", "notified", "done")} == {
        "planned": 6,
        "proposed": 12,
        "notified": 12,
        "done": 3,
    }
    assert [
        found[name]
        for name in ("accepted", "declined", "countered", "expired", "handed_back", "withdrawn")
    ] == [6, 1, 1, 1, 1, 1]
    assert (found["outcomes"], found["contributions"], found["people_reached"]) == (3, 6, 60)
    assert found["relays"] == {"energy_advice": {"made": 12, "took_hold": 6}}
    assert found["by_theme"] == {"debt": 6, "energy": 6}
    assert found["by_language"]["fr"] == 6
    assert found["non_take_up"] == {"non_knowledge": 6}
    assert found["signals"] == {"saturated_service": 1}
    assert [line["zone_id"] for line in found["by_zone"]] == list(ZONES)
    assert [line["people_reached"] for line in found["by_zone"]] == [20, 20, 20]
    assert [(line["kind"], line["planned"]) for line in found["by_kind"]] == [
        ("drop_in", 2),
        ("market_stall", 4),
    ]
    assert [line["week"] for line in found["by_week"]][:2] == ["2022-W05", "2022-W06"]


async def test_any_order_gives_the_same_figures(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    told = []

    for seed in range(3):
        campaign, facts = a_campaign_of_facts()
        random.Random(seed).shuffle(facts)  # noqa: S311 - a shuffle, not a secret
        await say(house, facts)
        found = await figures_of(coordination, campaign)
        told.append({name: value for name, value in found.items() if name != "as_of"})

    assert told[0]["people_reached"] == 60
    assert told[1:] == told[:-1]


async def test_any_order_and_any_batches_give_the_same_rows(house: House) -> None:
    _, facts = a_campaign_of_facts()
    checksums = set()

    for seed in range(12):
        dice = random.Random(seed)  # noqa: S311 - a shuffle, not a secret
        dice.shuffle(facts)
        with contextlib.suppress(TakenBackError):
            async with house.databases["reporting"].transaction() as tx:
                left = list(facts)
                while left:
                    size = dice.choice((1, 2, 7, 40))
                    batch, left = left[:size], left[size:]
                    await store.project(tx, batch)
                checksums.add(await store.projection_checksum(tx))
                raise TakenBackError

    assert len(checksums) == 1


async def test_a_fact_that_comes_twice_counts_once(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    campaign, facts = a_campaign_of_facts()
    await say(house, facts)
    before = await figures_of(coordination, campaign)

    client = await connect(house.settings.nats_url, "somebody who repeats")
    for fact in facts:
        headers = {"ce-type": fact.type_name(), "ce-id": str(fact.event_id)}
        await client.jetstream().publish(
            fact.subject, fact.model_dump_json().encode(), headers=headers
        )
    await client.close()
    await house.settle()
    after = await figures_of(coordination, campaign)
    absorbed = await house.rows(
        "reporting",
        "select count(*) as n from inbox where repeats > 0 and event_id = any(:ids)",
        ids=[fact.event_id for fact in facts],
    )

    assert {**after, "as_of": None} == {**before, "as_of": None}
    assert absorbed[0]["n"] == len(facts)


async def test_what_never_happened_counts_for_nothing(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    campaign, facts = a_campaign_of_facts()
    recorded = next(fact for fact in facts if isinstance(fact, OutcomeRecorded))
    withdrawn = OutcomeCorrected(
        **recorded.model_dump(exclude={"event_id", "version", "people_reached"}),
        version=3,
        people_reached=0,
        reason="never_happened",
    )

    await say(house, [withdrawn, *facts])
    found = await figures_of(coordination, campaign)

    assert (found["contributions"], found["outcomes"], found["people_reached"]) == (5, 3, 50)


async def test_a_closed_campaign_is_frozen_and_later_work_is_shown_beside(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    campaign, facts = a_campaign_of_facts()
    late = next(fact for fact in facts if isinstance(fact, OutcomeRecorded))
    late = late.model_copy(update={"event_id": new_id(), "contribution_id": new_id()})
    await say(house, facts)

    await say(
        house,
        [CampaignClosed(occurred_at=NOW, campaign_id=campaign, reason="reached_its_end")],
    )
    await say(house, [late])
    found = await figures_of(coordination, campaign)
    published = await house.facts("reporting.v1.snapshot.published")
    page = await coordination.get(f"/reporting/campaigns/{campaign}")
    kept = await house.rows(
        "reporting", "select figures from snapshot where campaign_id = :id", id=campaign
    )

    assert str(campaign) in {fact["campaign_id"] for fact in published}
    assert found["frozen"]["later_changes"] == {"contributions": 1, "people_reached": 3}
    assert '"people_reached":60' in kept[0]["figures"]
    assert "+3 depuis la clôture" in page.text


async def test_the_list_shows_the_state_of_each_campaign(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    campaign, facts = a_campaign_of_facts()
    paused, more_facts = a_campaign_of_facts()
    suspended = CampaignSuspended(occurred_at=NOW + timedelta(days=3), campaign_id=paused)

    await say(house, [*facts, suspended, *more_facts])
    listed = (await coordination.get("/reporting/api/campaigns")).json()
    page = await coordination.get("/reporting/")

    states = {line["campaign_id"]: line["state"] for line in listed}
    assert states[str(campaign)] in {"declared", "running"}
    assert states[str(paused)] == "suspended"
    assert "Hausse des prix" in page.text


@pytest.mark.parametrize("role", [Role.FUNDER, Role.WORKER, Role.HOST_PARTNER])
async def test_nobody_but_the_coordination_reads_the_live_figures(house: House, role: Role) -> None:
    somebody = await house.enter(role, f"somebody {role}")
    doors = (figures, account, account_files)
    routes = [route for door in doors for route in door.router.routes]
    paths = [route.path for route in routes if isinstance(route, APIRoute)]
    assert len(paths) >= 5

    for path in paths:
        answer = await somebody.get("/reporting" + path.replace("{campaign_id}", str(new_id())))
        assert answer.status_code == 403, path


async def test_no_figure_is_by_worker_and_no_zone_tells_who_said_no(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    campaign, facts = a_campaign_of_facts()
    workers = {str(fact.worker_id) for fact in facts if hasattr(fact, "worker_id")}
    noes = {"declined", "countered", "expired", "handed_back", "withdrawn"}

    await say(house, facts)
    found = await figures_of(coordination, campaign)
    page = await coordination.get(f"/reporting/campaigns/{campaign}")
    columns = await house.rows(
        "reporting",
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'reporting' and column_name ~ 'worker|person|raq'",
    )

    assert not any(worker in str(found) or worker in page.text for worker in workers)
    assert not any(noes & set(line) for line in found["by_zone"])
    assert {(row["table_name"], row["column_name"]) for row in columns} == {
        ("contribution", "worker_id"),
        ("export", "person_id"),  # who asked for it, and nobody else fetches it
        ("report_subscription", "person_id"),  # whose letters they are
        ("ledger_waiver", "worker_id"),
        ("signal", "worker_id"),
    }


class TakenBackError(Exception):
    """Ends a transaction that leaves nothing."""
