"""What workers decide and take along themselves: a waiver for a small campaign, their own data."""

import io
import zipfile

from deploy.player.asked import EXTENSION
from deploy.player.scenario import Waiver
from deploy.player.story import N_
from deploy.player.world import World

OWN_PAGE = "/reporting/me/waivers"


async def give_waiver(world: World, waiver: Waiver) -> None:
    """Agree, on one's own page, that the total of the small campaign is published."""
    worker = world.workers[waiver.who]
    campaign_id = world.scenario.id_of(EXTENSION, "campaign")
    asks = f'id="c-{campaign_id}"' in await worker.read(OWN_PAGE)
    world.seen.must(f"{waiver.who} is asked about the campaign of fewer than three", hold=asks)
    if not asks:
        return
    await worker.post(f"{OWN_PAGE}/{campaign_id}/give")
    world.seen.count("waivers_given")
    world.story.tell(
        N_("Une personne de l’équipe accepte que le total de la petite campagne soit publié.")
    )


async def take_own_data(world: World, key: str) -> None:
    """Take along everything that is kept of oneself."""
    for path in ("/dispatch/me/data.zip", "/notify/me/data.zip"):
        with zipfile.ZipFile(io.BytesIO(await world.workers[key].take(path))) as archive:
            broken, names = archive.testzip(), archive.namelist()
        world.seen.must(
            f"{path} is a whole archive with its tables",
            hold=broken is None and any(name.startswith("csv/") for name in names),
        )
        world.seen.count("own_data_taken")
    world.story.tell(N_("Une personne de l’équipe emporte ses données."))
