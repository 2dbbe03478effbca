"""The clock's door of intake: what is swept, and how often."""

from shared.jobs import Chore

CHORES: tuple[Chore, ...] = ()
