"""A year as readers outside get it: the ledgers of its campaigns, added up.

A ledger belongs to the year in which its campaign began, as the funder zones do: an outcome is in
one ledger, so it is in one year. Sums of published sums tell nothing that each did not tell.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.reporting.rules.published import (
    TOTAL,
    VIEWS,
    Anchored,
    Breakdown,
    PublicCampaign,
    Sum,
    YearCorrection,
    breakdown,
)


class LedgerRead(NamedTuple):
    """A campaign's ledger: its blocks, and by what it can be checked."""

    campaign: PublicCampaign
    sums: tuple[Sum, ...]
    anchor: Anchored

    @property
    def seal(self) -> int:
        return max((block.seq for block in self.sums), default=0)


@dataclass(frozen=True, slots=True)
class Year:
    """Everything that is published of the campaigns that began in a year."""

    year: int
    ledgers: tuple[LedgerRead, ...]
    correction: YearCorrection | None

    def of_crisis(self, crisis: str) -> "Year":
        """Keep the campaigns of one crisis."""
        kept = tuple(one for one in self.ledgers if one.campaign.crisis == crisis)
        return Year(self.year, kept, None)

    @property
    def sealed(self) -> tuple[LedgerRead, ...]:
        return tuple(one for one in self.ledgers if one.sums)

    @property
    def sums(self) -> list[Sum]:
        return [block for one in self.ledgers for block in one.sums]

    @property
    def actions(self) -> int | None:
        return added(block.actions for block in self.sums if block.view == TOTAL)

    @property
    def contacts(self) -> int | None:
        return added(block.contacts for block in self.sums if block.view == TOTAL)

    @property
    def sealed_on(self) -> date | None:
        return max((block.day for block in self.sums), default=None)

    @property
    def ended(self) -> bool:
        """Tell whether nothing of the year is sealed any more."""
        return all(one.campaign.ended_on is not None for one in self.ledgers)

    def view(self, name: str) -> Breakdown | None:
        """Add a view up over the year; None where no campaign has it."""
        codes = {
            code: None
            for one in self.ledgers
            for view, known in one.campaign.views
            if view == name
            for code in known
        }
        return breakdown(name, list(codes), self.sums, None) if codes else None

    @property
    def views(self) -> list[Breakdown]:
        return [found for name in VIEWS if (found := self.view(name)) is not None]

    @property
    def fingerprint(self) -> str:
        """Name the state of all ledgers of the year: SHA-256 over their ids, seals and heads."""
        heads = [[str(one.campaign.campaign_id), one.seal, one.anchor.head] for one in self.ledgers]
        return hashlib.sha256(json.dumps(sorted(heads)).encode()).hexdigest()

    @property
    def policy_versions(self) -> str:
        described = (one.campaign.described for one in self.ledgers)
        versions = {str(known["version"]) for known in described if known is not None}
        return ", ".join(sorted(versions))


def added(amounts: Iterable[int]) -> int | None:
    """Add up what is published; None when nothing is."""
    known = list(amounts)
    return sum(known) if known else None
