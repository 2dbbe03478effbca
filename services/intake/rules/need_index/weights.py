"""How much each indicator weighs for one campaign: presets, edits, their versions and limits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import isfinite

from services.intake.rules.need_index.indicators import INDICATORS
from services.intake.rules.source_text import N_
from shared.errors import Problem, RefusedError, refuse
from shared.words import CrisisKind

WEIGHT_MAX = (
    0.5  # Source: docs/decisions/0012-need-index-method.md; one indicator never decides alone.
)
SUM_TOLERANCE = 1e-6
JUSTIFICATION_MIN_CHARACTERS = 10

_DIABETES, _STAND_IN = "diabetes_pct", "increased_reimbursement_pct"
_STAND_IN_NOTE = N_("L'intervention majorée tient lieu du diabète, que personne ne publie ici.")


@dataclass(frozen=True, slots=True)
class Weighting:
    """Weights that add up to 1, with the sentence that justifies them.

    `justification` is a French source string in a preset, and the coordination's own words in an
    edit; either way it stays in intake. `notes` are French source strings.
    """

    key: str
    version: int
    weights: Mapping[str, float]
    justification: str
    notes: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """`energy/1`: how a choice of zones says which weights it was made with."""
        return f"{self.key}/{self.version}"


def _preset(key: str, weights: tuple[float, ...], justification: str) -> Weighting:
    return Weighting(key, 1, dict(zip(INDICATORS, weights, strict=False)), justification)


# Order: income, diabetes, density, density of people aged 65 and over, household size.
# Source of the first three: the founders' method note. `migration` is our own judgement: there is
# no indicator on who arrives or from where, so it looks at where room and money are short.
PRESETS: Mapping[str, Weighting] = {
    preset.key: preset
    for preset in (
        _preset(
            "health",
            (0.15, 0.30, 0.20, 0.25, 0.10),
            N_("Crise sanitaire : la santé et l'âge pèsent plus que le revenu."),
        ),
        _preset(
            "energy",
            (0.45, 0.05, 0.10, 0.15, 0.25),
            N_("Hausse des prix : le revenu pèse le plus, puis la taille des ménages."),
        ),
        _preset(
            "migration",
            (0.30, 0.05, 0.30, 0.05, 0.30),
            N_(
                "Accueil : le revenu, la densité et la taille des ménages "
                "disent où la place manque."
            ),
        ),
        _preset(
            "equal",
            (0.20, 0.20, 0.20, 0.20, 0.20),
            N_("Aucune raison de donner plus de poids à un indicateur qu'à un autre."),
        ),
    )
}


def preset_for(crisis: CrisisKind, available: Collection[str] | None = None) -> Weighting:
    """Find the weights to start from for a kind of crisis; equal ones when none was agreed.

    Where nobody publishes diabetes and `available` indicators have increased reimbursement, which
    speaks of income and health at once, that one stands in with the same weight, and says so.
    """
    preset = PRESETS.get(crisis.value, PRESETS["equal"])
    if available is None or _DIABETES in available or _STAND_IN not in available:
        return preset
    weights = {
        _STAND_IN if key == _DIABETES else key: weight for key, weight in preset.weights.items()
    }
    return replace(preset, key=f"{preset.key}-bim", weights=weights, notes=(_STAND_IN_NOTE,))


def edited_weighting(
    previous: Weighting, weights: Mapping[str, float], justification: str
) -> Weighting:
    """Make the next version of some weights, as the coordination wants them for a campaign.

    Raises:
        RefusedError: with every problem at once; see `check_weighting`.
    """
    edited = Weighting(previous.key, previous.version + 1, dict(weights), justification.strip())
    check_weighting(edited)
    return edited


def weights_of_points(points: Mapping[str, float]) -> dict[str, float]:
    """Turn points, which say what counts more or less, into weights that add up to 1.

    Raises:
        RefusedError: no indicator has a point, or one has less than none.
    """
    total = sum(points.values())
    if not (isfinite(total) and total > 0) or min(points.values()) < 0:
        raise refuse(
            "no_weight_at_all",
            N_("Donnez du poids à un indicateur au moins."),
            place="weights",
        )
    return {key: given / total for key, given in points.items()}


def check_weighting(weighting: Weighting) -> None:
    """Refuse weights that do not add up to 1, that let one indicator decide, or unexplained ones.

    Raises:
        RefusedError: with every problem at once.
    """
    problems: list[Problem] = []
    for key, weight in weighting.weights.items():
        if key not in INDICATORS:
            problems.append(
                Problem(
                    "unknown_indicator",
                    N_("Cet indicateur n'existe pas dans le catalogue : %(indicator)s."),
                    place=f"weights.{key}",
                    values={"indicator": key},
                )
            )
        if not (isfinite(weight) and 0 <= weight <= WEIGHT_MAX):
            problems.append(
                Problem(
                    "weight_out_of_bounds",
                    N_("Un indicateur pèse de 0 à %(max_pct)s %%, pas %(weight_pct)s %%."),
                    place=f"weights.{key}",
                    values={
                        "max_pct": round(WEIGHT_MAX * 100),
                        "weight_pct": round(weight * 100) if isfinite(weight) else str(weight),
                    },
                )
            )
    total = sum(weighting.weights.values())
    if not abs(total - 1) <= SUM_TOLERANCE:
        problems.append(
            Problem(
                "weights_do_not_add_up",
                N_("La somme des poids doit être 1 ; elle est de %(total)s."),
                place="weights",
                values={"total": round(total, 4)},
            )
        )
    if len(weighting.justification.strip()) < JUSTIFICATION_MIN_CHARACTERS:
        problems.append(
            Problem(
                "weights_without_justification",
                N_("Dites en une phrase pourquoi ces poids conviennent à cette campagne."),
                place="justification",
            )
        )
    if problems:
        raise RefusedError(*problems)
