"""What the coordination may take with it: a campaign's tasks, and a week of the team's calendar.

A calendar says who is where. No file here tells who said no, why, or how much anybody did.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.dispatch import store
from services.dispatch.rules.history import fold
from services.dispatch.rules.local_time import (
    BRUSSELS,
    instant,
    local_day,
    monday_of,
    weekday,
)
from services.dispatch.rules.roster import at_the_meeting
from services.dispatch.store import moments
from services.dispatch.web.shown import Names
from shared.db import Database, Tx, zone_names
from shared.web import Coordinator, Db, language_of, translate, word_id
from shared.web.tables import (
    Cell,
    Column,
    Table,
    Translate,
    as_xlsx,
    file_in,
)
from shared.words import ProposalState

router = APIRouter(prefix="/desk", include_in_schema=False)
WEEK = timedelta(days=7)


def words_of(request: Request) -> Translate:
    """Return what translates a French source string for a reader."""
    return partial(translate, language_of(request))


async def tasks_table(tx: Tx, request: Request, campaign_id: UUID) -> Table:
    """List a campaign's tasks as they stand, by time and place.

    Raises:
        MissingError: no such campaign.
    """
    _ = words_of(request)
    await store.campaign_of(tx, campaign_id)
    names = Names(request, await store.worker_names(tx), await zone_names(tx))
    board = fold(await moments.moments_of(tx, campaign_id))
    yeses = await moments.standing_yeses(tx, campaign_id, tx.now)
    rows: list[list[Cell]] = []
    for row in await store.list_tasks(tx, campaign_id):
        slot, then = row.slot, board.tasks.get(row.slot.id)
        if then is None:
            continue
        starts, ends = (moment.astimezone(BRUSSELS) for moment in (slot.starts_at, slot.ends_at))
        team = [names.worker(worker_id) for worker_id in yeses.get(slot.id, ())]
        rows.append(
            [
                starts.date(),
                starts.time(),
                ends.time(),
                names.zone(slot.zone_id),
                slot.zone_id,
                _(word_id(slot.kind)),
                slot.people_wanted,
                then.accepted,
                ", ".join(team),
                _(word_id(then.state)),
            ]
        )
    return Table(
        _("Les tâches"),
        (
            Column("day", _("Jour"), _("Jour de la tâche, à Bruxelles."), "date"),
            Column("starts", _("Début"), _("Heure de début."), "time"),
            Column("ends", _("Fin"), _("Heure de fin."), "time"),
            Column("neighbourhood", _("Quartier"), _("Nom du quartier, dans votre langue.")),
            Column("zone_id", _("Code du quartier"), _("Code stable du quartier.")),
            Column("action", _("Action"), _("Sorte d’action.")),
            Column("people_wanted", _("Personnes demandées"), _("De une à trois."), "number"),
            Column("people_sure", _("Oui"), _("Combien ont dit oui à cette tâche."), "number"),
            Column("team", _("Équipe"), _("Qui a dit oui ; personne d’autre n’est nommé.")),
            Column("state", _("État"), _("Où en est la tâche, au moment de l’export.")),
        ),
        rows,
    )


async def week_table(tx: Tx, request: Request, monday: date) -> Table:
    """List a week of the team's calendar, line by line: who is taken when, and where they are.

    Own appointments and absences are both "taken": what they are is their owner's.
    """
    _ = words_of(request)
    sunday = monday + WEEK - timedelta(days=1)
    calendar = await store.load_calendar(tx, monday, sunday, {ProposalState.ACCEPTED})
    names = Names(request, await store.worker_names(tx), await zone_names(tx))
    days = [monday + timedelta(days=number) for number in range(7)]
    host, meets, taken, campaign = (
        _("temps du partenaire hébergeur"),
        _("matinée de l’équipe"),
        _("temps pris"),
        _("tâche de campagne"),
    )
    found: list[tuple[str, date, Any, Any, str, str]] = []
    for worker in calendar.workers:
        for day in days:
            weekly = [(period, host) for period in worker.host_periods]
            weekly += [(period, meets) for period in at_the_meeting(worker, calendar.meeting)]
            for period, what in weekly:
                if period.weekday is weekday(day):
                    begins, ends = (
                        instant(day, minute).astimezone(BRUSSELS)
                        for minute in (period.starts_min, period.ends_min)
                    )
                    found.append((worker.name, day, begins, ends, what, ""))
    for own in calendar.commitments:
        begins, ends = (moment.astimezone(BRUSSELS) for moment in (own.starts_at, own.ends_at))
        found.append((names.worker(own.worker_id), begins.date(), begins, ends, taken, ""))
    for away in calendar.absences:
        found += [
            (names.worker(away.worker_id), day, None, None, taken, "")
            for day in days
            if away.from_on <= day <= away.until_on
        ]
    for held in calendar.holdings:
        begins, ends = (moment.astimezone(BRUSSELS) for moment in (held.starts_at, held.ends_at))
        zone = names.zone(held.zone_id)
        found.append((names.worker(held.worker_id), begins.date(), begins, ends, campaign, zone))
    found.sort(key=lambda line: (line[0].casefold(), line[1], line[2] is not None, str(line[2])))
    rows: list[list[Cell]] = [
        [name, day, begins and begins.time(), ends and ends.time(), what, zone]
        for name, day, begins, ends, what, zone in found
        if monday <= day <= sunday
    ]
    return Table(
        _("Le calendrier de l’équipe"),
        (
            Column("person", _("Personne"), _("Nom, tel qu’il est dans l’équipe.")),
            Column("day", _("Jour"), _("Jour de la semaine choisie."), "date"),
            Column("starts", _("Début"), _("Vide\u00a0: toute la journée."), "time"),
            Column("ends", _("Fin"), _("Vide\u00a0: toute la journée."), "time"),
            Column(
                "what",
                _("Quoi"),
                _("Partenaire, matinée, tâche acceptée, ou temps pris sans dire par quoi."),
            ),
            Column("neighbourhood", _("Quartier"), _("Où, pour une tâche de campagne.")),
        ),
        rows,
    )


async def answer(
    request: Request, database: Database, form: str, name: str, build: Callable[[Tx], Any]
) -> Response:
    """Answer with a table in one of its three forms."""
    _ = words_of(request)
    async with database.reading() as tx:
        table: Table = await build(tx)
        day = local_day(tx.now)
        now = tx.now.astimezone(BRUSSELS).replace(tzinfo=None)
    name = f"relais-{name}-{day.isoformat()}"
    says = (
        _("Exporté pour la coordination. Aucun refus, aucune raison et aucun total par personne."),
        _("Aucune donnée d’habitant·e n’existe. Les textes libres ne sont jamais exportés."),
    )
    return file_in(form, table, name, partial(as_xlsx, [table], table.title, says, now, _))


def asked_monday(request: Request, today: date) -> date:
    """Read which week is asked for; this one when none is, or when it cannot be read."""
    try:
        return monday_of(date.fromisoformat(request.query_params.get("week", "")))
    except (ValueError, OverflowError):
        return monday_of(today)


@router.get("/campaigns/{campaign_id}/tasks.csv")
async def tasks_csv(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Export a campaign's tasks as CSV."""
    return await tasks_file(request, database, "csv", campaign_id)


@router.get("/campaigns/{campaign_id}/tasks.xlsx")
async def tasks_xlsx(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Export a campaign's tasks as a workbook."""
    return await tasks_file(request, database, "xlsx", campaign_id)


@router.get("/campaigns/{campaign_id}/tasks.schema.json")
async def tasks_schema(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID
) -> Response:
    """Say what the columns of a campaign's tasks are."""
    return await tasks_file(request, database, "schema", campaign_id)


async def tasks_file(
    request: Request, database: Database, form: str, campaign_id: UUID
) -> Response:
    build = partial(tasks_table, request=request, campaign_id=campaign_id)
    return await answer(request, database, form, "tasks", build)


@router.get("/calendar.csv")
async def week_csv(request: Request, database: Db, _: Coordinator) -> Response:
    """Export a week of the team's calendar as CSV."""
    return await week_file(request, database, "csv")


@router.get("/calendar.xlsx")
async def week_xlsx(request: Request, database: Db, _: Coordinator) -> Response:
    """Export a week of the team's calendar as a workbook."""
    return await week_file(request, database, "xlsx")


@router.get("/calendar.schema.json")
async def week_schema(request: Request, database: Db, _: Coordinator) -> Response:
    """Say what the columns of the team's calendar are."""
    return await week_file(request, database, "schema")


async def week_file(request: Request, database: Database, form: str) -> Response:
    async def build(tx: Tx) -> Table:
        return await week_table(tx, request, asked_monday(request, local_day(tx.now)))

    return await answer(request, database, form, "calendar", build)
