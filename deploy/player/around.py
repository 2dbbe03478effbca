"""What is around the team: a directory of local actors, and what it takes along for a campaign."""

from datetime import date, timedelta
from typing import Any

from deploy.player.front_door import Form
from deploy.player.paper import a_sheet
from deploy.player.story import N_
from deploy.player.surroundings import LocalActor, Report
from deploy.player.world import World
from shared.web import BRUSSELS
from shared.words import Saturation


async def fill_directory(world: World) -> None:
    """Give the team the directory that it has gathered before the crisis."""
    actors = world.scenario.directory
    today = world.now.astimezone(BRUSSELS).date()
    for actor in actors:
        path = f"/dispatch/api/actors/{world.scenario.id_of('actor', actor.key)}"
        await world.coordination.put(path, record_of(actor, today))
    if actors:
        world.story.tell(N_("Le répertoire vivant a %(number)s services."), number=len(actors))


def record_of(actor: LocalActor, today: date) -> dict[str, Any]:
    """Write a local actor as dispatch's directory wants it."""
    record = actor.model_dump(mode="json", exclude={"key", "reported_days_ago"})
    if actor.saturation is Saturation.UNKNOWN:
        return record
    return record | {"reported_on": str(today - timedelta(days=actor.reported_days_ago))}


async def pack_kit(world: World) -> None:
    """Give the campaign its leaflets, as files, and its phrases."""
    campaign, kit = world.campaign_id, world.scenario.kit
    for number, sheet in enumerate(kit.leaflets):
        own_id = world.scenario.id_of("leaflet", number)
        await world.coordination.post(
            f"/dispatch/desk/campaigns/{campaign}/kit/leaflets/{own_id}",
            Form(
                {"title": sheet.title, "language": sheet.language.value},
                {"file": ("depliant.pdf", a_sheet(sheet.title, sheet.lines), "application/pdf")},
            ),
        )
    for number, sentence in enumerate(kit.phrases):
        own_id = world.scenario.id_of("phrase", number)
        said = [{"language": one.value, "text": text} for one, text in sentence.said.items()]
        await world.coordination.put(
            f"/dispatch/api/campaigns/{campaign}/kit/phrases/{own_id}",
            {"fr": sentence.fr, "said": said},
        )
    world.story.tell(
        N_("Le kit de la campagne est prêt\u00a0: %(leaflets)s dépliants, %(phrases)s phrases."),
        leaflets=len(kit.leaflets),
        phrases=len(kit.phrases),
    )


async def report_saturation(world: World, report: Report) -> None:
    """Let somebody of the team say how full a local actor is."""
    own_id = world.scenario.id_of("actor", report.actor)
    await world.workers[report.who].put(
        f"/dispatch/api/actors/{own_id}/saturation", {"saturation": report.saturation.value}
    )
    world.story.tell(
        N_("Répertoire\u00a0: %(actor)s, %(saturation)s."),
        actor=world.scenario.actor(report.actor).name,
        saturation=report.saturation,
    )
