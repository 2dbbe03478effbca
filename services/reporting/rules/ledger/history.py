"""What a ledger holds already, rebuilt from its blocks and checked on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from .model import NOTHING, TOTAL, Figure, Ledger, LedgerError, Outcome, Policy, View
from .safety import MEASURES, Answers, Counts, safe


@dataclass(frozen=True, slots=True)
class History:
    """The outcomes in the total, by seal, as they were sealed; and when each code was released."""

    batches: tuple[tuple[Outcome, ...], ...]
    releases: dict[tuple[str, str], tuple[int, ...]]
    last_day: date | None

    @classmethod
    def of(cls, ledger: Ledger) -> "History":
        """Read a ledger with its members.

        Raises:
            LedgerError: the blocks contradict each other: one was changed, lost, or doubled.
        """
        totals = [block for block in ledger if block.view == TOTAL.name]
        problems = [
            f"seal {block.seq} of the total follows {number}"
            for number, block in enumerate(totals)
            if block.seq != number + 1
        ]
        batches = tuple(block.members for block in totals)
        sums = _sums(batches)
        releases: dict[tuple[str, str], tuple[int, ...]] = {}
        for block in ledger:
            before = releases.get((block.view, block.code), ())
            start = before[-1] if before else 0
            if block.view == TOTAL.name:
                found = figure_of(block.members)
            else:
                releases[block.view, block.code] = (*before, block.seq)
                covered = sums.get((block.view, block.code), {})
                parts = (covered.get(seq, NOTHING) for seq in range(start + 1, block.seq + 1))
                found = sum(parts, NOTHING)
            if not start < block.seq <= len(batches):
                problems.append(f"{block.view}/{block.code} has a block at seal {block.seq}")
            elif block.figure != found:
                problems.append(f"{block.view}/{block.code} at seal {block.seq} does not add up")
        ids = [outcome.id for batch in batches for outcome in batch]
        if len(set(ids)) != len(ids):
            problems.append("an outcome was sealed twice")
        if problems:
            raise LedgerError(*problems)
        return cls(batches, releases, totals[-1].day if totals else None)

    @property
    def sealed(self) -> tuple[Outcome, ...]:
        return tuple(outcome for batch in self.batches for outcome in batch)

    def with_batch(self, batch: tuple[Outcome, ...], day: date) -> "History":
        return History((*self.batches, batch), self.releases, day)


def _sums(batches: Sequence[Sequence[Outcome]]) -> dict[tuple[str, str], dict[int, Figure]]:
    """Add up what each seal brought, per view and code."""
    sums: dict[tuple[str, str], dict[int, Figure]] = {}
    for number, batch in enumerate(batches):
        for outcome in batch:
            figure = Figure(outcome.actions, outcome.contacts)
            for view_code in outcome.codes.items():
                by_seal = sums.setdefault(view_code, {})
                by_seal[number + 1] = by_seal.get(number + 1, NOTHING) + figure
    return sums


def figure_of(outcomes: Sequence[Outcome]) -> Figure:
    return Figure(sum(o.actions for o in outcomes), sum(o.contacts for o in outcomes))


@dataclass(frozen=True, slots=True)
class ViewHistory:
    """One view of a history, as arrays.

    `amounts[code, seal, measure, worker]` counts what was sealed; `releases[code]` are the seals,
    from 1, at which the code had a block. A block covers the seals since the block before it.
    """

    view: View
    policy: Policy
    amounts: Counts
    releases: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, history: History, view: View, policy: Policy) -> "ViewHistory":
        workers = {w: i for i, w in enumerate(sorted({o.worker for o in history.sealed}))}
        place = {code: i for i, code in enumerate(view.codes)}
        shape = (len(view.codes), len(history.batches), len(MEASURES), len(workers))
        amounts = np.zeros(shape, dtype=np.int64)
        for seal, batch in enumerate(history.batches):
            for o in batch:
                code = place[o.codes[view.name]]
                amounts[code, seal, :, workers[o.worker]] += (o.actions, o.contacts)
        releases = tuple(history.releases.get((view.name, code), ()) for code in view.codes)
        return cls(view, policy, amounts, releases)

    @property
    def seals(self) -> int:
        return int(self.amounts.shape[1])

    def last_release(self, code: int) -> int:
        return self.releases[code][-1] if self.releases[code] else 0

    def pending(self) -> Counts:
        """Add up what is in the total and not yet released, per code, measure and worker."""
        return np.stack(
            [self.amounts[c, self.last_release(c) :].sum(axis=0) for c in range(len(self.releases))]
        )

    def thresholds(self) -> Counts:
        """Tell how many actions each code waits for before its next block: T, and the jitter."""
        return np.array(
            [
                self.policy.threshold(self.view, code)
                + self.policy.jitter(self.view, code, len(self.releases[c]))
                for c, code in enumerate(self.view.codes)
            ],
            dtype=np.int64,
        )

    def releasing(self, codes: Sequence[int]) -> "ViewHistory":
        """Return the view as it would be after a block of each of these codes."""
        releases = tuple(
            (*seals, self.seals) if code in codes else seals
            for code, seals in enumerate(self.releases)
        )
        return ViewHistory(self.view, self.policy, self.amounts, releases)


@dataclass(frozen=True, slots=True)
class Remainders:
    """What readers get when they subtract a view from the total, from any past seal on.

    `held[code, l]` is what of a code sealed after `l` lies in no block that is wholly after `l`,
    if the code is not released now; `freed[code, l]`, if it is.
    """

    held: Counts
    freed: Counts
    policy: Policy

    @classmethod
    def of(cls, view: ViewHistory) -> "Remainders":
        after = np.zeros_like(view.amounts, shape=_with(view.amounts.shape, view.seals + 1))
        after[:, :-1] = view.amounts[:, ::-1].cumsum(axis=1)[:, ::-1]
        held, freed = after[:, :-1].copy(), after[:, :-1].copy()
        starts = np.arange(view.seals)
        for code, releases in enumerate(view.releases):
            last = view.last_release(code)
            bounds = np.array([0, *releases])
            known = starts <= last  # Later starts lie inside the block that is still to come.
            ends = bounds[np.searchsorted(bounds, starts[known])]
            freed[code, known] = after[code, starts[known]] - after[code, ends]
            held[code, known] = freed[code, known] + after[code, last]
        return cls(held, freed, view.policy)

    def safe_when(self, released: Sequence[int]) -> Answers:
        """Tell for each past seal whether what is left over is safe, these codes being released."""
        left = self.held.sum(axis=0)
        for code in released:
            left = left - self.held[code] + self.freed[code]
        return safe(left, self.policy, self.policy.T)


def _with(shape: tuple[int, ...], seals: int) -> tuple[int, ...]:
    return (shape[0], seals, *shape[2:])


def smallest_first(view: ViewHistory, codes: Sequence[int]) -> list[int]:
    """Order codes by what waits to be released: fewest actions, then contacts, then the list."""
    sums = view.pending().sum(axis=-1)
    return sorted(codes, key=lambda c: (int(sums[c, 0]), int(sums[c, 1]), c))
