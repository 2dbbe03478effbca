"""Settings of intake."""

from shared.settings import HouseSettings


class IntakeSettings(HouseSettings):
    """What intake may be told from outside; read from variables that begin with `RELAIS_`."""
