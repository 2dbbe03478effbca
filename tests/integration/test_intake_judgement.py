"""An invitation is judged by the charter, with the workers, before anybody decides."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.intake import store
from shared.words import Boundary, Law, Role
from tests.house import House, a_client_id
from tests.integration.intake_world import (
    REPLY,
    SENTENCE,
    a_judgement,
    an_invitation,
    consult,
    invite,
    now_and,
    say_opinion,
    slugs,
)

ACCEPT = {"decision": "accept", "reason": "La charte est respectée et l'équipe est d'accord."}


@pytest.fixture(scope="module")
async def desk(house: House) -> httpx.AsyncClient:
    return await house.enter(Role.COORDINATION, "Inès")


async def judged(desk: httpx.AsyncClient, **changed: Any) -> str:
    invitation_id = await invite(desk)
    answer = await desk.put(
        f"/intake/api/invitations/{invitation_id}/judgement", json=a_judgement(**changed)
    )
    assert answer.status_code == 200, answer.text
    return invitation_id


async def decide(desk: httpx.AsyncClient, invitation_id: str, **changed: Any) -> httpx.Response:
    return await desk.post(
        f"/intake/api/invitations/{invitation_id}/decision", json={**ACCEPT, **changed}
    )


async def test_an_invitation_that_lacks_something_is_refused_with_everything_at_once(
    house: House, desk: httpx.AsyncClient
) -> None:
    answer = await desk.post("/intake/api/invitations", json={})

    assert answer.status_code == 409
    assert slugs(answer) == {
        "no_requester", "no_crisis", "nothing_wanted", "no_public", "no_start", "no_end",
        "no_place",
    }  # fmt: skip


async def test_the_same_invitation_sent_twice_is_kept_once(
    house: House, desk: httpx.AsyncClient
) -> None:
    asked = an_invitation(id=a_client_id())

    first = await desk.post("/intake/api/invitations", json=asked)
    again = await desk.post("/intake/api/invitations", json=asked)
    other = await desk.post("/intake/api/invitations", json=asked | {"crisis": "heat"})

    assert first.json() == again.json() == {"id": asked["id"]}
    assert slugs(other) == {"id_means_something_else"}
    told = await house.facts("intake.v1.invitation.received")
    assert [f["invitation_id"] for f in told].count(asked["id"]) == 1


async def test_what_people_write_in_an_invitation_never_travels(
    house: House, desk: httpx.AsyncClient
) -> None:
    await invite(desk, wanted="Un secret bien gardé de la coordination.", requester="Secretbureau")

    [*_, fact] = await house.facts("intake.v1.invitation.received")
    staged = await house.rows("intake", "select body from outbox")

    assert set(fact) == {
        "event_id", "occurred_at", "invitation_id", "asked_by", "crisis", "wanted_from",
        "wanted_until",
    }  # fmt: skip
    assert not any("secret" in row["body"].lower() for row in staged)


@pytest.mark.parametrize(
    ("kind", "question"),
    [("boundaries", b.value) for b in Boundary] + [("laws", law.value) for law in Law],
)
async def test_a_boundary_or_law_that_is_not_respected_or_not_answered_blocks_acceptance(
    house: House, desk: httpx.AsyncClient, kind: str, question: str
) -> None:
    complete = a_judgement()
    answers = dict(complete[kind])
    without = {k: v for k, v in answers.items() if k != question}
    with_no = answers | {question: {"holds": False, "sentence": SENTENCE}}
    with_silence = answers | {question: {"holds": True, "sentence": ""}}
    invitation_id = await judged(desk)
    await consult(desk, invitation_id, await now_and(house, 3))
    await house.at(await now_and(house, 4))

    for changed in (without, with_no, with_silence):
        await desk.put(
            f"/intake/api/invitations/{invitation_id}/judgement",
            json=complete | {kind: changed},
        )
        answer = await decide(desk, invitation_id)
        assert answer.status_code == 409
        assert {p["place"] for p in answer.json()["problems"]} == {f"{kind}.{question}"}

    await desk.put(f"/intake/api/invitations/{invitation_id}/judgement", json=complete)
    assert (await decide(desk, invitation_id)).status_code == 200


async def test_nothing_is_accepted_without_asking_the_workers(
    house: House, desk: httpx.AsyncClient
) -> None:
    invitation_id = await judged(desk)

    never_asked = await decide(desk, invitation_id)
    await consult(desk, invitation_id, await now_and(house, 3))
    still_open = await decide(desk, invitation_id)

    assert slugs(never_asked) == {"workers_not_consulted"}
    assert slugs(still_open) == {"consultation_still_open"}


async def test_a_short_consultation_says_why_and_is_told_as_accelerated(
    house: House, desk: httpx.AsyncClient
) -> None:
    invitation_id = await judged(desk)
    address = f"/intake/api/invitations/{invitation_id}/consultation"
    soon = await now_and(house, 5)

    unexplained = await desk.post(address, json={"closes_at": soon})
    too_soon = await desk.post(address, json={"closes_at": await now_and(house, 1)})
    await consult(desk, invitation_id, soon)

    assert slugs(unexplained) == {"accelerated_without_reason"}
    assert "window_too_short" in slugs(too_soon)
    [*_, fact] = await house.facts("intake.v1.consultation.opened")
    assert fact["accelerated"] is True
    assert (await desk.get(address)).json()["accelerated"] is True


async def test_opinions_are_hidden_from_everybody_until_the_window_closes(
    house: House, desk: httpx.AsyncClient
) -> None:
    invitation_id = await judged(desk)
    consultation = await consult(desk, invitation_id, await now_and(house, 10))
    worker = uuid4()
    await say_opinion(house, consultation, worker, "for")
    await say_opinion(house, consultation, worker, "against", "no_interference", version=2)
    await say_opinion(house, consultation, uuid4(), "no_opinion")
    address = f"/intake/api/invitations/{invitation_id}"
    [opinion] = await house.rows(
        "intake", "select id from opinion where worker_id = :worker", worker=worker
    )

    while_open = (await desk.get(f"{address}/consultation")).json()
    whole = (await desk.get(address)).json()
    page = (await desk.get(f"/intake/invitations/{invitation_id}")).text
    reply = await desk.post(f"/intake/api/opinions/{opinion['id']}/reply", json={"reply": REPLY})
    async with house.databases["intake"].reading() as tx:
        from_the_store = await store.opinions_of(tx, UUID(consultation))
    await house.at(await now_and(house, 11))
    closed = (await desk.get(f"{address}/consultation")).json()
    page_closed = (await desk.get(f"/intake/invitations/{invitation_id}")).text

    assert (while_open["open"], while_open["answered"], while_open["opinions"]) == (True, 2, None)
    assert whole["consultation"]["opinions"] is None
    assert str(opinion["id"]) not in page
    assert "Les avis restent cachés" in page
    assert reply.status_code == 404
    assert from_the_store == []
    assert sorted(o["stance"] for o in closed["opinions"]) == ["against", "no_opinion"]
    assert str(opinion["id"]) in page_closed
    assert str(worker) not in str(closed) + page_closed


async def test_an_objection_without_a_reply_blocks_the_decision(
    house: House, desk: httpx.AsyncClient
) -> None:
    invitation_id = await judged(desk)
    consultation = await consult(desk, invitation_id, await now_and(house, 3))
    await say_opinion(house, consultation, uuid4(), "against", "ethics")
    await say_opinion(house, consultation, uuid4(), "with_conditions", "ethics")
    await say_opinion(house, consultation, uuid4(), "for")
    await house.at(await now_and(house, 4))
    seen = await desk.get(f"/intake/api/invitations/{invitation_id}/consultation")
    objections = [o for o in seen.json()["opinions"] if o["stance"] != "for"]

    unanswered = await decide(desk, invitation_id)
    await reply(desk, objections[0])
    one_left = await decide(desk, invitation_id)
    refusing = await decide(desk, invitation_id, decision="refuse", reason="Non, pas ainsi.")
    await reply(desk, objections[1])
    answered = await decide(desk, invitation_id)

    assert slugs(unanswered) == slugs(one_left) == slugs(refusing) == {"objection_unanswered"}
    assert answered.status_code == 200, answered.text


async def reply(desk: httpx.AsyncClient, opinion: dict[str, Any]) -> None:
    answer = await desk.post(
        f"/intake/api/opinions/{opinion['opinion_id']}/reply", json={"reply": REPLY}
    )
    assert answer.status_code == 200, answer.text


async def test_an_opinion_given_after_the_close_does_not_count(
    house: House, desk: httpx.AsyncClient
) -> None:
    invitation_id = await judged(desk)
    consultation = await consult(desk, invitation_id, await now_and(house, 3))
    await house.at(await now_and(house, 4))

    await say_opinion(house, consultation, uuid4(), "against", "ethics")

    seen = (await desk.get(f"/intake/api/invitations/{invitation_id}/consultation")).json()
    assert (seen["answered"], seen["opinions"]) == (0, [])
    [dead] = await house.rows("intake", "select error from dead_letter where state = 'dead'")
    assert dead["error"] == "RefusedError"


async def test_a_decision_is_taken_once_and_what_it_rests_on_stays(
    house: House, desk: httpx.AsyncClient
) -> None:
    invitation_id = await judged(desk)
    await consult(desk, invitation_id, await now_and(house, 3))
    await house.at(await now_and(house, 4))

    taken = await decide(desk, invitation_id)
    again = await decide(desk, invitation_id)
    other = await decide(desk, invitation_id, decision="refuse")
    judged_after = await desk.put(
        f"/intake/api/invitations/{invitation_id}/judgement", json={"arguments": "Autre chose."}
    )

    assert (taken.status_code, again.status_code) == (200, 200)
    assert slugs(other) == slugs(judged_after) == {"already_decided"}
    told = await house.facts("intake.v1.invitation.decided")
    assert [f["invitation_id"] for f in told].count(invitation_id) == 1
    trail = house.owner_rows(
        "select detail->>'decision' as decision from access.audit"
        f" where action = 'invitation.decided' and subject_id = '{invitation_id}'"
    )
    assert trail == [{"decision": "accept"}]


async def test_an_adjusted_acceptance_says_what_changes(
    house: House, desk: httpx.AsyncClient
) -> None:
    invitation_id = await judged(desk)
    await consult(desk, invitation_id, await now_and(house, 3))
    await house.at(await now_and(house, 4))

    silent = await decide(desk, invitation_id, decision="adjust")
    said = await decide(desk, invitation_id, decision="adjust", changes=["Deux mois, pas six."])

    assert slugs(silent) == {"adjusted_without_changes"}
    assert said.status_code == 200


async def test_every_version_of_a_judgement_is_kept(house: House, desk: httpx.AsyncClient) -> None:
    invitation_id = await invite(desk)
    address = f"/intake/api/invitations/{invitation_id}"

    for arguments in ("Pour.", "Pour.", "Pour et contre."):
        await desk.put(f"{address}/judgement", json={"arguments": arguments})

    kept = await house.rows(
        "intake",
        "select version, arguments from judgement where invitation_id = :id order by version",
        id=invitation_id,
    )
    assert [row["arguments"] for row in kept] == ["Pour.", "Pour et contre."]
    assert (await desk.get(address)).json()["judgement"]["version"] == 2


@pytest.mark.parametrize("role", [Role.WORKER, Role.HOST_PARTNER, Role.FUNDER, Role.ADMINISTRATOR])
async def test_nobody_else_comes_to_the_coordinations_desk(
    house: House, desk: httpx.AsyncClient, role: Role
) -> None:
    invitation_id = await judged(desk)
    other = await house.enter(role, f"Somebody else, {role}")

    for path in (
        "/intake/", "/intake/invitations/new", f"/intake/invitations/{invitation_id}",
        "/intake/alerts", "/intake/signals", "/intake/territory", "/intake/api/invitations",
        f"/intake/api/invitations/{invitation_id}", "/intake/api/alerts", "/intake/api/signals",
        "/intake/api/campaigns", f"/intake/api/invitations/{invitation_id}/consultation",
    ):  # fmt: skip
        assert (await other.get(path)).status_code == 403, path
    assert (await other.post("/intake/api/invitations", json={})).status_code == 403
    assert (await decide(other, invitation_id)).status_code == 403
