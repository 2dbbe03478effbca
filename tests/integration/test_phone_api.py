"""What phones send takes effect once, for the person who did it, and is forgotten in time."""

from datetime import timedelta
from typing import Any

import httpx

from tests.dispatch_world import World, a_world, got, slugs
from tests.house import House, a_client_id

EVERY_ROW = (
    "select format('select t::text as row from %I.%I t', table_schema, table_name) as query"
    " from information_schema.tables where table_type = 'BASE TABLE'"
    " and table_schema in ('dispatch', 'intake', 'notify', 'reporting')"
)


async def send(client: httpx.AsyncClient, kind: str, **body: Any) -> httpx.Response:
    operation = {"id": a_client_id(), "kind": kind} | body
    return await client.post("/dispatch/api/operations", json=operation)


async def asked(house: House, *names: str) -> tuple[World, str]:
    world = await a_world(house, *names)
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    return world, campaign


async def test_the_same_operation_again_changes_nothing_and_says_so(house: House) -> None:
    world, campaign = await asked(house, "Amina", "Samir")
    (first,) = await world.proposals("Amina")
    amina, same = world.workers["Amina"], a_client_id()
    proposal = {"proposal_id": first["proposal_id"]}

    once = await send(amina, "accept", id=same, **proposal)
    await send(amina, "hand_back", **proposal)
    twice = await send(amina, "accept", id=same, **proposal)
    other = await send(amina, "decline", id=same, **proposal)
    await house.settle()

    assert (once.json(), twice.json()) == ({"id": same, "new": True}, {"id": same, "new": False})
    assert slugs(other) == ["other_operation"]
    assert len(await world.facts_of(campaign, "accepted")) == 1
    assert len(await world.proposals("Amina", "handed_back")) == 1


async def test_a_refused_operation_leaves_nothing_and_may_be_sent_again(house: House) -> None:
    world, campaign = await asked(house, "Amina", "Samir")
    task, same = await world.accepted_task("Amina", campaign), a_client_id()
    body = {"happened_on": str(world.monday), "people_reached": 12}
    counted = {"id": same, "task_id": task, "contribution_id": a_client_id(), "body": body}

    early = await send(world.workers["Amina"], "outcome", **counted)
    await world.go(0, "09:30")
    later = await send(world.workers["Amina"], "outcome", **counted)

    assert slugs(early) == ["too_early"]
    assert later.json() == {"id": same, "new": True}
    assert len(await world.facts_of(campaign, "recorded")) == 1


async def test_nobody_answers_for_another_worker_even_with_their_id(house: House) -> None:
    world, _ = await asked(house, "Amina", "Samir")
    (first,) = await world.proposals("Amina")
    same, proposal = a_client_id(), {"proposal_id": first["proposal_id"]}

    stolen = await send(world.workers["Samir"], "accept", id=same, **proposal)
    own = await send(world.workers["Amina"], "accept", id=same, **proposal)
    coordination = await send(world.coordination, "accept", **proposal)

    assert (stolen.status_code, coordination.status_code) == (404, 403)
    assert own.json()["new"] is True


async def test_the_table_of_sendings_tells_nobody_who_declined(house: House) -> None:
    world, _ = await asked(house, "Amina", "Samir")
    (first,) = await world.proposals("Amina")
    same = a_client_id()
    await send(world.workers["Amina"], "decline", id=same, proposal_id=first["proposal_id"])

    kept = await house.rows("dispatch", "select * from operation")

    written = str(kept)
    known = (same, first["proposal_id"], str(world.ids["Amina"]), "decline")
    assert kept
    assert [word for word in known if word in written] == []


async def test_the_id_that_a_phone_made_is_kept_nowhere_and_what_it_makes_stays_one(
    house: House,
) -> None:
    world, _ = await asked(house, "Amina", "Samir")
    amina, day, sent_at = world.workers["Amina"], str(world.monday), await world.now()
    said = {"signal_kind": "rumour", "theme": "debt", "zone_id": world.zone}
    ids = {kind: a_client_id() for kind in ("signal", "away")}

    async def send_both() -> list[bool]:
        signal = await send(amina, "signal", id=ids["signal"], **said)
        away = await send(amina, "away", id=ids["away"], from_on=day, until_on=day)
        return [answer.json()["new"] for answer in (signal, away)]

    new = [await send_both(), await send_both()]
    await house.at(sent_at + timedelta(days=91))
    long_after = await send_both()
    rows = [row["row"] for table in house.owner_rows(EVERY_ROW)
            for row in house.owner_rows(table["query"])]  # fmt: skip

    own = {"who": world.ids["Amina"]}
    signals = await house.rows("dispatch", "select id from signal where worker_id = :who", **own)
    away = await house.rows("dispatch", "select id from absence where worker_id = :who", **own)
    assert new == [[True, True], [False, False]]
    assert long_after == [True, True]  # forgotten as sendings, known as what they made
    assert (len(signals), len(away)) == (1, 1)
    assert any(str(signals[0]["id"]) in row for row in rows)
    assert [row for row in rows if ids["signal"] in row or ids["away"] in row] == []


async def test_sendings_are_remembered_for_ninety_days(house: House) -> None:
    world, _ = await asked(house, "Amina", "Samir")
    day = str(world.monday)
    await send(world.workers["Amina"], "away", from_on=day, until_on=day)
    sent_at = await world.now()

    await house.at(sent_at + timedelta(days=89))
    before = await house.rows("dispatch", "select count(*) as n from operation")
    await house.at(sent_at + timedelta(days=91))
    after = await house.rows("dispatch", "select count(*) as n from operation")

    assert before[0]["n"] > 0
    assert after[0]["n"] == 0


async def test_the_day_says_what_a_yes_costs_and_what_is_left_of_the_week(house: House) -> None:
    world, _ = await asked(house, "Amina", "Samir")

    day = await got(world.workers["Amina"], "/dispatch/api/day?lang=fr")
    refused = await world.coordination.get("/dispatch/api/day")

    (task,) = day["tasks"]
    assert (task["title"], task["beside"], task["cost"]) == ("Stand au marché", "Samir", "3\u00a0h")
    assert task["left_after"] == "27\u00a0h\u00a024"  # 38 h less the host partner's fifth, less 3 h
    assert len(task["other_times"]) == 4
    assert [week["taken_pct"] for week in day["weeks"]] == [20, 20, 20, 20]
    assert refused.status_code == 403


async def test_a_phone_learns_whose_session_it_has(house: House) -> None:
    world = await a_world(house, "Amina")

    me = await got(world.workers["Amina"], "/dispatch/api/me")
    stranger = await httpx.AsyncClient(
        transport=house.transport, base_url="http://relais.test"
    ).get("/dispatch/api/me")

    assert me["person_id"] == str(world.ids["Amina"])
    assert len(me["csrf"]) > 20
    assert stranger.status_code == 401
