"""The coordination's weekly meetings about a campaign: the plan in steps, and its gaps."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from deploy.player.agenda import A_MOMENT, Rank
from deploy.player.front_door import RefusalError
from deploy.player.phone import Phone
from deploy.player.scenario import Campaign
from deploy.player.story import N_
from deploy.player.world import PlannedTask, World
from shared.web import BRUSSELS
from shared.words import ActionKind

SATURDAY = 5


class Meetings:
    """One campaign's, with the workers' phones at hand to ask them to look."""

    def __init__(
        self, world: World, phones: Mapping[str, Phone], campaign: Campaign, campaign_id: UUID
    ) -> None:
        self.world = world
        self.phones = phones
        self.campaign = campaign
        self.confirmed_until: str = ""
        self._plan = f"/dispatch/api/campaigns/{campaign_id}"
        self._looks_at: set[datetime] = set()
        self._not_agreed: set[str] = set()
        self._own: set[str] = set()
        for phone in phones.values():
            phone.listeners.append(self.look_after)

    def plan(self) -> None:
        """Hold the first meeting as soon as the campaign is declared."""
        at = self.campaign.at + A_MOMENT
        self.world.agenda.put(at, Rank.MEETING, "meeting", self.meet)

    async def meet(self) -> None:
        """Hold the weekly meeting: confirm the next stretch of the plan, then look for gaps."""
        world, campaign = self.world, self.campaign
        plan = await self._read_plan()
        today = world.now.astimezone(BRUSSELS).date()
        until = min(today + timedelta(days=campaign.ahead_days), campaign.ends_on)
        self.confirmed_until = until.isoformat()
        answer = await world.coordination.post(
            f"{self._plan}/plan/confirm",
            {"version": plan["version"], "until": self.confirmed_until},
        )
        if answer["proposed"]:
            world.story.tell(
                N_("Plan confirmé jusqu’au %(until)s\u00a0: %(number)s propositions partent."),
                until=until,
                number=answer["proposed"],
            )
            for key in sorted(self.phones):
                await self.phones[key].look()
        await self.fill_gaps()
        monday = world.agenda.on(today + timedelta(days=7 - today.weekday()), 0)
        if monday.date() <= campaign.ends_on:
            world.agenda.put(monday, Rank.MEETING, "meeting", self.meet)

    async def _read_plan(self) -> Any:
        plan = await self.world.coordination.get_once_there(f"{self._plan}/plan")
        own = {
            task["task_id"]: PlannedTask(
                task["task_id"],
                task["zone_id"],
                ActionKind(task["kind"]),
                datetime.fromisoformat(task["starts_at"]),
                task["state"],
            )
            for task in plan["tasks"]
        }
        others = {key: task for key, task in self.world.plan.items() if key not in self._own}
        self.world.plan = others | own
        self._own = set(own)
        return plan

    def look_after(self, at: datetime) -> None:
        """Plan a look at the gaps on the first working morning after `at`, once."""
        agenda = self.world.agenda
        local = at.astimezone(BRUSSELS)
        day = local.date() + timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day += timedelta(days=1)
        morning = agenda.on(day, 0)
        if not self.confirmed_until or morning in self._looks_at or day > self.campaign.ends_on:
            return
        self._looks_at.add(morning)
        agenda.put(morning, Rank.MEETING, "~ gaps", self.fill_gaps)

    async def fill_gaps(self) -> None:
        """Agree to other times, then ask the next person for each missing place."""
        world = self.world
        gaps = await world.coordination.get(f"{self._plan}/gaps")
        asked: set[str] = set()
        agreed = 0
        for gap in sorted(gaps, key=lambda g: (g["starts_at"], g["zone_id"], g["task_id"])):
            if gap["starts_at"][:10] > self.confirmed_until:
                continue
            movers = [c for c in gap["counters"] if await self._agree(c)]
            if movers:
                agreed += 1
                asked |= {counter["worker_id"] for counter in movers}
                continue
            for suggestion in gap["suggestions"][: gap["missing"]]:
                if await self._propose(gap["task_id"], suggestion["worker_id"]):
                    asked.add(suggestion["worker_id"])
                    world.count("asked_again")
        if agreed:
            world.story.tell(
                N_("Autres heures acceptées par la coordination\u00a0: %(number)s."), number=agreed
            )
        for worker_id in sorted(asked):
            await self.phones[world.key_of(worker_id)].look()

    async def _agree(self, counter: dict[str, Any]) -> bool:
        """Agree to another time; a no is not asked for twice."""
        proposal_id = counter["proposal_id"]
        if proposal_id in self._not_agreed:
            return False
        agreed = await self._try(f"/dispatch/api/proposals/{proposal_id}/agree", None)
        if not agreed:
            self._not_agreed.add(proposal_id)
        return agreed

    async def _propose(self, task_id: str, worker_id: str) -> bool:
        path = f"/dispatch/api/tasks/{task_id}/propose"
        return await self._try(path, {"worker_id": worker_id})

    async def _try(self, path: str, body: object) -> bool:
        try:
            await self.world.coordination.post(path, body)
        except RefusalError:
            return False
        return True
