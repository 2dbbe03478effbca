"""A campaign's figures to take along: CSV, a workbook with its charts, and what the columns say.

The figures of answers (declined, silent, handed back) stay on the page: a file travels.
"""

from datetime import datetime
from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.reporting.web.account import Account, coded, read_account
from services.reporting.web.figure_words import FIGURE_WORDS
from shared.db import Database
from shared.web import BRUSSELS, Coordinator, Db, language_of, translate, word_id
from shared.web.tables import (
    Cell,
    Column,
    Table,
    Translate,
    as_xlsx,
    file_in,
)
from shared.words import ActionKind, Language, NonTakeUp, Theme

router = APIRouter(include_in_schema=False)
MEASURES = ("planned", "done", "people_reached")
TOTALS = ("planned", "done", "outcomes", "contributions", "people_reached")


def measures(_: Translate) -> dict[str, Column]:
    """Name and explain what is counted."""
    return {
        name: Column(name, _(FIGURE_WORDS[name].title), _(FIGURE_WORDS[name].says), "number")
        for name in TOTALS
    }


def tables_of(account: Account, _: Translate) -> list[Table]:
    """Write the figures as tables: by week, by neighbourhood, by kind of action, by mention."""
    counted, named = account.figures, measures(_)
    mentions: list[list[Cell]] = [
        [title, _(word_id(value)), number]
        for title, rows in (
            (_("Thèmes"), coded(Theme, counted.by_theme)),
            (_("Langues"), coded(Language, counted.by_language)),
            (_("Formes de non-recours"), coded(NonTakeUp, counted.non_take_up)),
        )
        for value, number in rows
    ]
    by = [named[name] for name in MEASURES]
    monday = Column("week", _("Semaine du"), _("Le lundi de la semaine."), "date")
    place = Column("neighbourhood", _("Quartier"), _("Nom du quartier, dans votre langue."))
    kind = Column("action", _("Action"), _("Sorte d’action."))
    return [
        Table(
            _("Par semaine"),
            (monday, *by),
            [[first, *amounts(line)] for first, line in account.weeks],
            ("week", "done", "planned"),
        ),
        Table(
            _("Par quartier"),
            (place, *by),
            [[name, *amounts(line)] for name, line in account.places],
            ("neighbourhood", "done", "planned"),
        ),
        Table(
            _("Par sorte d’action"),
            (kind, *by),
            [[_(word_id(ActionKind(line.kind))), *amounts(line)] for line in counted.by_kind],
        ),
        Table(
            _("De quoi, et dans quelle langue"),
            (
                Column("list", _("Liste"), _("Thèmes, langues ou formes de non-recours.")),
                Column("value", _("Valeur"), _("Le mot de la liste.")),
                Column("contributions", _("Contributions"), _("Combien le mentionnent."), "number"),
            ),
            mentions,
        ),
    ]


def amounts(line: object) -> list[Cell]:
    return [getattr(line, name) for name in MEASURES]


def long_table(account: Account, _: Translate) -> Table:
    """Write all figures one under the other, as a program or a pivot table reads them."""
    named = measures(_)
    rows: list[list[Cell]] = [
        [_("En tout"), "", named[name].title, getattr(account.figures, name)] for name in TOTALS
    ]
    for table in tables_of(account, _):
        for row in table.rows:
            if table.columns[0].name == "list":
                rows.append([row[0], row[1], _("Contributions"), row[2]])
                continue
            label = row[0].isoformat() if table.columns[0].kind == "date" else row[0]  # type: ignore[union-attr]  # a column of days holds days
            rows += [
                [table.title, label, named[name].title, row[place]]
                for place, name in enumerate(MEASURES, start=1)
            ]
    return Table(
        account.campaign.name("fr"),
        (
            Column("by", _("Selon"), _("En tout, par semaine, par quartier, par action, par mot.")),
            Column("value", _("Valeur"), _("La semaine, le quartier, l’action ou le mot.")),
            Column("measure", _("Mesure"), _("Ce qui est compté.")),
            Column("amount", _("Nombre"), _("Combien."), "number"),
        ),
        rows,
    )


@router.get("/campaigns/{campaign_id}/figures.csv")
async def figures_csv(
    request: Request, database: Db, campaign_id: UUID, _: Coordinator
) -> Response:
    """Export a campaign's figures as CSV."""
    return await figures_file(request, database, campaign_id, "csv")


@router.get("/campaigns/{campaign_id}/figures.xlsx")
async def figures_xlsx(
    request: Request, database: Db, campaign_id: UUID, _: Coordinator
) -> Response:
    """Export a campaign's figures as a workbook with its charts."""
    return await figures_file(request, database, campaign_id, "xlsx")


@router.get("/campaigns/{campaign_id}/figures.schema.json")
async def figures_schema(
    request: Request, database: Db, campaign_id: UUID, _: Coordinator
) -> Response:
    """Say what the columns of a campaign's figures are."""
    return await figures_file(request, database, campaign_id, "schema")


async def figures_file(
    request: Request, database: Database, campaign_id: UUID, form: str
) -> Response:
    language = language_of(request)
    _ = partial(translate, language)
    async with database.reading() as tx:
        account = await read_account(tx, language, campaign_id)
        now = tx.now.astimezone(BRUSSELS)
    name = f"relais-figures-{now.date().isoformat()}"
    return file_in(form, long_table(account, _), name, partial(workbook_of, account, language, now))


def workbook_of(account: Account, language: str, now: datetime) -> bytes:
    """Write the figures as a workbook with its charts; `now` is when they were counted."""
    _ = partial(translate, language)
    says = (
        _("Chiffres de la coordination, au moment de l’export. Aucun chiffre par RAQ n’existe."),
        _("Ce que les gens ont répondu aux propositions reste à l’écran : un fichier voyage."),
        _("Aucune donnée d’habitant·e n’existe. Les textes libres ne sont jamais exportés."),
    )
    tables = tables_of(account, _)
    return as_xlsx(tables, account.campaign.name(language), says, now.replace(tzinfo=None), _)
