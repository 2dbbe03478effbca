"""From a targeted neighbourhood to a worker's own yes, through the doors of dispatch."""

from tests.dispatch_world import a_world
from tests.house import House


async def test_a_plan_waits_for_the_coordination_and_a_task_for_its_worker(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()

    before = await world.plan(campaign)
    asked_before = await world.proposals("Amina")
    proposed = await world.confirm(campaign)
    (first, *_) = await world.proposals("Amina")
    accepted = await world.answer("Amina", first["proposal_id"], "accept")

    assert before["state"] == "ready"
    assert [len(task["team"]) for task in before["tasks"]] == [2, 2]
    assert asked_before == []
    assert proposed == 4
    assert first["with"] == ["Samir"]
    assert accepted.status_code == 200
    assert (await world.plan(campaign))["state"] == "confirmed"
