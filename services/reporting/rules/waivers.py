"""When a campaign is so small that publishing its total takes a yes of each of its workers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
WAITS_FOR_WAIVERS_DAYS = 30


class Part(NamedTuple):
    """One contribution: whose it is, and how many people were met."""

    worker_id: UUID
    people_reached: int


class Answer(StrEnum):
    """What a worker's own page says of a campaign. Told to nobody else."""

    NOT_GIVEN = "not_given"
    GIVEN = "given"
    PUBLISHED = "published"
    OVER = "over"


class Outlook(StrEnum):
    """What the coordination is told of a small campaign. Who answered what is not."""

    RUNNING = "running"
    WILL_BE = "will_be"
    MISSING = "missing"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class SmallCampaign:
    """A campaign as far as waivers go. `T`, `K` and `P` are those of its frozen policy."""

    campaign_id: UUID
    name_fr: str
    name_nl: str
    starts_on: date
    ends_on: date
    closed_at: datetime | None
    published: bool
    T: int
    K: int
    P: str
    parts: tuple[Part, ...]

    def name(self, language: str) -> str:
        """Return the Dutch name to who reads Dutch, the French one to everybody else."""
        return self.name_nl if language == "nl" else self.name_fr

    @property
    def workers(self) -> frozenset[UUID]:
        return frozenset(part.worker_id for part in self.parts)

    @property
    def is_small(self) -> bool:
        """Whether nothing of it may be published but by waivers: see `needs_waivers`."""
        return not self.published and needs_waivers(self.parts, self.K, self.P)

    @property
    def is_too_small(self) -> bool:
        """Whether waivers cannot help: they cover workers, not the people they met."""
        return min(len(self.parts), sum(part.people_reached for part in self.parts)) < self.T

    def open_at(self, now: datetime) -> bool:
        """Tell whether a waiver can still be given, or taken back."""
        if self.published:
            return False
        return self.closed_at is None or now.astimezone(BRUSSELS).date() < last_day(self.closed_at)

    def answer(self, given_at: datetime | None, now: datetime) -> Answer:
        """Tell a worker where their waiver stands."""
        if self.published:
            return Answer.PUBLISHED
        if not self.open_at(now) or (self.closed_at is not None and self.is_too_small):
            return Answer.OVER
        return Answer.NOT_GIVEN if given_at is None else Answer.GIVEN

    def outlook(self, agreed: Iterable[UUID], now: datetime) -> Outlook | None:
        """Tell whether the total can be published; None where no waiver is needed.

        While the campaign goes on this says nothing of answers: somebody may still join it.
        """
        if not self.is_small:
            return None
        if self.closed_at is None:
            return Outlook.RUNNING
        if self.is_too_small:
            return Outlook.NEVER
        if self.workers <= set(agreed):
            return Outlook.WILL_BE
        return Outlook.MISSING if self.open_at(now) else Outlook.NEVER


def needs_waivers(parts: Iterable[Part], workers_min: int, share: str) -> bool:
    """Tell whether too few people, or nearly one alone, did what a campaign did.

    The same as the sealed ledger's rules of K and P (`rules/ledger/safety.py`), for pages that do
    without its arrays. False for a campaign in which nothing was done yet.
    """
    sums: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    for part in parts:
        sums[part.worker_id][0] += 1
        sums[part.worker_id][1] += part.people_reached
    for measure in (0, 1):
        sizes = sorted((both[measure] for both in sums.values() if both[measure]), reverse=True)
        others = sum(sizes[2:])
        if sums and (len(sizes) < workers_min or others < Fraction(share) * sizes[0]):
            return True
    return False


def last_day(closed_at: datetime) -> date:
    """Return the day on which the ledger of a closed campaign waits for waivers no more."""
    return closed_at.astimezone(BRUSSELS).date() + timedelta(days=WAITS_FOR_WAIVERS_DAYS)
