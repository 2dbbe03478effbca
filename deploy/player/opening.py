"""Before the play, by the front door: the territory, accounts, the roster, addresses."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from deploy.mailbox import Mailbox
from deploy.player.agenda import Agenda
from deploy.player.chance import Chance
from deploy.player.front_door import SERVICES, FrontDoor, Visitor
from deploy.player.phone import Phone
from deploy.player.scenario import Hours, Person, Scenario
from deploy.player.story import N_, Story
from deploy.player.street import Street
from deploy.player.world import World
from shared.db import ZoneName
from shared.words import partner_id_of

MAIL_DOMAIN = "relais.example"  # Source: RFC 2606: nobody's, for ever


async def open_world(
    scenario: Scenario, seed: int, door: FrontDoor, tokens: Mapping[str, str], mailbox: Mailbox
) -> World:
    """Enter as the coordination and as the service, and set the scene.

    Args:
        scenario: what will be played.
        seed: of everything that chance decides.
        door: of the system.
        tokens: of two one-time links, under `coordination` and `service`.
        mailbox: where every letter arrives.
    """
    chance = Chance(seed)
    pace = scenario.pace
    agenda = Agenda(pace.moments, pace.starts_at, pace.weekdays)
    return World(
        scenario=scenario,
        chance=chance,
        door=door,
        operator=await door.enter(tokens["service"]),
        coordination=await door.enter(tokens["coordination"]),
        agenda=agenda,
        story=Story(lambda: agenda.now),
        street=Street(scenario, chance),
        mailbox=mailbox,
    )


async def load_territory(world: World, pack: dict[str, Any], places: list[dict[str, Any]]) -> None:
    """Load the territory pack, and tell every service how its zones are called."""
    await world.coordination.put("/intake/api/territory", pack)
    for service in SERVICES:
        await world.operator.put(f"/{service}/api/zones", places)
    world.zones = {place["id"]: ZoneName(**place) for place in places}


async def invite_team(world: World) -> dict[str, Phone]:
    """Give everybody of the roster an account, a place in the roster and an address."""
    scenario = world.scenario
    await _contact_point(world.coordination, "coordination", "fr", "coordination")
    phones = {}
    for person in scenario.roster:
        person_id = scenario.id_of("worker", person.key)
        _, token = await world.coordination.link_for("worker", person.name, person.reads, person_id)
        visitor = await world.door.enter(token)
        world.workers[person.key] = visitor
        world.keys[person_id] = person.key
        await world.coordination.put(f"/dispatch/api/workers/{person_id}", roster_entry(person))
        await _contact_point(visitor, person.key, person.reads, "worker")
        for number, commitment in enumerate(person.commitments):
            own_id = scenario.id_of("commitment", person.key, number)
            await visitor.put(
                f"/dispatch/api/workers/{person_id}/commitments/{own_id}",
                commitment.model_dump(mode="json"),
            )
        for number, absence in enumerate(person.absences):
            own_id = scenario.id_of("absence", person.key, number)
            await visitor.put(
                f"/dispatch/api/workers/{person_id}/absences/{own_id}",
                absence.model_dump(mode="json"),
            )
        phones[person.key] = Phone(world, person, visitor)
    if scenario.meeting is not None:
        await world.coordination.put("/dispatch/api/team/meeting", _hours(scenario.meeting))
    world.story.tell(N_("L’équipe est là\u00a0: %(number)s relais."), number=len(phones))
    return phones


async def invite_outsiders(world: World) -> None:
    """Give access to whoever follows for the funder, and a link to one of the host partners."""
    scenario, desk = world.scenario, world.coordination
    funder, person_id = scenario.funder, scenario.id_of("funder")
    await desk.link_for("funder", funder.name, "fr", person_id, email=funder.email)
    name = scenario.roster[0].host_partner
    _, token = await desk.link_for(
        "host_partner", name, "fr", scenario.id_of(name), partner_id=partner_id_of(name, {})
    )
    world.host_partner = await world.door.enter(token)


def roster_entry(person: Person) -> dict[str, Any]:
    """Write a person as dispatch's roster wants it."""
    confirmed: date = person.confirmed_on
    return {
        "name": person.name,
        "home_zone": person.home_zone,
        "host_partner": partner_id_of(person.host_partner, {}),
        "host_partner_name": re.sub(r"^MM ", "Maison médicale ", person.host_partner),
        "weekly_hours": person.weekly_hours,
        "host_share_pct": 20,
        "working": [_hours(each) for each in person.working],
        "host_periods": [_hours(each) for each in person.host_periods],
        "languages": [
            {"language": each.value, "confirmed_on": confirmed.isoformat()}
            for each in person.languages
        ],
        "skills": [
            {"skill": each.value, "confirmed_on": confirmed.isoformat()} for each in person.skills
        ],
        "kinds_refused": [each.value for each in person.kinds_refused],
        **({} if person.travel_max_min is None else {"travel_max_min": person.travel_max_min}),
    }


def _hours(hours: Hours) -> dict[str, Any]:
    return hours.model_dump(mode="json")


async def _contact_point(visitor: Visitor, key: str, language: str, role: str) -> None:
    await visitor.put(
        f"/notify/api/contact-points/{visitor.person_id}",
        {
            "email": f"{key}@{MAIL_DOMAIN}",
            "language": language,
            "channels": ["inbox", "email"],
            "role": role,
        },
    )
