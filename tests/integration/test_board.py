"""A campaign's board as it was at any minute: what rows forget, moments keep, without names."""

import re
from datetime import datetime, timedelta
from importlib import util
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from services.dispatch.rules.history import Board, Moment, What, fold, until
from services.dispatch.store import moments
from shared.events import CampaignClosed
from shared.settings import sqlalchemy_url
from shared.words import CampaignId, ClosingReason, TaskId
from tests.dispatch_world import World, a_world
from tests.house import House, a_client_id


def board_of(campaign: str) -> str:
    return f"/dispatch/desk/campaigns/{campaign}/board"


async def shown(world: World, campaign: str, **asked: str) -> str:
    page = await world.coordination.get(board_of(campaign), params=asked)
    assert page.status_code == 200, page.text
    return page.text


async def known(house: House, campaign: str) -> list[Moment]:
    async with house.databases["dispatch"].reading() as tx:
        return await moments.moments_of(tx, UUID(campaign))


async def live_board(world: World, campaign: str) -> dict[str, tuple[Any, ...]]:
    """Read what the rows themselves say of every task: its time, its state, who is asked."""
    plan = await world.plan(campaign)
    held = await world.house.rows(
        "dispatch",
        "select task_id::text, count(*) filter (where state = 'proposed') as asked,"
        " count(*) filter (where state = 'countered') as wished,"
        " count(*) filter (where state = 'accepted') as accepted from proposal group by 1",
    )
    counts = {row["task_id"]: (row["asked"], row["wished"], row["accepted"]) for row in held}
    return {
        task["task_id"]: (
            datetime.fromisoformat(task["starts_at"]),
            task["state"],
            *counts.get(task["task_id"], (0, 0, 0)),
        )
        for task in plan["tasks"]
    }


def as_rows(board: Board) -> dict[str, tuple[Any, ...]]:
    return {
        str(task_id): (then.starts_at, then.state.value, then.asked, then.wished, then.accepted)
        for task_id, then in board.tasks.items()
    }


async def a_whole_story(house: House) -> tuple[World, str]:
    """A campaign in which everything happens once: yes, no, silence, another time, a hand back."""
    world = await a_world(house, "Amina", "Samir", "Yusuf", "Fatou")
    campaign = await world.target(world.an_action(per_zone_per_week=1), world.an_action())
    await world.confirm(campaign, until_day=6)
    for name, what, body in (
        ("Amina", "accept", {}),
        ("Samir", "decline", {"reason": "too_far"}),
        ("Yusuf", "accept", {}),
        ("Fatou", "counter", {"wished_at": world.at(0, "14:00")}),
    ):
        for proposal in await world.proposals(name):
            await world.answer(name, proposal, what, **body)
    for proposal in await world.proposals("Yusuf", "accepted"):
        await world.answer("Yusuf", proposal, "hand-back")
    return world, campaign


async def test_the_board_as_of_now_is_the_live_board_at_every_step(house: House) -> None:
    world, campaign = await a_whole_story(house)
    assert as_rows(fold(await known(house, campaign))) == await live_board(world, campaign)

    await world.go(0, "09:05")  # silence expired, and what nobody took began
    assert as_rows(fold(await known(house, campaign))) == await live_board(world, campaign)

    (done, *_) = await world.proposals("Amina", "accepted")
    await world.go(0, "12:30")
    recorded = await world.record("Amina", done["task_id"], a_client_id())
    assert recorded.status_code in {200, 201}, recorded.text
    await house.settle()
    assert as_rows(fold(await known(house, campaign))) == await live_board(world, campaign)
    told = {m.what.value for m in await known(house, campaign)}
    assert {"planned", "asked", "yes", "ended", "freed", "gap", "done", "recorded"} <= told


async def test_each_event_changes_its_own_task_alone_and_a_past_minute_stays_as_it_was(
    house: House,
) -> None:
    world, campaign = await a_whole_story(house)
    minute = await world.now()
    before = as_rows(fold(await known(house, campaign)))
    page = await shown(world, campaign, at=minute.isoformat())
    await world.go(0, "07:00")
    await world.confirm(campaign)
    happened = await known(house, campaign)

    assert as_rows(fold(until(happened, minute))) == before
    assert as_rows(fold(happened)) != before
    for place, moment in enumerate(happened):
        old, new = (as_rows(fold(happened[: place + more])) for more in (0, 1))
        assert {t for t in {*old, *new} if old.get(t) != new.get(t)} <= {str(moment.task_id)}
    again = await shown(world, campaign, at=minute.isoformat())
    assert table_of(again) == table_of(page)
    assert "Comme on le savait le" in again


def table_of(page: str) -> str:
    (table,) = re.findall(r'<table class="week">.*?</table>', page, re.DOTALL)
    return str(table)


async def test_history_names_nobody_who_took_a_yes_back_and_no_reason(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    for name in ("Amina", "Samir"):
        for proposal in await world.proposals(name):
            await world.answer(name, proposal, "accept")
    both = await world.now()
    page = await shown(world, campaign, at=both.isoformat())
    assert "Amina, Samir" in page or "Samir, Amina" in page

    await house.at(both + timedelta(minutes=5))
    for proposal in await world.proposals("Samir", "accepted"):
        await world.answer("Samir", proposal, "hand-back")
    now = await shown(world, campaign)
    then = await shown(world, campaign, at=both.isoformat())

    assert "équipe complète" in table_of(then)
    assert "Amina" in table_of(then)
    assert "Samir" not in then
    assert "+ 1 personne" in then
    assert "Un oui ne tient plus." in now
    assert "Samir" not in now
    columns = await house.rows(
        "dispatch",
        "select column_name from information_schema.columns"
        " where table_schema = 'dispatch' and table_name = 'moment'",
    )
    assert not [c for c in columns if re.search("worker|person|reason|why", c["column_name"])]


async def test_a_no_a_silence_and_a_withdrawal_are_written_alike(house: House) -> None:
    words = {}
    for ending in ("declined", "expired", "withdrawn"):
        world = await a_world(house, "Amina", "Samir")
        campaign = await world.target()
        await world.confirm(campaign, until_day=0)
        (question,) = await world.proposals("Amina")
        if ending == "declined":
            await world.answer("Amina", question, "decline", reason="too_far")
        elif ending == "withdrawn":
            withdrawn = await world.coordination.post(
                f"/dispatch/api/proposals/{question['proposal_id']}/withdraw",
                json={"reason": "no_longer_needed"},
            )
            assert withdrawn.is_success, withdrawn.text
            await house.settle()
            await house.settle()
        else:
            await world.go(0, "07:00")
        told = [m.what.value for m in await known(house, campaign)]
        words[ending] = [word for word in told if word in {"ended", "freed", "wish_ended"}][:1]

    assert words == {"declined": ["ended"], "expired": ["ended"], "withdrawn": ["ended"]}


async def test_moments_only_grow(house: House) -> None:
    world, campaign = await a_whole_story(house)
    assert await known(house, campaign)

    for change in ("update moment set what = 'yes'", "delete from moment"):
        with pytest.raises(DBAPIError, match="what happened has happened"):
            async with world.house.databases["dispatch"].transaction() as tx:
                await tx.execute(text(change))


async def test_what_rows_still_know_gives_the_same_board_to_a_house_that_was_there_before(
    house: House,
) -> None:
    world, campaign = await a_whole_story(house)
    await world.go(0, "09:05")
    owner = create_engine(sqlalchemy_url(house.settings.database_url.get_secret_value()))
    with owner.connect() as connection:
        connection.execute(text("set search_path = dispatch"))
        connection.execute(text("truncate moment"))
        connection.execute(text(what_rows_still_know()))
        rows = connection.execute(
            text(
                "select number, at, what, task_id, starts_at, ends_at, people_wanted, version,"
                " until_on from moment where campaign_id = cast(:id as uuid)"
            ),
            {"id": campaign},
        ).all()
        connection.rollback()
    owner.dispose()
    rebuilt = fold(
        Moment(row[0], row[1], What(row[2]), TaskId(row[3]) if row[3] else None, *row[4:])
        for row in rows
    )

    assert as_rows(rebuilt) == await live_board(world, campaign)


def what_rows_still_know() -> str:
    """Read the statement that the migration runs in a house that was there before it."""
    (path,) = (Path(__file__).parents[2] / "services/dispatch/migrations").glob("*_moments.py")
    spec = util.spec_from_file_location("moments", path)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.WHAT_ROWS_STILL_KNOW)


async def test_a_minute_that_cannot_be_shown_is_said_and_nothing_breaks(house: House) -> None:
    world, campaign = await a_whole_story(house)
    for wrong in ({"at": "hier"}, {"at": "1999-01-01T00:00"}, {"minute": "-4"}, {"at": "9999"}):
        page = await shown(world, campaign, **wrong)
        assert "Ce moment ne peut pas être montré" in page
    assert "Maintenant" in await shown(world, campaign, minute="99999999999")
    missing = await world.coordination.get(board_of(a_client_id()))
    assert missing.status_code == 404


async def test_a_closed_campaign_keeps_its_history(house: House) -> None:
    world, campaign = await a_whole_story(house)
    asked_at = await world.now()
    await world.go(0, "09:05")
    fact = CampaignClosed(
        occurred_at=await world.now(),
        campaign_id=CampaignId(UUID(campaign)),
        reason=ClosingReason.REACHED_ITS_END,
    )
    await world.say(fact)
    await world.go(10, "09:00")

    page = await shown(world, campaign)
    assert "Dernier état" in page
    assert "La campagne est clôturée." in page
    earlier = await shown(world, campaign, at=asked_at.isoformat())
    assert "Comme on le savait le" in earlier
    assert "La campagne est clôturée." not in earlier


async def test_the_board_is_the_coordinations(house: House) -> None:
    world, campaign = await a_whole_story(house)
    for client in (world.workers["Amina"], httpx.AsyncClient(transport=house.transport)):
        answer = await client.get(f"http://relais.test{board_of(campaign)}")
        assert answer.status_code in {401, 403, 303}, answer.text
