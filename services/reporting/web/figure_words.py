"""What each figure of the coordination is called, and what it counts: on pages and in files."""

from collections.abc import Mapping
from typing import NamedTuple

from services.reporting.rules.source_text import N_


class FigureWords(NamedTuple):
    """French source strings."""

    title: str
    says: str


FIGURE_WORDS: Mapping[str, FigureWords] = {
    "planned": FigureWords(
        N_("Tâches prévues"),
        N_("Tâches du dernier plan de la campagne, qu’elles aient été proposées ou non."),
    ),
    "proposed": FigureWords(
        N_("Propositions faites"),
        N_(
            "Une proposition demande une tâche à un·e RAQ. Une tâche à deux compte au moins deux"
            " propositions."
        ),
    ),
    "notified": FigureWords(
        N_("Propositions remises"), N_("Propositions dont au moins un message est arrivé.")
    ),
    "accepted": FigureWords(
        N_("Propositions acceptées"),
        N_(
            "Propositions auxquelles la personne a dit oui elle-même, aussi quand elle a rendu la"
            " tâche ensuite."
        ),
    ),
    "declined": FigureWords(
        N_("Propositions déclinées"),
        N_("Compté pour toute la campagne, jamais par personne ni par quartier."),
    ),
    "countered": FigureWords(
        N_("Autres moments proposés"),
        N_("Propositions auxquelles la personne a répondu par un autre moment."),
    ),
    "expired": FigureWords(
        N_("Restées sans réponse"), N_("Propositions sans réponse à la date demandée.")
    ),
    "handed_back": FigureWords(
        N_("Rendues"), N_("Tâches acceptées, puis rendues par la personne.")
    ),
    "withdrawn": FigureWords(
        N_("Retirées"),
        N_("Propositions reprises par la coordination, ou par la fin de la campagne."),
    ),
    "done": FigureWords(
        N_("Tâches faites"),
        N_("Tâches pour lesquelles au moins une contribution a été encodée."),
    ),
    "outcomes": FigureWords(
        N_("Résultats"),
        N_("Un résultat par tâche, quel que soit le nombre de personnes qui y ont travaillé."),
    ),
    "contributions": FigureWords(
        N_("Contributions"),
        N_("Ce que chaque RAQ a compté pour sa part. Une correction remplace ce qu’elle corrige."),
    ),
    "people_reached": FigureWords(
        N_("Personnes rencontrées"),
        N_(
            "Somme des contributions. Une personne rencontrée deux fois compte deux fois\u00a0:"
            " personne n’est identifié."
        ),
    ),
}
