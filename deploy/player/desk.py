"""The coordination through a crisis: puts all of it on the agenda, and answers the field."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from deploy.player.agenda import A_MOMENT, Act, Rank
from deploy.player.around import pack_kit, report_saturation
from deploy.player.funder import Funder
from deploy.player.judging import Judging
from deploy.player.meetings import Meetings
from deploy.player.outside import plan_outside
from deploy.player.phone import Phone
from deploy.player.scenario import Signal
from deploy.player.story import N_
from deploy.player.surroundings import Report
from deploy.player.world import World

DAY = timedelta(days=1)


class Desk:
    """What the coordination does, with the workers' phones at hand to ask them to look."""

    def __init__(self, world: World, phones: Mapping[str, Phone]) -> None:
        self.world = world
        self.phones = phones
        self.funder = Funder(world)

    def plan_everything(self) -> None:
        """Put the whole crisis on the agenda; the rest follows from what happens."""
        scenario, agenda, words = self.world.scenario, self.world.agenda, Rank.WORDS
        for asked in self.world.asked:
            Judging(self.world, asked, self.funder).plan()
            campaign = asked.case.campaign
            if campaign is not None:
                Meetings(self.world, self.phones, campaign, asked.campaign_id).plan()
        if scenario.kit.phrases or scenario.kit.leaflets:
            pack = partial(pack_kit, self.world)
            agenda.put(scenario.campaign.at + A_MOMENT, Rank.MEETING, "kit", pack)
        for signal in scenario.signals:
            agenda.put(signal.at, words, f"signal {signal.who}", self._signal(signal))
        for report in scenario.reports:
            agenda.put(report.at, words, f"report {report.actor}", self._report(report))
        agenda.put(self.world.last_moment, Rank.RECORD, "~ forgotten", self.ask_for_the_rest)
        agenda.put(self.world.last_moment + DAY, words, "the day after", self.look_back)
        plan_outside(self.world, self.funder)

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
