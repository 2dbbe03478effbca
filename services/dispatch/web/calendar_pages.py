"""Calendars: busy times that come in with a file, and the worker's own feed that goes out."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.rules.busy_times import FILE_MAX_BYTES
from services.dispatch.rules.feed import write_feed
from services.dispatch.rules.local_time import local_day
from services.dispatch.rules.roster import at_the_meeting
from services.dispatch.steps.import_busy_times import Imported, import_busy_times
from services.dispatch.steps.read_feed import read_feed
from services.dispatch.steps.renew_feed import renew_feed
from services.dispatch.store import calendars
from services.dispatch.web.directory_files import uploaded
from services.dispatch.web.field_pages import as_uuid, calendar_page
from services.dispatch.web.forms import tell, typed
from services.dispatch.web.shown import hours_said
from shared import access
from shared.access import Identity
from shared.access.throttle import FOR_AN_ADDRESS, attempt_key, count_try, take_back
from shared.db import Database, ZoneName, zone_names
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, Worker, language_of, page, see_other, settings_of
from shared.web.guard import doors_of
from shared.web.languages import local_formats, translate

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
REFUSED, NOT_MODIFIED = 409, 304
OWN = "/dispatch/calendar"
FEED_TITLE = "Mes tâches (Relais)"


# --- busy times ----------------------------------------------------------------------------------


async def take_calendar(request: Request, database: Database, worker_id: UUID) -> Imported:
    """Import the file of a form, or what was pasted into it.

    Raises:
        RefusedError: it is no calendar.
    """
    content = await uploaded(request, "file", FILE_MAX_BYTES)
    form = await typed(request)
    content = content or form.text("pasted").encode()
    replaced = form.text("replaces")
    import_id = as_uuid(replaced) if replaced else uuid4()
    async with database.transaction() as tx:
        return await import_busy_times(worker_id, import_id, content, tx)


@router.post("/calendar/import")
async def bring(request: Request, database: Db, who: Worker) -> Response:
    """Take a calendar file of one's own: only when one is busy is kept."""
    try:
        done = await take_calendar(request, database, who.person_id)
    except RefusedError as refused:
        return await calendar_page(request, database, who, refused.problems)
    return see_other(f"{OWN}?imported={done.times}&conflicts={len(done.conflicts)}")


@router.post("/calendar/imports/{import_id}/delete")
async def drop(database: Db, who: Worker, import_id: UUID) -> Response:
    """Forget what a file of one's own brought."""
    async with database.transaction() as tx:
        await calendars.delete_import(tx, who.person_id, import_id)
    return see_other(OWN)


@router.get("/desk/workers/{worker_id}/calendar")
async def show_for_desk(
    request: Request, database: Db, who: Coordinator, worker_id: UUID, imported: int = -1
) -> Response:
    """Show when somebody of the roster is taken, for the coordination: hours and nothing else.

    They can see who read it.
    """
    async with database.reading() as tx:
        await store.worker_of(tx, worker_id)
    async with doors_of(request).transaction() as trail:
        await access.note_reading(
            trail, "calendar.read", actor_id=who.person_id, subject_id=worker_id
        )
    return await desk_page(request, database, worker_id, imported=imported)


async def desk_page(
    request: Request,
    database: Database,
    worker_id: UUID,
    *,
    imported: int = -1,
    problems: Sequence[Problem] = (),
) -> Response:
    """Render somebody's busy times.

    Raises:
        MissingError: nobody of this id is on the roster.
    """
    async with database.reading() as tx:
        worker = await store.worker_of(tx, worker_id)
        commitments = await store.commitments_of(tx, worker_id, tx.now)
        absences = await store.absences_of(tx, worker_id, local_day(tx.now))
        known = await calendars.imports_of(tx, worker_id)
        brought = await calendars.imported_ids(tx, worker_id)
        zones = await zone_names(tx)
        meeting = at_the_meeting(worker, await store.team_meeting(tx))
        until = tx.now + timedelta(weeks=4)
    return page(
        request,
        "worker_calendar.html",
        REFUSED if problems else 200,
        worker=worker,
        zone=zones.get(worker.home_zone),
        meeting=hours_said(meeting, language_of(request)),
        commitments=[own for own in commitments if own.commitment.starts_at < until],
        brought=brought,
        absences=absences,
        imports=known,
        imported=imported,
        problems=tell(request, problems),
    )


@router.post("/desk/workers/{worker_id}/calendar/import")
async def bring_for(request: Request, database: Db, _: Coordinator, worker_id: UUID) -> Response:
    """Take a calendar file for somebody of the roster."""
    try:
        done = await take_calendar(request, database, worker_id)
    except RefusedError as refused:
        return await desk_page(request, database, worker_id, problems=refused.problems)
    return see_other(f"/dispatch/desk/workers/{worker_id}/calendar?imported={done.times}")


@router.post("/desk/workers/{worker_id}/calendar/imports/{import_id}/delete")
async def drop_for(database: Db, _: Coordinator, worker_id: UUID, import_id: UUID) -> Response:
    """Forget what a file brought for somebody."""
    async with database.transaction() as tx:
        await calendars.delete_import(tx, worker_id, import_id)
    return see_other(f"/dispatch/desk/workers/{worker_id}/calendar")


# --- the feed ------------------------------------------------------------------------------------


@router.get("/me/calendar")
async def show_feed(request: Request, database: Db, who: Worker) -> Response:
    """Show whether one's own tasks can be read by one's own calendar."""
    return await feed_page(request, database, who)


async def feed_page(
    request: Request, database: Database, who: Identity, address: str = ""
) -> Response:
    """Render the feed's page; the address stands on it once, right after it was made."""
    async with database.reading() as tx:
        made_at = await calendars.feed_made_at(tx, who.person_id)
    return page(request, "feed.html", made_at=made_at, address=address)


@router.post("/me/calendar/renew")
async def renew(request: Request, database: Db, who: Worker) -> Response:
    """Make a new address; the one before opens nothing any more."""
    async with database.transaction() as tx:
        token = await renew_feed(who.person_id, tx)
    public_url = settings_of(request).public_url
    return await feed_page(
        request, database, who, f"{public_url}/dispatch/calendar-feed/{token}.ics"
    )


@router.post("/me/calendar/revoke")
async def revoke(database: Db, who: Worker) -> Response:
    """Close the feed."""
    async with database.transaction() as tx:
        await calendars.delete_feed(tx, who.person_id)
    return see_other("/dispatch/me/calendar")


@router.get("/calendar-feed/{token}.ics")
async def send_feed(request: Request, database: Db, token: str) -> Response:
    """Send a feed to whoever has its address: calendars have no session.

    A try is counted before it is judged, by the address that asks, and taken back when it was
    right: guessing ends in a pause. The feed of a closed access opens nothing.
    """
    doors: Database = request.app.state.access
    host = request.client.host if request.client else ""
    secret = settings_of(request).secret.get_secret_value()
    key = attempt_key(secret, "calendar feed", host)
    async with doors.transaction() as tx:
        await count_try(tx, key, FOR_AN_ADDRESS)
    async with database.transaction() as tx:
        feed = await read_feed(token, tx)
        zones = await zone_names(tx)
    async with doors.transaction() as tx:
        account = await access.open_account(tx, feed.worker_id)
        await take_back(tx, key, all_of_them=False)
    language = account.language
    body = write_feed(
        feed.events,
        translate(language, FEED_TITLE),
        local_formats(language)["word"],
        lambda zone_id: zone_called(zones, zone_id, language),
    )
    mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": mark, "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer"}
    if mark in request.headers.get("if-none-match", ""):
        return Response(status_code=NOT_MODIFIED, headers=headers)
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


def zone_called(zones: dict[str, ZoneName], zone_id: str, language: str) -> str:
    """Name a neighbourhood; its id while its name is unknown."""
    known = zones.get(zone_id)
    return known.name(language) if known else zone_id
