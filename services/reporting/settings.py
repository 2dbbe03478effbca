"""Settings of reporting."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import HouseSettings, MailServerSettings


class ReportingSettings(HouseSettings):
    """What reporting may be told from outside; read from variables that begin with `RELAIS_`."""


class SealSettings(BaseSettings):
    """How often a campaign's figures may be sealed.

    Seven days; three in an acute crisis (source: disclosure study). A campaign keeps what held when
    it began.
    """

    model_config = SettingsConfigDict(env_prefix="RELAIS_", extra="ignore")

    seal_period_days: int = Field(default=7, ge=1, le=31)


class LetterSettings(MailServerSettings):
    """What letters to subscribers need: a mail server, and the secret that opens addresses."""

    secret: SecretStr | None = Field(default=None, min_length=24)
