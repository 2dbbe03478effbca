"""What is published of a campaign, as a program reads it, and what pages and files make of it.

Pure: text in, differences out.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

from deploy.player.seen import Told

ROUNDED_DOWN_TO = 5  # Source: docs/ledger.md: what anybody may read is rounded down to five
REST = "*"
TOTAL = "total"
PUBLIC_VIEWS = ("theme", "kind", "relay")
UNTOLD = "non publié"
ROW = re.compile(r'<tr><th scope="row">(.*?)</th><td class="n">(.*?)</td>', re.DOTALL)
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\u202f\u00a0 ](?=\d{3}(?!\d))")


def plain(text: str) -> str:
    """Return what a page says: no tags, plain spaces, numbers in one piece."""
    words = re.sub(r"<[^>]+>", " ", unescape(text))
    words = BETWEEN_DIGITS.sub("", words)
    return " ".join(words.replace("\u202f", " ").replace("\u00a0", " ").split())


@dataclass(frozen=True, slots=True)
class Line:
    code: str
    name: str
    actions: int | None
    contacts: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """A campaign's report as data, as far as pages and files repeat it."""

    campaign_id: UUID
    seal: int
    sentence: str
    views: Mapping[str, Sequence[Line]]
    rows: Mapping[str, Sequence[Sequence[Any]]]

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> "Report":
        """Read the answer of `/reporting/api/published/…/campaign`."""
        views: dict[str, list[Line]] = {}
        for part in answer["parts"]:
            names = [each["name"] for each in part["table_schema"]["fields"]]
            if {"code", "actions", "contacts"} <= set(names):
                rows = [dict(zip(names, row, strict=True)) for row in part["rows"]]
                views[part["name"]] = [
                    Line(row["code"], row["name"], row["actions"], row["contacts"]) for row in rows
                ]
        return cls(
            UUID(answer["campaign_id"]),
            answer["seal"],
            plain(answer["sentence"]),
            views,
            {part["name"]: part["rows"] for part in answer["parts"]},
        )

    @property
    def total(self) -> tuple[int, int]:
        """Interventions and contacts, the rest included; every view adds up to them."""
        lines = next(iter(self.views.values()), ())
        return sum(line.actions or 0 for line in lines), sum(line.contacts or 0 for line in lines)

    def told(self) -> Iterator[Told]:
        """Yield every figure that is told, and for every hidden code that there is none."""
        for view, lines in self.views.items():
            known = [line for line in lines if line.code != REST]
            for line in known:
                yield Told(
                    self.campaign_id, self.seal, view, line.code, line.actions, line.contacts
                )
        if self.views:
            total = self.total if self.seal else (None, None)
            yield Told(self.campaign_id, self.seal, TOTAL, TOTAL, *total)


def differs_on_funders_page(report: Report, page: str) -> list[str]:
    """Name what the funder's page does not say as the report does."""
    said = plain(page)
    return [
        f"the funder's page does not say {line.name}: {line.actions}"
        for lines in report.views.values()
        for line in lines
        if line.actions and f"{line.name} {line.actions} " not in said
    ]


def differs_on_public_page(report: Report, page: str, campaign: str) -> list[str]:
    """Name what the public page does not say as the report does, rounded down."""
    heading = f">{campaign}</h2>"
    sections = [part for part in page.split("<section")[1:] if heading in unescape(part)]
    if not report.seal:
        return [f"the public page tells of {campaign}, which is not published"] * len(sections)
    if len(sections) != 1:
        return [f"the public page tells {len(sections)} times of {campaign}"]
    said = plain(sections[0])
    actions, contacts = (at_least(number) for number in report.total)
    wanted = (
        f"au moins {actions} interventions et rencontré au moins {contacts} personnes",
        *sorted(
            f"{line.name} {rounded(line.actions)}"
            for view in PUBLIC_VIEWS
            for line in report.views.get(view, ())
            if line.code != REST
        ),
    )
    shown = sorted(f"{plain(name)} {plain(number)}" for name, number in ROW.findall(sections[0]))
    found = [f"the public page does not say: {wanted[0]}"] if wanted[0] not in said else []
    if shown != list(wanted[1:]):
        strange = sorted(set(shown) ^ set(wanted[1:]))
        found.append(f"the public page differs at: {', '.join(strange[:4])}")
    return found


def at_least(number: int) -> int:
    return number - number % ROUNDED_DOWN_TO


def rounded(number: int | None) -> str:
    """Write a figure as the public page does."""
    return f"au moins {at_least(number)}" if number and at_least(number) else UNTOLD


def differs_in_table(report: Report, view: str, table: bytes) -> list[str]:
    """Name the view whose CSV file does not hold the report's rows."""
    _, *rows = csv.reader(table.decode("utf-8-sig").splitlines(), delimiter=";")
    told = [["" if value is None else str(value) for value in row] for row in report.rows[view]]
    return [] if rows == told else [f"the CSV of {view} is not the report's"]
