"""A plan, a question, an answer: nobody is asked by a machine, nobody works without a yes."""

import asyncio
import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.words import Role
from tests.dispatch_world import a_world, slugs
from tests.house import House


async def test_nobody_is_asked_before_the_coordination_agrees_with_the_plan(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()

    before, asked_before = await world.plan(campaign), await world.proposals("Amina")
    proposed, again = await world.confirm(campaign), await world.confirm(campaign)
    (first, second) = await world.proposals("Amina")

    assert (before["state"], asked_before) == ("ready", [])
    assert [len(task["team"]) for task in before["tasks"]] == [2, 2]
    assert (proposed, again) == (4, 0)
    assert (first["with"], first["costs_min"]) == (["Samir"], 180)
    assert len(await world.facts_of(campaign, "proposed")) == 4
    assert (await world.plan(campaign))["state"] == "confirmed"
    assert second["starts_at"] > first["starts_at"]


async def test_a_plan_is_confirmed_up_to_a_day_and_only_as_it_was_seen(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()

    first_week = await world.confirm(campaign, until_day=6)
    stale = await world.coordination.post(
        f"/dispatch/api/campaigns/{campaign}/plan/confirm",
        json={"version": 7, "until": str(world.monday)},
    )

    assert first_week == 2
    assert await world.team(campaign, 0) == {"Amina": "proposed", "Samir": "proposed"}
    assert await world.team(campaign, 1) == {"Amina": "suggested", "Samir": "suggested"}
    assert slugs(stale) == ["plan_changed"]


async def test_the_same_campaign_matched_again_gives_the_same_plan(house: House) -> None:
    world = await a_world(house, "Amina", "Samir", "Lotte")
    campaign = await world.target(world.an_action(weekdays=("mon", "thu"), per_zone_per_week=2))

    before = await world.plan(campaign)
    await world.coordination.post(f"/dispatch/api/campaigns/{campaign}/plan/rematch")
    after = await world.plan(campaign)

    assert after["version"] == before["version"] + 1
    assert after["tasks"] == before["tasks"]


async def test_only_the_worker_says_yes_and_saying_it_twice_is_one_yes(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign)
    (first, *_) = await world.proposals("Amina")
    path = f"/dispatch/api/proposals/{first['proposal_id']}/accept"

    by_a_colleague = await world.workers["Samir"].post(path)
    by_the_coordination = await world.coordination.post(path)
    once, twice = await world.workers["Amina"].post(path), await world.workers["Amina"].post(path)

    assert (by_a_colleague.status_code, by_the_coordination.status_code) == (404, 403)
    assert (once.status_code, twice.status_code) == (200, 200)
    assert once.json() == twice.json()
    assert len(await world.facts_of(campaign, "accepted")) == 1


async def test_a_decline_is_said_of_the_proposal_and_somebody_else_is_suggested(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir", "Lotte")
    campaign = await world.target()
    await world.confirm(campaign)
    team = await world.team(campaign)
    (name, *_) = team
    (other,) = {"Amina", "Samir", "Lotte"} - set(team)
    (first, *_) = await world.proposals(name)

    declined = await world.answer(name, first, "decline", reason="own_actions_first")
    (gap,) = await world.gaps(campaign)
    unasked = await world.proposals(other)

    (fact,) = await world.facts_of(campaign, "declined")
    assert declined.json()["state"] == "declined"
    assert "worker_id" not in fact
    assert gap["missing"] == 1
    assert gap["since"] is not None
    assert [person["name"] for person in gap["suggestions"]] == [other]
    assert all(proposal["task_id"] != first["task_id"] for proposal in unasked)
    assert (await world.propose(first["task_id"], other)).status_code == 200
    assert other in await world.team(campaign)


async def test_nobody_is_suggested_for_two_gaps_at_once_nor_when_they_are_taken(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir")
    same_hours = world.an_action(kind="drop_in"), world.an_action(kind="street_round")
    campaign = await world.target(*same_hours, ends_on=world.monday)
    planned = [len(task["team"]) for task in (await world.plan(campaign))["tasks"]]
    await world.confirm(campaign)
    for name in ("Amina", "Samir"):
        (question,) = await world.proposals(name)
        await world.answer(name, question, "decline", reason="not_my_place")
    for name in ("Lotte", "Jan"):
        await world.hire(name)

    before = [[p["name"] for p in gap["suggestions"]] for gap in await world.gaps(campaign)]
    for name in ("Lotte", "Jan"):
        await world.coordination.put(
            f"/dispatch/api/workers/{world.ids[name]}/absences/{world.ids[name]}",
            json={"from_on": str(world.monday), "until_on": str(world.monday)},
        )
    after = [[p["name"] for p in gap["suggestions"]] for gap in await world.gaps(campaign)]

    assert sorted(planned) == [0, 2]
    assert sorted(map(sorted, before)) == [["Amina", "Samir"], ["Jan", "Lotte"]]
    assert sorted(map(sorted, after)) == [[], ["Amina", "Samir"]]


async def test_a_declined_task_is_not_asked_again_and_a_handed_back_one_frees_the_time(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign)
    (first, second) = await world.proposals("Amina")

    await world.answer("Amina", first, "decline", reason="busy")
    asked_again = await world.propose(first["task_id"], "Amina")
    await world.answer("Amina", second, "accept")
    back = await world.answer("Amina", second, "hand-back")
    back_again = await world.answer("Amina", second, "hand-back")

    assert slugs(asked_again) == ["declined"]
    assert (back.status_code, back_again.status_code) == (200, 200)
    assert len(await world.facts_of(campaign, "handed_back")) == 1
    assert await world.team(campaign, 1) == {"Samir": "proposed"}


async def test_another_time_moves_the_task_and_is_asked_anew(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target(world.an_action(kind="drop_in"))
    await world.confirm(campaign, until_day=0)
    (first,) = await world.proposals("Amina")
    afternoon = world.at(1, "14:00")

    countered = await world.answer("Amina", first, "counter", wished_at=afternoon)
    (gap,) = await world.gaps(campaign)
    (wish,) = gap["counters"]
    path = f"/dispatch/api/proposals/{wish['proposal_id']}/agree"
    agreed, again = await world.coordination.post(path), await world.coordination.post(path)
    await house.settle()

    (moved,) = await world.proposals("Amina")
    (beside,) = await world.proposals("Samir")
    assert countered.json()["state"] == "countered"
    assert agreed.json() == again.json() == {"proposal_id": moved["proposal_id"]}
    assert moved["task_id"] == first["task_id"]
    assert moved["starts_at"] == beside["starts_at"] > first["starts_at"]
    assert await world.team(campaign) == {"Amina": "proposed", "Samir": "proposed"}
    assert len(await world.facts_of(campaign, "withdrawn")) == 2


async def test_a_task_that_somebody_accepted_does_not_move(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target(world.an_action(kind="drop_in"))
    await world.confirm(campaign, until_day=0)
    (mine,), (theirs,) = await world.proposals("Amina"), await world.proposals("Samir")

    await world.answer("Samir", theirs, "accept")
    await world.answer("Amina", mine, "counter", wished_at=world.at(1, "14:00"))
    agreed = await world.coordination.post(f"/dispatch/api/proposals/{mine['proposal_id']}/agree")

    assert slugs(agreed) == ["held_by_somebody"]


async def test_a_market_stall_cannot_be_wished_on_a_day_without_market(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    (first,) = await world.proposals("Amina")

    on_tuesday = await world.answer("Amina", first, "counter", wished_at=world.at(1, "09:00"))

    assert slugs(on_tuesday) == ["no_market_that_day"]


async def test_the_host_partners_time_is_refused_and_not_warned_about(house: House) -> None:
    world = await a_world(house, "Amina")
    monday_morning = {"weekday": "mon", "starts_min": 8 * 60, "ends_min": 12 * 60}
    await world.hire("Samir", host_periods=[monday_morning])
    campaign = await world.target()
    (task, *_) = (await world.plan(campaign))["tasks"]

    asked = await world.propose(task["task_id"], "Samir")

    assert task["team"] == []
    assert task["not_done_because"]
    assert slugs(asked) == ["host-partner"]
    assert await world.proposals("Samir") == []


async def test_the_teams_weekly_meeting_is_refused_like_any_commitment(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    desk, meeting = world.coordination, "/dispatch/api/team/meeting"
    campaign = await world.target(world.an_action(weekdays=("mon", "tue")))
    await world.confirm(campaign, until_day=0)
    (first,) = await world.proposals("Amina")
    monday = {"weekday": "mon", "starts_min": 11 * 60, "ends_min": 13 * 60}
    endless = await desk.put(meeting, json=monday | {"starts_min": 0})
    try:
        before = (await desk.put(meeting, json=monday)).json()["conflicts"]
        shown = (await desk.get(f"/dispatch/desk/campaigns/{campaign}")).text
        page = (await desk.get("/dispatch/desk/team")).text
        own = (await world.workers["Amina"].get("/dispatch/calendar")).text
        refused = await world.answer("Amina", first, "accept")
        by_force = text("update proposal set state = 'accepted' where id = :id")
        with pytest.raises(DBAPIError, match="a task over the team meeting"):
            async with house.databases["dispatch"].transaction() as tx:
                await tx.execute(by_force, {"id": first["proposal_id"]})
        elsewhere = await world.target()
        (task, *_) = (await world.plan(elsewhere))["tasks"]
    finally:
        await desk.delete(meeting)
    await world.answer("Amina", first, "accept")
    across = await desk.put(meeting, json=monday)
    conflict = (await world.workers["Amina"].get("/dispatch/")).text
    await desk.delete(meeting)

    assert slugs(endless) == ["bad_period"]
    assert re.search(r'class="seat team"[^>]*>matinée', shown)
    assert "Chaque semaine, lun. 11:00\u00a0–\u00a013:00." in page
    assert "Matinée de l’équipe, chaque semaine, lun. 11:00\u00a0–\u00a013:00." in own
    assert slugs(refused) == ["team-meeting"]
    assert task["team"] == []
    assert first["task_id"] not in before
    assert first["task_id"] in across.json()["conflicts"]
    assert "c’est la matinée de l’équipe" in conflict


async def test_a_commitment_made_meanwhile_refuses_the_yes_with_its_reason(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign)
    (first, *_) = await world.proposals("Amina")
    own = f"/dispatch/api/workers/{world.ids['Amina']}/commitments/{first['task_id']}"

    saved = await world.workers["Amina"].put(
        own, json={"starts_at": world.at(0, "10:00"), "ends_at": world.at(0, "11:00")}
    )
    over_it = await world.answer("Amina", first, "accept")
    await world.workers["Amina"].delete(own)
    free_again = await world.answer("Amina", first, "accept")

    assert saved.json() == {"conflicts": []}
    assert slugs(over_it) == ["calendar"]
    assert "10:00" in over_it.json()["problems"][0]["message"]
    assert free_again.status_code == 200


async def test_own_life_comes_first_and_shows_the_task_it_lies_across(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    task_id = await world.accepted_task("Amina", campaign)
    own = f"/dispatch/api/workers/{world.ids['Amina']}/absences/{task_id}"

    saved = await world.workers["Amina"].put(
        own, json={"from_on": str(world.monday), "until_on": str(world.monday)}
    )
    by_a_colleague = await world.workers["Samir"].put(
        own, json={"from_on": str(world.monday), "until_on": str(world.monday)}
    )

    assert saved.json() == {"conflicts": [task_id]}
    assert by_a_colleague.status_code == 404
    assert await world.team(campaign) == {"Amina": "accepted", "Samir": "proposed"}


async def test_whoever_can_no_longer_come_is_not_asked_when_the_plan_is_confirmed(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir", "Lotte")
    campaign = await world.target()
    (name, *_) = await world.team(campaign)
    await world.coordination.put(
        f"/dispatch/api/workers/{world.ids[name]}/absences/{world.ids[name]}",
        json={"from_on": str(world.monday), "until_on": str(world.monday)},
    )

    await world.confirm(campaign, until_day=0)
    (gap,) = await world.gaps(campaign)

    assert name not in await world.team(campaign)
    assert await world.proposals(name) == []
    assert gap["missing"] == 1
    assert len(gap["suggestions"]) == 1


async def test_two_campaigns_share_a_worker_and_never_the_same_hour(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    first = await world.target()
    await world.confirm(first)
    second = await world.target(world.an_action(kind="drop_in", starts_min=10 * 60))
    (task, *_) = (await world.plan(second))["tasks"]

    asked = await world.propose(task["task_id"], "Amina")

    assert task["team"] == []
    assert slugs(asked) == ["calendar"]


async def test_two_overlapping_yeses_at_once_are_one_yes(house: House) -> None:
    world = await a_world(house, "Amina")
    alone = {"people_wanted": 1, "kind": "accompaniment"}
    first = await world.target(world.an_action(**alone))
    await world.confirm(first, until_day=0)
    second = await world.target(world.an_action(**alone, starts_min=11 * 60))
    (task, *_) = (await world.plan(second))["tasks"]
    # The door refuses to ask for both; the answers must hold even if something asked anyway.
    async with house.databases["dispatch"].transaction() as tx:
        await tx.execute(
            text(
                "insert into proposal (id, task_id, worker_id, starts_at, ends_at, why,"
                " proposed_at, answer_by) select :task, id, :worker, starts_at, ends_at, '[]',"
                " :now, starts_at from task where id = :task"
            ),
            {"task": task["task_id"], "worker": world.ids["Amina"], "now": tx.now},
        )

    asked = await world.proposals("Amina")
    both = await asyncio.gather(  # noqa: TID251 - two requests of one phone, at once
        *(
            world.workers["Amina"].post(f"/dispatch/api/proposals/{p['proposal_id']}/accept")
            for p in asked
        )
    )

    assert len(asked) == 2
    assert sorted(answer.status_code for answer in both) == [200, 409]
    (refused,) = [answer for answer in both if answer.status_code == 409]
    assert slugs(refused) == ["calendar"]
    assert len(await world.proposals("Amina", "accepted")) == 1


async def test_nobody_but_the_team_enters(house: House) -> None:
    world = await a_world(house, "Amina")
    campaign = await world.target()
    funder = await house.enter(Role.FUNDER, "COCOM")
    host = await house.enter(Role.HOST_PARTNER, "Maison médicale")

    seen = [
        (await who.get(path)).status_code
        for who in (funder, host, world.workers["Amina"])
        for path in ("/dispatch/api/workers", f"/dispatch/api/campaigns/{campaign}/plan")
    ]
    own = [
        (await who.get(path)).status_code
        for who in (funder, host, world.coordination)
        for path in ("/dispatch/api/proposals", "/dispatch/api/time-account")
    ]

    assert set(seen) == set(own) == {403}
