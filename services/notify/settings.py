"""Settings of notify."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import SECRETS_FOLDER, HouseSettings


class MailSettings(BaseSettings):
    """The mail server. Without `smtp_host` nobody is offered e-mail; the inbox is always there."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_",
        secrets_dir=SECRETS_FOLDER if SECRETS_FOLDER.is_dir() else None,
        extra="ignore",
    )

    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_starttls: bool = Field(default=True, description="Refuse to send without encryption.")
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str = Field(default="Relais <relais@localhost>", description="Who writes.")
    smtp_timeout_s: float = Field(default=10.0, gt=0, le=60)
    public_url: str = "http://127.0.0.1:8080"


class NotifySettings(HouseSettings):
    """What notify may be told from outside; read from variables that begin with `RELAIS_`."""
