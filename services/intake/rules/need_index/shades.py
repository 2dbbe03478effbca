"""Five classes of need, for a map: quick enough to follow a slider.

What is sure takes two thousand variants (`build_need_index`); where a zone stands when the data are
counted in the plain way takes one sum. A class is a fifth of that sum: no number is shown.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from services.intake.rules.need_index.build import MISSING_WEIGHT_MAX, ROUNDING
from services.intake.rules.need_index.indicators import Zone
from services.intake.rules.need_index.measure import raw_needs, scale_of, shrink
from services.intake.rules.need_index.variants import additive_scores, p5_p95
from services.intake.rules.source_text import N_
from shared.words import ZoneId

CLASSES = 5  # Source: ColorBrewer YlGnBu with five classes, told apart by every eye.
CLASS_NAMES = (N_("bas"), N_("plutôt bas"), N_("moyen"), N_("plutôt haut"), N_("haut"))


def shade_zones(
    zones: Iterable[Zone], weights: Mapping[str, float], reference: Iterable[Zone] | None = None
) -> dict[ZoneId, int | None]:
    """Put each zone in a class, 0 (least need) to 4; None where too little is known of it.

    Args:
        zones: the zones among which the campaign chooses.
        weights: by indicator, adding up to 1.
        reference: the territory that values are compared with; the zones when it is not given.
    """
    ranked = tuple(zones)
    territory = ranked if reference is None else tuple(reference)
    known = sorted(
        key
        for key, weight in weights.items()
        if weight > 0 and any(zone.observations.get(key) for zone in territory)
    )
    if not known or not ranked:
        return dict.fromkeys((zone.zone_id for zone in ranked), None)
    weighs = np.array([weights[key] for key in known])
    raw = raw_needs(territory, known)
    needs = shrink(raw_needs(ranked, known), ranked, raw, territory).value
    scale = scale_of(shrink(raw, territory, raw, territory), territory)
    scores = additive_scores(p5_p95(needs, scale), weighs)
    missing = 1 - weighs.sum() + (np.isnan(needs) * weighs).sum(axis=1)
    return {
        zone.zone_id: None if gap > MISSING_WEIGHT_MAX + ROUNDING else class_of(float(score))
        for zone, score, gap in zip(ranked, scores, missing, strict=True)
    }


def class_of(score: float) -> int:
    """Say in which fifth of 0 to 1 a score lies; the upper edge belongs to the last."""
    return min(CLASSES - 1, int(score * CLASSES + ROUNDING))
