"""Finds the system that a command is about: servers given by address, or one that runs here."""

import json
from dataclasses import dataclass
from pathlib import Path

from deploy.engines import EngineError, State
from deploy.settings import PROJECT_ROOT, DeploySettings, handed_on
from shared.settings import HouseSettings

DEMO_FOLDERS = PROJECT_ROOT / ".relais"
DEMO_PREFIX = "demo-"


@dataclass(frozen=True, slots=True)
class Here:
    """A system of ours: its folder and what runs in it."""

    data: Path
    state: State

    @property
    def logs(self) -> Path:
        return self.data / "logs"


def find_here(settings: DeploySettings) -> Here | None:
    """Return the system of the data folder; the one demonstration that runs if none was named."""
    state = State.read(settings.data_dir)
    if state is not None:
        return Here(settings.data_dir, state)
    if "data_dir" in settings.model_fields_set:
        return None
    demos = [
        Here(folder, state)
        for folder in sorted(DEMO_FOLDERS.glob(f"{DEMO_PREFIX}*"))
        if (state := State.read(folder)) is not None
    ]
    return demos[0] if len(demos) == 1 else None


def house_settings(settings: DeploySettings | None = None) -> HouseSettings:
    """Return the settings by which the services of this system find everything.

    Raises:
        EngineError: no server is named and nothing runs here.
    """
    settings = settings or DeploySettings.read()
    here = find_here(settings)
    if settings.database_url is not None and settings.nats_url is not None:
        if here is None or here.state.urls["database"] != settings.database_url:
            return HouseSettings()
    elif here is None:
        raise EngineError(
            f"Nothing runs in {settings.data_dir}. Start it with `relais up`, or name your servers "
            "with RELAIS_DATABASE_URL, RELAIS_NATS_URL, RELAIS_VALKEY_URL and RELAIS_SECRET."
        )
    urls = here.state.urls
    passwords = json.loads((here.data / "passwords.json").read_text())
    return HouseSettings(
        database_url=urls["database"],
        nats_url=urls["nats"],
        valkey_url=urls["valkey"],
        secret=passwords["secret"],
        public_url=handed_on().get("RELAIS_PUBLIC_URL") or urls.get("gateway", "http://127.0.0.1"),
    )
