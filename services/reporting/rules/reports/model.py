"""What a report is made of: parts with rows, in words of the reader's language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from services.reporting.rules.published import Published

Value = str | int | date | None


class Words(Protocol):
    """How a report speaks: the reader's language, given by whoever shows it."""

    language: str

    def say(self, text: str, **values: object) -> str:
        """Translate a French source string and fill its places."""

    def plural(self, one: str, many: str, n: int) -> str:
        """Translate a source string that counts; `%(n)s` is the number, written."""

    def number(self, value: float) -> str:
        """Write a number."""

    def day(self, value: date) -> str:
        """Write a day with its year."""

    def code(self, view: str, code: str) -> str:
        """Name a code of a view; a funder zone by its municipalities."""

    def word(self, value: object) -> str:
        """Name a value of a closed list."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name for programs, its title for people, and what it says."""

    name: str
    title: str
    says: str
    kind: Literal["text", "number", "date"] = "text"


@dataclass(frozen=True, slots=True)
class Part:
    """A table of a report. None in a row is "not published", whatever the reason.

    `drawn` names the columns of a picture, labels first; `chart` says how it is drawn.
    """

    name: str
    title: str
    says: str
    fields: Sequence[Field]
    rows: Sequence[Sequence[Value]]
    chart: Literal["none", "bars", "columns", "areas"] = "none"
    drawn: tuple[str, ...] = ()

    def place(self, name: str) -> int:
        """Return the place of a column."""
        return [one.name for one in self.fields].index(name)


@dataclass(frozen=True, slots=True)
class Report:
    """What a report tells of a campaign, in one language.

    `stamp` is what every file carries: campaign, seal, version of the policy, hash of the ledger.
    """

    title: str
    series: str
    sentence: str
    facts: Sequence[str]
    parts: Sequence[Part]
    lines: Sequence[tuple[str, Sequence[str]]] = ()
    method: Sequence[tuple[str, str]] = ()
    stamp: str = ""
    keys: "Stamp | None" = field(default=None)


@dataclass(frozen=True, slots=True)
class Stamp:
    """By which a file can be checked against the ledger."""

    campaign_id: str
    seal: int
    policy_version: str
    ledger_hash: str


Told = Callable[[Published, Words], Report]
