"""The coordination of a campaign: confirms the plan in steps, fills gaps, answers the field."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deploy.player.agenda import Act, Rank
from deploy.player.around import pack_kit, report_saturation
from deploy.player.front_door import RefusalError
from deploy.player.judging import Judging
from deploy.player.phone import Phone
from deploy.player.scenario import Signal
from deploy.player.story import N_
from deploy.player.surroundings import Report
from deploy.player.world import PlannedTask, World
from shared.web import BRUSSELS
from shared.words import ActionKind

WEEK = timedelta(days=7)
SATURDAY = 5


class Desk:
    """What the coordination does, with the workers' phones at hand to ask them to look."""

    def __init__(self, world: World, phones: Mapping[str, Phone]) -> None:
        self.world = world
        self.phones = phones
        self.confirmed_until: str = ""
        self._looks_at: set[datetime] = set()
        self._not_agreed: set[str] = set()
        for phone in phones.values():
            phone.on_change = self.look_after

    def plan_everything(self) -> None:
        """Put the whole crisis on the agenda; the rest follows from what happens."""
        scenario, agenda = self.world.scenario, self.world.agenda
        judging = Judging(self.world)
        campaign = scenario.campaign
        words = Rank.WORDS
        agenda.put(scenario.invitation.at, words, "1 invitation", judging.receive_invitation)
        agenda.put(scenario.invitation.at, words, "2 judgement", judging.judge)
        agenda.put(scenario.consultation.opens_at, words, "3 consultation", judging.consult)
        for opinion in scenario.consultation.opinions:
            agenda.put(opinion.at, words, f"4 {opinion.who}", judging.opinion(opinion))
        agenda.put(scenario.decision.at, words, "5 decision", judging.decide)
        agenda.put(campaign.at, words, "6 campaign", judging.declare)
        if scenario.kit.phrases or scenario.kit.leaflets:
            pack = partial(pack_kit, self.world)
            agenda.put(campaign.at + timedelta(minutes=1), Rank.MEETING, "kit", pack)
        agenda.put(campaign.at + timedelta(minutes=1), Rank.MEETING, "meeting", self.meet)
        for signal in scenario.signals:
            agenda.put(signal.at, words, f"signal {signal.who}", self._signal(signal))
        for report in scenario.reports:
            agenda.put(report.at, words, f"report {report.actor}", self._report(report))
        agenda.put(self.world.last_moment, Rank.RECORD, "~ forgotten", self.ask_for_the_rest)
        agenda.put(self.world.last_moment + WEEK / 7, words, "the day after", self.look_back)

    # --- the plan, in steps ---

    @property
    def _plan(self) -> str:
        return f"/dispatch/api/campaigns/{self.world.campaign_id}"

    async def meet(self) -> None:
        """Hold the weekly meeting: confirm the next stretch of the plan, then look for gaps."""
        world, campaign = self.world, self.world.scenario.campaign
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
        self.world.plan = {
            task["task_id"]: PlannedTask(
                task["task_id"],
                task["zone_id"],
                ActionKind(task["kind"]),
                datetime.fromisoformat(task["starts_at"]),
                task["state"],
            )
            for task in plan["tasks"]
        }
        return plan

    def look_after(self, at: datetime) -> None:
        """Plan a look at the gaps on the first working morning after `at`, once."""
        agenda = self.world.agenda
        local = at.astimezone(BRUSSELS)
        day = local.date() + timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day += timedelta(days=1)
        morning = agenda.on(day, 0)
        if morning in self._looks_at or day > self.world.scenario.campaign.ends_on:
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

    # --- upwards, and the end ---

    def _report(self, report: Report) -> Act:
        return partial(report_saturation, self.world, report)

    def _signal(self, signal: Signal) -> Act:
        world = self.world
        signal_id = str(world.scenario.id_of("signal", signal.who, signal.at.isoformat()))

        async def answer() -> None:
            await world.coordination.post(
                f"/intake/api/signals/{signal_id}/answer",
                {"answer": signal.answer.value, "words": signal.words},
            )
            world.story.tell(
                N_("La coordination répond au signal\u00a0: %(answer)s."), answer=signal.answer
            )

        async def raise_it() -> None:
            await world.workers[signal.who].post(
                "/dispatch/api/signals",
                {
                    "id": signal_id,
                    "campaign_id": str(world.campaign_id),
                    "zone_id": signal.zone_id,
                    "kind": signal.kind.value,
                    "theme": signal.theme.value,
                },
            )
            world.story.tell(
                N_("Signal du terrain, %(zone)s\u00a0: %(kind)s, %(theme)s."),
                zone=world.zone(signal.zone_id),
                kind=signal.kind,
                theme=signal.theme,
            )
            at = world.now + timedelta(hours=signal.answer_after_h)
            world.agenda.put(at, Rank.WORDS, f"answer {signal_id}", answer)

        return raise_it

    async def ask_for_the_rest(self) -> None:
        """On the last evening, workers add the relays that they had not written down yet."""
        street = self.world.street
        sent = sorted(
            (task_id, key)
            for key, phone in self.phones.items()
            for task_id in phone.last_sent
            if street.counts_exactly(self.world.plan[task_id].kind)
        )
        for task_id, key in sent:
            if not street.left:
                return
            await self.phones[key].add_forgotten_relays(task_id)

    async def look_back(self) -> None:
        """The day after the end: the campaign has closed itself."""
        self.world.story.tell(N_("La campagne est finie\u00a0: elle s’est clôturée d’elle-même."))
