"""A small Brussels for tests of dispatch: zones, workers and campaigns, made through the doors."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.events import Event, NeighbourhoodsTargeted, PlannedAction
from shared.words import CampaignId, Role
from tests.house import House

CANAL, MAROLLES = "RAQ01", "RAQ02"
ZONES = [
    {"id": CANAL, "name_fr": "Canal", "name_nl": "Kanaal", "x_km": 0.0, "y_km": 0.0},
    {"id": MAROLLES, "name_fr": "Marolles", "name_nl": "Marollen", "x_km": 1.0, "y_km": 0.0},
]
OFFICE_DAYS = ("mon", "tue", "wed", "thu", "fri")
MONDAY = date(2022, 1, 3)
NINE, NOON = 9 * 60, 12 * 60


def brussels(day: date | str, clock: str) -> str:
    """Write a winter hour in Brussels."""
    return f"{day}T{clock}:00+01:00"


@dataclass
class World:
    """A house with its coordination and workers, by name."""

    house: House
    coordination: httpx.AsyncClient
    workers: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def id_of(self, name: str) -> UUID:
        return self.house.people[name]

    async def hire(self, name: str, home: str = CANAL, **but: Any) -> httpx.AsyncClient:
        """Let a worker in and put them on the roster."""
        client = await self.house.enter(Role.WORKER, name)
        self.workers[name] = client
        usual: dict[str, Any] = {
            "name": name,
            "home_zone": home,
            "host_partner": "maison-medicale",
            "weekly_hours": 38,
            "working": [
                {"weekday": day, "starts_min": 8 * 60, "ends_min": 18 * 60} for day in OFFICE_DAYS
            ],
            "languages": [{"language": "fr", "confirmed_on": "2021-11-02"}],
        }
        saved = await self.coordination.put(
            f"/dispatch/api/workers/{self.id_of(name)}", json=usual | but
        )
        assert saved.status_code == 200, saved.text
        return client

    async def say(self, fact: Event) -> None:
        """Stage a fact as intake or notify would, and wait until it was heard."""
        async with self.house.databases[fact.said_by].transaction() as tx:
            await tx.emit(fact)
        await self.house.settle()

    async def now(self) -> datetime:
        async with self.house.databases["dispatch"].reading() as tx:
            return tx.now

    async def target(self, *actions: PlannedAction, **but: Any) -> str:
        """Target a campaign's neighbourhoods and wait for its plan; return the campaign's id."""
        campaign = CampaignId(uuid4())
        at = await self.now()
        usual: dict[str, Any] = {
            "starts_on": MONDAY + timedelta(days=7),
            "ends_on": MONDAY + timedelta(days=20),
            "zone_ids": (CANAL,),
            "publics": ("everyone",),
            "languages_wanted": (),
            "languages_required": (),
            "share_max_pct": 40,
        }
        values = usual | but
        targeted = NeighbourhoodsTargeted(
            occurred_at=at,
            campaign_id=campaign,
            actions=actions or (an_action(),),
            **values,
        )
        await self.say(targeted)
        return str(campaign)

    async def plan(self, campaign: str) -> dict[str, Any]:
        plan: dict[str, Any] = await got(
            self.coordination, f"/dispatch/api/campaigns/{campaign}/plan"
        )
        return plan

    async def gaps(self, campaign: str) -> list[dict[str, Any]]:
        gaps: list[dict[str, Any]] = await got(
            self.coordination, f"/dispatch/api/campaigns/{campaign}/gaps"
        )
        return gaps

    async def confirm(self, campaign: str, until: str = "2022-12-31") -> int:
        plan = await self.plan(campaign)
        answer = await self.coordination.post(
            f"/dispatch/api/campaigns/{campaign}/plan/confirm",
            json={"version": plan["version"], "until": until},
        )
        assert answer.status_code == 200, answer.text
        await self.house.settle()
        return int(answer.json()["proposed"])

    async def proposals(self, name: str, state: str = "proposed") -> list[dict[str, Any]]:
        """Return a worker's own proposals in a state, soonest first."""
        found = await got(self.workers[name], "/dispatch/api/proposals")
        return [proposal for proposal in found if proposal["state"] == state]

    async def answer(self, name: str, proposal_id: str, what: str, **body: Any) -> httpx.Response:
        answered = await self.workers[name].post(
            f"/dispatch/api/proposals/{proposal_id}/{what}", json=body
        )
        await self.house.settle()
        return answered

    async def record(
        self, name: str, task_id: str, contribution: str, **but: Any
    ) -> httpx.Response:
        usual = {"happened_on": "2022-01-10", "people_reached": 12, "themes": ["energy"]}
        return await self.workers[name].put(
            f"/dispatch/api/tasks/{task_id}/contributions/{contribution}", json=usual | but
        )


def an_action(**but: Any) -> PlannedAction:
    """A market stall on Mondays, for a pair."""
    usual: dict[str, Any] = {
        "kind": "market_stall",
        "zone_ids": (CANAL,),
        "per_zone_per_week": 1,
        "weekdays": ("mon",),
        "starts_min": NINE,
        "duration_min": 180,
        "people_wanted": 2,
    }
    return PlannedAction(**(usual | but))


async def got(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def slugs(answer: httpx.Response) -> list[str]:
    """Return the rules that refused."""
    assert answer.status_code == 409, answer.text
    return [problem["slug"] for problem in answer.json()["problems"]]


async def a_world(house: House, *workers: str) -> World:
    """Enter the coordination, say where zones lie, and hire workers at home in `CANAL`."""
    world = World(house, await house.enter(Role.COORDINATION, "Inès"))
    zones = [{"municipality": "Bruxelles", **zone} for zone in ZONES]
    assert (await world.coordination.put("/dispatch/api/zones", json=zones)).status_code == 200
    for name in workers:
        await world.hire(name)
    return world
