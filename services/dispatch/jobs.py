"""The clock's door of dispatch: what is swept, and every how many seconds."""

from services.dispatch.steps.close_past_tasks import close_past_tasks
from services.dispatch.steps.destroy_note_keys import destroy_note_keys
from services.dispatch.steps.expire_silent_proposals import expire_silent_proposals
from services.dispatch.steps.forget_feeds import forget_feeds
from services.dispatch.steps.forget_imports import forget_imports
from services.dispatch.steps.forget_operations import forget_operations
from services.dispatch.steps.forget_past_answers import forget_past_answers
from shared.jobs import Chore, every

CHORES: tuple[Chore, ...] = (
    every(30, expire_silent_proposals),
    every(300, close_past_tasks),
    every(600, forget_past_answers),
    every(3600, forget_operations),
    every(3600, destroy_note_keys),
    every(600, forget_feeds),
    every(3600, forget_imports),
)
