"""An answer that comes late is no dead end: it takes the place, or the next one that is free."""

from datetime import datetime
from uuid import UUID

from shared import access
from shared.events import CampaignClosed
from shared.words import CampaignId, ClosingReason
from tests.dispatch_world import World, a_world, got, slugs
from tests.house import House

STALLS = {"kind": "drop_in", "weekdays": ("mon", "tue"), "per_zone_per_week": 2, "people_wanted": 1}


async def asked_alone(house: House, *others: str) -> tuple[World, str, dict[str, object]]:
    """Two tasks for one person each, asked of Amina; nobody else is on the roster yet."""
    world = await a_world(house, "Amina")
    campaign = await world.target(world.an_action(**STALLS))
    await world.confirm(campaign, until_day=0)
    (first,) = await world.proposals("Amina")
    for name in others:
        await world.hire(name)
    return world, campaign, first


async def test_a_late_yes_takes_the_place_while_it_is_free(house: House) -> None:
    world, campaign, first = await asked_alone(house)
    await house.at(str(first["answer_by"]))

    late, again = (
        await world.answer("Amina", first, "accept"),
        await world.answer("Amina", first, "accept"),
    )

    (accepted,) = await world.facts_of(campaign, "accepted")
    (mine,) = await world.proposals("Amina", "accepted")
    assert late.json() == again.json()
    assert late.json() == {"proposal_id": mine["proposal_id"], "state": "accepted"}
    assert accepted["task_id"] == mine["task_id"] == first["task_id"]
    assert len(await world.facts_of(campaign, "expired")) == 1
    assert (await got(world.workers["Amina"], "/dispatch/api/day"))["late_yes"] is False


async def test_a_yes_that_is_late_before_the_sweep_came_by_takes_the_place_too(
    house: House,
) -> None:
    world, campaign, first = await asked_alone(house)
    async with house.databases["access"].transaction() as tx:
        await access.move_clock(tx, datetime.fromisoformat(str(first["answer_by"])))

    late = await world.answer("Amina", first, "accept")

    assert late.json()["state"] == "accepted"
    assert len(await world.facts_of(campaign, "expired")) == 1


async def test_who_says_yes_when_the_place_is_taken_comes_first_for_the_next_one(
    house: House,
) -> None:
    world, campaign, first = await asked_alone(house, "Lotte", "Samir")
    await house.at(str(first["answer_by"]))
    await world.propose(str(first["task_id"]), "Lotte")

    late = await world.answer("Amina", first, "accept")
    kept = await got(world.workers["Amina"], "/dispatch/api/day")
    page = await world.workers["Amina"].get("/dispatch/")
    (hers,) = await world.proposals("Lotte")
    await world.answer("Lotte", hers, "decline", reason="busy")
    (gap,) = await world.gaps(campaign)
    await world.propose(str(first["task_id"]), "Amina")
    asked = await got(world.workers["Amina"], "/dispatch/api/day")

    assert late.json() == {"proposal_id": first["proposal_id"], "state": "expired"}
    assert kept["late_yes"] is True
    assert "La prochaine place libre vous est proposée en premier" in page.text
    (suggested,) = gap["suggestions"]
    assert suggested["name"] == "Amina"
    assert suggested["why"][0] == "a dit oui quand la place était prise"
    assert asked["late_yes"] is False
    assert [p["task_id"] for p in await world.proposals("Amina")] == [first["task_id"]]


async def test_a_late_yes_is_kept_when_the_rules_refuse_that_hour_and_forgotten_with_the_campaign(
    house: House,
) -> None:
    world, campaign, first = await asked_alone(house)
    await world.coordination.put(
        f"/dispatch/api/workers/{world.ids['Amina']}/absences/{world.ids['Amina']}",
        json={"from_on": str(world.monday), "until_on": str(world.monday)},
    )
    await house.at(str(first["answer_by"]))

    late = await world.answer("Amina", first, "accept")
    kept = await got(world.workers["Amina"], "/dispatch/api/day")
    await world.say(
        CampaignClosed(
            occurred_at=await world.now(),
            campaign_id=CampaignId(UUID(campaign)),
            reason=ClosingReason.REACHED_ITS_END,
        )
    )
    rows = await house.rows("dispatch", "select 1 from late_yes where campaign_id = :c", c=campaign)

    assert (late.json()["state"], kept["late_yes"]) == ("expired", True)
    assert rows == []


async def test_a_late_no_is_taken_without_a_word_and_keeps_nothing(house: House) -> None:
    world, campaign, first = await asked_alone(house)
    await house.at(str(first["answer_by"]))

    late = await world.answer("Amina", first, "decline", reason="too_far")

    (row,) = await house.rows(
        "dispatch",
        "select state, decline_reason from proposal where id = :id",
        id=first["proposal_id"],
    )
    assert late.json()["state"] == "expired"
    assert row == {"state": "expired", "decline_reason": None}
    assert await world.facts_of(campaign, "declined") == []


async def test_a_no_is_not_turned_into_a_yes_by_coming_late(house: House) -> None:
    world, _, first = await asked_alone(house)
    await world.answer("Amina", first, "decline", reason="busy")
    await house.at(str(first["answer_by"]))

    late = await world.answer("Amina", first, "accept")

    assert slugs(late) == ["already_declined"]
