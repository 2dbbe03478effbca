"""A campaign: what its declaration must have, and its life until its end."""

from services.intake.rules.campaign.declaration import (
    ALONE_ALLOWED,
    LENGTH_MAX,
    SHARE_DEFAULT_PCT,
    SHARE_MAX_PCT,
    ActionWanted,
    Declaration,
    check_declaration,
    planned_actions,
)
from services.intake.rules.campaign.life import (
    Life,
    Move,
    after,
    check_new_end,
    closing_reason,
    due_move,
)
from services.intake.rules.campaign.progress import Stage, Standing, standing_of
from services.intake.rules.campaign.usual_actions import USUAL, usual_actions

__all__ = [
    "ALONE_ALLOWED",
    "LENGTH_MAX",
    "SHARE_DEFAULT_PCT",
    "SHARE_MAX_PCT",
    "USUAL",
    "ActionWanted",
    "Declaration",
    "Life",
    "Move",
    "Stage",
    "Standing",
    "after",
    "check_declaration",
    "check_new_end",
    "closing_reason",
    "due_move",
    "planned_actions",
    "standing_of",
    "usual_actions",
]
