"""The coordination's form for a worker of the roster, and the link that lets a new one in."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.rules.local_time import local_day, minute_of_day
from services.dispatch.rules.roster import RosterWorker, WeeklyPeriod
from services.dispatch.steps.save_worker import save_worker
from services.dispatch.store import RosterEntry
from services.dispatch.web.forms import Typed, tell, typed
from services.dispatch.web.shown import called
from shared import access
from shared.access import Identity
from shared.db import Database, partner_names, zone_names
from shared.errors import MissingError, Problem, RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other, settings_of
from shared.web.guard import doors_of
from shared.web.languages import LANGUAGES
from shared.words import (
    PARTNER_PATTERN,
    ActionKind,
    Language,
    Role,
    Skill,
    Weekday,
    WorkerId,
    partner_id_of,
)

router = APIRouter(
    prefix="/desk/workers", default_response_class=HTMLResponse, include_in_schema=False
)
REFUSED = 409
PERIODS_A_DAY = 2
PARTNER = re.compile(PARTNER_PATTERN)
USUAL_HOURS, USUAL_SHARE_PCT, USUAL_TRAVEL_MIN = "38", "20", "45"


@router.get("/new")
async def show_new(request: Request, database: Db, _: Coordinator) -> Response:
    """Show the form for somebody new. Their id was made with the form: sent twice, it is one."""
    return await worker_page(request, database, uuid4(), None)


@router.get("/{worker_id}")
async def show_worker(
    request: Request, database: Db, who: Coordinator, worker_id: UUID
) -> Response:
    """Show the form for somebody of the roster; they can see who read it."""
    async with database.reading() as tx:
        found = await store.list_roster(tx, worker_id)
    if not found:
        raise MissingError("worker")
    async with doors_of(request).transaction() as trail:
        await access.note_reading(
            trail, "worker.read", actor_id=who.person_id, subject_id=worker_id
        )
    return await worker_page(request, database, worker_id, found[0])


async def worker_page(  # noqa: PLR0913 - a page, and what was typed into it
    request: Request,
    database: Database,
    worker_id: UUID,
    entry: RosterEntry | None,
    *,
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
) -> Response:
    """Render the form: what was typed, else what is known, else what is usual."""
    async with database.reading() as tx:
        places = await zone_names(tx)
        partners = await partner_names(tx)
    language = language_of(request)
    fields = form.as_dict() if form else fields_of(entry, partners)
    return page(
        request,
        "worker.html",
        REFUSED if problems else 200,
        worker_id=worker_id,
        new=entry is None,
        fields=fields,
        chosen=chosen_of(form, entry),
        places=sorted((zone.name(language), zone.id) for zone in places.values()),
        partners=sorted(partners.values(), key=str.casefold),
        weekdays=tuple(Weekday),
        numbers=range(rows_of(entry)),
        tongues=tuple(Language),
        skills=tuple(Skill),
        kinds=tuple(ActionKind),
        account_languages=[Language(code) for code in LANGUAGES],
        problems=tell(request, problems),
    )


def rows_of(entry: RosterEntry | None) -> int:
    """Tell how many periods a day the form offers: as many as are known, and two at least."""
    periods = (*entry.worker.working, *entry.worker.host_periods) if entry else ()
    counts = [sum(p.weekday is day for p in periods) for day in Weekday]
    return max(PERIODS_A_DAY, *counts)


def fields_of(entry: RosterEntry | None, partners: Mapping[str, str]) -> dict[str, str]:
    """Write what is known of a worker as the form's fields; `partners` are called so."""
    if entry is None:
        return {
            "weekly_hours": USUAL_HOURS,
            "host_share_pct": USUAL_SHARE_PCT,
            "travel_max_min": USUAL_TRAVEL_MIN,
        }
    worker = entry.worker
    fields = {
        "name": worker.name,
        "home_zone": worker.home_zone,
        "host_partner": called(worker.host_partner, partners),
        "weekly_hours": f"{worker.weekly_min / 60:g}",
        "host_share_pct": str(worker.host_share_pct),
        "travel_max_min": str(worker.travel_max_min),
    }
    for kind, periods in (("working", worker.working), ("host", worker.host_periods)):
        for day in Weekday:
            theirs = [p for p in periods if p.weekday is day]
            for number, period in enumerate(theirs):
                place = f"{kind}_{day.value}_{number}"
                fields[f"{place}_starts"] = clock(period.starts_min)
                fields[f"{place}_ends"] = clock(period.ends_min)
    return fields


def clock(minute: int) -> str:
    """Write a minute of the day; midnight at its end as the last minute that a clock shows."""
    hours, minutes = divmod(min(minute, 24 * 60 - 1), 60)
    return f"{hours:02d}:{minutes:02d}"


def chosen_of(form: Typed | None, entry: RosterEntry | None) -> dict[str, list[str]]:
    """Tell which boxes are ticked."""
    if form is not None:
        return {name: form.texts(name) for name in ("languages", "skills", "kinds_refused")}
    if entry is None:
        return {"languages": [Language.FR.value], "skills": [], "kinds_refused": []}
    return {
        "languages": [spoken.value for spoken in entry.languages],
        "skills": [skill.value for skill in entry.skills],
        "kinds_refused": [kind.value for kind in entry.worker.kinds_refused],
    }


@router.post("/{worker_id}")
async def save(request: Request, database: Db, who: Coordinator, worker_id: UUID) -> Response:
    """Save a worker; somebody new gets a link that lets them in once."""
    form = await typed(request)
    async with database.reading() as tx:
        found = await store.list_roster(tx, worker_id)
        today = local_day(tx.now)
        partners = await partner_names(tx)
    known = found[0] if found else None
    new = bool(form.text("account_language"))
    try:
        entry = read_entry(form, worker_id, (known, partners), today)
        partner_id, name = entry.worker.host_partner, form.text("host_partner")
        async with database.transaction() as tx:
            await save_worker(entry, tx, None if partner_id in partners else name)
        if not new:
            return see_other("/dispatch/desk/team")
        link = await new_link(request, who, entry.worker, form.text("account_language"))
    except RefusedError as refused:
        return await worker_page(
            request, database, worker_id, known, problems=refused.problems, form=form
        )
    return page(request, "worker_link.html", name=entry.worker.name, link=link)


async def new_link(request: Request, who: Identity, worker: RosterWorker, language: str) -> str:
    """Create the account of a worker who is new, and return the address that lets them in once."""
    doors: Database = request.app.state.access
    async with doors.transaction() as tx:
        person = await access.create_account(
            tx,
            role=Role.WORKER,
            display_name=worker.name,
            language=language if language in LANGUAGES else "fr",
            person_id=worker.id,
        )
        token = await access.make_link(tx, person, actor_id=who.person_id)
    return f"{settings_of(request).public_url}/access/enter#{token}"


def read_entry(
    form: Typed,
    worker_id: UUID,
    known_before: tuple[RosterEntry | None, Mapping[str, str]],
    today: date,
) -> RosterEntry:
    """Read the form. A language or a skill that is ticked anew is confirmed today.

    Everything that is ticked is, when the form says that it was asked again. Known before: the
    worker, and how partners are called.

    Raises:
        RefusedError: with everything that could not be read.
    """
    name = " ".join(form.text("name").split())
    if not name:
        form.problems.append(Problem("missing", "Écrivez un nom.", place="name"))
    known, partners = known_before
    typed_partner = form.text("host_partner")
    partner = partner_id_of(typed_partner, partners)
    if typed_partner and not PARTNER.fullmatch(partner):
        message = "Écrivez le nom du partenaire hébergeur avec au moins deux lettres."
        form.problems.append(Problem("bad_partner", message, place="host_partner"))
    before = None if form.text("confirmed_today") else known
    languages = {
        spoken: before.languages.get(spoken, today) if before else today
        for spoken in form.several("languages", Language)
    }
    skills = {
        skill: before.skills.get(skill, today) if before else today
        for skill in form.several("skills", Skill)
    }
    worker = RosterWorker(
        id=WorkerId(worker_id),
        name=name,
        home_zone=form.text("home_zone"),
        weekly_min=round(form.decimal("weekly_hours") * 60),
        host_partner=partner or None,
        host_share_pct=form.number("host_share_pct"),
        travel_max_min=form.number("travel_max_min"),
        working=read_periods(form, "working"),
        host_periods=read_periods(form, "host"),
        languages=frozenset(languages),
        skills=frozenset(skills),
        kinds_refused=frozenset(form.several("kinds_refused", ActionKind)),
    )
    form.refuse_mistakes()
    return RosterEntry(worker, languages, skills)


def read_periods(form: Typed, kind: str) -> tuple[WeeklyPeriod, ...]:
    """Read the periods of a week; a row that is empty is no period."""
    found = []
    for day in Weekday:
        number = 0
        while f"{kind}_{day.value}_{number}_starts" in form:
            place = f"{kind}_{day.value}_{number}"
            number += 1
            if not form.text(f"{place}_starts") and not form.text(f"{place}_ends"):
                continue
            begins, ends = form.clock(f"{place}_starts"), form.clock(f"{place}_ends")
            if begins is not None and ends is not None:
                found.append(WeeklyPeriod(day, minute_of_day(begins), minute_of_day(ends)))
    return tuple(found)
