"""What readers of the ledger see: sums of its blocks, and nothing where there is no block."""

from collections.abc import Iterable, Sequence

from .model import NOTHING, TOTAL, Block, Figure, Ledger, View

PUBLIC_BASE = 5  # Public pages say "at least 45": cosmetic, computed from published sums only.


def published(
    ledger: Ledger, view: View, *, until_seal: int | None = None
) -> dict[str, Figure | None]:
    """Return for each code of a view the sum of its blocks, or None where it has none.

    None has one single wording for readers, whatever the reason, zero included.

    Args:
        ledger: the blocks, with or without members.
        view: one of the policy, or `TOTAL`.
        until_seal: read the ledger as it was after this seal.
    """
    sums: dict[str, Figure | None] = dict.fromkeys(view.codes)
    for block in ledger:
        if block.view == view.name and (until_seal is None or block.seq <= until_seal):
            sums[block.code] = (sums[block.code] or NOTHING) + block.figure
    return sums


def total(ledger: Ledger, *, until_seal: int | None = None) -> Figure | None:
    """Return the total, or None before the first seal."""
    return next(iter(published(ledger, TOTAL, until_seal=until_seal).values()))


def not_broken_down(ledger: Ledger, view: View) -> Figure | None:
    """Return the part of the total that a view does not show by code ("non ventilé")."""
    whole = total(ledger)
    if whole is None:
        return None
    return whole - sum((f for f in published(ledger, view).values() if f), NOTHING)


def by_seal(ledger: Ledger, view: View) -> dict[int, dict[str, Figure | None]]:
    """Return what each seal added, week by week: blocks themselves, never a difference."""
    seals = sorted({block.seq for block in ledger})
    return {seq: published([block for block in ledger if block.seq == seq], view) for seq in seals}


def year(ledgers: Iterable[Ledger], view: View) -> dict[str, Figure | None]:
    """Add ledgers up: those of the year's campaigns, and the one of what is outside campaigns.

    An outcome belongs to one ledger only. Safe sums stay safe when they are added up.
    """
    return published([block for ledger in ledgers for block in ledger], view)


def at_least(figure: Figure) -> Figure:
    """Round a published figure down to five, for the public site ("au moins 45")."""
    return Figure(*(part - part % PUBLIC_BASE for part in figure))


def public(ledger: Ledger) -> tuple[Block, ...]:
    """Return the ledger as readers get it: without the outcomes behind the blocks."""
    return tuple(block.public() for block in ledger)


def same_select(blocks: Sequence[Block]) -> list[tuple[int, str, str, str, int, int]]:
    """Write blocks as the rows that screen, files and API all take, in one order."""
    return [(b.seq, b.day.isoformat(), b.view, b.code, b.actions, b.contacts) for b in blocks]
