"""What the activity report of 2022 printed, figure by figure, beside which ours are told.

Source: FdSS, "Rapport d'activités 2022", chapters on individual guidance, collective activities and
the missions linked to the crisis in Ukraine. Single figures, quoted with their source.
"""

from collections.abc import Mapping

from shared.words import PublishedKind, RelayKind

YEAR = 2022
INDIVIDUAL = 547  # "L'ensemble de l'équipe a encodé 547 interventions."
COLLECTIVE = 544  # "En 2022, 544 actions ont été menées"; the lines below add up to 496.
COLLECTIVE_LINES: Mapping[PublishedKind, int] = {
    PublishedKind.MARKET_STALL: 44,
    PublishedKind.DISCUSSION_TABLE: 47,
    PublishedKind.CITIZEN_GROUP: 62,
    PublishedKind.DROP_IN: 142,
    PublishedKind.BRI_CO: 64,
    PublishedKind.FLYER_ROUND: 34,
    PublishedKind.EVENT: 28 + 26,  # neighbourhood parties, and thematic events
    PublishedKind.WORKSHOP: 49,
}
RELAYED = 540  # "les RAQ ont réalisé 540 accompagnements-relais"
RELAYED_BY = 2  # "2 RAQ ont été affecté·es"
RELAY_PERMILLE: Mapping[RelayKind, int] = {
    RelayKind.CPAS: 28,
    RelayKind.HOSPITAL: 70,
    RelayKind.SCHOOL_ENROLMENT: 14,
    RelayKind.MUNICIPALITY: 28,
    RelayKind.INTERPRETING: 280,
    RelayKind.HOUSING: 210,
    RelayKind.JOB_SEARCH: 140,
    RelayKind.MEDIATION: 140,
    RelayKind.RECEPTION_CENTRE: 14,
    RelayKind.SCHOOL: 70,
    RelayKind.DISABILITY_RECOGNITION: 7,
}
BASE = 143
"""The smallest number of which all eleven shares are whole numbers; none of 540 rounds to 1.4 %."""


def of(base: int, permille: int) -> int:
    """Return the whole number that a printed share stands for."""
    return round(base * permille / 1000)
