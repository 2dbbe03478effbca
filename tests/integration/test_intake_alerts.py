"""Alerts make drafts and nothing more; signals from the field are answered."""

from uuid import UUID, uuid4

import httpx
import pytest

from shared.events import SignalRaised
from shared.words import Role, SignalId, SignalKind, Theme, WorkerId
from tests.house import House, a_client_id
from tests.integration.intake_world import brussels, slugs

CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>{identifier}</identifier>
  <sender>be-alert@example.org</sender>
  <sent>{sent}</sent>
  <status>{status}</status>
  <msgType>{kind}</msgType>
  <scope>Public</scope>
  {references}
  <info>
    <language>fr-BE</language>
    <category>Met</category>
    <event>Canicule</event>
    <urgency>Expected</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <onset>2022-07-19T10:00:00+02:00</onset>
    <expires>2022-07-21T22:00:00+02:00</expires>
    <headline>{headline}</headline>
    <description>Rendez visite aux personnes isolées.</description>
    <area><areaDesc>Anderlecht</areaDesc></area>
  </info>
</alert>"""
SENT = "2022-07-18T16:00:00+02:00"


def an_alert(  # what an alert says, and about which other
    identifier: str,
    *,
    status: str = "Actual",
    kind: str = "Alert",
    about: str = "",
    headline: str = "Fortes chaleurs",
) -> bytes:
    references = f"<references>be-alert@example.org,{about},{SENT}</references>" if about else ""
    return CAP.format(
        identifier=identifier,
        sent=SENT,
        status=status,
        kind=kind,
        references=references,
        headline=headline,
    ).encode()


@pytest.fixture(scope="module")
async def desk(house: House) -> httpx.AsyncClient:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    await coordination.put("/intake/api/territory", json=brussels())
    return coordination


async def bring(desk: httpx.AsyncClient, xml: bytes) -> dict[str, object]:
    answer = await desk.post("/intake/api/alerts", content=xml)
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_an_alert_is_a_draft_that_goes_no_further_by_itself(
    house: House, desk: httpx.AsyncClient
) -> None:
    draft = await bring(desk, an_alert("HEAT-1"))
    again = await bring(desk, an_alert("HEAT-1"))
    await house.at("2022-07-19T12:00:00+02:00")

    assert (draft["state"], draft["crisis"]) == ("draft", "heat")
    assert again["id"] == draft["id"]
    assert (await desk.get("/intake/api/invitations")).json() == []
    assert await house.facts("intake.v1.invitation.received") == []


async def test_a_person_makes_an_invitation_of_a_draft_and_corrects_it(
    house: House, desk: httpx.AsyncClient
) -> None:
    draft = await bring(desk, an_alert("HEAT-2"))
    address = f"/intake/api/alerts/{draft['id']}/confirm"
    corrections = {"id": a_client_id(), "asked_by": "municipality", "publics": ["isolated"]}

    incomplete = await desk.post(address, json={})
    made = await desk.post(address, json=corrections)
    again = await desk.post(address, json=corrections)
    other = await desk.post(address, json=corrections | {"id": a_client_id()})

    assert slugs(incomplete) == {"no_requester", "no_public"}
    assert made.json() == again.json() == {"id": corrections["id"]}
    assert slugs(other) == {"draft_is_an_invitation_already"}
    seen = (await desk.get(f"/intake/api/invitations/{corrections['id']}")).json()
    assert seen["wanted"].startswith("Fortes chaleurs")
    assert (seen["wanted_from"], seen["wanted_until"]) == ("2022-07-19", "2022-07-21")
    assert seen["where"] == "Anderlecht"


@pytest.mark.parametrize(("status", "state"), [("Exercise", "exercise"), ("Test", "test")])
async def test_an_exercise_or_a_test_never_invites_anybody(
    house: House, desk: httpx.AsyncClient, status: str, state: str
) -> None:
    draft = await bring(desk, an_alert(f"DRILL-{status}", status=status))

    answer = await desk.post(
        f"/intake/api/alerts/{draft['id']}/confirm",
        json={"asked_by": "municipality", "publics": ["isolated"]},
    )

    assert draft["state"] == state
    assert slugs(answer) == {"draft_is_not_real"}


async def test_an_update_replaces_and_a_cancel_ends_a_draft(
    house: House, desk: httpx.AsyncClient
) -> None:
    draft = await bring(desk, an_alert("HEAT-3"))

    update = an_alert("HEAT-3b", kind="Update", about="HEAT-3", headline="Chaleurs extrêmes")
    updated = await bring(desk, update)
    cancelled = await bring(desk, an_alert("HEAT-3c", kind="Cancel", about="HEAT-3b"))
    again = await bring(desk, an_alert("HEAT-3c", kind="Cancel", about="HEAT-3b"))
    answer = await desk.post(
        f"/intake/api/alerts/{draft['id']}/confirm",
        json={"asked_by": "municipality", "publics": ["isolated"]},
    )

    assert draft["id"] == updated["id"] == cancelled["id"] == again["id"]
    assert (updated["version"], cancelled["state"], again["state"]) == (2, "cancelled", "cancelled")
    assert slugs(answer) == {"draft_is_cancelled"}


@pytest.mark.parametrize(
    "xml",
    [b"", b"not xml", b"<alert/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
)
async def test_what_is_no_alert_is_refused_with_a_reason(
    house: House, desk: httpx.AsyncClient, xml: bytes
) -> None:
    answer = await desk.post("/intake/api/alerts", content=xml)

    assert answer.status_code == 409
    assert answer.json()["problems"][0]["message"]


# --- signals -------------------------------------------------------------------------------------


async def raise_signal(house: House, worker: UUID) -> str:
    """Say, as dispatch would, that a worker signalled something; wait until intake heard it."""
    signal_id = uuid4()
    async with house.databases["dispatch"].transaction() as tx:
        await tx.emit(
            SignalRaised(
                occurred_at=tx.now,
                signal_id=SignalId(signal_id),
                zone_id="RAQ01",
                worker_id=WorkerId(worker),
                kind=SignalKind.SATURATED_SERVICE,
                theme=Theme.ENERGY,
            )
        )
    await house.settle()
    return str(signal_id)


async def test_a_signal_is_answered_and_the_words_stay_in_intake(
    house: House, desk: httpx.AsyncClient
) -> None:
    worker = uuid4()
    signal_id = await raise_signal(house, worker)
    words = "Nous appelons le guichet lundi."
    address = f"/intake/api/signals/{signal_id}/answer"

    for answer in ("noted", "noted", "acted_upon"):
        said = await desk.post(address, json={"answer": answer, "words": words})
        assert said.status_code == 200, said.text

    told = [
        (fact["answer"], fact["worker_id"])
        for fact in await house.facts("intake.v1.signal.answered")
        if fact["signal_id"] == signal_id
    ]
    assert told == [("noted", str(worker)), ("acted_upon", str(worker))]
    assert await house.rows("intake", "select 1 from outbox where body like '%guichet%'") == []
    [seen] = [s for s in (await desk.get("/intake/api/signals")).json() if s["id"] == signal_id]
    assert [a["words"] for a in seen["answers"]] == [words, words]
    assert str(worker) not in str(seen)


async def test_a_signal_nobody_raised_cannot_be_answered(
    house: House, desk: httpx.AsyncClient
) -> None:
    answer = await desk.post(f"/intake/api/signals/{uuid4()}/answer", json={"answer": "noted"})

    assert answer.status_code == 404
