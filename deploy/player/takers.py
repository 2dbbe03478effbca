"""Who takes files along when everything is sealed: the report in every form, a long export."""

import io
import json
import zipfile

from deploy.player.agenda import A_MOMENT, Rank
from deploy.player.asked import Asked
from deploy.player.front_door import Form
from deploy.player.funder import Funder
from deploy.player.pages import Report
from deploy.player.readers import Readers
from deploy.player.story import N_
from deploy.player.world import World

BEGINS = {"pdf": b"%PDF-", "xlsx": b"PK"}
EXPORTS = "/reporting/exports"


class Takers:
    """The funder takes reports, the coordination an export of all campaigns."""

    def __init__(self, world: World, funder: Funder, readers: Readers) -> None:
        self.world = world
        self.funder = funder
        self.readers = readers

    async def take_report(self) -> None:
        """Take the report of every published campaign as PDF, XLSX, CSV and JSON; compare them."""
        world, taken = self.world, 0
        for asked in world.asked:
            if asked.case.campaign is None:
                continue
            report = await self.readers.read_of(asked)
            world.seen.must(f"{asked.case.campaign.name_fr} is published", hold=report.seal > 0)
            if report.seal:
                taken += await self._take(asked)
                await self.readers.compare_letters(asked)
        world.story.tell(
            N_("Le pouvoir subsidiant emporte le rapport scellé\u00a0: %(number)s fichiers."),
            number=taken,
        )

    async def _take(self, asked: Asked) -> int:
        visitor, seen = await self.funder.visitor(), self.world.seen
        base = f"/reporting/funder/campaigns/{asked.campaign_id}"
        for form, begins in BEGINS.items():
            content = await visitor.take(f"{base}/campaign.{form}")
            seen.must(f"the report is a file of its form: {form}", hold=content.startswith(begins))
            seen.count(f"reports_as_{form}")
        seen.count("reports_as_csv")  # each view was taken and compared by the readers
        seen.count("reports_as_json")
        return len(BEGINS) + 2

    async def ask_for_export(self) -> None:
        """Ask for all campaigns at once, which is made aside; the file is taken when it is told."""
        world = self.world
        export_id = str(world.scenario.id_of("export"))
        await world.coordination.post(EXPORTS, Form({"export_id": export_id}))
        world.seen.count("exports_asked")
        made_at = world.agenda.moment_from(world.now + A_MOMENT)
        world.agenda.put(made_at, Rank.WORDS, "9 export", self.follow_export)
        world.agenda.put(made_at + A_MOMENT, Rank.WORDS, "9 export", self.take_export)
        world.story.tell(N_("La coordination demande un export de toutes les campagnes."))

    @property
    def _export(self) -> str:
        return f"{EXPORTS}/{self.world.scenario.id_of('export')}"

    async def follow_export(self) -> None:
        """Look how far it is: by the next moment its own page gives the file."""
        page = await self.world.coordination.read(f"{self._export}/part")
        made = f"{self._export}/relais-export.zip" in page
        self.world.seen.must("the export's own page gives the file", hold=made)

    async def take_export(self) -> None:
        """Hear that the export is ready, and take its file."""
        world, desk = self.world, self.world.coordination
        told = [one["path"] for one in await desk.get("/notify/api/inbox")]
        ready = self._export in told
        world.seen.must("the coordination is told that its export is ready", hold=ready)
        content = await desk.take(f"{self._export}/relais-export.zip")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            reports = [
                Report.read(json.loads(archive.read(name)))
                for name in archive.namelist()
                if name.endswith(".json")
            ]
        for report in reports:
            world.seen.told.update(report.told())
        world.seen.must("the export holds every published report", hold=bool(reports))
        world.seen.count("exports_taken")
        world.story.tell(N_("L’export est annoncé, puis emporté."))
