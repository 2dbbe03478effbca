"""What a campaign prefers, as weights of the matcher's objective: three choices, not fifteen dials.

`docs/matching.md`, "In the product", gives the table.
"""

from services.dispatch.rules.matching import Weights
from shared.words import PlanPreference

WEIGHTS: dict[PlanPreference, Weights] = {
    PlanPreference.BALANCED: Weights(),
    # A zone reached and a task done count twice: two neighbours travel for them sooner.
    PlanPreference.COVER_FIRST: Weights(cover=400, depth=20),
    # A minute of travel or above half of somebody's share counts three times, and leaving one's
    # zone twice as much again: a task that costs people much may stay without a team.
    PlanPreference.COMFORT_FIRST: Weights(cost=6, away_min=60, relief_min=120),
}
