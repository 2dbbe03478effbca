"""Settings of the whole system: which servers to use, where to keep data, how much to say."""

import os
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class DeploySettings(BaseSettings):
    """Read from `RELAIS_*` environment variables; every one has a working default.

    An address of a server means "use this one": that engine is then not started.
    """

    model_config = SettingsConfigDict(env_prefix="RELAIS_", frozen=True)

    database_url: str | None = None
    nats_url: str | None = None
    nats_monitor_url: str | None = None
    valkey_url: str | None = None
    secret: str | None = None

    data_dir: Annotated[Path, AfterValidator(Path.absolute)] = PROJECT_ROOT / ".relais" / "data"
    gateway_port: int = 8710
    """The one port of `relais up`; 0 lets the system choose. Loopback only: see docs/runbook.md."""

    postgres_os_user: str = "nobody"
    """Who PostgreSQL runs as when Relais runs as root, which PostgreSQL refuses."""

    shared_data: Path = PROJECT_ROOT.parent / "shared" / "data"
    """Official files that are not part of the project; tests that need them skip without."""

    debug: bool = False

    @classmethod
    def read(cls) -> Self:
        return cls()


OF_THE_SYSTEM = ("DATABASE_URL", "NATS_URL", "NATS_MONITOR_URL", "VALKEY_URL", "DATA_DIR")


def handed_on() -> dict[str, str]:
    """Return the `RELAIS_*` variables meant for the services: a mail server, a secret, a name."""
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  # this is settings.py
        if name.startswith("RELAIS_") and name.removeprefix("RELAIS_") not in OF_THE_SYSTEM
    }


def for_a_child(settings: DeploySettings) -> dict[str, str]:
    """Return the environment for another `relais` that is about the same data folder."""
    return os.environ | {  # noqa: TID251  # this is settings.py
        "PYTHONPATH": str(PROJECT_ROOT),
        "RELAIS_DATA_DIR": str(settings.data_dir),
    }


def clean_environment() -> dict[str, str]:
    """Return the environment for checks: ours, without settings that would change their outcome."""
    kept = "RELAIS_SHARED_DATA"
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  # this is settings.py
        if name == kept or not name.startswith("RELAIS_")
    } | {"PYTHONPATH": str(PROJECT_ROOT)}
