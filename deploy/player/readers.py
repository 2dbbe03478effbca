"""Everybody outside who reads of a campaign: the funder, the public, a host partner."""

import re

from deploy.player.asked import Asked
from deploy.player.front_door import Visitor
from deploy.player.funder import Funder
from deploy.player.letter_box import reports_to
from deploy.player.pages import (
    Report,
    differs_in_table,
    differs_on_funders_page,
    differs_on_public_page,
    plain,
)
from deploy.player.story import N_
from deploy.player.world import World

SEAL_IN_LETTER = r"/reporting/funder/campaigns/{campaign}\?seal=(\d+)"


class Readers:
    """Reads what is published now, and compares what everybody is told."""

    def __init__(self, world: World, funder: Funder) -> None:
        self.world = world
        self.funder = funder

    async def look(self) -> None:
        """Read of every campaign that began, on every page that tells of it."""
        told = 0
        for asked in self.world.asked:
            campaign = asked.case.campaign
            if campaign is not None and campaign.at <= self.world.now:
                told += (await self.read_of(asked)).seal > 0
        self.world.story.tell(
            N_(
                "Le pouvoir subsidiant, le public et un partenaire hébergeur lisent les mêmes"
                " chiffres scellés. Campagnes publiées\u00a0: %(number)s."
            ),
            number=told,
        )

    async def read_of(self, asked: Asked) -> Report:
        """Read of one campaign; whatever disagrees is noted."""
        world, campaign = self.world, asked.case.campaign
        assert campaign is not None  # noqa: S101 - who calls has looked
        visitor = await self.funder.visitor()
        report = await self.report(asked)
        base = f"/reporting/funder/campaigns/{asked.campaign_id}"
        public = await Visitor(world.door, "").read("/reporting/public")
        differences = [
            *differs_on_public_page(report, public, campaign.name_fr),
            *differs_on_public_page(report, await self._by_partner(), campaign.name_fr),
        ]
        if report.seal:
            differences += differs_on_funders_page(report, await visitor.read(base))
            for view in report.views:
                table = await visitor.take(f"{base}/campaign/{view}.csv")
                differences += differs_in_table(report, view, table)
        world.seen.differences += differences
        world.seen.told.update(report.told())
        world.seen.count("pages_compared", 3 if report.seal else 2)
        if not report.seal:
            world.seen.count("looks_at_nothing_published")
        return report

    async def report(self, asked: Asked, **seal: str) -> Report:
        """Ask for the report as a program does."""
        path = f"/reporting/api/published/{asked.campaign_id}/campaign"
        return Report.read(await (await self.funder.visitor()).get(path, **seal))

    async def _by_partner(self) -> str:
        """Read as a host partner: its own page, which names nobody, then the public's."""
        world, partner = self.world, self.world.host_partner
        assert partner is not None  # noqa: S101 - invited when the play begins
        own = plain(await partner.read("/dispatch/partner"))
        named = [person.key for person in world.scenario.roster if person.name in own]
        world.seen.must("a host partner's page names nobody", hold=not named)
        return await partner.read("/reporting/public")

    async def compare_letters(self, asked: Asked) -> None:
        """Compare the last letter about a campaign with the report of the seal that it tells."""
        pattern = SEAL_IN_LETTER.format(campaign=asked.campaign_id)
        for wish in self.world.scenario.letters:
            address = wish.email or self.world.scenario.funder.email
            for letter in reports_to(self.world, address):
                found = re.search(pattern, letter.body)
                if found and wish.language == "fr":
                    report = await self.report(asked, seal=found[1])
                    self.world.seen.must(
                        f"a letter about seal {found[1]} says: {report.sentence}",
                        hold=report.sentence in plain(letter.body),
                    )
                    self.world.seen.count("letters_compared")
                    break
