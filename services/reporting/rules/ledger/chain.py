"""Hash chains: rows of which none can be changed, lost or moved without it showing.

A chain alone does not stop whoever rewrites all of it, or cuts its end: an anchor (head and count)
is given to somebody outside every day, and `verify` is asked with it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

from .model import AuditRow, Block
from .reading import same_select

Row = Mapping[str, object]
GENESIS = "0" * 64


class Link(NamedTuple):
    """A row with its place in the chain."""

    number: int
    row: Row
    hash: str


class Anchor(NamedTuple):
    """What is given to outsiders: how many rows there are, and the hash of the last."""

    rows: int
    head: str


START = Anchor(0, GENESIS)


def canonical(row: Row) -> str:
    """Write a row in the one form that is hashed: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def link(rows: Iterable[Row], after: Anchor = START) -> tuple[Link, ...]:
    """Chain rows behind an anchor."""
    links: list[Link] = []
    count, head = after.rows, after.head
    for row in rows:
        count, head = count + 1, _hash(head, count + 1, row)
        links.append(Link(count, row, head))
    return tuple(links)


def anchor_of(links: Sequence[Link], start: Anchor = START) -> Anchor:
    return Anchor(links[-1].number, links[-1].hash) if links else start


def verify(
    links: Sequence[Link], anchors: Iterable[Anchor] = (), start: Anchor = START
) -> list[str]:
    """Say everything that is wrong with a chain; nothing when it stands.

    Args:
        links: the chain as it was found, oldest first.
        anchors: what outsiders were given, in any order.
        start: what the chain follows, when it is not read from its beginning.
    """
    problems: list[str] = []
    count, head = start.rows, start.head
    heads = {start.rows: start.head}
    for found in links:
        count += 1
        if found.number != count:
            problems.append(f"row {count} is missing: {found.number} stands in its place")
            count = found.number
        if found.hash != _hash(head, count, found.row):
            problems.append(f"row {count} was changed, or the row before it")
        head = found.hash
        heads[count] = head
    for anchor in anchors:
        if anchor.rows >= start.rows and heads.get(anchor.rows) != anchor.head:
            missing = anchor.rows - count
            problems.append(
                f"{missing} rows are missing at the end"
                if missing > 0
                else f"row {anchor.rows} is not the one that was anchored"
            )
    return problems


def _hash(previous: str, number: int, row: Row) -> str:
    return hashlib.sha256(f"{previous}\n{number}\n{canonical(row)}".encode()).hexdigest()


def block_rows(blocks: Sequence[Block]) -> list[Row]:
    """Write blocks as rows of their chain: what is published, nothing else."""
    names = ("seq", "day", "view", "code", "actions", "contacts")
    return [dict(zip(names, row, strict=True)) for row in same_select(blocks)]


def audit_rows(rows: Sequence[AuditRow]) -> list[Row]:
    """Write audit rows as rows of their chain."""
    return [asdict(row) | {"day": row.day.isoformat()} for row in rows]
