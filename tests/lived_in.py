"""A house in which one of everything exists, made through its doors, with a mark in every text.

`ids` names one thing of each kind by the name that it has in a path. `marks` are words that stand
in one free field each and nowhere else, by the field: where a mark turns up, that field is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.intake.rules.need_index.weights import PRESETS
from shared import access
from shared.words import Boundary, Law, Role
from tests.dispatch_world import World, got
from tests.house import House, a_client_id
from tests.integration.intake_world import brussels, now_and, zones_with_reasons
from tests.integration.test_intake_alerts import an_alert

HOME, CHOSEN = "RAQ01", ["RAQ01", "RAQ02", "RAQ03a"]
PARTNER = "maison-medicale"
OWNER, COLLEAGUE = "worker", "another worker"


@dataclass
class LivedIn:
    """Who is in, by role; what exists; what was written where."""

    house: House
    world: World
    people: dict[str, httpx.AsyncClient]
    ids: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def desk(self) -> httpx.AsyncClient:
        return self.people[Role.COORDINATION]

    def mark(self, *fields: str) -> str:
        """Make a word that is nowhere else, and keep in which fields it will stand."""
        fresh = f"Zarnika{len(set(self.marks.values())):02d}q"
        for one in fields:
            fresh = self.marks.setdefault(one, fresh)
        return fresh

    def mail(self, *fields: str) -> str:
        return f"{self.mark(*fields).lower()}@example.org"


async def a_lived_in_house(house: House) -> LivedIn:
    """Bring a house to the middle of a campaign."""
    desk = await house.enter(Role.COORDINATION, "Inès")
    people = {Role.COORDINATION.value: desk}
    for role in (Role.FUNDER, Role.ADMINISTRATOR, Role.SERVICE):
        people[role.value] = await house.enter(role, f"Somebody, {role.value}")
    async with house.databases["dispatch"].reading() as tx:
        monday = tx.now.date()
    here = LivedIn(house, World(house, desk, HOME, monday), people)
    await name_places(here)
    await invite_people(here)
    await judge(here)
    await be_invited_by_the_funder(here)
    await declare(here)
    await work(here)
    await carry_upwards(here)
    await keep_a_kit(here)
    await house.sweep()
    (letter, *_) = await got(people[OWNER], "/notify/api/inbox")
    here.ids["delivery_id"] = letter["delivery_id"]
    return here


async def name_places(here: LivedIn) -> None:
    loaded = await here.desk.put("/intake/api/territory", json=brussels())
    assert loaded.status_code == 200, loaded.text
    of_zones = [f"{s} PUT /api/zones" for s in ("intake", "dispatch", "notify", "reporting")]
    french = here.mark(*(f"{route} [].name_fr" for route in of_zones))
    dutch = here.mark(*(f"{route} [].name_nl" for route in of_zones))
    town = here.mark(*(f"{route} [].municipality" for route in of_zones))
    places = [
        {"id": zone, "name_fr": f"{french} {number}", "name_nl": f"{dutch} {number}",
         "municipality": town, "x_km": float(number), "y_km": 0.0}
        for number, zone in enumerate(CHOSEN)
    ]  # fmt: skip
    for service in ("intake", "dispatch", "notify", "reporting"):
        done(await here.desk.put(f"/{service}/api/zones", json=places))
    here.ids["zone_id"] = HOME


async def invite_people(here: LivedIn) -> None:
    partner = here.mark("dispatch PUT /api/workers/{worker_id} host_partner_name")
    for name, client in ((here.mark("dispatch PUT /api/workers/{worker_id} name"), OWNER),
                         ("Samir", COLLEAGUE)):  # fmt: skip
        here.people[client] = await here.world.hire(
            name, host_partner=PARTNER, host_partner_name=partner,
            host_periods=[{"weekday": "mon", "starts_min": 540, "ends_min": 720}],
        )  # fmt: skip
        person = str(here.world.ids[name])
        contact = {"role": "worker", "language": "fr", "channels": ["inbox", "email"],
                   "email": here.mail("notify PUT /api/contact-points/{person_id} email")
                   if client == OWNER else None}  # fmt: skip
        if client == COLLEAGUE:
            contact["channels"] = ["inbox"]
        done(await here.people[client].put(f"/notify/api/contact-points/{person}", json=contact))
        if client == OWNER:
            here.ids |= {"worker_id": person, "person_id": person}
    await enter_partner(here)
    invited = {
        "role": "host_partner",
        "display_name": here.mark("access POST /api/accounts display_name"),
        "email": here.mail("access POST /api/accounts email"),
        "partner_id": PARTNER,
    }
    done(await here.desk.post("/access/api/accounts", json=invited))
    here.ids["partner_id"] = PARTNER
    here.ids["year"] = "2022"
    rows = await here.house.rows(
        "access", "select id from session where person_id = :who", who=UUID(here.ids["person_id"])
    )
    here.ids["session_id"] = str(rows[0]["id"])


async def enter_partner(here: LivedIn) -> None:
    async with here.house.databases["access"].transaction() as tx:
        person = await access.create_account(
            tx, role=Role.HOST_PARTNER, display_name="Maison médicale", partner_id=PARTNER
        )
        token = await access.make_link(tx, person)
    client = httpx.AsyncClient(transport=here.house.transport, base_url="http://relais.test")
    opened = done(await client.post("/access/api/sessions", json={"token": token}))
    client.headers["Authorization"] = f"Bearer {opened['session']}"
    here.people[Role.HOST_PARTNER.value] = client


async def judge(here: LivedIn) -> None:
    """Judge two invitations to their end, and leave one with its consultation open."""
    desk, at = here.desk, "/intake/api/invitations"
    invited = {
        "asked_by": "funder", "crisis": "energy", "publics": ["tenants"],
        "wanted_from": "2022-01-10", "wanted_until": "2022-06-30",
    }  # fmt: skip
    texts = {name: here.mark(f"intake POST /api/invitations {name}")
             for name in ("requester", "wanted", "where")}  # fmt: skip
    decided, ended, still_open = [
        done(await desk.post(at, json=invited | texts))["id"] for _ in range(3)
    ]
    route = "intake PUT /api/invitations/{invitation_id}/judgement"
    for invitation in (decided, ended, still_open):
        boundary = {"holds": True, "sentence": here.mark(f"{route} boundaries.*.sentence")}
        law = {"holds": True, "sentence": here.mark(f"{route} laws.*.sentence")}
        judged = {
            "boundaries": dict.fromkeys(Boundary, boundary),
            "laws": dict.fromkeys(Law, law),
            "arguments": here.mark(f"{route} arguments"),
        }
        done(await desk.put(f"{at}/{invitation}/judgement", json=judged))
    why = here.mark("intake POST /api/invitations/{invitation_id}/consultation accelerated_because")
    soon = {"closes_at": await now_and(here.house, 3), "accelerated_because": why}
    consultation = done(await desk.post(f"{at}/{decided}/consultation", json=soon))["id"]
    done(await desk.post(f"{at}/{ended}/consultation", json=soon))
    await here.house.settle()
    opinion = {"stance": "against", "grounds": ["working_zone"]}
    heard = await here.people[OWNER].post(
        f"/dispatch/api/consultations/{consultation}/opinion", json=opinion
    )
    done(heard)
    await here.house.at(await now_and(here.house, 4))
    asked = await got(desk, f"{at}/{decided}/consultation")
    objection = next(o for o in asked["opinions"] if o["stance"] == "against")
    reply = {"reply": here.mark("intake POST /api/opinions/{opinion_id}/reply reply")}
    done(await desk.post(f"/intake/api/opinions/{objection['opinion_id']}/reply", json=reply))
    of_it = "intake POST /api/invitations/{invitation_id}/decision"
    decision = {"decision": "adjust", "reason": here.mark(f"{of_it} reason"),
                "changes": [here.mark(f"{of_it} changes.[]")]}  # fmt: skip
    for invitation in (decided, ended):
        done(await desk.post(f"{at}/{invitation}/decision", json=decision))
    later = {"closes_at": await now_and(here.house, 24 * 30), "accelerated_because": ""}
    running = done(await desk.post(f"{at}/{still_open}/consultation", json=later))["id"]
    here.ids |= {
        "invitation_id": decided,
        "ended_invitation_id": ended,
        "opinion_id": objection["opinion_id"],
        "consultation_id": running,
    }
    await bring_alerts(here)


async def be_invited_by_the_funder(here: LivedIn) -> None:
    sent = a_client_id()
    invited = {
        "id": sent, "requester": "COCOM", "crisis": "energy", "publics": ["tenants"],
        "wanted": "Informer sur les tarifs sociaux.", "where": "Anderlecht",
        "wanted_from": "2022-02-01", "wanted_until": "2022-04-30",
    }  # fmt: skip
    answer = await here.people[Role.FUNDER.value].post("/intake/funder", data=invited)
    assert answer.status_code == 303, answer.text
    here.ids["sent_id"] = sent


async def bring_alerts(here: LivedIn) -> None:
    made, kept = [
        done(await here.desk.post("/intake/api/alerts", content=an_alert(identifier)))["id"]
        for identifier in ("HEAT-1", "HEAT-2")
    ]
    of_it = "intake POST /api/alerts/{draft_id}/confirm"
    confirmed = {"id": a_client_id(), "asked_by": "municipality", "publics": ["isolated"]}
    confirmed |= {name: here.mark(f"{of_it} {name}") for name in ("requester", "wanted", "where")}
    done(await here.desk.post(f"/intake/api/alerts/{made}/confirm", json=confirmed))
    here.ids["draft_id"] = kept


async def declare(here: LivedIn) -> None:
    """Declare two campaigns: one runs, with a pause behind it; one is closed early."""
    of_it = "intake POST /api/campaigns"
    zones = await zones_with_reasons(here.desk, CHOSEN)
    zones["reason"] = here.mark(f"{of_it} zones.reason")
    if zones["contradictions"]:
        word = here.mark(f"{of_it} zones.contradictions.*")
        zones["contradictions"] = dict.fromkeys(zones["contradictions"], word)
    weights = {"preset": "energy", "custom": dict(PRESETS["energy"].weights),
               "justification": here.mark(f"{of_it} weights.justification")}  # fmt: skip
    asked: dict[str, Any] = {
        "name_fr": here.mark(f"{of_it} name_fr"),
        "name_nl": here.mark(f"{of_it} name_nl"),
        "starts_on": "2022-01-10", "ends_on": "2022-03-31", "publics": ["tenants"],
        "languages_wanted": ["fr"], "languages_required": [],
        "partners": ["sos-dettes"],
        "partner_names": {"sos-dettes": here.mark(f"{of_it} partner_names.*")},
        "actions": [{"kind": "market_stall", "per_zone_per_week": 1, "weekdays": ["fri"],
                     "starts_min": 540, "duration_min": 180, "people_wanted": 2,
                     "partners": ["sos-dettes"]}],
        "weights": weights, "zones": zones,
    }  # fmt: skip
    runs, ended = a_client_id(), a_client_id()
    for campaign, invitation in ((runs, "invitation_id"), (ended, "ended_invitation_id")):
        about = {"id": campaign, "invitation_id": here.ids[invitation]}
        done(await here.desk.post("/intake/api/campaigns", json=asked | about))
    await here.house.settle()
    await here.house.at("2022-01-10T08:00:00+01:00")
    at = "/intake/api/campaigns"
    route = "intake POST /api/campaigns/{campaign_id}"
    done(
        await here.desk.post(
            f"{at}/{runs}/suspend", json={"reason": here.mark(f"{route}/suspend reason")}
        )
    )
    await here.house.at("2022-01-10T08:30:00+01:00")
    done(await here.desk.post(f"{at}/{runs}/resume"))
    done(
        await here.desk.post(
            f"{at}/{ended}/close", json={"reason": here.mark(f"{route}/close reason")}
        )
    )
    await here.house.settle()
    here.ids |= {"campaign_id": runs, "ended_campaign_id": ended}


async def work(here: LivedIn) -> None:
    """Ask, accept, start, record, signal and answer."""
    world, worker, desk = here.world, here.people[OWNER], here.desk
    world.monday = world.monday.fromisoformat("2022-01-10")
    campaign = here.ids["campaign_id"]
    tasks = (await world.plan(campaign))["tasks"]
    for task, name in zip(tasks[:2], world.workers, strict=True):
        asked = await world.propose(task["task_id"], name)
        assert asked.status_code in {200, 201, 409}, asked.text
    await world.confirm(campaign, until_day=13)
    (owner, _) = world.workers
    (proposal, *_) = await world.proposals(owner)
    done(await worker.post(f"/dispatch/api/proposals/{proposal['proposal_id']}/accept"))
    await here.house.at(proposal["starts_at"])
    done(await worker.post(f"/dispatch/api/tasks/{proposal['task_id']}/start"))
    contribution = str(uuid4())
    counted = {
        "happened_on": proposal["starts_at"][:10],
        "people_reached": 12,
        "themes": ["energy"],
    }
    at = f"/dispatch/api/tasks/{proposal['task_id']}/contributions/{contribution}"
    done(await worker.put(at, json=counted))
    signals = [a_client_id(), a_client_id()]
    for signal in signals:
        seen = {"id": signal, "kind": "rumour", "theme": "debt", "zone_id": HOME}
        done(await worker.post("/dispatch/api/signals", json=seen))
    await here.house.settle()
    words = here.mark("intake POST /api/signals/{signal_id}/answer words")
    answer = {"answer": "noted", "words": words}
    done(await desk.post(f"/intake/api/signals/{signals[0]}/answer", json=answer))
    person = here.ids["worker_id"]
    own = {"commitment_id": str(uuid4()), "absence_id": str(uuid4()), "note_id": str(uuid4())}
    busy = {"starts_at": "2022-03-07T09:00:00+01:00", "ends_at": "2022-03-07T10:00:00+01:00"}
    away = {"from_on": "2022-03-14", "until_on": "2022-03-15"}
    of_worker = f"/dispatch/api/workers/{person}"
    done(await worker.put(f"{of_worker}/commitments/{own['commitment_id']}", json=busy))
    done(await worker.put(f"{of_worker}/absences/{own['absence_id']}", json=away))
    note = {"id": a_client_id(), "kind": "note", "note_id": own["note_id"], "campaign_id": campaign,
            "written_at": proposal["starts_at"],
            "text": here.mark("dispatch POST /api/operations text")}  # fmt: skip
    done(await worker.post("/dispatch/api/operations", json=note))
    here.ids |= own | {
        "proposal_id": proposal["proposal_id"],
        "task_id": proposal["task_id"],
        "contribution_id": contribution,
        "signal_id": signals[1],
    }


async def carry_upwards(here: LivedIn) -> None:
    of_it = "reporting PUT /api/advocacy/{kind}/{theme}"
    said = {
        name: f"{here.mark(f'{of_it} {name}')} is what many say" for name in ("text_fr", "text_nl")
    }
    done(await here.desk.put("/reporting/api/advocacy/rumour/debt", json=said))


async def keep_a_kit(here: LivedIn) -> None:
    ids = {name: str(uuid4()) for name in ("leaflet_id", "phrase_id", "actor_id")}
    kit = "/api/campaigns/{campaign_id}/kit"
    of_it, at = f"dispatch PUT {kit}", f"/dispatch/api/campaigns/{here.ids['campaign_id']}/kit"
    leaflet = {
        "title": here.mark(f"{of_it}/leaflets/{{leaflet_id}} title"),
        "language": "ar",
        "link": f"https://{here.mark(f'{of_it}/leaflets/{{leaflet_id}} link').lower()}.example",
    }
    done(await here.desk.put(f"{at}/leaflets/{ids['leaflet_id']}", json=leaflet))
    said: dict[str, Any] = {
        "language": "ar",
        "text": here.mark(f"{of_it}/phrases/{{phrase_id}} said.[].text"),
    }
    phrase: dict[str, Any] = {"fr": here.mark(f"{of_it}/phrases/{{phrase_id}} fr"), "said": [said]}
    done(await here.desk.put(f"{at}/phrases/{ids['phrase_id']}", json=phrase))
    of_it = "dispatch PUT /api/actors/{actor_id}"
    actor: dict[str, Any] = {
        name: here.mark(f"{of_it} {name}") for name in ("name", "street", "city", "hours")
    }
    actor |= {
        "category": "cpas", "zone_ids": [HOME], "phone": "02 555 01 02", "postal_code": "1070",
        "email": here.mail(f"{of_it} email"),
        "website": f"https://{here.mark(f'{of_it} website').lower()}.example",
    }  # fmt: skip
    here.marks[f"{of_it} phone"] = actor["phone"]
    done(await here.desk.put(f"/dispatch/api/actors/{ids['actor_id']}", json=actor))
    here.ids |= ids


def done(answer: httpx.Response) -> Mapping[str, Any]:
    """Return what was answered to something that must have worked."""
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.text}"
    found: Mapping[str, Any] = answer.json() if answer.content else {}
    return found
