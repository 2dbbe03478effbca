"""Sealing in the running house: week by week, once, for good, and nothing of a small team."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from deploy.audit import verify_ledgers
from deploy.engines import Engines
from tests.house import House
from tests.sealed import MONDAY, Campaign, at, team, with_a_territory
from tests.told import a_house_where_only

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def house(engines: Engines) -> AsyncIterator[House]:
    async with a_house_where_only("reporting", engines) as running:
        await with_a_territory(running)
        yield running


async def test_a_campaign_is_sealed_week_by_week_and_its_total_is_exact_at_the_close(
    house: House,
) -> None:
    campaign = Campaign(house, team(12))
    await campaign.begin()
    seen: list[int] = []

    for week in range(6):
        await campaign.outcomes(MONDAY + week * WEEK + 2 * DAY, 24)
        await house.at(at(MONDAY + (week + 1) * WEEK, 7))
        seen.append((await campaign.total())[0])
    await campaign.close(MONDAY + 6 * WEEK)
    before_close = await campaign.total()
    await house.at(at(MONDAY + 7 * WEEK + 2 * DAY, 7))

    blocks = await campaign.blocks()
    assert seen == sorted(seen)
    assert 0 < seen[0] < 24
    assert before_close < campaign.true_total
    assert await campaign.total() == campaign.true_total
    assert all(block["actions"] >= 5 and block["contacts"] >= 5 for block in blocks)
    assert {block["view"] for block in blocks} >= {"total", "theme", "zone", "kind", "language"}
    assert [row for row in await campaign.audit() if row["what"] == "close"]


async def test_sealing_again_on_the_same_day_or_before_six_changes_nothing(house: House) -> None:
    campaign = Campaign(house, team(9))
    start = MONDAY + 12 * WEEK
    await campaign.begin(start)
    await campaign.outcomes(start + DAY, 30)
    await house.at(at(start + WEEK, 5))
    early = await campaign.blocks()

    await house.at(at(start + WEEK, 6))
    first = await campaign.blocks()
    await house.at(at(start + WEEK, 9))
    await house.sweep()

    assert early == []
    assert first
    assert await campaign.blocks() == first


async def test_a_correction_after_the_seal_revises_nothing_that_was_published(
    house: House,
) -> None:
    campaign = Campaign(house, team(9))
    start = MONDAY + 24 * WEEK
    await campaign.begin(start)
    await campaign.outcomes(start + DAY, 30)
    await house.at(at(start + WEEK, 7))
    sealed = await campaign.blocks()
    told = campaign.true_total
    behind = await house.rows(
        "sealer",
        "select outcome_id from ledger_member where ledger_id = :ledger",
        ledger=str(campaign.campaign_id),
    )
    sealed_ids = {row["outcome_id"] for row in behind}
    ids = [str(body["contribution_id"]) for body in campaign.recorded]
    number = next(n for n, one in enumerate(ids) if one in sealed_ids)

    await campaign.correct(number, start + WEEK, 400)
    await campaign.close(start + WEEK)
    await house.at(at(start + 3 * WEEK, 7))

    published = await campaign.total()
    assert (await campaign.blocks())[: len(sealed)] == sealed
    assert published == told


async def test_two_workers_are_never_published_unless_both_agree(house: House) -> None:
    silent, agreeing = Campaign(house, team(2)), Campaign(house, team(2))
    start = MONDAY + 36 * WEEK
    for campaign in (silent, agreeing):
        await campaign.begin(start)
        await campaign.outcomes(start + DAY, 20)
    await house.at(at(start + WEEK, 7))
    live = await silent.blocks() + await agreeing.blocks()
    for campaign in (silent, agreeing):
        await campaign.close(start + WEEK)
    for worker in agreeing.workers:
        async with house.databases["reporting"].transaction() as tx:
            await tx.execute(
                text(
                    "insert into ledger_waiver (id, campaign_id, worker_id, given_on)"
                    " values (:id, :campaign, :worker, :day)"
                ),
                {
                    "id": uuid4(),
                    "campaign": agreeing.campaign_id,
                    "worker": worker,
                    "day": start + WEEK,
                },
            )

    await house.at(at(start + 3 * WEEK, 7))

    assert live == []
    assert await silent.blocks() == []
    assert [b["view"] for b in await agreeing.blocks()] == ["total"]
    assert await agreeing.total() == agreeing.true_total
    waived = [row for row in await agreeing.audit() if row["what"] == "waiver"]
    assert len(waived) == 1


async def test_the_chains_hold_and_the_key_goes_a_month_after_the_close(house: House) -> None:
    campaign = Campaign(house, team(9))
    start = MONDAY + 48 * WEEK
    await campaign.begin(start)
    await campaign.outcomes(start + DAY, 30)
    await campaign.close(start + WEEK)
    await house.at(at(start + 3 * WEEK, 7))
    keys = "select ledger_id from ledger_key where ledger_id = :ledger"
    kept = await house.rows("sealer", keys, ledger=str(campaign.campaign_id))

    await house.at(at(start + 9 * WEEK, 7))

    found = {one.ledger_id: one for one in await verify_ledgers(house.settings)}
    assert kept
    assert await house.rows("sealer", keys, ledger=str(campaign.campaign_id)) == []
    assert found[str(campaign.campaign_id)].problems == ()
    assert found[str(campaign.campaign_id)].blocks == len(await campaign.blocks())


@pytest.mark.parametrize("table", ["ledger_key", "ledger_audit", "ledger_member"])
async def test_the_web_role_reads_no_key_and_nothing_behind_a_sum(house: House, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await house.rows("reporting", f"select * from {table}")
