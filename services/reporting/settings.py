"""Settings of reporting."""

from shared.settings import HouseSettings


class ReportingSettings(HouseSettings):
    """What reporting may be told from outside; read from variables that begin with `RELAIS_`."""
