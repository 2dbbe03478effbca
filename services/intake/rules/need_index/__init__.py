"""The need index of one campaign: what it looks at, how it counts, how sure it is, who decides.

The method and its limits are in `docs/need-index.md`. Nothing of this package may be put in a
fact, an export or another role's page: only the chosen zones leave, in the order of their ids.
"""

from services.intake.rules.need_index.bench import NeedIndexBench, bench_need_index
from services.intake.rules.need_index.build import DRAWS, build_need_index
from services.intake.rules.need_index.choice import ZoneChoice, choose_zones
from services.intake.rules.need_index.explain import (
    explain_weighting,
    explain_zone,
    say_in_short,
    say_interval,
)
from services.intake.rules.need_index.index import (
    Contribution,
    Explanation,
    Group,
    Groups,
    NeedIndex,
    RankInterval,
)
from services.intake.rules.need_index.indicators import (
    INDICATORS,
    Indicator,
    Observation,
    Transform,
    Zone,
)
from services.intake.rules.need_index.message import Message
from services.intake.rules.need_index.shades import CLASS_NAMES, CLASSES, shade_zones
from services.intake.rules.need_index.territory import (
    available_indicators,
    reference_of,
    zones_of,
)
from services.intake.rules.need_index.weights import (
    PRESETS,
    WEIGHT_MAX,
    Weighting,
    check_weighting,
    edited_weighting,
    preset_for,
    weights_of_points,
)

__all__ = [
    "CLASSES",
    "CLASS_NAMES",
    "DRAWS",
    "INDICATORS",
    "PRESETS",
    "WEIGHT_MAX",
    "Contribution",
    "Explanation",
    "Group",
    "Groups",
    "Indicator",
    "Message",
    "NeedIndex",
    "NeedIndexBench",
    "Observation",
    "RankInterval",
    "Transform",
    "Weighting",
    "Zone",
    "ZoneChoice",
    "available_indicators",
    "bench_need_index",
    "build_need_index",
    "check_weighting",
    "choose_zones",
    "edited_weighting",
    "explain_weighting",
    "explain_zone",
    "preset_for",
    "reference_of",
    "say_in_short",
    "say_interval",
    "shade_zones",
    "weights_of_points",
    "zones_of",
]
