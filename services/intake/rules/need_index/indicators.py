"""What the index looks at: indicators, their values, and the zones that carry them.

There is no indicator on origin, nationality or crime, and none may be added: the index is about
the conditions of an area, never about who lives there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite, log
from typing import Literal

from services.intake.rules.source_text import N_
from shared.errors import Problem
from shared.words import ZoneId

FULL_PCT = 100.0


class Transform(StrEnum):
    """How a value is stretched before it is compared."""

    NONE = "none"
    LOG = "log"
    LOGIT = "logit"

    def accepts(self, value: float) -> bool:
        """Say whether `value` can be transformed: above 0 for a log, strictly 0-100 for a logit."""
        if not isfinite(value):
            return False
        match self:
            case Transform.NONE:
                return True
            case Transform.LOG:
                return value > 0
            case Transform.LOGIT:
                return 0 < value < FULL_PCT

    def apply(self, value: float) -> float:
        """Transform `value`; a logit takes a percentage between 0 and 100."""
        match self:
            case Transform.NONE:
                return value
            case Transform.LOG:
                return log(value)
            case Transform.LOGIT:
                return log(value / (FULL_PCT - value))

    def slope(self, value: float) -> float:
        """Say by how much the transformed value moves per unit of `value` (for standard errors)."""
        match self:
            case Transform.NONE:
                return 1.0
            case Transform.LOG:
                return 1 / value
            case Transform.LOGIT:
                return FULL_PCT / (value * (FULL_PCT - value))


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that is looked at. `direction`: +1 when more is more need, -1 when less is."""

    key: str
    label: str
    unit: str
    direction: Literal[1, -1]
    transform: Transform


# Source: the five variables that delimit a neighbourhood in the charter of September 2022 ("Le
# quartier, c'est notre bureau"); directions and transforms:
# docs/decisions/0012-need-index-method.md. The last one stands in where nobody publishes diabetes.
# Keys are those of the territory's catalogue.
INDICATORS: Mapping[str, Indicator] = {
    indicator.key: indicator
    for indicator in (
        Indicator("median_income_eur", N_("revenu médian"), "EUR", -1, Transform.LOG),
        Indicator("diabetes_pct", N_("diabète"), "%", 1, Transform.LOGIT),
        Indicator("density_per_km2", N_("densité de population"), "/km²", 1, Transform.LOG),
        Indicator(
            "density_65_plus_per_km2", N_("densité des 65 ans et plus"), "/km²", 1, Transform.LOG
        ),
        Indicator("household_size", N_("taille des ménages"), "pers.", 1, Transform.NONE),
        Indicator(
            "increased_reimbursement_pct", N_("intervention majorée"), "%", 1, Transform.LOGIT
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Observation:
    """One published value, in the indicator's unit, with its year and its source.

    `standard_error`, in the same unit, is given when the source publishes it or it can be computed;
    then the value is drawn towards the municipality, and its noise enters the uncertainty.
    """

    value: float
    year: int
    source: str
    standard_error: float | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone with what is known about it. An indicator that is absent or None is missing, never 0.

    `municipality` is the one that values are drawn towards and that missing ones are guessed from;
    for a zone across several, the one with most of its inhabitants.
    """

    zone_id: ZoneId
    name_fr: str
    name_nl: str
    municipality: str
    observations: Mapping[str, Observation | None] = field(default_factory=dict)

    def name(self, language: str) -> str:
        """Name the zone in Dutch for a Dutch reader, in French for any other."""
        return self.name_nl if language == "nl" else self.name_fr


def problems_of_zones(zones: tuple[Zone, ...]) -> list[Problem]:
    """List what makes zones unfit for the index: twice the same id, impossible values."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for zone in zones:
        if zone.zone_id in seen:
            problems.append(
                Problem(
                    "zone_given_twice",
                    N_("Ce quartier est donné deux fois."),
                    place=zone.zone_id,
                )
            )
        seen.add(zone.zone_id)
        for key, observation in zone.observations.items():
            place = f"{zone.zone_id}/{key}"
            if key not in INDICATORS:
                problems.append(
                    Problem(
                        "unknown_indicator",
                        N_("Cet indicateur n'existe pas dans le catalogue : %(indicator)s."),
                        place=place,
                        values={"indicator": key},
                    )
                )
            elif observation is not None:
                problems.extend(_problems_of_value(INDICATORS[key], observation, place))
    return problems


def _problems_of_value(indicator: Indicator, observation: Observation, place: str) -> list[Problem]:
    problems: list[Problem] = []
    if not indicator.transform.accepts(observation.value):
        problems.append(
            Problem(
                "impossible_value",
                N_(
                    "La valeur %(value)s est impossible pour cet indicateur. "
                    "Une donnée absente se laisse vide, elle ne vaut jamais 0."
                ),
                place=place,
                values={"value": observation.value},
            )
        )
    error = observation.standard_error
    if error is not None and not (isfinite(error) and error >= 0):
        problems.append(
            Problem(
                "impossible_standard_error",
                N_("L'erreur type %(value)s est impossible pour cet indicateur."),
                place=place,
                values={"value": error},
            )
        )
    return problems
