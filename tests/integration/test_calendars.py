"""Calendars through the door: busy times come in, own tasks go out, and nobody reads another's."""

import re
from datetime import datetime

import httpx
from icalendar import Calendar

from tests.dispatch_world import World, a_world
from tests.house import House


def a_calendar(world: World, *hours: tuple[str, str], day: int = 0) -> str:
    """A calendar file with events on a day of the campaign's first week, titled by a canary."""
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nDTSTAMP:20220101T000000Z\r\nSUMMARY:Canary\r\n"
        f"DTSTART;TZID=Europe/Brussels:{world.at(day, begins):.10}T{begins.replace(':', '')}00\r\n"
        f"DTEND;TZID=Europe/Brussels:{world.at(day, begins):.10}T{ends.replace(':', '')}00\r\n"
        "END:VEVENT\r\n"
        for number, (begins, ends) in enumerate(hours)
    )
    events = re.sub(r"(\d{4})-(\d\d)-(\d\d)T", r"\1\2\3T", events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n"


async def hours_of(house: House, world: World, name: str) -> list[str]:
    rows = await house.rows(
        "dispatch",
        "select starts_at at time zone 'Europe/Brussels' as at from commitment"
        " where worker_id = :worker order by starts_at",
        worker=world.ids[name],
    )
    return [f"{row['at']:%H:%M}" for row in rows]


async def test_an_import_replaces_what_it_brought_before_and_nothing_else(house: House) -> None:
    world = await a_world(house, "Amina")
    amina = world.workers["Amina"]
    own = f"/dispatch/api/workers/{world.ids['Amina']}/commitments/{world.ids['Amina']}"
    typed = {"starts_at": world.at(0, "16:00"), "ends_at": world.at(0, "17:00")}
    await amina.put(own, json=typed)
    first = a_calendar(world, ("09:00", "10:00"), ("13:00", "14:00"))
    second = a_calendar(world, ("09:00", "10:00"), ("14:00", "15:00"))

    sent = await amina.post("/dispatch/calendar/import", data={"pasted": first})
    (known,) = await house.rows(
        "dispatch", "select id from busy_import where worker_id = :w", w=world.ids["Amina"]
    )
    again = {"pasted": second, "replaces": str(known["id"])}
    await amina.post("/dispatch/calendar/import", data=again)
    replaced = await hours_of(house, world, "Amina")
    broken = await amina.post("/dispatch/calendar/import", data={"pasted": "BEGIN:NOTHING"})
    kept = await house.rows("dispatch", "select c::text as row from commitment c")
    await amina.post(f"/dispatch/calendar/imports/{known['id']}/delete")

    assert (sent.status_code, broken.status_code) == (303, 409)
    assert "n’est pas un agenda lisible" in broken.text
    assert replaced == ["09:00", "14:00", "16:00"]
    assert not [row for row in kept if "Canary" in row["row"]]
    assert await hours_of(house, world, "Amina") == ["16:00"]


async def test_a_file_that_lies_across_an_accepted_task_shows_it_and_hands_nothing_back(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.accepted_task("Amina", campaign)
    file = a_calendar(world, ("10:00", "11:00"))

    answer = await world.workers["Amina"].post(
        "/dispatch/calendar/import", files={"file": ("a.ics", file.encode())}
    )

    assert answer.headers["location"] == "/dispatch/calendar?imported=1&conflicts=1"
    assert (await world.team(campaign))["Amina"] == "accepted"


async def test_a_feed_opens_with_its_address_alone_and_tells_of_what_was_handed_back(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.accepted_task("Amina", campaign)
    amina = world.workers["Amina"]
    page = (await amina.post("/dispatch/me/calendar/renew")).text
    path = re.findall(r"/dispatch/calendar-feed/[\w-]{43}\.ics", page)[0]
    calendar = httpx.AsyncClient(transport=house.transport, base_url="http://relais.test")

    first = await calendar.get(path)
    unchanged = await calendar.get(path, headers={"If-None-Match": first.headers["etag"]})
    (event,) = Calendar.from_ical(first.content).events
    await amina.post(f"/dispatch/proposals/{str(event['UID']).split('@')[0]}/hand-back")
    (cancelled,) = Calendar.from_ical((await calendar.get(path)).content).events
    newer = (await amina.post("/dispatch/me/calendar/renew")).text
    old = await calendar.get(path)
    await amina.post("/dispatch/me/calendar/revoke")
    newest = re.findall(r"/dispatch/calendar-feed/[\w-]{43}\.ics", newer)[0]

    starts, ends = event.start, event.end
    token = path.rsplit("/", 1)[1].removesuffix(".ics")
    rows = await house.rows("dispatch", "select f::text as row from calendar_feed f")
    assert first.headers["content-type"].startswith("text/calendar")
    assert (
        "no-store" in first.headers["cache-control"] or "private" in first.headers["cache-control"]
    )
    assert unchanged.status_code == 304
    assert starts == datetime.fromisoformat(world.at(0, "09:00"))
    assert ends == datetime.fromisoformat(world.at(0, "12:00"))
    assert (str(cancelled["STATUS"]), cancelled["SEQUENCE"]) == ("CANCELLED", 1)
    assert cancelled["UID"] == event["UID"]
    assert "Samir" not in first.text
    assert not [row for row in rows if token in row["row"]]
    assert (old.status_code, (await calendar.get(newest)).status_code) == (404, 404)


async def test_guessing_addresses_of_feeds_ends_in_a_pause(house: House) -> None:
    guesser = httpx.AsyncClient(
        transport=httpx.ASGITransport(house.transport.app, client=("10.9.9.9", 1)),
        base_url="http://relais.test",
    )

    statuses = [
        (await guesser.get(f"/dispatch/calendar-feed/{'x' * 42}{n % 10}.ics")).status_code
        for n in range(45)
    ]

    assert statuses[0] == 404
    assert statuses[-1] == 429
