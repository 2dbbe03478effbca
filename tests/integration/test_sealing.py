"""Sealing in the running house: week by week, once, for good, and nothing of a small team."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from deploy.audit import verify_ledgers
from deploy.engines import Engines
from deploy.replay import check_seals
from deploy.wiring import CHORES
from shared import access
from shared.settings import sqlalchemy_url
from shared.words import Role
from tests.commands import relais
from tests.house import House, eventually
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
    amina, samir = [
        await house.enter(Role.WORKER, f"Worker {worker}", worker) for worker in team(2)
    ]
    stranger = await house.enter(Role.WORKER, "Somebody else")
    coordination = await house.enter(Role.COORDINATION, "Inès")

    asked = (await samir.get(WAIVERS)).text
    for worker, campaign in ((amina, silent), (amina, agreeing), (samir, agreeing)):
        assert (await worker.post(waiver(campaign, "give"))).status_code == 303
    for verb in ("give", "give", "take-back"):
        assert (await samir.post(waiver(silent, verb))).status_code == 303
    refused = await stranger.post(waiver(silent, "give"))
    running = [(await coordination.get(account(c))).text for c in (silent, agreeing)]
    for campaign in (silent, agreeing):
        await campaign.close(start + WEEK)
    closed = [(await coordination.get(account(c))).text for c in (silent, agreeing)]
    after_yes, after_no = (await samir.get(WAIVERS)).text.split(f'id="c-{silent.campaign_id}"')
    given = await house.rows("reporting", "select given_at from ledger_waiver")

    await house.at(at(start + 3 * WEEK, 7))

    assert live == []
    assert asked.count("Je suis d’accord") == 2
    assert refused.status_code == 404
    assert str(silent.campaign_id) not in (await stranger.get(WAIVERS)).text
    assert all("si chaque personne qui y a travaillé donne son accord" in text for text in running)
    assert "ne peut pas être publié pour l’instant" in closed[0]
    assert "sera publié au dernier scellé" in closed[1]
    assert "Reprendre mon accord" in after_yes + after_no
    assert "Sans votre accord" in after_no
    assert {row["given_at"] for row in given} == {at(start + WEEK, 7)}
    assert await silent.blocks() == []
    assert [b["view"] for b in await agreeing.blocks()] == ["total"]
    assert await agreeing.total() == agreeing.true_total
    waived = [row for row in await agreeing.audit() if row["what"] == "waiver"]
    assert len(waived) == 1
    late = await amina.post(waiver(agreeing, "take-back"))
    assert (late.status_code, "est scellé" in late.text) == (409, True)
    with pytest.raises(DBAPIError, match="its waivers stay"):
        async with house.databases["reporting"].transaction() as tx:
            await tx.execute(text("delete from ledger_waiver"))


WAIVERS = "/reporting/me/waivers"


def waiver(campaign: Campaign, verb: str) -> str:
    return f"{WAIVERS}/{campaign.campaign_id}/{verb}"


def account(campaign: Campaign) -> str:
    return f"/reporting/campaigns/{campaign.campaign_id}"


async def test_a_sealer_that_dies_in_the_middle_leaves_nothing_and_two_at_once_seal_once(
    house: House,
) -> None:
    campaign = Campaign(house, team(9))
    start = MONDAY + 42 * WEEK
    await campaign.begin(start)
    await campaign.outcomes(start + DAY, 30)
    async with house.databases["access"].transaction() as tx:
        await access.move_clock(tx, at(start + WEEK, 7))
    (sealing,) = (chore for chore in CHORES["reporting"] if chore.name == "seal_ledgers")

    async def seal_now() -> None:
        await sealing.errand(house.databases["sealer"])

    with owner_of(house) as owner:
        owner.execute(text("lock table reporting.ledger_member in share mode"))  # after the blocks
        doomed = asyncio.create_task(seal_now())
        await eventually(partial(stands_still, house), "the sealer did not come so far")
        owner.execute(text(f"select pg_terminate_backend(pid) {STANDING_STILL}"))
        await asyncio.wait({doomed})
        after_death = await campaign.blocks(), await campaign.audit()
    async with asyncio.TaskGroup() as together:
        for _ in range(2):
            together.create_task(seal_now())

    assert isinstance(doomed.exception(), DBAPIError)
    assert after_death == ([], [])
    assert {block["seq"] for block in await campaign.blocks()} == {1}
    assert len([row for row in await campaign.audit() if row["what"] == "seal"]) == 1
    assert all(not ledger.problems for ledger in await verify_ledgers(house.settings))


STANDING_STILL = (
    "from pg_stat_activity where usename = 'relais_sealer' and wait_event_type = 'Lock'"
    " and query like 'insert into ledger_member%'"
)


async def stands_still(house: House) -> bool:
    return bool(house.owner_rows(f"select pid {STANDING_STILL}"))


@contextmanager
def owner_of(house: House) -> Iterator[Connection]:
    """Open a transaction as the owner of every table."""
    engine = create_engine(sqlalchemy_url(house.settings.database_url.get_secret_value()))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


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
    again = {one.ledger_id: one for one in await check_seals(house.settings)}
    assert kept
    assert await house.rows("sealer", keys, ledger=str(campaign.campaign_id)) == []
    assert found[str(campaign.campaign_id)].problems == ()
    assert found[str(campaign.campaign_id)].blocks == len(await campaign.blocks())
    assert {one.problem for one in again.values()} == {""}  # every ledger of this house
    assert not again[str(campaign.campaign_id)].with_key
    assert len(again[str(campaign.campaign_id)].rows) == len(await campaign.blocks())


async def test_a_published_seal_is_given_back_byte_for_byte_and_a_changed_byte_is_seen(
    house: House, tmp_path: Path
) -> None:
    campaign = Campaign(house, team(12))
    start = MONDAY + 60 * WEEK
    await campaign.begin(start)
    files = []
    for week in (1, 2):
        await campaign.outcomes(start + (week - 1) * WEEK + DAY, 30)
        await house.at(at(start + week * WEEK, 7))
        files.append(await file_of(campaign))
    await campaign.correct(0, start + 2 * WEEK, 400)
    first = at(start + WEEK, 8).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    here = str(campaign.campaign_id)
    change = text(
        "alter table reporting.ledger_block disable trigger block_only_grows;"
        f" update reporting.ledger_block set contacts = contacts + 1 where ledger_id = '{here}'"
        " and number = 1;"
        " alter table reporting.ledger_block enable trigger block_only_grows"
    )

    given_back = await relais(house, "replay", "--until", first, "--into", str(tmp_path), "--json")
    with owner_of(house) as owner:
        owner.execute(change)
    verified = await relais(house, "audit", "verify")
    again = {one.ledger_id: one.problem for one in await check_seals(house.settings)}

    assert given_back.exit_code == 0, given_back.output
    ledgers = {one["ledger_id"]: one for one in json.loads(given_back.stdout)["ledgers"]}
    assert (ledgers[here]["seals"], ledgers[here]["problem"]) == (1, "")
    assert (tmp_path / f"{here}.csv").read_bytes() == files[0]
    assert files[1].startswith(files[0])
    assert len(files[1]) > len(files[0])
    assert verified.exit_code == 1
    assert f"{here}:" in verified.stdout
    assert "row 1 was changed" in verified.stdout
    assert again.pop(here).startswith("DIFFERENT from seal 1")
    assert set(again.values()) == {""}


async def file_of(campaign: Campaign) -> bytes:
    """Write what is published of a campaign, as a reader who keeps every seal would."""
    rows = await campaign.house.rows(
        "reporting",
        "select number as n, seq, day, view, code, actions, contacts, row_hash as hash"
        " from ledger_block where ledger_id = :ledger order by number",
        ledger=str(campaign.campaign_id),
    )
    lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode()


@pytest.mark.parametrize("table", ["ledger_key", "ledger_audit", "ledger_member", "ledger_seal"])
async def test_the_web_role_reads_no_key_and_nothing_behind_a_sum(house: House, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await house.rows("reporting", f"select * from {table}")
