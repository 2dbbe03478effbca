"""The team: who speaks and knows what since when, their hours, and where their calendars are.

There is no count of tasks, answers or anything done per person here, and none may be added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.rules.directory.actor import matches
from services.dispatch.rules.hours import alike_days
from services.dispatch.rules.local_time import WEEKDAYS, local_day
from services.dispatch.rules.roster import RosterWorker, WeeklyPeriod
from services.dispatch.store import RosterEntry, calendars
from services.dispatch.web.directory_view import one_of
from shared.db import ZoneName, zone_names
from shared.web import Coordinator, Db, language_of, page
from shared.words import Language, Skill

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
ASKED_AGAIN_AFTER = timedelta(days=366)
A_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Words of a closed list that were confirmed in the same month; `stale` after a year."""

    words: Sequence[StrEnum]
    month: date | None
    stale: bool


@dataclass(frozen=True, slots=True)
class MemberShown:
    """Somebody of the team as the page shows them."""

    worker: RosterWorker
    zone: ZoneName | None
    languages: Sequence[Confirmed]
    skills: Sequence[Confirmed]
    working: str
    host: str
    imported_at: datetime | None

    @property
    def stale(self) -> bool:
        """Whether something about them is worth asking again."""
        return any(one.stale for one in (*self.languages, *self.skills))


@router.get("/desk/team")
async def show_team(request: Request, database: Db, _: Coordinator, q: str = "") -> Response:
    """Show everybody, or whoever speaks a language, knows something or is to be asked again."""
    wanted = request.query_params
    language = one_of(Language, wanted.get("language"))
    skill = one_of(Skill, wanted.get("skill"))
    async with database.reading() as tx:
        roster = await store.list_roster(tx)
        zones = await zone_names(tx)
        brought = await calendars.latest_imports(tx)
        today = local_day(tx.now)
    reader = language_of(request)
    members = [show(entry, zones, brought, today, reader) for entry in roster]
    found = [
        one
        for one in members
        if (language is None or language in one.worker.languages)
        and (skill is None or skill in one.worker.skills)
        and matches(described(one), q)
    ]
    again = bool(wanted.get("again"))
    return page(
        request,
        "team.html",
        members=[one for one in found if one.stale or not again],
        total=len(members),
        to_ask=sum(one.stale for one in members),
        q=" ".join(q.split())[:80],
        asked_language=language,
        asked_skill=skill,
        again=again,
        tongues=tuple(Language),
        skills=tuple(Skill),
    )


def show(
    entry: RosterEntry,
    zones: Mapping[str, ZoneName],
    brought: Mapping[UUID, datetime],
    today: date,
    reader: str,
) -> MemberShown:
    """Put somebody together with what the page says of them."""
    worker = entry.worker
    return MemberShown(
        worker,
        zones.get(worker.home_zone),
        by_month(entry.languages, today),
        by_month(entry.skills, today),
        hours_said(worker.working, reader),
        hours_said(worker.host_periods, reader),
        brought.get(worker.id),
    )


def described(member: MemberShown) -> str:
    """Write what somebody of the team can be found by."""
    zone = member.zone
    places = (zone.name_fr, zone.name_nl) if zone else (member.worker.home_zone,)
    return " ".join((member.worker.name, member.worker.host_partner or "", *places))


def by_month(
    confirmed: Mapping[Language, date | None] | Mapping[Skill, date | None], today: date
) -> list[Confirmed]:
    """Put words together that were confirmed in the same month, the latest first."""

    def month(pair: tuple[StrEnum, date | None]) -> date:
        return pair[1].replace(day=1) if pair[1] else date.min

    ordered = sorted(confirmed.items(), key=month, reverse=True)
    return [
        Confirmed(
            [word for word, _ in pairs],
            None if first == date.min else first,
            stale=first == date.min
            or any(today - day > ASKED_AGAIN_AFTER for _, day in pairs if day),
        )
        for first, together in groupby(ordered, key=month)
        for pairs in [list(together)]
    ]


def hours_said(periods: Sequence[WeeklyPeriod], reader: str) -> str:
    """Write a week's hours: `lun. – ven. 08:30 – 16:06`."""

    def named(index: int) -> str:
        return format_date(A_MONDAY + timedelta(days=index), "EEE", locale=reader)

    said = []
    for days in alike_days(periods):
        first, last = WEEKDAYS.index(days.first), WEEKDAYS.index(days.last)
        when = named(first) if first == last else f"{named(first)} – {named(last)}"
        hours = ", ".join(f"{clock(starts)} – {clock(ends)}" for starts, ends in days.periods)
        said.append(f"{when} {hours}")
    return " · ".join(said)


def clock(minute: int) -> str:
    """Write minutes after midnight."""
    return f"{minute // 60:02}:{minute % 60:02}"
