"""The coordination before a campaign: receives, judges, consults, decides, declares."""

from collections.abc import Set as AbstractSet

from deploy.player.agenda import Act
from deploy.player.scenario import Opinion, Zones
from deploy.player.story import N_
from deploy.player.world import World


class Judging:
    """From the invitation to the campaign, as the scenario says."""

    def __init__(self, world: World) -> None:
        self.world = world

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


def contradictions(zones: Zones, retained: AbstractSet[str]) -> dict[str, str]:
    """Give a reason for each neighbourhood about which the choice and the index disagree."""
    named = {zone: why for zone, why in zones.contradictions.items() if zone not in retained}
    return named | dict.fromkeys(sorted(retained - set(zones.chosen)), zones.left_out)
