"""What a play has seen of the funder's side: how often, which figures, and what did not agree."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID


class Told(NamedTuple):
    """What a reader outside was told of a code of a view; None where nothing is published."""

    campaign_id: UUID
    seal: int
    view: str
    code: str
    actions: int | None
    contacts: int | None


@dataclass
class Seen:
    """Counts by what was seen. A difference is a sentence that names what and where."""

    counts: Counter[str] = field(default_factory=Counter)
    told: set[Told] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] += number

    def must(self, what: str, *, hold: bool) -> None:
        """Note `what` as a difference unless it holds."""
        if not hold:
            self.differences.append(what)
