"""A worker's forms: an outcome with big buttons and numbers, a signal, one's own calendar."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from services.dispatch import store
from services.dispatch.rules.local_time import BRUSSELS, local_day
from services.dispatch.rules.outcomes import OUTCOMES, Body, contribution_id
from services.dispatch.rules.roster import Absence, Commitment, at_the_meeting
from services.dispatch.rules.wording import duration
from services.dispatch.steps.raise_signal import raise_signal
from services.dispatch.steps.record_contribution import record_contribution
from services.dispatch.steps.save_absence import save_absence
from services.dispatch.steps.save_commitment import save_commitment
from services.dispatch.store import calendars
from services.dispatch.web.forms import Typed, tell, typed
from services.dispatch.web.own_view import own_entry, view_account, view_own
from services.dispatch.web.shown import called, hours_said
from shared.access import Identity
from shared.db import Database, partner_names, zone_names
from shared.errors import MissingError, Problem, RefusedError
from shared.events import RelayCount
from shared.web import Db, Worker, language_of, page, see_other
from shared.words import (
    CorrectionReason,
    Language,
    NonTakeUp,
    RelayKind,
    SignalKind,
    Theme,
    WorkerId,
)

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
REFUSED = 409
CALENDAR = "/dispatch/calendar"


# --- an outcome ----------------------------------------------------------------------------------


@router.get("/tasks/{task_id}/outcome")
async def show_outcome(request: Request, database: Db, who: Worker, task_id: UUID) -> Response:
    """Show the form for what a task gave, or for correcting it."""
    return await outcome_page(request, database, who, task_id)


async def outcome_page(  # noqa: PLR0913 - a page, and what was typed into it
    request: Request,
    database: Database,
    who: Identity,
    task_id: UUID,
    *,
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
) -> Response:
    """Render the outcome's form: what was typed, else what was recorded, else nothing.

    Raises:
        MissingError: this worker did not accept the task.
    """
    async with database.reading() as tx:
        asked = await store.proposals_for(tx, task_id)
        yes = [p for p in asked if p.worker_id == who.person_id and p.state == "accepted"]
        if not yes:
            raise MissingError("task")
        (task,) = await view_own(tx, request, who.person_id, yes)
        recorded = (await store.own_contributions(tx, who.person_id, [task_id])).get(task_id)
        today = local_day(tx.now)
    body = recorded[1] if recorded else None
    relays = {relay.kind: relay for relay in body.relays} if body else {}
    return page(
        request,
        "outcome.html",
        REFUSED if problems else 200,
        task=task,
        recorded=recorded is not None,
        typed=form,
        body=body,
        relays_known=relays,
        happened_on=body.happened_on if body else min(today, local_day(yes[0].starts_at)),
        people_max=OUTCOMES[task.proposal.kind].people_max,
        themes=tuple(Theme),
        tongues=tuple(Language),
        forms=tuple(NonTakeUp),
        relay_kinds=tuple(RelayKind),
        reasons=tuple(CorrectionReason),
        problems=tell(request, problems),
    )


@router.post("/tasks/{task_id}/outcome")
async def record(request: Request, database: Db, who: Worker, task_id: UUID) -> Response:
    """Record what a task gave. A form sent twice is counted once."""
    form = await typed(request)
    try:
        body = read_body(form)
        async with database.transaction() as tx:
            known = (await store.own_contributions(tx, who.person_id, [task_id])).get(task_id)
            own_id = known[0].id if known else contribution_id(task_id, who.person_id)
            await record_contribution(task_id, own_id, who.person_id, body, tx)
    except RefusedError as refused:
        return await outcome_page(
            request, database, who, task_id, problems=refused.problems, form=form
        )
    return see_other("/dispatch/")


def read_body(form: Typed) -> Body:
    """Read an outcome's form.

    Raises:
        RefusedError: a number or a day that cannot be read.
    """
    happened_on = form.day("happened_on")
    people_reached = form.number("people_reached")
    relays = []
    for kind in RelayKind:
        made = form.number(f"made_{kind.value}", needed=False)
        took_hold = form.number(f"took_hold_{kind.value}", needed=False)
        if made or took_hold:
            try:
                relays.append(RelayCount(kind=kind, made=made, took_hold=took_hold))
            except ValidationError:
                message = "Un relais abouti est d’abord un relais fait."
                form.problems.append(Problem("relay_not_made", message, place="relays"))
    reason = form.one("reason", CorrectionReason) if form.text("reason") else None
    form.refuse_mistakes()
    if happened_on is None:
        raise MissingError("day")
    return Body(
        happened_on,
        people_reached,
        form.several("themes", Theme),
        form.several("languages", Language),
        form.several("non_take_up", NonTakeUp),
        tuple(relays),
        reason,
    )


# --- a signal ------------------------------------------------------------------------------------


@router.get("/signal")
async def show_signal(request: Request, database: Db, who: Worker) -> Response:
    """Show the form for what the field sends upwards."""
    return await signal_page(request, database, who)


async def signal_page(
    request: Request,
    database: Database,
    who: Identity,
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
) -> Response:
    """Render the signal's form. Its id was made with the form: sent twice, it counts once."""
    async with database.reading() as tx:
        places = await zone_names(tx)
        me = await own_entry(tx, who.person_id)
        campaigns = [c for c in await store.list_campaigns(tx) if c.state != "closed"]
    language = language_of(request)
    return page(
        request,
        "signal.html",
        REFUSED if problems else 200,
        signal_id=form.text("signal_id") if form else str(uuid4()),
        places=sorted((zone.name(language), zone.id) for zone in places.values()),
        home=me.home_zone if me else None,
        campaigns=campaigns,
        kinds=tuple(SignalKind),
        themes=tuple(Theme),
        problems=tell(request, problems),
        typed=form,
    )


@router.post("/signal")
async def send_signal(request: Request, database: Db, who: Worker) -> Response:
    """Send a signal."""
    form = await typed(request)
    try:
        kind, theme = form.one("kind", SignalKind), form.one("theme", Theme)
        form.refuse_mistakes()
        async with database.transaction() as tx:
            if kind is not None and theme is not None:
                await raise_signal(
                    as_uuid(form.text("signal_id")),
                    who.person_id,
                    tx,
                    zone_id=form.text("zone_id"),
                    kind=kind,
                    theme=theme,
                    campaign_id=as_uuid(c) if (c := form.text("campaign_id")) else None,
                )
    except RefusedError as refused:
        return await signal_page(request, database, who, refused.problems, form)
    return see_other("/dispatch/")


def as_uuid(text: str) -> UUID:
    """Read an id that our own form carries.

    Raises:
        MissingError: it is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise MissingError("id") from None


# --- one's own calendar --------------------------------------------------------------------------


@router.get("/calendar")
async def show_calendar(request: Request, database: Db, who: Worker) -> Response:
    """Show one's own commitments, absences and time. Nobody else sees the account."""
    return await calendar_page(request, database, who)


async def calendar_page(
    request: Request,
    database: Database,
    who: Identity,
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
) -> Response:
    """Render one's own calendar.

    Raises:
        MissingError: the coordination has not put this worker on the roster.
    """
    async with database.reading() as tx:
        weeks = await view_account(tx, who.person_id)
        brought = await calendars.imported_ids(tx, who.person_id)
        commitments = [
            own
            for own in await store.commitments_of(tx, who.person_id, tx.now)
            if own.id not in brought
        ]
        imports = await calendars.imports_of(tx, who.person_id)
        absences = await store.absences_of(tx, who.person_id, local_day(tx.now))
        places = await zone_names(tx)
        worker = await store.worker_of(tx, who.person_id)
        partner = called(worker.host_partner, await partner_names(tx))
        meeting = at_the_meeting(worker, await store.team_meeting(tx))
        now = tx.now
    language = language_of(request)
    return page(
        request,
        "calendar.html",
        REFUSED if problems else 200,
        weeks=weeks,
        partner=partner,
        meeting=hours_said(meeting, language),
        commitments=commitments,
        absences=absences,
        imports=imports,
        imported=request.query_params.get("imported", ""),
        conflicts=request.query_params.get("conflicts", "0") not in {"", "0"},
        places=sorted((zone.name(language), zone.id) for zone in places.values()),
        zones={zone.id: zone.name(language) for zone in places.values()},
        new_id=form.text("id") if form else str(uuid4()),
        today=local_day(now),
        days7=timedelta(days=6),
        duration=duration,
        problems=tell(request, problems),
        typed=form,
    )


@router.post("/calendar/commitments")
async def add_commitment(request: Request, database: Db, who: Worker) -> Response:
    """Add a commitment of one's own."""
    form = await typed(request)
    try:
        day = form.day("day")
        begins, ends = form.clock("starts"), form.clock("ends")
        form.refuse_mistakes()
        if day is None or begins is None or ends is None:
            raise MissingError("day")
        own = Commitment(
            WorkerId(who.person_id),
            datetime.combine(day, begins, BRUSSELS),
            datetime.combine(day, ends, BRUSSELS),
            form.text("zone_id") or None,
        )
        async with database.transaction() as tx:
            await save_commitment(as_uuid(form.text("id")), own, tx)
    except RefusedError as refused:
        return await calendar_page(request, database, who, refused.problems, form)
    return see_other(CALENDAR)


@router.post("/calendar/absences")
async def add_absence(request: Request, database: Db, who: Worker) -> Response:
    """Add days away."""
    form = await typed(request)
    try:
        from_on, until_on = form.day("from_on"), form.day("until_on")
        form.refuse_mistakes()
        if from_on is None or until_on is None:
            raise MissingError("day")
        async with database.transaction() as tx:
            own = Absence(WorkerId(who.person_id), from_on, until_on)
            await save_absence(as_uuid(form.text("id")), own, tx)
    except RefusedError as refused:
        return await calendar_page(request, database, who, refused.problems, form)
    return see_other(CALENDAR)


@router.post("/calendar/commitments/{commitment_id}/delete")
async def drop_commitment(database: Db, who: Worker, commitment_id: UUID) -> Response:
    """Forget a commitment of one's own."""
    async with database.transaction() as tx:
        await store.delete_commitment(tx, who.person_id, commitment_id)
    return see_other(CALENDAR)


@router.post("/calendar/absences/{absence_id}/delete")
async def drop_absence(database: Db, who: Worker, absence_id: UUID) -> Response:
    """Forget days away."""
    async with database.transaction() as tx:
        await store.delete_absence(tx, who.person_id, absence_id)
    return see_other(CALENDAR)
