"""Published seals made once more, from the outcomes that waited for each."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from .history import History, ViewHistory, figure_of
from .model import TOTAL, TOTAL_CODE, Block, Ledger, LedgerError, Outcome, Policy, Waiver
from .sealing import block_of, reserved, seal, waiting


class Waited(NamedTuple):
    """What a seal was made from: the outcomes that were in no seal before, as they were then."""

    seq: int
    day: date
    close: bool
    outcomes: tuple[Outcome, ...]
    waivers: tuple[Waiver, ...]


def made_again(seals: Sequence[Waited], policy: Policy) -> tuple[Block, ...]:
    """Make seals again, each upon those before it.

    Raises:
        LedgerError: what is given cannot be sealed.
    """
    blocks: tuple[Block, ...] = ()
    for at in seals:
        found = seal(at.outcomes, blocks, policy, day=at.day, close=at.close, waivers=at.waivers)
        blocks += found.blocks
    return blocks


def summed_again(seals: Sequence[Waited], policy: Policy, released: Ledger) -> tuple[Block, ...]:
    """Add every block up again where the ledger's key is gone.

    Which outcomes entered the total needs no key. Which codes of a view were released does: that is
    taken from the ledger, and what they say is counted again.

    Args:
        seals: as for `made_again`.
        policy: with any key.
        released: the blocks as they were published, in the order of their chain.

    Raises:
        LedgerError: a block is unsafe, or is of no view of the policy.
    """
    views = {view.name: view for view in policy.views}
    blocks: tuple[Block, ...] = ()
    for at in seals:
        history = History.of(blocks)
        pool = waiting(at.outcomes, history, at.day, close=at.close)
        batch = pool if at.close else pool[: len(pool) - reserved(pool, policy)]
        whole = figure_of(batch)
        total = Block(at.seq, at.day, TOTAL.name, TOTAL_CODE, whole.actions, whole.contacts, batch)
        history = history.with_batch(batch, at.day)
        more: list[Block] = []
        for told in released:
            if told.seq != at.seq or told.view == TOTAL.name:
                continue
            view = views.get(told.view)
            if view is None or told.code not in view.codes:
                raise LedgerError(f"seal {at.seq} has a block of {told.view}/{told.code}")
            sums = ViewHistory.of(history, view, policy).pending()
            place = view.codes.index(told.code)
            more.append(block_of(at.seq, at.day, view, told.code, sums[place], policy))
        blocks += (total, *more)
    return blocks
