"""The half of a declaration that chooses where: what was typed of it, and what it shows."""

from typing import Any

from services.intake import store
from services.intake.rules.need_index import INDICATORS, PRESETS
from services.intake.rules.targeting import Weights, index_of
from services.intake.steps.declare_campaign import WeightsForm
from services.intake.web.api_need_index import NeedIndexOut, index_out
from services.intake.web.forms import Typed, read_as
from shared.errors import Problem, RefusedError
from shared.words import CrisisKind

HANDS_FOR = 6  # zones that the index is asked about before somebody says how many
CUSTOM = "custom"
PCT = 100


def weights_typed(typed: Typed) -> dict[str, Any]:
    """Gather what the index is to weigh; own weights are typed in percent."""
    weights: dict[str, Any] = {"k": typed.maybe("k")}
    if typed.text("preset") != CUSTOM:
        return weights | {"preset": typed.maybe("preset")}
    own: dict[str, Any] = {}
    for key, written in typed.starting("weight_").items():
        try:
            own[key] = float(written.replace(",", ".")) / PCT
        except ValueError:
            own[key] = written
    return weights | {"custom": own, "justification": typed.text("justification")}


def targeting_context(
    territory: store.Territory, crisis: CrisisKind, typed: Typed, language: str
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Compare the zones by the weights that were typed.

    Returns:
        What `targeting.html` shows, and what is wrong with the weights. Weights that do not hold
        are answered with a comparison by those of the crisis.
    """
    index: NeedIndexOut | None = None
    problems: tuple[Problem, ...] = ()
    first_k = min(HANDS_FOR, len(territory.pack.zones))
    try:
        wanted = read_as(WeightsForm, weights_typed(typed)).asked()
        made = index_of(territory.pack, crisis, wanted, first_k=first_k)
        index = index_out(made, territory.version, language)
    except RefusedError as refused:
        problems = refused.problems
    if index is None:
        made = index_of(territory.pack, crisis, Weights(), first_k=first_k)
        index = index_out(made, territory.version, language)
    return {
        "index": index,
        "index_labels": {key: indicator.label for key, indicator in INDICATORS.items()},
        "index_units": {key: indicator.unit for key, indicator in INDICATORS.items()},
        "presets": [*PRESETS, CUSTOM],
        "attribution": territory.pack.attribution,
    }, problems
