"""The events of the ledger for research: one line for each sealed sum, without worker, day or zone.

The ledger has no single interventions: its events are its blocks. An export of anything finer would
be a table that nobody protected.
"""

from collections.abc import Sequence

from services.reporting.rules.reports.model import Field, Part, Words
from services.reporting.rules.reports.year import LedgerRead
from services.reporting.rules.source_text import N_

HIDDEN_VIEWS = {"zone"}


def events_part(ledgers: Sequence[LedgerRead], words: Words) -> Part:
    """List every sealed sum but those of zones, in the order of campaigns and seals."""
    return Part(
        "events",
        words.say(N_("Événements du registre")),
        words.say(
            N_(
                "Une ligne par somme scellée : ni RAQ, ni jour, ni zone. Additionner les lignes"
                " d’un code donne son chiffre publié."
            )
        ),
        [
            Field("campaign", words.say(N_("Campagne")), words.say(N_("Identifiant public."))),
            Field("crisis", words.say(N_("Crise")), words.say(N_("Code de la crise."))),
            Field(
                "year",
                words.say(N_("Année")),
                words.say(N_("Année où la campagne a commencé.")),
                "number",
            ),
            Field(
                "seal",
                words.say(N_("Scellé")),
                words.say(N_("Rang du scellé dans la campagne, jamais une date.")),
                "number",
            ),
            Field("view", words.say(N_("Ventilation")), words.say(N_("« total » : sans code."))),
            Field("code", words.say(N_("Code")), words.say(N_("Code de la rubrique."))),
            Field(
                "actions",
                words.say(N_("Interventions")),
                words.say(N_("Depuis le scellé précédent où ce code a été publié.")),
                "number",
            ),
            Field(
                "contacts",
                words.say(N_("Personnes rencontrées")),
                words.say(N_("Depuis le scellé précédent où ce code a été publié.")),
                "number",
            ),
        ],
        [
            [
                str(one.campaign.campaign_id),
                one.campaign.crisis,
                one.campaign.starts_on.year,
                block.seq,
                block.view,
                block.code,
                block.actions,
                block.contacts,
            ]
            for one in sorted(ledgers, key=lambda one: str(one.campaign.campaign_id))
            for block in one.sums
            if block.view not in HIDDEN_VIEWS
        ],
    )
