"""The half of a declaration that chooses where: what was typed of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.intake.rules.need_index import preset_for, weights_of_points
from services.intake.rules.targeting import PRESET_CRISES
from services.intake.web.forms import Typed

HANDS_FOR = 6  # zones that the index is asked about before somebody says how many
PCT = 100
WEIGH, POINTS, RETAINED = "weigh_", "weight_", "retained"
SAME = 1e-6


def weights_typed(typed: Typed) -> dict[str, Any]:
    """Gather what the index is to weigh: a preset, or own weights where the sliders were moved.

    Sliders say what counts more or less; together they are always all of the weight.

    Raises:
        RefusedError: no slider has any weight.
    """
    weights: dict[str, Any] = {"k": typed.maybe("k"), "preset": typed.maybe("preset")}
    points, unread = points_typed(typed)
    if unread:
        return weights | {"custom": {**points, **unread}}
    if not points:
        return weights
    own = weights_of_points(points)
    agreed = agreed_weights(typed.text("preset"), points)
    if all(abs(own[key] - agreed.get(key, 0)) < SAME for key in own):
        return weights
    return weights | {"custom": own, "justification": typed.text("justification")}


def points_typed(typed: Typed) -> tuple[dict[str, float], dict[str, str]]:
    """Read the sliders: points by indicator, and what is no number."""
    points, unread = {}, {}
    for key, written in typed.starting(POINTS).items():
        try:
            points[key] = float(written.replace(",", "."))
        except ValueError:
            unread[key] = written
    return points, unread


def agreed_weights(preset: str, keys: Mapping[str, float]) -> Mapping[str, float]:
    """Return the weights of a preset, over the indicators that have a slider."""
    if preset not in PRESET_CRISES:
        return {}
    return preset_for(PRESET_CRISES[preset], available=list(keys)).weights


def reweighed(typed: Typed) -> Typed | None:
    """Take the weights that a button named; None when no such button was pressed.

    The sliders go back to those weights: what was typed of them is forgotten, the sentence that
    justified them is not.
    """
    preset = typed.text("go").removeprefix(WEIGH)
    if not typed.text("go").startswith(WEIGH) or preset not in PRESET_CRISES:
        return None
    kept = {name: values for name, values in typed.lists.items() if not name.startswith(POINTS)}
    return replace(typed, lists={**kept, "preset": (preset,)})
