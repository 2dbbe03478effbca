"""The laws of consent, held by the database itself: code that forgets them cannot commit."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.dispatch_world import World, a_world, got
from tests.house import House, a_client_id


async def forced(house: House, statement: str, **values: Any) -> None:
    """Write to the schema as a careless step would."""
    async with house.databases["dispatch"].transaction() as tx:
        await tx.execute(text(statement), values)


async def asked(house: House) -> tuple[World, str, dict[str, Any]]:
    """Ask Amina for a task of a campaign; return the question."""
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign)
    (first, *_) = await world.proposals("Amina")
    return world, campaign, first


async def test_no_task_starts_or_is_done_without_a_yes(house: House) -> None:
    _, _, question = await asked(house)

    for column in ("started_at", "done_at"):
        with pytest.raises(IntegrityError, match="without a yes"):
            await forced(
                house,
                f"update task set {column} = now() where id = :task",
                task=question["task_id"],
            )


async def test_nobody_says_yes_in_somebody_elses_place(house: House) -> None:
    world, _, question = await asked(house)

    with pytest.raises(IntegrityError, match="check"):
        await forced(
            house,
            "update proposal set state = 'accepted', accepted_at = now(), accepted_by = :other"
            " where id = :id",
            id=question["proposal_id"],
            other=world.ids["Samir"],
        )


async def test_a_question_is_never_born_as_a_yes_and_a_no_never_becomes_one(house: House) -> None:
    world, _, question = await asked(house)
    await world.answer("Amina", question, "decline", reason="busy")

    with pytest.raises(IntegrityError, match="begins as a question"):
        await forced(
            house,
            "insert into proposal (id, task_id, worker_id, state, starts_at, ends_at, why,"
            " proposed_at, answer_by, accepted_at, accepted_by) select gen_random_uuid(), id,"
            " :who, 'accepted', starts_at, ends_at, '[]', now(), now(), now(), :who from task"
            " where id = :task",
            who=world.ids["Amina"],
            task=question["task_id"],
        )
    with pytest.raises(IntegrityError, match="declined to accepted"):
        await forced(
            house,
            "update proposal set state = 'accepted', accepted_at = now(), accepted_by = worker_id"
            " where id = :id",
            id=question["proposal_id"],
        )


@pytest.mark.parametrize("taken_by", ["commitment", "host_period"])
async def test_no_yes_lies_over_what_is_there_before(house: House, taken_by: str) -> None:
    world, _, question = await asked(house)
    taken = {
        "commitment": (
            "insert into commitment (id, worker_id, starts_at, ends_at, noted_at) select"
            " gen_random_uuid(), :who, starts_at, ends_at, now() from proposal where id = :id"
        ),
        "host_period": (
            "insert into host_period (worker_id, weekday, starts_min, ends_min)"
            " select :who, 'mon', 600, 660 from proposal where id = :id"
        ),
    }
    who = world.ids["Amina"]
    await forced(house, taken[taken_by], who=who, id=question["proposal_id"])

    with pytest.raises(IntegrityError, match=r"a task (over a commitment|in the host)"):
        await forced(
            house,
            "update proposal set state = 'accepted', accepted_at = now(), accepted_by = worker_id"
            " where id = :id",
            id=question["proposal_id"],
        )


async def test_nobody_holds_two_tasks_at_once(house: House) -> None:
    world, campaign, question = await asked(house)
    await world.answer("Amina", question, "accept")
    (_, second) = (await world.plan(campaign))["tasks"]
    (other,) = await world.proposals("Amina")
    assert other["task_id"] == second["task_id"]
    await forced(
        house,
        "update proposal set starts_at = held.starts_at, ends_at = held.ends_at from proposal held"
        " where proposal.id = :id and held.id = :held",
        id=other["proposal_id"],
        held=question["proposal_id"],
    )

    with pytest.raises(IntegrityError, match="two tasks at once"):
        await forced(
            house,
            "update proposal set state = 'accepted', accepted_at = now(), accepted_by = worker_id"
            " where id = :id",
            id=other["proposal_id"],
        )


async def test_no_outcome_without_that_workers_own_yes(house: House) -> None:
    world, _, question = await asked(house)
    await world.answer("Amina", question, "accept")

    with pytest.raises(IntegrityError, match="that worker's own yes"):
        await forced(
            house,
            "insert into contribution (id, outcome_id, task_id, worker_id, version)"
            " values (gen_random_uuid(), gen_random_uuid(), :task, :who, 1)",
            task=question["task_id"],
            who=world.ids["Samir"],
        )


async def test_one_outcome_sent_ten_times_at_once_counts_once(house: House) -> None:
    world, campaign, question = await asked(house)
    await world.answer("Amina", question, "accept")
    await world.go(0, "12:10")
    own = a_client_id()

    sent = await asyncio.gather(  # noqa: TID251 - one phone that is impatient
        *(world.record("Amina", question["task_id"], own) for _ in range(10))
    )

    assert sorted(answer.status_code for answer in sent) == [*[200] * 9, 201]
    assert {answer.json()["version"] for answer in sent} == {1}
    assert len(await world.facts_of(campaign, "recorded")) == 1
    assert len(await world.facts_of(campaign, "done")) == 1


async def test_no_door_of_dispatch_tells_a_figure_of_a_person(house: House) -> None:
    world, _, question = await asked(house)
    await world.answer("Amina", question, "decline", reason="busy")
    contract = {
        "name",
        "worker_id",
        "home_zone",
        "host_partner",
        "host_partner_name",
        "weekly_hours",
        "host_share_pct",
        "working",
        "host_periods",
        "languages",
        "skills",
        "travel_max_min",
        "kinds_refused",
    }

    roster = await got(world.coordination, "/dispatch/api/workers")
    desk = (await world.coordination.get("/dispatch/desk/team")).text

    assert {key for entry in roster for key in entry} == contract
    assert "Aucun chiffre par personne" in desk
    for closed in ("/dispatch/api/proposals", "/dispatch/api/tasks", "/dispatch/api/time-account"):
        assert (await world.coordination.get(closed)).status_code == 403
