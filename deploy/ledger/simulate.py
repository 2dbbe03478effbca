"""The sealed ledger on a file of outcomes: what it publishes and what it notes, as files."""

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from services.reporting.rules import ledger

COLUMNS = ("id", "day", "worker", "actions", "contacts")
MAX_NUMBER = 1_000_000


class BadFileError(Exception):
    """The file cannot be read as outcomes. Names every bad line."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Simulated(NamedTuple):
    """What a simulation gave, and how each step went."""

    outcomes: tuple[ledger.Outcome, ...]
    policy: ledger.Policy
    blocks: tuple[ledger.Block, ...]
    audit: tuple[ledger.AuditRow, ...]
    closed_on: date


@dataclass(frozen=True, slots=True)
class Rules:
    """Parameters of the policy that the command offers."""

    T: int = 5
    K: int = 3
    P: float = 0.2
    J: int = 2
    min_cats: int = 2
    period_days: int = 7
    key: bytes | None = None


def read(text: str) -> list[ledger.Outcome]:
    """Read outcomes from CSV text with `,` or `;`.

    Raises:
        BadFileError: columns are missing, or lines are bad; all of them are named.
    """
    header = text.partition("\n")[0]
    rows = csv.DictReader(StringIO(text), delimiter=";" if ";" in header else ",")
    names = [name.strip() for name in rows.fieldnames or ()]
    rows.fieldnames = names
    views = [name for name in names if name not in COLUMNS]
    problems = [f"line 1: no column {name!r}" for name in COLUMNS if name not in names]
    problems += [f"line 1: two columns {n!r}" for n in sorted({*names}) if names.count(n) > 1]
    if not views:
        problems.append("line 1: no view; every column after the first five is one")
    if problems:
        raise BadFileError(problems)
    outcomes: list[ledger.Outcome] = []
    first_line: dict[str, int] = {}
    for row in rows:
        line = rows.line_num
        wrong = _wrong(row, views)
        if wrong:
            problems += [f"line {line}: {what}" for what in wrong]
            continue
        outcome_id = row["id"].strip()
        if outcome_id in first_line:
            problems.append(
                f"line {line}: id {outcome_id!r} stands on line {first_line[outcome_id]}"
            )
            continue
        first_line[outcome_id] = line
        codes = {view: row[view].strip() for view in views}
        outcomes.append(
            ledger.Outcome(
                outcome_id,
                date.fromisoformat(row["day"].strip()),
                row["worker"].strip(),
                int(row["actions"]),
                int(row["contacts"]),
                codes,
            )
        )
    if not outcomes and not problems:
        problems.append("no outcome after line 1")
    if problems:
        raise BadFileError(problems)
    return outcomes


def _wrong(row: Mapping[Any, Any], views: Sequence[str]) -> list[str]:
    if None in row or None in row.values():
        return ["not as many fields as the first line"]
    wrong = [f"no {name}" for name in ("id", "worker", *views) if not row[name].strip()]
    try:
        date.fromisoformat(row["day"].strip())
    except ValueError:
        wrong.append(f"day {row['day']!r} is not YYYY-MM-DD")
    for name, least in (("actions", 1), ("contacts", 0)):
        text = row[name].strip()
        if not (text.isascii() and text.isdigit() and least <= int(text) <= MAX_NUMBER):
            wrong.append(f"{name} {row[name]!r} is not a whole number from {least}")
    return wrong


def policy_for(outcomes: Sequence[ledger.Outcome], rules: Rules, ledger_id: str) -> ledger.Policy:
    """Make a policy whose views are the columns of the file, and whose codes are those in it.

    The key is derived from the outcomes unless one is given: the same file gives the same ledger.
    In the house a key is random, and codes are closed before the campaign starts.

    Raises:
        LedgerError: a parameter is below its floor, or a view has too few or too many codes.
    """
    views = tuple(
        ledger.View(name, tuple(sorted({outcome.codes[name] for outcome in outcomes})))
        for name in outcomes[0].codes
    )
    content = json.dumps([(o.id, o.day.isoformat()) for o in outcomes])
    key = rules.key or hashlib.sha256(content.encode()).digest()
    return ledger.Policy(
        ledger_id=ledger_id,
        views=views,
        key=key,
        T=rules.T,
        K=rules.K,
        P=rules.P,
        J=rules.J,
        min_cats=rules.min_cats,
        period_days=rules.period_days,
    )


def simulate(
    outcomes: Sequence[ledger.Outcome], policy: ledger.Policy, *, close_on: date | None = None
) -> Simulated:
    """Try to seal every day, as the house does, from the first outcome to the close.

    Args:
        outcomes: of one ledger.
        policy: for it.
        close_on: day of the last seal; the day after the last outcome unless given. Outcomes
            encoded after it are left out, as they are in the house.
    """
    first = min(outcome.day for outcome in outcomes)
    last = close_on or max(outcome.day for outcome in outcomes) + timedelta(days=1)
    blocks: list[ledger.Block] = []
    audit: list[ledger.AuditRow] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        found = ledger.seal(outcomes, blocks, policy, day=day, close=day == last)
        blocks += found.blocks
        if found.skipped is not ledger.Reason.PERIOD:
            audit += found.audit
    return Simulated(tuple(outcomes), policy, tuple(blocks), tuple(audit), last)


def write(found: Simulated, folder: Path) -> list[Path]:
    """Write what was published and what was noted. Returns the paths.

    `blocks.csv` is what any reader gets; `audit.csv` is the sealer's; both are hash-chained. Cells
    that a spreadsheet would take for a formula are not possible: codes are written as text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    blocks = ledger.link(ledger.block_rows(found.blocks))
    audit = ledger.link(ledger.audit_rows(found.audit))
    figures = [
        {
            "view": view.name,
            "code": code,
            "actions": "" if figure is None else figure.actions,
            "contacts": "" if figure is None else figure.contacts,
        }
        for view in (ledger.TOTAL, *found.policy.views)
        for code, figure in ledger.published(found.blocks, view).items()
    ]
    policy = folder / "policy.json"
    anchors = {
        "blocks": ledger.anchor_of(blocks)._asdict(),
        "audit": ledger.anchor_of(audit)._asdict(),
    }
    content = found.policy.described() | {"anchors": anchors}
    policy.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [
        write_rows(
            folder / "blocks.csv", [{"n": b.number, **b.row, "hash": b.hash} for b in blocks]
        ),
        write_rows(folder / "audit.csv", [{"n": a.number, **a.row, "hash": a.hash} for a in audit]),
        write_rows(folder / "figures.csv", figures),
        policy,
    ]


def write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """Write rows as CSV, under the names of the first."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["n"])
        writer.writeheader()
        writer.writerows(rows)
    return path
