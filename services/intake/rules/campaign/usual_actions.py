"""What a campaign usually does: a first proposal for the coordination, which decides.

Days, hours and numbers are those of the campaigns that the activity reports of 2021 and 2022 tell
(stalls on market mornings, a Vacci-Bus for a day, rounds on week days), rounded to whole hours.
"""

from collections.abc import Mapping

from services.intake.rules.campaign.declaration import ActionWanted
from shared.words import ActionKind, CrisisKind, Skill, Weekday

WEEK = (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI)
MORNING_MIN, AFTERNOON_MIN = 9 * 60, 13 * 60 + 30
HALF_DAY_MIN, SHORT_MIN, DAY_MIN = 180, 120, 420

USUAL: Mapping[ActionKind, ActionWanted] = {
    action.kind: action
    for action in (
        ActionWanted(
            ActionKind.MARKET_STALL,
            1,
            (Weekday.WED, Weekday.FRI, Weekday.SAT),
            MORNING_MIN,
            HALF_DAY_MIN,
        ),
        ActionWanted(ActionKind.FLYER_ROUND, 1, WEEK, AFTERNOON_MIN, SHORT_MIN),
        ActionWanted(ActionKind.STREET_ROUND, 1, WEEK, AFTERNOON_MIN, HALF_DAY_MIN),
        ActionWanted(ActionKind.DROP_IN, 1, WEEK, MORNING_MIN, HALF_DAY_MIN),
        ActionWanted(ActionKind.DISCUSSION_TABLE, 1, WEEK, AFTERNOON_MIN, SHORT_MIN),
        ActionWanted(ActionKind.CITIZEN_GROUP, 1, WEEK, AFTERNOON_MIN, SHORT_MIN),
        ActionWanted(
            ActionKind.THEMATIC_EVENT, 1, (*WEEK, Weekday.SAT), AFTERNOON_MIN, HALF_DAY_MIN, 3
        ),
        ActionWanted(
            ActionKind.NEIGHBOURHOOD_PARTY,
            1,
            (Weekday.SAT, Weekday.SUN),
            AFTERNOON_MIN,
            HALF_DAY_MIN,
            3,
        ),
        ActionWanted(ActionKind.WORKSHOP, 1, WEEK, AFTERNOON_MIN, SHORT_MIN),
        ActionWanted(ActionKind.BRI_CO, 1, WEEK, MORNING_MIN, DAY_MIN, 3),
        ActionWanted(ActionKind.VACCI_BUS_DAY, 1, WEEK, MORNING_MIN, DAY_MIN),
        ActionWanted(ActionKind.ACCOMPANIMENT, 2, WEEK, MORNING_MIN, SHORT_MIN, 1),
        ActionWanted(ActionKind.INTERPRETING, 2, WEEK, MORNING_MIN, SHORT_MIN, 1),
        ActionWanted(ActionKind.PARTNER_TRAINING, 1, WEEK, MORNING_MIN, SHORT_MIN),
    )
}
_FOR: Mapping[CrisisKind, tuple[tuple[ActionKind, Skill | None], ...]] = {
    CrisisKind.ENERGY: ((ActionKind.MARKET_STALL, Skill.ENERGY), (ActionKind.WORKSHOP, None)),
    CrisisKind.HEALTH: ((ActionKind.VACCI_BUS_DAY, None), (ActionKind.FLYER_ROUND, None)),
    CrisisKind.MIGRATION: ((ActionKind.DROP_IN, None), (ActionKind.INTERPRETING, None)),
    CrisisKind.HEAT: ((ActionKind.STREET_ROUND, None), (ActionKind.FLYER_ROUND, None)),
    CrisisKind.FLOOD: ((ActionKind.STREET_ROUND, None), (ActionKind.ACCOMPANIMENT, None)),
    CrisisKind.HOUSING: ((ActionKind.DROP_IN, None), (ActionKind.ACCOMPANIMENT, None)),
    CrisisKind.OTHER: ((ActionKind.STREET_ROUND, None),),
}


def usual_actions(crisis: CrisisKind) -> tuple[tuple[ActionWanted, Skill | None], ...]:
    """Propose actions for a kind of crisis, each with the skill that it calls for."""
    return tuple((USUAL[kind], skill) for kind, skill in _FOR[crisis])
