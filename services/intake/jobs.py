"""The clock's door of intake: what is swept, and how often."""

from services.intake.steps.close_ended_campaigns import close_ended_campaigns
from services.intake.steps.start_due_campaigns import start_due_campaigns
from shared.jobs import Chore, every

CHORES: tuple[Chore, ...] = (
    every(60, close_ended_campaigns),
    every(60, start_due_campaigns),
)
