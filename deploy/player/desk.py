"""The coordination: judges, declares, confirms the plan in steps, fills gaps, answers the field."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deploy.player.agenda import Act, Rank
from deploy.player.around import pack_kit, report_saturation
from deploy.player.front_door import RefusalError
from deploy.player.phone import Phone
from deploy.player.scenario import Opinion, Signal, Zones
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
        campaign = scenario.campaign
        words = Rank.WORDS
        agenda.put(scenario.invitation.at, words, "1 invitation", self.receive_invitation)
        agenda.put(scenario.invitation.at, words, "2 judgement", self.judge)
        agenda.put(scenario.consultation.opens_at, words, "3 consultation", self.consult)
        for opinion in scenario.consultation.opinions:
            agenda.put(opinion.at, words, f"4 {opinion.who}", self._opinion(opinion))
        agenda.put(scenario.decision.at, words, "5 decision", self.decide)
        agenda.put(campaign.at, words, "6 campaign", self.declare)
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

    # --- from the invitation to the campaign ---

    @property
    def _invitation(self) -> str:
        return f"/intake/api/invitations/{self.world.scenario.id_of('invitation')}"

    async def receive_invitation(self) -> None:
        scenario = self.world.scenario
        asked = scenario.invitation
        await self.world.coordination.post(
            "/intake/api/invitations",
            {
                "id": str(scenario.id_of("invitation")),
                "crisis": scenario.crisis.value,
                **asked.model_dump(mode="json", exclude={"at"}),
            },
        )
        self.world.story.tell(N_("Une invitation arrive\u00a0: %(who)s."), who=asked.requester)

    async def judge(self) -> None:
        judgement = self.world.scenario.judgement
        await self.world.coordination.put(
            f"{self._invitation}/judgement", judgement.model_dump(mode="json")
        )
        self.world.story.tell(
            N_("La coordination répond aux six frontières et aux quatre lois de la charte.")
        )

    async def consult(self) -> None:
        scenario = self.world.scenario
        asked = scenario.consultation
        body = {
            "id": str(scenario.id_of("consultation")),
            "closes_at": asked.closes_at.isoformat(),
        }
        if asked.accelerated_because is not None:
            body["accelerated_because"] = asked.accelerated_because
        await self.world.coordination.post(f"{self._invitation}/consultation", body)
        self.world.story.tell(
            N_("Concertation accélérée\u00a0: l’équipe donne son avis jusqu’au %(until)s.")
            if asked.accelerated_because
            else N_("L’équipe donne son avis jusqu’au %(until)s."),
            until=asked.closes_at,
        )

    def _opinion(self, opinion: Opinion) -> Act:
        async def give() -> None:
            worker = self.world.workers[opinion.who]
            [asked] = await worker.get("/dispatch/api/consultations")
            await worker.post(
                f"/dispatch/api/consultations/{asked['consultation_id']}/opinion",
                {"stance": opinion.stance.value, "grounds": [g.value for g in opinion.grounds]},
            )

        return give

    async def decide(self) -> None:
        """Answer every objection and condition, then decide."""
        world, ruling = self.world, self.world.scenario.decision
        opinions = world.scenario.consultation.opinions
        replies = {(o.stance.value, *(g.value for g in o.grounds)): o.reply for o in opinions}
        asked = await world.coordination.get(f"{self._invitation}/consultation")
        for opinion in asked["opinions"] or []:
            reply = replies.get((opinion["stance"], *opinion["grounds"]))
            if reply is not None:
                await world.coordination.post(
                    f"/intake/api/opinions/{opinion['opinion_id']}/reply", {"reply": reply}
                )
        answered = sum(opinion.reply is not None for opinion in opinions)
        world.story.tell(
            N_("%(opinions)s avis\u00a0; chaque objection a sa réponse (%(replies)s)."),
            opinions=len(opinions),
            replies=answered,
        )
        await world.coordination.post(
            f"{self._invitation}/decision", ruling.model_dump(mode="json", exclude={"at"})
        )
        world.story.tell(N_("Décision\u00a0: %(decision)s."), decision=ruling.decision)

    async def declare(self) -> None:
        world, scenario = self.world, self.world.scenario
        campaign = scenario.campaign
        zones = campaign.zones
        index = await world.coordination.get(
            "/intake/api/need-index",
            crisis=scenario.crisis.value,
            preset=zones.preset,
            k=str(len(zones.chosen)),
        )
        retained = {zone["zone_id"] for zone in index["retained"]}
        plain = campaign.model_dump(mode="json", exclude={"at", "zones", "actions", "ahead_days"})
        await world.coordination.post(
            "/intake/api/campaigns",
            {
                **plain,
                "id": str(world.campaign_id),
                "invitation_id": str(scenario.id_of("invitation")),
                "actions": [a.planned.model_dump(mode="json") for a in campaign.actions],
                "weights": {"preset": zones.preset},
                "zones": {
                    "chosen": list(zones.chosen),
                    "reason": zones.reason,
                    "contradictions": contradictions(zones, retained),
                },
            },
        )
        world.story.tell(
            N_("Campagne «\u00a0%(name)s\u00a0», du %(from_on)s au %(until_on)s\u00a0: %(zones)s."),
            name=world.campaign_name,
            from_on=campaign.starts_on,
            until_on=campaign.ends_on,
            zones=tuple(world.zone(zone) for zone in zones.chosen),
        )

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
        plan = await self.world.coordination.get(f"{self._plan}/plan")
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


def contradictions(zones: Zones, retained: AbstractSet[str]) -> dict[str, str]:
    """Give a reason for each neighbourhood about which the choice and the index disagree."""
    named = {zone: why for zone, why in zones.contradictions.items() if zone not in retained}
    return named | dict.fromkeys(sorted(retained - set(zones.chosen)), zones.left_out)
