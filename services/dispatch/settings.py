"""Settings of dispatch."""

from shared.settings import HouseSettings

THINKING_LIMIT_S = 60.0
"""Thinking that takes longer is given up. 150 tasks take 1.2 s of a core; this is for a machine on
which many others want that core, and the bus tells NATS meanwhile that somebody is at work."""

WHAT_IF_LIMIT_S = 60.0
"""A what-if that takes longer is killed: somebody waits for the page, no fact does."""


class DispatchSettings(HouseSettings):
    """What dispatch may be told from outside; read from variables that begin with `RELAIS_`."""
