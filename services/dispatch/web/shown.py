"""How people, reasons and durations are written in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from fastapi import Request

from services.dispatch.rules.wording import Said, duration
from shared.db import ZoneName
from shared.web import language_of, translate, word_id
from shared.words import ActionKind, Language, Skill

WORDS = {"lang": Language, "skill": Skill, "kind": ActionKind}
AWAY = "—"


class Names:
    """How workers and zones are called, for one reader."""

    def __init__(
        self, request: Request, workers: Mapping[UUID, str], zones: Mapping[str, ZoneName]
    ) -> None:
        self.language = language_of(request)
        self._workers = workers
        self._zones = zones

    def worker(self, worker_id: UUID | None) -> str:
        """Name a worker; a dash for somebody who left the roster."""
        return self._workers.get(worker_id, AWAY) if worker_id else AWAY

    def zone(self, zone_id: str) -> str:
        """Name a neighbourhood; its id while its name is unknown."""
        known = self._zones.get(zone_id)
        return known.name(self.language) if known else zone_id

    def reason(self, said: Said) -> str:
        """Write one reason of the matcher."""
        params = {key: self._param(key, value) for key, value in said["params"].items()}
        return translate(self.language, said["text"], params)

    def reasons(self, all_said: Iterable[Said]) -> list[str]:
        """Write the reasons why somebody is suggested."""
        return [self.reason(said) for said in all_said]

    def _param(self, key: str, value: Any) -> str:
        if key in WORDS:
            return translate(self.language, word_id(WORDS[key](value)))
        if key.endswith("_min"):
            return duration(int(value))
        if key == "worker":
            return self.worker(UUID(str(value)))
        if key in {"zone", "home", "place"}:
            return self.zone(str(value))
        return str(value)
