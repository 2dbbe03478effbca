"""The clock's door of reporting: what is swept, and how often."""

from shared.jobs import Chore

CHORES: tuple[Chore, ...] = ()
