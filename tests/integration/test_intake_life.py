"""A campaign lives from its first day to its last, and no further."""

import httpx
import pytest

from shared.words import Role
from tests.house import House
from tests.integration.intake_world import a_campaign, brussels, declared, slugs

CHOSEN = ["RAQ01", "RAQ02"]


@pytest.fixture(scope="module")
async def desk(house: House) -> httpx.AsyncClient:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    await coordination.put("/intake/api/territory", json=brussels())
    return coordination


async def state(desk: httpx.AsyncClient, campaign_id: str) -> str:
    return str((await desk.get(f"/intake/api/campaigns/{campaign_id}")).json()["state"])


async def change(desk: httpx.AsyncClient, campaign_id: str, how: str) -> httpx.Response:
    return await desk.post(
        f"/intake/api/campaigns/{campaign_id}/{how}", json={"reason": "Le marché est annulé."}
    )


async def closings(house: House, campaign_id: str) -> list[str]:
    told = await house.facts("intake.v1.campaign.closed")
    return [fact["reason"] for fact in told if fact["campaign_id"] == campaign_id]


async def test_a_campaign_lives_from_its_first_day_to_its_last_in_brussels(
    house: House, desk: httpx.AsyncClient
) -> None:
    asked = await declared(house, desk, CHOSEN, starts_on="2022-01-10", ends_on="2022-03-27")
    campaign_id = asked["id"]
    too_early = await change(desk, campaign_id, "suspend")

    await house.at("2022-01-09T23:59:00+01:00")
    eve = await state(desk, campaign_id)
    await house.at("2022-01-10T00:01:00+01:00")
    first_day = await state(desk, campaign_id)
    kept = await house.rows("intake", "select campaign_id from need_index_run")
    # The clocks went forward that morning: midnight in Brussels is 22:00 in UTC.
    await house.at("2022-03-27T23:59:00+02:00")
    last_evening = await state(desk, campaign_id)
    await house.at("2022-03-28T00:01:00+02:00")
    after = await state(desk, campaign_id)
    await house.at("2022-03-29T00:01:00+02:00")

    assert slugs(too_early) == {"cannot_suspend"}
    assert (eve, first_day, last_evening, after) == ("declared", "running", "running", "closed")
    assert await closings(house, campaign_id) == ["reached_its_end"]
    assert [str(row["campaign_id"]) for row in kept] == [campaign_id]
    assert await house.rows("intake", "select 1 from need_index_run") == []
    assert slugs(await change(desk, campaign_id, "resume")) == {"cannot_resume"}


async def test_a_suspended_campaign_resumes_or_ends_with_its_last_day(
    house: House, desk: httpx.AsyncClient
) -> None:
    asked = await declared(house, desk, CHOSEN, starts_on="2022-04-04", ends_on="2022-04-30")
    campaign_id = asked["id"]
    await house.at("2022-04-04T09:00:00+02:00")

    for how, becomes in (
        ("suspend", "suspended"), ("suspend", "suspended"), ("resume", "running"),
        ("resume", "running"), ("suspend", "suspended"),
    ):  # fmt: skip
        answer = await change(desk, campaign_id, how)
        assert answer.json() == {"state": becomes}, answer.text
    await house.at("2022-05-01T00:01:00+02:00")

    assert await state(desk, campaign_id) == "closed"
    assert await closings(house, campaign_id) == ["reached_its_end"]
    suspended = await house.facts("intake.v1.campaign.suspended")
    resumed = await house.facts("intake.v1.campaign.resumed")
    assert (len(suspended), len(resumed)) == (2, 1)


async def test_a_campaign_resumed_at_the_instant_of_its_suspension_runs_for_everybody(
    house: House, desk: httpx.AsyncClient
) -> None:
    asked = await declared(house, desk, CHOSEN, starts_on="2022-05-02", ends_on="2022-05-08")
    campaign_id = asked["id"]
    await house.at("2022-05-03T09:00:00+02:00")

    for how in ("suspend", "resume"):
        assert (await change(desk, campaign_id, how)).status_code == 200
    await house.settle()

    lives = await house.rows(
        "dispatch", f"select state from campaign_life where campaign_id = '{campaign_id}'"
    )
    assert [row["state"] for row in lives] == [await state(desk, campaign_id)] == ["running"]


async def test_a_campaign_may_be_closed_early_and_then_for_good(
    house: House, desk: httpx.AsyncClient
) -> None:
    asked = await declared(house, desk, CHOSEN, starts_on="2022-05-09", ends_on="2022-05-31")
    campaign_id = asked["id"]
    await house.at("2022-05-10T09:00:00+02:00")

    closed = await change(desk, campaign_id, "close")
    again = await change(desk, campaign_id, "close")
    suspended = await change(desk, campaign_id, "suspend")

    assert closed.json() == again.json() == {"state": "closed"}
    assert slugs(suspended) == {"cannot_suspend"}
    assert await closings(house, campaign_id) == ["ended_early"]
    assert "Le marché est annulé." in (await desk.get(f"/intake/campaigns/{campaign_id}")).text
    staged = await house.rows("intake", "select body from outbox where body like '%annulé%'")
    assert staged == []


async def test_an_extension_is_a_new_invitation(house: House, desk: httpx.AsyncClient) -> None:
    asked = await declared(house, desk, CHOSEN, starts_on="2022-06-06", ends_on="2022-06-10")
    await house.at("2022-06-13T09:00:00+02:00")

    longer = a_campaign(asked["invitation_id"], CHOSEN, zones=asked["zones"])
    answer = await desk.post(
        "/intake/api/campaigns",
        json=longer | {"starts_on": "2022-06-13", "ends_on": "2022-06-30"},
    )

    assert slugs(answer) == {"extension_is_a_new_invitation"}
