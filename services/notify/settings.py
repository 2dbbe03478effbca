"""Settings of notify."""

from shared.settings import HouseSettings


class NotifySettings(HouseSettings):
    """What notify may be told from outside; read from variables that begin with `RELAIS_`."""
