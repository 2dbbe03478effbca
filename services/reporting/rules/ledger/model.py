"""What the sealed ledger is made of: outcomes, views, a policy, blocks, audit rows."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

FLOOR_T = 5  # Source: disclosure study of this project; the table's CHECK says the same.
FLOOR_K = 3
FLOOR_P = 0.2
FLOOR_J = 1
FLOOR_MIN_CATS = (
    2  # With 0 or 1, small cells were computed exactly from published sums (same study).
)
MAX_CODES = 12
TOTAL_CODE = "*"


class LedgerError(ValueError):
    """What was given cannot be sealed or read: a mistake of the caller, with every reason."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class UnsafeBlockError(LedgerError):
    """A set of outcomes that may not be published was about to be."""


class Figure(NamedTuple):
    """What is published of a set of outcomes: exact sums."""

    actions: int
    contacts: int

    def __add__(self, other: object) -> "Figure":
        if not isinstance(other, Figure):
            return NotImplemented
        return Figure(self.actions + other.actions, self.contacts + other.contacts)

    def __sub__(self, other: "Figure") -> "Figure":
        return Figure(self.actions - other.actions, self.contacts - other.contacts)


NOTHING = Figure(0, 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One worker's part of what was done, as the ledger counts it.

    `day` is the day it was encoded, never the day it happened. `actions` is at least 1, `contacts`
    at least 0, and `codes` has one code for each view of the policy.
    """

    id: str
    day: date
    worker: str
    actions: int
    contacts: int
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """One breakdown of the total, with a closed list of codes that is frozen with the policy.

    `thresholds` raises T for sensitive codes (10 for violence or the right of foreigners).
    """

    name: str
    codes: tuple[str, ...]
    thresholds: Mapping[str, int] = field(default_factory=dict)


TOTAL = View("total", (TOTAL_CODE,))


@dataclass(frozen=True, slots=True)
class Policy:
    """How one ledger is protected. May be stricter than the floors of this module, never laxer.

    Attributes:
        ledger_id: a campaign, or "outside campaigns" of a year; a key serves one ledger.
        views: breakdowns, each outcome having one code in each.
        key: secret of the sealer for the jitter and the fingerprints of the audit.
        T: smallest sum of actions, and of contacts, in anything published.
        K: fewest workers behind anything published.
        P: what others than the two largest workers do, at least, as a part of the largest.
        J: a code waits for T to T + J actions; how many is secret.
        min_cats: codes of a view that stay unreleased at each seal (1 when the ledger closes).
        period_days: days between two seals, at least 1.
        min_width: the auditor wants every unsafe cell to have an interval at least this wide.
    """

    ledger_id: str
    views: tuple[View, ...]
    key: bytes = field(repr=False)
    T: int = 5
    K: int = 3
    P: float = 0.2
    J: int = 2
    min_cats: int = 2
    period_days: int = 7
    min_width: int = 2
    version: str = "1"

    def __post_init__(self) -> None:
        floors = {
            "T": FLOOR_T,
            "K": FLOOR_K,
            "P": FLOOR_P,
            "J": FLOOR_J,
            "min_cats": FLOOR_MIN_CATS,
            "period_days": 1,
            "min_width": 1,
        }
        problems = [
            f"{name} is {getattr(self, name)}; a policy has at least {floor}"
            for name, floor in floors.items()
            if getattr(self, name) < floor
        ]
        if not self.key:
            problems.append("the key is empty")
        names = [TOTAL.name, *(view.name for view in self.views)]
        problems += [f"two views are called {n}" for n in sorted({*names}) if names.count(n) > 1]
        for view in self.views:
            problems += self._problems_of(view)
        if problems:
            raise LedgerError(*problems)

    def _problems_of(self, view: View) -> list[str]:
        problems = []
        if len(set(view.codes)) != len(view.codes):
            problems.append(f"view {view.name} names a code twice")
        if not self.min_cats < len(view.codes) <= MAX_CODES:
            problems.append(
                f"view {view.name} has {len(view.codes)} codes; it needs more than"
                f" {self.min_cats} and at most {MAX_CODES}: group rare ones beforehand"
            )
        for code, threshold in sorted(view.thresholds.items()):
            if code not in view.codes or threshold < self.T:
                problems.append(
                    f"view {view.name} has a threshold of {threshold} for {code}: it must be a"
                    f" code of the view and at least {self.T}"
                )
        return problems

    @property
    def dominance(self) -> Fraction:
        """P as an exact fraction, so that no rounding decides what is published."""
        return Fraction(str(self.P))

    def threshold(self, view: View, code: str) -> int:
        return max(self.T, view.thresholds.get(code, self.T))

    def jitter(self, view: View, code: str, blocks_so_far: int) -> int:
        """Tell how much longer a code waits, 0 to J; known to the holder of the key only."""
        message = "|".join(("jitter", self.ledger_id, view.name, code, str(blocks_so_far)))
        digest = hmac.new(self.key, message.encode(), hashlib.sha256).digest()
        return int.from_bytes(digest[:8], "big") % (self.J + 1)

    def fingerprint(self, outcome_ids: Sequence[str]) -> str:
        """Name a set of outcomes for the audit without telling which they are."""
        message = "\n".join(("members", self.ledger_id, *sorted(outcome_ids)))
        return hmac.new(self.key, message.encode(), hashlib.sha256).hexdigest()

    def described(self) -> dict[str, object]:
        """Return every parameter but the key, for the audit and for whoever checks."""
        return {
            "ledger_id": self.ledger_id,
            "version": self.version,
            "T": self.T,
            "K": self.K,
            "P": str(self.P),
            "J": self.J,
            "min_cats": self.min_cats,
            "period_days": self.period_days,
            "min_width": self.min_width,
            "views": [
                {"name": v.name, "codes": list(v.codes), "thresholds": dict(v.thresholds)}
                for v in self.views
            ],
        }

    def views_hash(self) -> str:
        """Name the closed code lists, so that a change of them shows."""
        content = json.dumps(self.described()["views"], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Block:
    """A sum that is published for good. What a view shows is the sum of its blocks.

    `members` are the outcomes of a block of the total, as they were when it was sealed. They stay
    with the sealer; readers of the ledger have blocks without members. A block of a view holds
    the outcomes of its code that were sealed since the code's last block.
    """

    seq: int
    day: date
    view: str
    code: str
    actions: int
    contacts: int
    members: tuple[Outcome, ...] = field(default=(), repr=False)

    @property
    def figure(self) -> Figure:
        return Figure(self.actions, self.contacts)

    def public(self) -> "Block":
        """Return what leaves the sealer: the sum, without the outcomes behind it."""
        return Block(self.seq, self.day, self.view, self.code, self.actions, self.contacts)


Ledger = Sequence[Block]


class What(StrEnum):
    """What a row of the audit tells."""

    SEAL = "seal"
    BLOCK = "block"
    HELD = "held"
    FREEZE = "freeze"
    AUDIT = "audit"
    SKIP = "skip"
    WAIVER = "waiver"
    CLOSE = "close"
    KEY = "key"


class Reason(StrEnum):
    """Why something is not published. Internal: readers see one single wording for all."""

    EMPTY = "empty"
    PERIOD = "period"
    RESERVE = "reserve"
    THRESHOLD = "threshold"
    WORKERS = "workers"
    DOMINANCE = "dominance"
    WITHHELD = "withheld"
    FROZEN = "frozen"
    AUDITOR = "auditor"
    WAIVER_MISSING = "waiver_missing"
    ALREADY_SEALED = "already_sealed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the sealer's audit. Internal: it names refusals and their reasons."""

    what: What
    day: date
    seq: int
    view: str = ""
    code: str = ""
    actions: int = 0
    contacts: int = 0
    workers: int = 0
    reason: str = ""
    members: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A worker's recorded agreement that a small campaign's total is published."""

    id: str
    worker: str
    day: date


@dataclass(frozen=True, slots=True)
class Seal:
    """What one attempt to seal gives: blocks to append, rows for the audit, or why nothing."""

    seq: int
    day: date
    blocks: tuple[Block, ...]
    audit: tuple[AuditRow, ...]
    skipped: Reason | None = None
