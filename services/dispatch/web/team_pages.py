"""The team: who speaks and knows what since when, their hours, and where their calendars are.

There is no count of tasks, answers or anything done per person here, and none may be added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.rules.directory.actor import matches
from services.dispatch.rules.local_time import local_day, minute_of_day
from services.dispatch.rules.roster import RosterWorker, WeeklyPeriod
from services.dispatch.steps.set_meeting import set_meeting
from services.dispatch.store import RosterEntry, calendars
from services.dispatch.web.directory_view import one_of
from services.dispatch.web.forms import Typed, tell, typed
from services.dispatch.web.shown import called, clock, hours_said
from shared.db import Database, ZoneName, partner_names, zone_names
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other
from shared.words import Language, Skill, Weekday

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
ASKED_AGAIN_AFTER = timedelta(days=366)
USUAL_MEETING = WeeklyPeriod(Weekday.MON, 9 * 60, 12 * 60)
REFUSED = 409


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
    partner: str
    imported_at: datetime | None

    @property
    def stale(self) -> bool:
        """Whether something about them is worth asking again."""
        return any(one.stale for one in (*self.languages, *self.skills))


@router.get("/desk/team")
async def show_team(request: Request, database: Db, _: Coordinator) -> Response:
    """Show everybody, or whoever speaks a language, knows something or is to be asked again."""
    return await team_page(request, database)


@router.post("/desk/team/meeting")
async def post_meeting(request: Request, database: Db, _: Coordinator) -> Response:
    """Set when the whole team meets every week, or that it does not."""
    form = await typed(request)
    try:
        meeting = None if form.text("do") == "none" else read_meeting(form)
        async with database.transaction() as tx:
            across = await set_meeting(meeting, tx)
    except RefusedError as refused:
        return await team_page(request, database, refused.problems, form)
    return see_other(f"/dispatch/desk/team?met={len(across)}#meeting")


def read_meeting(form: Typed) -> WeeklyPeriod:
    """Read the form of the team's meeting.

    Raises:
        RefusedError: a day or an hour is missing.
    """
    day = form.one("weekday", Weekday)
    begins, ends = form.clock("starts"), form.clock("ends")
    form.refuse_mistakes()
    assert day is not None and begins is not None and ends is not None  # noqa: S101, PT018 - read
    return WeeklyPeriod(day, minute_of_day(begins), minute_of_day(ends))


async def team_page(
    request: Request,
    database: Database,
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
) -> Response:
    """Render the team; a refusal shows on top, with what was typed for the meeting."""
    wanted = request.query_params
    q = wanted.get("q", "")
    language = one_of(Language, wanted.get("language"))
    skill = one_of(Skill, wanted.get("skill"))
    async with database.reading() as tx:
        roster = await store.list_roster(tx)
        zones = await zone_names(tx)
        brought = await calendars.latest_imports(tx)
        partners = await partner_names(tx)
        meeting = await store.team_meeting(tx)
        today = local_day(tx.now)
    around = Around(zones, partners, brought)
    reader = language_of(request)
    members = [show(entry, around, today, reader) for entry in roster]
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
        REFUSED if problems else 200,
        meeting=meeting,
        meeting_fields=meeting_fields(meeting, form),
        meeting_said=hours_said((meeting,), reader) if meeting else "",
        met=wanted.get("met", ""),
        weekdays=tuple(Weekday),
        problems=tell(request, problems),
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


def meeting_fields(meeting: WeeklyPeriod | None, form: Typed | None) -> dict[str, str]:
    """Write the meeting as the form's fields: as it was typed, as it is, or as teams often do."""
    if form is not None:
        return form.as_dict()
    known = meeting or USUAL_MEETING
    return {
        "weekday": known.weekday.value,
        "starts": clock(known.starts_min),
        "ends": clock(known.ends_min),
    }


@dataclass(frozen=True, slots=True)
class Around:
    """How places and partners are called, and when whose calendar was brought last."""

    zones: Mapping[str, ZoneName]
    partners: Mapping[str, str]
    brought: Mapping[UUID, datetime]


def show(entry: RosterEntry, around: Around, today: date, reader: str) -> MemberShown:
    """Put somebody together with what the page says of them."""
    worker = entry.worker
    return MemberShown(
        worker,
        around.zones.get(worker.home_zone),
        by_month(entry.languages, today),
        by_month(entry.skills, today),
        hours_said(worker.working, reader),
        hours_said(worker.host_periods, reader),
        called(worker.host_partner, around.partners),
        around.brought.get(worker.id),
    )


def described(member: MemberShown) -> str:
    """Write what somebody of the team can be found by."""
    zone = member.zone
    places = (zone.name_fr, zone.name_nl) if zone else (member.worker.home_zone,)
    return " ".join((member.worker.name, member.partner, *places))


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
