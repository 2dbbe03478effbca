"""From an invitation to targeted neighbourhoods, by the coordination's own door."""

from shared.words import Role
from tests.house import House
from tests.integration.intake_world import (
    a_campaign,
    accepted,
    brussels,
    zones_with_reasons,
)

CHOSEN = ["RAQ01", "RAQ02", "RAQ03a"]


async def test_an_invitation_becomes_a_campaign_whose_neighbourhoods_are_told(
    house: House,
) -> None:
    desk = await house.enter(Role.COORDINATION, "Inès")
    loaded = await desk.put("/intake/api/territory", json=brussels())
    assert loaded.status_code == 200, loaded.text
    invitation_id = await accepted(
        house, desk, "2022-01-04T08:00:00+01:00", "2022-01-04T09:00:00+01:00"
    )
    campaign = a_campaign(invitation_id, CHOSEN, zones=await zones_with_reasons(desk, CHOSEN))

    declared = await desk.post("/intake/api/campaigns", json=campaign)
    await house.settle()

    assert declared.status_code == 201, declared.text
    [fact] = await house.facts("intake.v1.neighbourhoods.targeted")
    assert fact["campaign_id"] == campaign["id"]
    assert fact["zone_ids"] == sorted(CHOSEN)
    assert fact["actions"][0]["zone_ids"] == sorted(CHOSEN)
