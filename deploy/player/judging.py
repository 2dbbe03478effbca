"""The coordination before a campaign: receives, judges, consults, decides, declares."""

from collections.abc import Set as AbstractSet

from deploy.player.agenda import Act, Rank
from deploy.player.asked import Asked
from deploy.player.funder import Funder
from deploy.player.scenario import Campaign, Opinion, Zones
from deploy.player.story import N_
from deploy.player.world import World
from shared.words import Decision


class Judging:
    """From an invitation to the campaign, or to a reasoned no, as the scenario says."""

    def __init__(self, world: World, asked: Asked, funder: Funder) -> None:
        self.world = world
        self.asked = asked
        self.funder = funder

    def plan(self) -> None:
        """Put all of it on the agenda."""
        agenda, case, words = self.world.agenda, self.asked.case, Rank.WORDS
        invited_at, decided_at = case.invitation.at, case.decision.at
        agenda.put(invited_at, words, "1 invitation", self.receive_invitation)
        if case.judgement is not None:
            agenda.put(invited_at, words, "2 judgement", self.judge)
        if case.consultation is not None:
            agenda.put(case.consultation.opens_at, words, "3 consultation", self.consult)
            for opinion in case.consultation.opinions:
                agenda.put(opinion.at, words, f"4 {opinion.who}", self.opinion(opinion))
        agenda.put(decided_at, words, "5 decision", self.decide)
        if self.asked.by_the_funder:
            agenda.put(decided_at, words, "5 decision, read", self.have_the_answer_read)
        if case.campaign is not None:
            agenda.put(case.campaign.at, words, "6 campaign", self.declare(case.campaign))

    @property
    def _invitation(self) -> str:
        return f"/intake/api/invitations/{self.asked.invitation_id}"

    async def receive_invitation(self) -> None:
        if self.asked.by_the_funder:
            await self.funder.invite(self.asked)
            return
        invitation = self.asked.case.invitation
        await self.world.coordination.post(
            "/intake/api/invitations",
            {
                "id": str(self.asked.invitation_id),
                "crisis": self.world.scenario.crisis.value,
                **invitation.model_dump(mode="json", exclude={"at"}),
            },
        )
        self.world.story.tell(N_("Une invitation arrive\u00a0: %(who)s."), who=invitation.requester)

    async def have_the_answer_read(self) -> None:
        await self.funder.read_the_answer(self.asked)

    async def judge(self) -> None:
        judgement = self.asked.case.judgement
        assert judgement is not None  # noqa: S101 - planned only where there is one
        await self.world.coordination.put(
            f"{self._invitation}/judgement", judgement.model_dump(mode="json")
        )
        self.world.story.tell(
            N_("La coordination répond aux six frontières et aux quatre lois de la charte.")
        )

    async def consult(self) -> None:
        asked = self.asked.case.consultation
        assert asked is not None  # noqa: S101 - planned only where there is one
        body = {
            "id": str(self.asked.consultation_id),
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

    def opinion(self, opinion: Opinion) -> Act:
        """Make the act of giving an opinion."""

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
        world, ruling = self.world, self.asked.case.decision
        if self.asked.case.consultation is not None:
            await self._answer_objections()
        await world.coordination.post(
            f"{self._invitation}/decision", ruling.model_dump(mode="json", exclude={"at"})
        )
        if ruling.decision is Decision.REFUSE:
            world.seen.count("invitations_refused")
        world.story.tell(N_("Décision\u00a0: %(decision)s."), decision=ruling.decision)

    async def _answer_objections(self) -> None:
        world, consultation = self.world, self.asked.case.consultation
        opinions = consultation.opinions if consultation else ()
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

    def declare(self, campaign: Campaign) -> Act:
        """Make the act of declaring a campaign."""
        world, zones = self.world, campaign.zones

        async def declare() -> None:
            index = await world.coordination.get(
                "/intake/api/need-index",
                crisis=world.scenario.crisis.value,
                preset=zones.preset,
                k=str(len(zones.chosen)),
            )
            retained = {zone["zone_id"] for zone in index["retained"]}
            apart = {"at", "zones", "actions", "ahead_days"}
            await world.coordination.post(
                "/intake/api/campaigns",
                {
                    **campaign.model_dump(mode="json", exclude=apart),
                    "id": str(self.asked.campaign_id),
                    "invitation_id": str(self.asked.invitation_id),
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
                N_(
                    "Campagne «\u00a0%(name)s\u00a0», du %(from_on)s au %(until_on)s\u00a0:"
                    " %(zones)s."
                ),
                name=campaign.name,
                from_on=campaign.starts_on,
                until_on=campaign.ends_on,
                zones=tuple(world.zone(zone) for zone in zones.chosen),
            )

        return declare


def contradictions(zones: Zones, retained: AbstractSet[str]) -> dict[str, str]:
    """Give a reason for each neighbourhood about which the choice and the index disagree."""
    named = {zone: why for zone, why in zones.contradictions.items() if zone not in retained}
    return named | dict.fromkeys(sorted(retained - set(zones.chosen)), zones.left_out)
