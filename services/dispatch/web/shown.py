"""How people, reasons and durations are written in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from babel.dates import format_date
from fastapi import Request

from services.dispatch.rules.hours import alike_days
from services.dispatch.rules.local_time import WEEKDAYS
from services.dispatch.rules.roster import WeeklyPeriod
from services.dispatch.rules.wording import Said, duration
from shared.db import ZoneName
from shared.web import language_of, translate, word_id
from shared.words import ActionKind, Language, Skill

WORDS = {"lang": Language, "skill": Skill, "kind": ActionKind}
AWAY = "—"
A_MONDAY = date(2024, 1, 1)


def called(partner_id: str | None, names: Mapping[str, str]) -> str:
    """Name a host partner; its id, as words, while nobody said its name; empty when there is none.

    An id is a name in ASCII: as words it can be read, and is seen not to be the name.
    """
    if partner_id is None:
        return ""
    return names.get(partner_id) or partner_id.replace("-", " ")


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


def hours_said(periods: Sequence[WeeklyPeriod], reader: str) -> str:
    """Write a week's hours: `lun. – ven. 08:30 – 16:06`."""

    def named(index: int) -> str:
        return format_date(A_MONDAY + timedelta(days=index), "EEE", locale=reader)

    said = []
    for days in alike_days(periods):
        first, last = WEEKDAYS.index(days.first), WEEKDAYS.index(days.last)
        when = named(first) if first == last else together(named(first), named(last))
        hours = ", ".join(together(clock(begins), clock(ends)) for begins, ends in days.periods)
        said.append(f"{when} {hours}")
    return " · ".join(said)


def together(first: str, last: str) -> str:
    """Write a span so that it is never broken at its dash."""
    return f"{first}\u00a0–\u00a0{last}"


def clock(minute: int) -> str:
    """Write minutes after midnight."""
    return f"{minute // 60:02}:{minute % 60:02}"
