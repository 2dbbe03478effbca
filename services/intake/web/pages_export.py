"""What the coordination may take with it of intake: every invitation and what was decided.

Coded words, days and counts. What somebody wrote stays here: who asks, what is wanted, why it was
decided so, and every opinion.
"""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.intake import store
from services.intake.rules.local_day import local_day
from shared.db import Database, Tx, zone_names
from shared.web import BRUSSELS, Coordinator, Db, language_of, translate, word_id
from shared.web.tables import (
    Cell,
    Column,
    Table,
    Translate,
    as_xlsx,
    file_in,
)

router = APIRouter()


async def invitations_table(tx: Tx, language: str, _: Translate) -> Table:
    """List every invitation, the newest first, with its consultation, decision and campaign."""
    names = await zone_names(tx)
    campaigns = {campaign.id: campaign for campaign in await store.list_campaigns(tx)}

    def said(zone_id: str) -> str:
        return names[zone_id].name(language) if zone_id in names else zone_id

    rows: list[list[Cell]] = []
    for line in await store.list_invitations(tx):
        asked = line.invitation
        asked_of = await store.consultation_on(tx, asked.id)
        decided = await store.decision_of(tx, asked.id)
        campaign = campaigns.get(line.campaign_id) if line.campaign_id else None
        opinions = await store.answered(tx, asked_of.id) if asked_of else None
        rows.append(
            [
                local_day(line.received_at),
                _(word_id(asked.crisis)) if asked.crisis else "",
                _(word_id(asked.asked_by)) if asked.asked_by else "",
                ", ".join(_(word_id(public)) for public in asked.publics),
                asked.wanted_from,
                asked.wanted_until,
                ", ".join(said(zone_id) for zone_id in asked.zone_ids),
                local_day(line.consultation_closes_at) if line.consultation_closes_at else None,
                opinions,
                _(word_id(decided.verdict.decision)) if decided else "",
                local_day(decided.decided_at) if decided else None,
                campaign.name(language) if campaign else "",
                _(word_id(campaign.life.state)) if campaign else "",
            ]
        )
    return Table(
        _("Les invitations et les décisions"),
        (
            Column("received", _("Reçue"), _("Jour où l’invitation est arrivée."), "date"),
            Column("crisis", _("Crise"), _("De quelle crise il s’agit.")),
            Column("asked_by", _("Qui invite"), _("Quelle sorte d’organisation ; jamais un nom.")),
            Column("publics", _("Pour qui"), _("Les publics, séparés par des virgules.")),
            Column("wanted_from", _("À partir du"), _("Premier jour souhaité."), "date"),
            Column("wanted_until", _("Jusqu’au"), _("Dernier jour souhaité."), "date"),
            Column("neighbourhoods", _("Quartiers"), _("Les quartiers que l’invitation nomme.")),
            Column(
                "consultation_until",
                _("Avis jusqu’au"),
                _("Dernier jour de la consultation des RAQ. Vide : pas de consultation."),
                "date",
            ),
            Column("opinions", _("Avis"), _("Combien de RAQ ont répondu, jamais quoi."), "number"),
            Column("decision", _("Décision"), _("Acceptée, ajustée, refusée. Vide : pas encore.")),
            Column("decided", _("Décidée"), _("Jour de la décision."), "date"),
            Column("campaign", _("Campagne"), _("Nom public de la campagne, s’il y en a une.")),
            Column("campaign_state", _("État"), _("Où en est la campagne, au moment de l’export.")),
        ),
        rows,
    )


@router.get("/invitations.csv")
async def invitations_csv(request: Request, database: Db, _: Coordinator) -> Response:
    """Export the invitations as CSV."""
    return await invitations_file(request, database, "csv")


@router.get("/invitations.xlsx")
async def invitations_xlsx(request: Request, database: Db, _: Coordinator) -> Response:
    """Export the invitations as a workbook."""
    return await invitations_file(request, database, "xlsx")


@router.get("/invitations.schema.json")
async def invitations_schema(request: Request, database: Db, _: Coordinator) -> Response:
    """Say what the columns of the invitations are."""
    return await invitations_file(request, database, "schema")


async def invitations_file(request: Request, database: Database, form: str) -> Response:
    """Answer with the invitations in one of three forms."""
    language = language_of(request)
    _: Translate = partial(translate, language)
    async with database.reading() as tx:
        table = await invitations_table(tx, language, _)
        now = tx.now
    name = f"relais-invitations-{local_day(now).isoformat()}"
    says = (
        _("Exporté pour la coordination : des mots convenus, des jours et des nombres."),
        _("Aucune donnée d’habitant·e n’existe. Les textes libres ne sont jamais exportés."),
    )
    made_at = now.astimezone(BRUSSELS).replace(tzinfo=None)
    return file_in(form, table, name, partial(as_xlsx, [table], table.title, says, made_at, _))
