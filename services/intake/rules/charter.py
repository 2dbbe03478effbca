"""The charter against which an invitation is judged: its boundaries, its laws, its missions.

Texts are French source strings. Source: "Relais d'action de quartier, document balise du projet",
Fédération des Services Sociaux Bicommunautaires, September 2022, "Cadre général".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.intake.rules.source_text import N_
from shared.words import Boundary, CharterVersion, Law, Mission


@dataclass(frozen=True, slots=True)
class Article:
    """One boundary or law: its name, and a question to which only "yes" lets a campaign pass."""

    title: str
    question: str


@dataclass(frozen=True, slots=True)
class Charter:
    version: CharterVersion
    preamble: str
    boundaries: Mapping[Boundary, Article]
    laws: Mapping[Law, Article]
    missions: Mapping[Mission, str]


CHARTER_2022_09 = Charter(
    version="2022-09",
    preamble=N_(
        "En temps de crise, les RAQ sont en capacité de se mobiliser en réponse à la crise. Cette "
        "mobilisation s'ancre dans le cadre des finalités générales de leur métier. Le pouvoir "
        "subsidiant peut les y inviter. La coordination évalue alors la demande avec les RAQ et "
        "s'assure de la pertinence de cette demande par rapport aux missions et valeurs du métier "
        "de RAQ. Cette mobilisation doit être ponctuelle, limitée dans le temps, s'effectuer à "
        "l'échelle du quartier et ne pas interférer avec les actions en cours mises en place par "
        "les RAQ."
    ),
    boundaries={
        Boundary.ETHICS: Article(
            N_("Déontologie du travail social"),
            N_(
                "La mobilisation respecte-t-elle la déontologie du travail social : "
                "secret professionnel, aucune mission de contrôle, informer sans chercher à "
                "convaincre ?"
            ),
        ),
        Boundary.TARGET_PUBLIC: Article(
            N_("Public cible"),
            N_(
                "Va-t-elle vers les publics du projet, et d'abord vers les plus éloignés des "
                "services sociaux et de santé ?"
            ),
        ),
        Boundary.ADDED_VALUE: Article(
            N_("Plus-value par rapport aux services existants"),
            N_("Apporte-t-elle quelque chose que les services existants ne font pas déjà ?"),
        ),
        Boundary.PARTNERSHIP: Article(
            N_("Dynamique partenariale"),
            N_("Se construit-elle avec les partenaires hébergeurs et les acteurs du quartier ?"),
        ),
        Boundary.WORKING_ZONE: Article(
            N_("Zone de travail"),
            N_(
                "Se déroule-t-elle dans les quartiers des RAQ, ou en appui à un·e collègue "
                "pour une mission précise ?"
            ),
        ),
        Boundary.GOALS_AND_MISSIONS: Article(
            N_("Objectifs et missions du projet"),
            N_(
                "Sert-elle l'accès aux services et la lutte contre le non-recours aux droits, "
                "dans le cadre des quatre missions ?"
            ),
        ),
    },
    laws={
        Law.ONE_OFF: Article(
            N_("Ponctuelle"),
            N_("Répond-elle à une crise précise, sans devenir une tâche permanente ?"),
        ),
        Law.LIMITED_IN_TIME: Article(
            N_("Limitée dans le temps"),
            N_("A-t-elle une date de fin, connue dès le départ ?"),
        ),
        Law.NEIGHBOURHOOD_SCALE: Article(
            N_("À l'échelle du quartier"),
            N_("Se mène-t-elle à l'échelle du quartier ?"),
        ),
        Law.NO_INTERFERENCE: Article(
            N_("Sans interférer avec les actions en cours"),
            N_("Laisse-t-elle se poursuivre les actions déjà mises en place par les RAQ ?"),
        ),
    },
    missions={
        Mission.NETWORKING: N_("Réaliser un maillage à l'échelle du quartier"),
        Mission.INDIVIDUAL_GUIDANCE: N_("Assurer une orientation individuelle"),
        Mission.COLLECTIVE_INFORMATION: N_(
            "Développer des actions collectives d'information et de promotion de la santé"
        ),
        Mission.COMMUNITY_ACTION: N_(
            "Développer et soutenir des actions et projets communautaires à l'échelle des quartiers"
        ),
    },
)

CHARTERS: Mapping[CharterVersion, Charter] = {CHARTER_2022_09.version: CHARTER_2022_09}
CURRENT_CHARTER = CHARTER_2022_09
