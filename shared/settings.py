"""Settings that every service shares; each service's `settings.py` adds its own.

Read once in `main.py` from variables that begin with `RELAIS_`, or from files of the same name in
a secrets folder. Nothing else in Relais reads the environment.
"""

import hashlib
import hmac
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS_FOLDER = Path("/run/secrets")
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


class Clock(StrEnum):
    """Whose time it is. `scenario`: a played crisis moves the clock through the front door."""

    SYSTEM = "system"
    SCENARIO = "scenario"


class Profile(StrEnum):
    """`demo` opens what only a demonstration may have; `production` hides API documents."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    DEMO = "demo"


class MailServerSettings(BaseSettings):
    """The mail server. Without `smtp_host` nothing is mailed, and nobody is offered that."""

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
    public_url: str = Field(default="http://127.0.0.1:8080", description="How people reach us.")


class HouseSettings(MailServerSettings):
    """Where the engines are, whose clock counts, and the secret that signs what leaves the house.

    `secret` has no default: a service that has none refuses to start.
    """

    database_url: SecretStr
    nats_url: str = "nats://127.0.0.1:4222"
    valkey_url: str = "redis://127.0.0.1:6379/0"
    secret: SecretStr = Field(min_length=24)
    profile: Profile = Profile.PRODUCTION
    clock: Clock = Clock.SYSTEM
    session_idle_s: int = Field(default=int(timedelta(minutes=30).total_seconds()), ge=60)
    session_absolute_s: int = Field(default=int(timedelta(hours=12).total_seconds()), ge=60)
    openid_issuer: str | None = Field(default=None, description="Sign in with this provider.")
    openid_client_id: str | None = None
    openid_client_secret: SecretStr | None = None
    openid_name: str = Field(default="OpenID", description="What people call the provider.")
    ledger_days: int = Field(default=30, ge=1, description="How long sent facts stay in outboxes.")

    @model_validator(mode="after")
    def _played_time_is_for_demonstrations(self) -> Self:
        if self.clock is Clock.SCENARIO and self.profile is Profile.PRODUCTION:
            msg = "RELAIS_CLOCK=scenario needs RELAIS_PROFILE=demo or development"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _a_provider_is_whole_and_encrypted(self) -> Self:
        if self.openid_issuer is None:
            return self
        if not self.openid_client_id or self.openid_client_secret is None:
            msg = "RELAIS_OPENID_ISSUER needs RELAIS_OPENID_CLIENT_ID and _CLIENT_SECRET"
            raise ValueError(msg)
        parts = urlsplit(self.openid_issuer)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK_HOSTS:
            msg = "RELAIS_OPENID_ISSUER must begin with https://"
            raise ValueError(msg)
        return self

    @property
    def links_let_in(self) -> bool:
        """Tell whether a link is enough to come in.

        It is where nobody's real consent is given: in a demonstration, and in development. In
        production a link opens the page on which people choose their own means.
        """
        return self.profile is not Profile.PRODUCTION

    def database_url_of(self, schema: str) -> str:
        """Return the URL with which a schema's own role signs in, for SQLAlchemy and psycopg 3.

        The role `relais_<schema>` and its password come from the secret, unless the URL of that
        schema is given whole as `RELAIS_<SCHEMA>_DATABASE_URL`.
        """
        own = getattr(self, f"{schema}_database_url", None)
        if own is not None:
            return sqlalchemy_url(own.get_secret_value())
        parts = urlsplit(sqlalchemy_url(self.database_url.get_secret_value()))
        host = parts.netloc.rpartition("@")[2]
        login = f"{role_name(schema)}:{quote(self.role_password(schema))}"
        return urlunsplit(parts._replace(netloc=f"{login}@{host}"))

    def role_password(self, schema: str) -> str:
        """Derive the password of a schema's role from the secret."""
        key = self.secret.get_secret_value().encode()
        return hmac.new(key, f"database role {schema}".encode(), hashlib.sha256).hexdigest()

    intake_database_url: SecretStr | None = None
    dispatch_database_url: SecretStr | None = None
    notify_database_url: SecretStr | None = None
    reporting_database_url: SecretStr | None = None
    access_database_url: SecretStr | None = None
    sealer_database_url: SecretStr | None = None
    funder_database_url: SecretStr | None = None


def role_name(schema: str) -> str:
    """Name the database role that owns nothing and may use one schema."""
    return f"relais_{schema}"


def sqlalchemy_url(url: str) -> str:
    """Return a PostgreSQL URL with the one driver that we use, psycopg 3."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
        msg = "RELAIS_DATABASE_URL must begin with postgresql://"
        raise ValueError(msg)
    return f"postgresql+psycopg://{rest}"
