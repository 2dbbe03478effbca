"""A worker's own data: what dispatch keeps of them, opened and packed for them alone.

There is no such page for anybody else, and no id in the address: it is always whoever asks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.rules.local_time import BRUSSELS
from services.dispatch.rules.outcomes import Body
from services.dispatch.rules.wording import duration
from services.dispatch.store.notes import Note
from services.dispatch.store.own_data import OwnData, own_data
from services.dispatch.web.note_api import note_keys
from services.dispatch.web.shown import called
from shared import access
from shared.db import partner_names, zone_names
from shared.web import Db, Worker, language_of, page, translate, word_id
from shared.web.guard import doors_of
from shared.web.own_data import ACTIONS, local, own_data_file, trail_table
from shared.web.tables import Cell, Column, Table

router = APIRouter(prefix="/me/data", include_in_schema=False)
NAME = "relais-mes-donnees"


@router.get("", response_class=HTMLResponse)
async def own_data_page(request: Request, who: Worker) -> Response:
    """Say what one's data are, who reads them, and give them."""
    async with doors_of(request).reading() as tx:
        trail = await access.trail_of(tx, who.person_id)
    readers = [line for line in trail if line.action.endswith(".read")]
    return page(request, "own_data.html", readers=readers, actions=ACTIONS)


@router.get(".zip")
async def own_data_zip(request: Request, database: Db, who: Worker) -> Response:
    """Give everything that dispatch keeps of the worker who asks, their notes opened."""
    language = language_of(request)
    async with database.reading() as tx:
        kept = await own_data(tx, who.person_id)
        notes = await store.own_notes(tx, who.person_id, note_keys(request))
        campaigns = {c.frame.campaign_id: c for c in await store.list_campaigns(tx)}
        zones = await zone_names(tx)
        partners = await partner_names(tx)
        now = tx.now.astimezone(BRUSSELS)
    async with doors_of(request).reading() as tx:
        trail = await access.trail_of(tx, who.person_id)
    words = Told(
        language,
        {zone_id: zone.name(language) for zone_id, zone in zones.items()},
        {id_: known.name(language) or "" for id_, known in campaigns.items()},
        partners,
    )
    tables = [*tables_of(kept, notes, words), trail_table(trail, language)]
    return own_data_file(who, language, tables, said(words.say), now, NAME)


@dataclass(frozen=True, slots=True)
class Told:
    """How things are called in a reader's language."""

    language: str
    places: Mapping[str, str]
    campaigns: Mapping[Any, str]
    partners: Mapping[str, str]

    def say(self, text: str) -> str:
        return translate(self.language, text)

    def word(self, value: Any) -> str | None:
        return translate(self.language, word_id(value)) if value is not None else None

    def words(self, values: Sequence[Any]) -> str:
        return ", ".join(translate(self.language, word_id(value)) for value in values)

    def place(self, zone_id: str | None) -> str:
        return self.places.get(zone_id, zone_id) if zone_id else ""

    def campaign(self, campaign_id: UUID | None) -> str:
        return self.campaigns.get(campaign_id, "") if campaign_id else ""


def said(_: Callable[[str], str]) -> list[str]:
    """Tell what stands in the file and what does not."""
    return [
        _(
            "Tout ce que Relais garde sur votre travail : à vous, et à personne d’autre sous"
            " cette forme."
        ),
        _(
            "Vos notes sont ouvertes dans ce fichier. Dans Relais elles restent sous clé, et vous"
            " seul·e les lisez ; gardez ce fichier comme vous gardez un carnet."
        ),
        _(
            "Un non n’est gardé que le temps de trouver quelqu’un d’autre ; ensuite il n’est plus"
            " à personne, et ne peut donc pas être ici."
        ),
        _(
            "Une correction n’efface pas ce qui était noté avant : chaque version est là, la plus"
            " récente compte."
        ),
        _(
            "« Qui a lu ou changé quoi » dit qui a ouvert votre fiche, votre agenda ou votre"
            " adresse, une ligne par personne et par demi-journée."
        ),
        _("Vos messages et votre adresse sont dans un autre fichier : Relais les garde à part."),
    ]


def tables_of(kept: OwnData, notes: Sequence[Note], told: Told) -> list[Table]:
    """Write what is kept as tables."""
    return [
        profile_table(kept, told),
        outcomes_table(kept, told),
        notes_table(notes, told),
        answers_table(kept, told),
        Table(
            told.say("Mes engagements"),
            (*span(told.say), place(told.say)),
            [
                [local(one.commitment.starts_at), local(one.commitment.ends_at),
                 told.place(one.commitment.zone_id)]
                for one in kept.commitments
            ],
        ),
        Table(
            told.say("Mes absences"),
            (
                Column("from_on", told.say("Du"), told.say("Premier jour."), "date"),
                Column("until_on", told.say("Au (inclus)"), told.say("Dernier jour."), "date"),
            ),
            [[one.absence.from_on, one.absence.until_on] for one in kept.absences],
        ),
        opinions_table(kept, told),
        Table(
            told.say("Mes signaux"),
            (
                Column("at", told.say("Quand"), told.say("Jour et heure, à Bruxelles.")),
                Column("kind", told.say("Signal"), told.say("Sorte de signal.")),
                Column("theme", told.say("Thème"), told.say("À propos de quoi.")),
                place(told.say),
            ),
            [
                [local(one.raised_at), told.word(one.kind), told.word(one.theme),
                 told.place(one.zone_id)]
                for one in kept.signals
            ],
        ),
    ]  # fmt: skip


def place(_: Callable[[str], str]) -> Column:
    return Column("neighbourhood", _("Quartier"), _("Nom du quartier, dans votre langue."))


def span(_: Callable[[str], str]) -> tuple[Column, Column]:
    return (
        Column("starts_at", _("Début"), _("Jour et heure, à Bruxelles.")),
        Column("ends_at", _("Fin"), _("Jour et heure, à Bruxelles.")),
    )


def profile_table(kept: OwnData, told: Told) -> Table:
    """Write what the coordination noted of somebody on the roster."""
    rows: list[list[Cell]] = []
    if kept.entry is not None:
        worker = kept.entry.worker
        rows = [
            [told.say("Nom"), worker.name],
            [told.say("Quartier"), told.place(worker.home_zone)],
            [told.say("Temps de travail par semaine"), duration(worker.weekly_min)],
            [told.say("Partenaire hébergeur"), called(worker.host_partner, told.partners)],
            [told.say("Part du partenaire hébergeur, en %"), str(worker.host_share_pct)],
            [told.say("Trajet au plus"), duration(worker.travel_max_min)],
            [told.say("Langues"), told.words(sorted(worker.languages))],
            [told.say("Compétences"), told.words(sorted(worker.skills))],
            [told.say("Actions refusées"), told.words(sorted(worker.kinds_refused))],
        ]
    return Table(
        told.say("Ma fiche"),
        (
            Column("what", told.say("Quoi"), told.say("Ce que la coordination a noté avec vous.")),
            Column("value", told.say("Valeur"), told.say("Ce qui est noté.")),
        ),
        rows,
    )


def outcomes_table(kept: OwnData, told: Told) -> Table:
    """Write every version of every outcome."""
    _ = told.say
    rows: list[list[Cell]] = [
        [
            one.body.happened_on,
            told.word(one.kind),
            told.place(one.zone_id),
            told.campaign(one.campaign_id),
            one.body.people_reached,
            told.words(one.body.themes),
            told.words(one.body.languages),
            told.words(one.body.non_take_up),
            relays_of(one.body, told),
            one.version,
            told.word(one.body.reason),
            local(one.recorded_at),
        ]
        for one in kept.recorded
    ]
    return Table(
        _("Mes résultats"),
        (
            Column("day", _("Jour"), _("Le jour où cela s’est passé."), "date"),
            Column("action", _("Action"), _("Sorte d’action.")),
            place(_),
            Column("campaign", _("Campagne"), _("Vide : hors campagne.")),
            Column(
                "people_reached",
                _("Personnes rencontrées"),
                _("Ce que vous avez compté."),
                "number",
            ),
            Column("themes", _("Thèmes"), _("De quoi on a parlé.")),
            Column("languages", _("Langues"), _("Dans quelles langues.")),
            Column("non_take_up", _("Formes de non-recours"), _("Ce qui a été rencontré.")),
            Column("relays", _("Relais faits"), _("Vers quelle sorte de service, et combien.")),
            Column(
                "version", _("Version"), _("1 : la première ; plus : une correction."), "number"
            ),
            Column("reason", _("Raison de la correction"), _("Vide : aucune.")),
            Column("recorded_at", _("Noté"), _("Quand Relais l’a reçu.")),
        ),
        rows,
    )


def relays_of(body: Body, told: Told) -> str:
    return ", ".join(f"{told.word(relay.kind)} ({relay.made})" for relay in body.relays)


def notes_table(notes: Sequence[Note], told: Told) -> Table:
    """Write the notes, opened."""
    _ = told.say
    return Table(
        _("Notes pour moi"),
        (
            Column("written_at", _("Quand"), _("Jour et heure, à Bruxelles.")),
            Column("campaign", _("Campagne"), _("Vide : hors campagne.")),
            Column("text", _("Note"), _("Ce que vous avez écrit.")),
        ),
        [[local(one.written_at), told.campaign(one.campaign_id), one.text] for one in notes],
    )


def answers_table(kept: OwnData, told: Told) -> Table:
    """Write what somebody was asked and what they answered, as far as it is still theirs."""
    _ = told.say
    return Table(
        _("Ce qu’on m’a proposé"),
        (
            *span(_),
            Column("action", _("Action"), _("Sorte d’action.")),
            place(_),
            Column("campaign", _("Campagne"), _("Vide : hors campagne.")),
            Column("answer", _("Réponse"), _("Où en est la proposition.")),
            Column("reason", _("Raison"), _("Celle que vous avez donnée en déclinant.")),
        ),
        [
            [
                local(one.starts_at),
                local(one.ends_at),
                told.word(one.kind),
                told.place(one.zone_id),
                told.campaign(one.campaign_id),
                told.word(one.state),
                told.word(one.decline_reason),
            ]
            for one in kept.proposals
        ],
    )


def opinions_table(kept: OwnData, told: Told) -> Table:
    """Write what somebody thought of invitations."""
    _ = told.say
    return Table(
        _("Mes avis"),
        (
            Column("crisis", _("Crise"), _("De quelle invitation il s’agissait.")),
            Column("closed_at", _("Jusqu’au"), _("Jour et heure, à Bruxelles.")),
            Column("stance", _("Mon avis"), _("Le dernier que vous avez donné.")),
            Column("grounds", _("Raisons"), _("Sur quoi il repose.")),
        ),
        [
            [
                told.word(asked.crisis),
                local(asked.closes_at),
                told.word(given.stance),
                told.words(given.grounds),
            ]
            for asked, given in kept.opinions
        ],
    )
