"""Settings of dispatch."""

from shared.settings import HouseSettings


class DispatchSettings(HouseSettings):
    """What dispatch may be told from outside; read from variables that begin with `RELAIS_`."""
