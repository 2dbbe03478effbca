"""Settings of dispatch."""

from shared.settings import HouseSettings

THINKING_LIMIT_S = 12.0
"""A plan that takes longer is not waited for: below half of the time that NATS waits for an
acknowledgement, so that a slow match is never heard twice."""

WHAT_IF_LIMIT_S = 60.0
"""A what-if that takes longer is killed: somebody waits for the page, no fact does."""


class DispatchSettings(HouseSettings):
    """What dispatch may be told from outside; read from variables that begin with `RELAIS_`."""
