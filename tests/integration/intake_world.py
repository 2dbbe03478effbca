"""What the tests of intake say to its door: builders that state only what matters."""

from typing import Any
from uuid import UUID

import httpx

from deploy.settings import PROJECT_ROOT
from services.intake.gateways.territory_files.packs import read_pack
from services.intake.rules.territory.payload import pack_as_payload
from shared.events import OpinionGiven
from shared.words import Boundary, ConsultationId, Ground, Law, Stance, WorkerId
from tests.house import House, a_client_id

BRUSSELS_PACK = "deploy/territories/brussels"
SENTENCE = "Oui, l'équipe en a parlé le lundi."
REPLY = "Les permanences existantes restent, c'est écrit dans le plan."


def brussels() -> dict[str, Any]:
    """The default territory, as the command sends it."""
    return pack_as_payload(read_pack(PROJECT_ROOT / BRUSSELS_PACK))


def an_invitation(**changed: Any) -> dict[str, Any]:
    return {
        "asked_by": "funder",
        "requester": "Ministère de la santé et de l'action sociale",
        "crisis": "energy",
        "wanted": "Informer sur les tarifs et les droits sur les marchés.",
        "publics": ["tenants"],
        "wanted_from": "2022-01-10",
        "wanted_until": "2022-06-30",
        "where": "Anderlecht, Schaerbeek, Molenbeek",
        **changed,
    }


def a_judgement(**changed: Any) -> dict[str, Any]:
    """Every boundary and law answered with yes and a sentence."""
    yes = {"holds": True, "sentence": SENTENCE}
    return {
        "boundaries": dict.fromkeys(Boundary, yes),
        "laws": dict.fromkeys(Law, yes),
        "arguments": "Pour : le besoin est là.",
        **changed,
    }


def a_campaign(invitation_id: str, chosen: list[str], **changed: Any) -> dict[str, Any]:
    return {
        "id": a_client_id(),
        "invitation_id": invitation_id,
        "name_fr": "Info énergie sur les marchés",
        "name_nl": "Energie-info op de markten",
        "starts_on": "2022-01-10",
        "ends_on": "2022-06-30",
        "publics": ["tenants"],
        "languages_wanted": ["fr", "ar"],
        "languages_required": [],
        "actions": [
            {
                "kind": "market_stall",
                "per_zone_per_week": 1,
                "weekdays": ["fri"],
                "starts_min": 480,
                "duration_min": 240,
                "people_wanted": 2,
            }
        ],
        "partners": [],
        "weights": {"preset": "energy"},
        "zones": {
            "chosen": chosen,
            "reason": "Là où les coupures se voient le plus, dit l'équipe.",
            "contradictions": {},
        },
        **changed,
    }


async def index_groups(desk: httpx.AsyncClient, k: int, preset: str = "energy") -> dict[str, Any]:
    """Ask what the index says for so many zones."""
    answer = await desk.get(
        "/intake/api/need-index", params={"crisis": "energy", "preset": preset, "k": k}
    )
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


async def zones_with_reasons(desk: httpx.AsyncClient, chosen: list[str]) -> dict[str, Any]:
    """Choose zones, with a reason for each that goes against the index."""
    groups = await index_groups(desk, len(chosen))
    against = [
        *(z["zone_id"] for g in ("not_a_priority", "insufficient") for z in groups[g]),
    ]
    reasons = {
        z: "L'équipe connaît ce quartier mieux que l'indice." for z in against if z in chosen
    }
    reasons |= {
        z["zone_id"]: "Une autre action y est déjà en cours."
        for z in groups["retained"]
        if z["zone_id"] not in chosen
    }
    return {
        "chosen": chosen,
        "reason": "Là où les coupures se voient le plus, dit l'équipe.",
        "contradictions": reasons,
    }


async def invite(desk: httpx.AsyncClient, **changed: Any) -> str:
    """Encode an invitation; return its id."""
    answer = await desk.post("/intake/api/invitations", json=an_invitation(**changed))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def consult(desk: httpx.AsyncClient, invitation_id: str, closes_at: str) -> str:
    """Open a consultation until `closes_at`, accelerated if that is soon; return its id."""
    answer = await desk.post(
        f"/intake/api/invitations/{invitation_id}/consultation",
        json={"closes_at": closes_at, "accelerated_because": "Les factures arrivent demain."},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def say_opinion(
    house: House,
    consultation_id: str,
    worker_id: UUID,
    stance: str,
    *grounds: str,
    version: int = 1,
) -> None:
    """Say, as dispatch would, what a worker thinks; wait until intake heard it."""
    async with house.databases["dispatch"].transaction() as tx:
        await tx.emit(
            OpinionGiven(
                occurred_at=tx.now,
                consultation_id=ConsultationId(UUID(consultation_id)),
                worker_id=WorkerId(worker_id),
                version=version,
                stance=Stance(stance),
                grounds=tuple(Ground(ground) for ground in grounds),
            )
        )
    await house.settle()


async def now_and(house: House, hours: int) -> str:
    """Say the moment that many hours after the played clock's."""
    query = "select instant + make_interval(hours => :hours) as at from access.clock"
    rows = await house.rows("intake", query, hours=hours)
    return str(rows[0]["at"].isoformat())


async def accepted(house: House, desk: httpx.AsyncClient, **changed: Any) -> str:
    """Bring an invitation to its acceptance: judged, consulted, decided; four hours pass."""
    invitation_id = await invite(desk, **changed)
    judged = await desk.put(
        f"/intake/api/invitations/{invitation_id}/judgement", json=a_judgement()
    )
    assert judged.status_code == 200, judged.text
    await consult(desk, invitation_id, await now_and(house, 3))
    await house.at(await now_and(house, 4))
    decided = await desk.post(
        f"/intake/api/invitations/{invitation_id}/decision",
        json={"decision": "accept", "reason": "La charte est respectée et l'équipe est d'accord."},
    )
    assert decided.status_code == 200, decided.text
    return invitation_id


async def declared(
    house: House, desk: httpx.AsyncClient, chosen: list[str], **changed: Any
) -> dict[str, Any]:
    """Bring a campaign to its declaration; return what was asked."""
    zones = await zones_with_reasons(desk, chosen)
    asked = a_campaign(await accepted(house, desk), chosen, zones=zones, **changed)
    answer = await desk.post("/intake/api/campaigns", json=asked)
    assert answer.status_code == 201, answer.text
    await house.settle()
    return asked


def slugs(answer: httpx.Response) -> set[str]:
    """Name what was refused."""
    return {problem["slug"] for problem in answer.json()["problems"]}
