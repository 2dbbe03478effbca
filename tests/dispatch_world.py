"""A neighbourhood of its own for each test of dispatch, with workers and campaigns."""

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.events import Event, NeighbourhoodsTargeted, PlannedAction
from shared.web import BRUSSELS
from shared.words import CampaignId, Role
from tests.house import House

OFFICE_DAYS = ("mon", "tue", "wed", "thu", "fri")
FAR_KM = 100.0  # nobody travels from one test's neighbourhood to another's

_numbers = itertools.count(1)


@dataclass
class World:
    """A coordination, workers by name, and a zone far from everybody else's."""

    house: House
    coordination: httpx.AsyncClient
    zone: str
    monday: date
    workers: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)

    def at(self, day: int, clock: str) -> str:
        """Write an hour in Brussels, `day` days after the Monday on which campaigns begin."""
        wall = datetime.combine(
            self.monday + timedelta(days=day), time.fromisoformat(clock), BRUSSELS
        )
        return wall.isoformat()

    async def go(self, day: int, clock: str) -> None:
        """Move the clock, run every sweep and wait until the system is at rest."""
        await self.house.at(self.at(day, clock))

    async def hire(self, name: str, **but: Any) -> httpx.AsyncClient:
        """Let a worker in and put them on the roster, at home in this test's zone."""
        person = uuid4()
        client = await self.house.enter(Role.WORKER, name, person)
        self.workers[name], self.ids[name] = client, person
        usual: dict[str, Any] = {
            "name": name,
            "home_zone": self.zone,
            "host_partner": "maison-medicale",
            "weekly_hours": 38,
            "working": [
                {"weekday": day, "starts_min": 8 * 60, "ends_min": 18 * 60} for day in OFFICE_DAYS
            ],
            "languages": [{"language": "fr", "confirmed_on": "2021-11-02"}],
        }
        saved = await self.coordination.put(f"/dispatch/api/workers/{person}", json=usual | but)
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

    def an_action(self, **but: Any) -> PlannedAction:
        """A market stall on Mondays at nine, three hours, for a pair."""
        usual: dict[str, Any] = {
            "kind": "market_stall",
            "zone_ids": (self.zone,),
            "per_zone_per_week": 1,
            "weekdays": ("mon",),
            "starts_min": 9 * 60,
            "duration_min": 180,
            "people_wanted": 2,
        }
        return PlannedAction(**(usual | but))

    async def target(self, *actions: PlannedAction, **but: Any) -> str:
        """Target a campaign's neighbourhoods and wait for its plan; return the campaign's id."""
        campaign = CampaignId(uuid4())
        usual: dict[str, Any] = {
            "starts_on": self.monday,
            "ends_on": self.monday + timedelta(days=13),
            "zone_ids": (self.zone,),
            "publics": ("everyone",),
            "languages_wanted": (),
            "languages_required": (),
            "share_max_pct": 40,
        }
        await self.say(
            NeighbourhoodsTargeted(
                occurred_at=await self.now(),
                campaign_id=campaign,
                actions=actions or (self.an_action(),),
                **(usual | but),
            )
        )
        return str(campaign)

    async def plan(self, campaign: str) -> dict[str, Any]:
        plan: dict[str, Any] = await got(
            self.coordination, f"/dispatch/api/campaigns/{campaign}/plan"
        )
        return plan

    async def team(self, campaign: str, task: int = 0) -> dict[str, str]:
        """Return who is in a task's team, and how far the question to them is."""
        members = (await self.plan(campaign))["tasks"][task]["team"]
        return {member["name"]: member["state"] for member in members}

    async def gaps(self, campaign: str) -> list[dict[str, Any]]:
        gaps: list[dict[str, Any]] = await got(
            self.coordination, f"/dispatch/api/campaigns/{campaign}/gaps"
        )
        return gaps

    async def confirm(self, campaign: str, until_day: int = 13) -> int:
        """Confirm a plan until a day; return how many questions went out."""
        plan = await self.plan(campaign)
        answer = await self.coordination.post(
            f"/dispatch/api/campaigns/{campaign}/plan/confirm",
            json={
                "version": plan["version"],
                "until": str(self.monday + timedelta(days=until_day)),
            },
        )
        assert answer.status_code == 200, answer.text
        await self.house.settle()
        return int(answer.json()["proposed"])

    async def propose(self, task_id: str, name: str, **but: Any) -> httpx.Response:
        asked = await self.coordination.post(
            f"/dispatch/api/tasks/{task_id}/propose",
            json={"worker_id": str(self.ids[name]), **but},
        )
        await self.house.settle()
        return asked

    async def proposals(self, name: str, state: str = "proposed") -> list[dict[str, Any]]:
        """Return a worker's own proposals in a state, soonest first."""
        found = await got(self.workers[name], "/dispatch/api/proposals")
        return [proposal for proposal in found if proposal["state"] == state]

    async def answer(self, name: str, proposal: dict[str, Any], what: str, **body: Any) -> Any:
        """Answer a proposal for oneself and wait until everybody heard it."""
        answered = await self.workers[name].post(
            f"/dispatch/api/proposals/{proposal['proposal_id']}/{what}", json=body
        )
        await self.house.settle()
        return answered

    async def accepted_task(self, name: str, campaign: str) -> str:
        """Confirm a plan if need be, accept a worker's first proposal, and return its task."""
        if not await self.proposals(name):
            await self.confirm(campaign)
        (first, *_) = await self.proposals(name)
        assert (await self.answer(name, first, "accept")).status_code == 200
        return str(first["task_id"])

    async def record(self, name: str, task_id: str, contribution: str, **but: Any) -> Any:
        usual = {"happened_on": str(self.monday), "people_reached": 12, "themes": ["energy"]}
        return await self.workers[name].put(
            f"/dispatch/api/tasks/{task_id}/contributions/{contribution}", json=usual | but
        )

    async def facts_of(self, campaign: str, verb: str) -> list[dict[str, Any]]:
        """Return the facts about a campaign's tasks that were said with this verb."""
        noun = "outcome" if verb in {"recorded", "corrected"} else "task"
        said = await self.house.facts(f"dispatch.v1.{noun}.{verb}")
        return [fact for fact in said if fact["campaign_id"] == campaign]


async def got(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def slugs(answer: httpx.Response) -> list[str]:
    """Return the rules that refused."""
    assert answer.status_code == 409, answer.text
    return [problem["slug"] for problem in answer.json()["problems"]]


async def a_world(house: House, *workers: str) -> World:
    """Open a new zone, enter the coordination, and hire workers at home there.

    Campaigns begin on the second Monday to come, whatever the clock shows by now.
    """
    number = next(_numbers)
    coordination = await house.enter(Role.COORDINATION, "Inès")
    async with house.databases["dispatch"].reading() as tx:
        today = tx.now.astimezone(BRUSSELS).date()
    monday = today + timedelta(days=14 - today.weekday())
    world = World(house, coordination, f"T{number:03d}", monday)
    place = {
        "id": world.zone,
        "name_fr": f"Quartier {number}",
        "name_nl": f"Wijk {number}",
        "municipality": "Bruxelles",
        "x_km": FAR_KM * number,
        "y_km": 0.0,
    }
    assert (await coordination.put("/dispatch/api/zones", json=[place])).status_code == 200
    for name in workers:
        await world.hire(name)
    return world
