"""A campaign is declared with everything it must have, and its neighbourhoods are told."""

import json
import logging
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.events import NeighbourhoodsTargeted
from shared.words import Role
from tests.house import House, a_client_id
from tests.integration.intake_world import (
    a_campaign,
    accepted,
    brussels,
    declared,
    index_groups,
    invite,
    slugs,
    zones_with_reasons,
)

CHOSEN = ["RAQ01", "RAQ02", "RAQ03a"]
LAST_DAY_OF_26_WEEKS, A_DAY_TOO_MANY = "2022-07-10", "2022-07-11"
GROUPS = ("retained", "to_discuss", "not_a_priority", "insufficient")


@pytest.fixture(scope="module")
async def desk(house: House) -> httpx.AsyncClient:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    loaded = await coordination.put("/intake/api/territory", json=brussels())
    assert loaded.status_code == 200, loaded.text
    return coordination


async def declare(desk: httpx.AsyncClient, asked: dict[str, Any]) -> httpx.Response:
    return await desk.post("/intake/api/campaigns", json=asked)


# --- the whole path ------------------------------------------------------------------------------


async def test_an_invitation_becomes_a_campaign_whose_neighbourhoods_are_told(
    house: House, desk: httpx.AsyncClient
) -> None:
    asked = await declared(house, desk, ["RAQ03a", "RAQ01", "RAQ02"])

    [campaign] = [
        f
        for f in await house.facts("intake.v1.campaign.declared")
        if f["campaign_id"] == asked["id"]
    ]
    [targeted] = [
        f
        for f in await house.facts("intake.v1.neighbourhoods.targeted")
        if f["campaign_id"] == asked["id"]
    ]
    shown = (await desk.get(f"/intake/api/campaigns/{asked['id']}")).json()
    assert campaign["name_nl"] == "Energie-info op de markten"
    assert targeted["zone_ids"] == CHOSEN
    assert targeted["actions"][0]["zone_ids"] == CHOSEN
    assert targeted["share_max_pct"] == 40
    assert shown["zone_ids"] == CHOSEN
    assert shown["targeted_at"] is not None


async def test_who_declared_and_chose_is_in_the_audit_trail(
    house: House, desk: httpx.AsyncClient
) -> None:
    asked = await declared(house, desk, CHOSEN)

    trail = house.owner_rows(
        f"select action, actor_id from access.audit where subject_id = '{asked['id']}'"
    )
    assert {row["action"] for row in trail} == {"campaign.declared", "neighbourhoods.chosen"}
    assert {row["actor_id"] for row in trail} == {house.people["Inès"]}


async def test_the_same_declaration_sent_twice_is_one_campaign(
    house: House, desk: httpx.AsyncClient
) -> None:
    asked = await declared(house, desk, CHOSEN)

    again = await declare(desk, asked)
    other = await declare(desk, asked | {"name_fr": "Un autre nom"})
    await house.settle()

    assert (again.status_code, again.json()) == (201, {"id": asked["id"]})
    assert slugs(other) == {"id_means_something_else"}
    for fact in ("campaign.declared", "neighbourhoods.targeted"):
        told = await house.facts(f"intake.v1.{fact}")
        assert [f["campaign_id"] for f in told].count(asked["id"]) == 1


# --- what is refused -----------------------------------------------------------------------------


async def test_a_declaration_that_lacks_everything_is_told_everything_at_once(
    house: House, desk: httpx.AsyncClient
) -> None:
    answer = await declare(desk, {"invitation_id": await invite(desk), "share_max_pct": 90})

    assert answer.status_code == 409
    assert slugs(answer) >= {
        "no_decision", "bad_name", "no_start", "no_end", "no_zones", "no_public", "no_action",
        "share_out_of_bounds", "choice_without_reason",
    }  # fmt: skip
    assert [p["slug"] for p in answer.json()["problems"]].count("no_zones") == 1


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"ends_on": None}, {"no_end"}),
        ({"ends_on": A_DAY_TOO_MANY}, {"too_long"}),
        ({"starts_on": "2021-12-01", "ends_on": "2022-01-31"}, {"starts_in_the_past"}),
        ({"share_max_pct": 81}, {"share_out_of_bounds"}),
        ({"actions": []}, {"no_action"}),
        ({"publics": []}, {"no_public"}),
    ],
)
async def test_a_campaign_without_what_the_charter_asks_is_refused(
    house: House, desk: httpx.AsyncClient, changed: dict[str, Any], refused: set[str]
) -> None:
    zones = await zones_with_reasons(desk, CHOSEN)
    asked = a_campaign(await accepted(house, desk), CHOSEN, zones=zones)

    answer = await declare(desk, asked | changed)
    after = await declare(desk, asked | {"ends_on": LAST_DAY_OF_26_WEEKS})

    assert slugs(answer) == refused
    assert after.status_code == 201, after.text


async def test_a_campaign_without_neighbourhoods_or_in_unknown_ones_is_refused(
    house: House, desk: httpx.AsyncClient
) -> None:
    asked = a_campaign(await accepted(house, desk), [])

    nowhere = await declare(desk, asked)
    elsewhere = await declare(
        desk, asked | {"zones": {"chosen": ["ATLANTIS"], "reason": "Une raison assez longue."}}
    )

    assert "no_zones" in slugs(nowhere)
    assert "unknown_zone" in slugs(elsewhere)


@pytest.mark.parametrize("decision", [None, "refuse"])
async def test_a_campaign_cites_a_decision_that_allows_it(
    house: House, desk: httpx.AsyncClient, decision: str | None
) -> None:
    invitation_id = await invite(desk)
    if decision:
        refusal = {"decision": decision, "reason": "Ce n'est pas le métier des RAQ."}
        await desk.post(f"/intake/api/invitations/{invitation_id}/decision", json=refusal)
    zones = await zones_with_reasons(desk, CHOSEN)

    answer = await declare(desk, a_campaign(invitation_id, CHOSEN, zones=zones))

    assert slugs(answer) == {"invitation_refused" if decision else "no_decision"}


async def test_a_choice_against_the_index_needs_a_reason_of_its_own(
    house: House, desk: httpx.AsyncClient
) -> None:
    groups = await index_groups(desk, 2)
    against = [groups["not_a_priority"][0]["zone_id"], groups["insufficient"][0]["zone_id"]]
    left = {zone["zone_id"] for zone in groups["retained"]}
    zones = {"chosen": against, "reason": "L'équipe le demande depuis l'automne."}

    answer = await declare(desk, a_campaign(await accepted(house, desk), against, zones=zones))

    assert slugs(answer) == {"contradiction_without_reason"}
    named = {problem["place"] for problem in answer.json()["problems"]}
    assert named == {*against, *left}


# --- the database holds the laws, whatever the code does -----------------------------------------


async def test_the_database_keeps_no_campaign_without_neighbourhoods_or_charter(
    house: House, desk: httpx.AsyncClient
) -> None:
    asked = await declared(house, desk, CHOSEN)

    campaign, judgement = f"where id = '{asked['id']}'", asked["invitation_id"]
    unanswered = "update judgement_answer set respected = null where question = 'ethics'"
    touched = f"update campaign set share_max_pct = 41 {campaign}"
    for broken in (
        [f"delete from campaign_zone where campaign_id = '{asked['id']}'"],
        [f"{unanswered} and invitation_id = '{judgement}'", touched],
        [f"update campaign set ends_on = ends_on + 1 {campaign}"],
        [f"update campaign set starts_on = ends_on - 182 {campaign}"],
        [f"update campaign set ends_on = null {campaign}"],
        [f"update campaign set decision_id = '{uuid4()}' {campaign}"],
    ):
        with pytest.raises(IntegrityError):
            await run(house, broken)


async def run(house: House, statements: list[str]) -> None:
    async with house.databases["intake"].transaction() as tx:
        for statement in statements:
            await tx.execute(text(statement))


# --- the need index never leaves -----------------------------------------------------------------


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.COORDINATION])
async def test_the_need_index_does_not_exist_for_anybody_else(
    house: House, desk: httpx.AsyncClient, role: Role
) -> None:
    other = await house.enter(role, f"Somebody else, {role}")
    invitation_id = await invite(desk)
    asked = {"crisis": "energy", "k": "6"}

    for client in (other, httpx.AsyncClient(transport=house.transport, base_url="http://x.test")):
        assert (await client.get("/intake/api/need-index", params=asked)).status_code == 404
        address = f"/intake/invitations/{invitation_id}/campaign"
        assert (await client.get(address)).status_code == 404
        assert (await client.post(address, data={"go": "declare"})).status_code == 404


async def test_the_index_tells_the_coordination_groups_in_alphabetical_order(
    house: House, desk: httpx.AsyncClient
) -> None:
    seen = await index_groups(desk, 6)
    again = await index_groups(desk, 6)

    names = {group: [zone["name"] for zone in seen[group]] for group in GROUPS}
    assert sum(len(zones) for zones in names.values()) == 28
    assert all(zones == sorted(zones, key=str.casefold) for zones in names.values())
    one = seen["retained"][0]
    assert 0.8 <= one["probability"] <= 1
    assert {"value", "year", "source", "contribution"} <= set(one["contributions"][0])
    assert all(part["year"] > 2000 and part["source"] for part in one["contributions"])
    assert seen == again


async def test_no_score_rank_or_group_leaves_intake(
    house: House, desk: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    secret = (
        "probability", "contribution", "rank", "score", "group", "retained", "to_discuss",
        "not_a_priority", "insufficient", "interval", "weight",
    )  # fmt: skip
    with caplog.at_level(logging.DEBUG):
        asked = await declared(house, desk, CHOSEN)
    operator = await house.enter(Role.SERVICE, "player")

    facts = await house.rows("intake", "select body from outbox")
    shown = [
        (await desk.get(path)).text
        for path in (
            "/intake/api/campaigns",
            f"/intake/api/campaigns/{asked['id']}",
            "/intake/api/territory",
            "/intake/api/zones",
            "/intake/api/invitations",
            f"/intake/campaigns/{asked['id']}",
            "/intake/territory",
            "/intake/territory/RAQ01",
        )
    ]
    shown.append((await operator.get("/dispatch/api/zones")).text)
    kept = await house.rows("intake", "select * from need_index_run")

    for body in (row["body"] for row in facts):
        assert not any(word in body for word in secret), body
    for answer in shown:
        fields = set(json_fields(answer)) if answer.startswith(("{", "[")) else set()
        assert not any(word in field for field in fields for word in secret)
        assert "% des variantes" not in answer
        assert "Retenus par l" not in answer
    assert not any(word in line for line in caplog.messages for word in ("probability", "rank_"))
    assert {"probability", "rank", "score"}.isdisjoint(kept[0])


def json_fields(text_of_answer: str) -> list[str]:
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            found.extend(value)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(json.loads(text_of_answer))
    return found


async def test_one_may_weigh_otherwise_with_a_justification(
    house: House, desk: httpx.AsyncClient
) -> None:
    weights = {
        "custom": {"median_income_eur": 0.5, "household_size": 0.5},
        "justification": "Les grandes familles demandent le plus.",
        "k": 28,
    }
    left = [zone_id for zone_id in await all_zones(desk) if zone_id not in CHOSEN]
    against = dict.fromkeys(left, "Une autre action y est déjà.")
    zones = {
        "chosen": CHOSEN,
        "reason": "Là où les coupures se voient le plus.",
        "contradictions": against | dict.fromkeys(CHOSEN, "L'équipe y est attendue."),
    }
    asked = a_campaign(await accepted(house, desk), CHOSEN, zones=zones, weights=weights)

    unjustified = await declare(desk, asked | {"weights": weights | {"justification": ""}})
    lopsided = await declare(
        desk, asked | {"weights": weights | {"custom": {"median_income_eur": 1}}}
    )
    answer = await declare(desk, asked)

    assert slugs(unjustified) == {"weights_without_justification"}
    assert slugs(lopsided) == {"weight_out_of_bounds"}
    assert answer.status_code == 201, answer.text
    [run] = await house.rows(
        "intake", "select * from need_index_run where campaign_id = :id", id=asked["id"]
    )
    assert (run["first_k"], run["expires_on"]) == (28, date(2022, 6, 30))
    assert run["weights"] == weights["custom"]


async def all_zones(desk: httpx.AsyncClient) -> list[str]:
    return [zone["id"] for zone in (await desk.get("/intake/api/territory")).json()["zones"]]


# --- the territory -------------------------------------------------------------------------------


async def test_a_territory_is_shown_with_year_and_source_beside_each_value(
    house: House, desk: httpx.AsyncClient
) -> None:
    seen = (await desk.get("/intake/api/territory")).json()
    again = await desk.put("/intake/api/territory", json=brussels())

    assert len(seen["zones"]) == 28
    assert all(f["year"] and f["source"] for zone in seen["zones"] for f in zone["figures"])
    assert again.json() == {"version": seen["version"]}
    named = (await desk.get("/intake/api/zones")).json()
    assert {zone["id"] for zone in named} >= {zone["id"] for zone in seen["zones"]}


async def test_a_territory_that_does_not_hold_is_refused_with_its_places(
    house: House, desk: httpx.AsyncClient
) -> None:
    pack = brussels()
    pack["zones"][0]["name_fr"] = ""
    pack["zones"][1]["id"] = "not an id"

    answer = await desk.put("/intake/api/territory", json=pack)

    assert answer.status_code == 409
    assert len(answer.json()["problems"]) >= 2


def test_the_fact_has_no_place_for_a_score() -> None:
    fields = set(NeighbourhoodsTargeted.model_fields)

    assert fields == {
        "event_id", "occurred_at", "campaign_id", "zone_ids", "starts_on", "ends_on", "publics",
        "languages_wanted", "languages_required", "actions", "share_max_pct",
        "full_time_equivalents_max",
    }  # fmt: skip


async def test_a_worker_can_neither_declare_nor_close(
    house: House, desk: httpx.AsyncClient
) -> None:
    worker = await house.enter(Role.WORKER, "Amina")
    asked = await declared(house, desk, CHOSEN)

    answers = [
        await declare(worker, asked | {"id": a_client_id()}),
        await worker.post(f"/intake/api/campaigns/{asked['id']}/close", json={"reason": "Non."}),
        await worker.get(f"/intake/api/campaigns/{asked['id']}"),
        await worker.get(f"/intake/campaigns/{asked['id']}"),
        await worker.put("/intake/api/territory", json=brussels()),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
