"""Sealing: which outcomes enter the total, which codes are released, and why the others wait."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .auditor import Finding, attack
from .history import History, Remainders, ViewHistory, figure_of, smallest_first
from .model import (
    TOTAL,
    TOTAL_CODE,
    AuditRow,
    Block,
    Ledger,
    LedgerError,
    Outcome,
    Policy,
    Reason,
    Seal,
    UnsafeBlockError,
    View,
    Waiver,
    What,
)
from .safety import Counts, by_worker, refusal, safe, workers_of

MIN_CATS_AT_CLOSE = 1  # Nothing follows a close: what stays unreleased is final, and safe.


def seal(  # noqa: PLR0913 -- the inputs of one seal, named
    outcomes: Sequence[Outcome],
    ledger: Ledger,
    policy: Policy,
    *,
    day: date,
    close: bool,
    waivers: Sequence[Waiver] = (),
) -> Seal:
    """Decide what a ledger publishes next. Changes nothing: append the blocks to commit.

    Args:
        outcomes: all validated outcomes of the ledger, in any order, sealed ones included. What
            was sealed counts as it was sealed; see `adjustments` for later corrections.
        ledger: the blocks so far, with their members.
        policy: as at the ledger's first seal.
        day: of the seal. Counts what was encoded before it; when closing, on it too.
        close: this is the last seal: nothing is held back for a next one.
        waivers: agreements of workers, used only for the total of a campaign that never was safe.

    Raises:
        LedgerError: an outcome cannot be counted, the ledger contradicts itself or lies later.
    """
    days = [block.day for block in ledger]
    if days and not close and (day - max(days)).days < policy.period_days:
        return _skip(ledger[-1].seq + 1, day, Reason.PERIOD)
    check(outcomes, policy)
    history = History.of(ledger)
    seq = len(history.batches) + 1
    if history.last_day is not None and day <= history.last_day:
        return _skip(seq, day, Reason.ALREADY_SEALED)
    pool = waiting(outcomes, history, day, close=close)
    batch = pool if close else pool[: len(pool) - reserved(pool, policy)]
    reason = unsafe_because(batch, policy)
    if reason is not None:
        if close and not ledger:
            return _waived(batch, policy, day, waivers, reason)
        if pool and not batch:
            reason = unsafe_because(pool, policy) or Reason.RESERVE
        return _skip(seq, day, reason)
    return _sealed(history.with_batch(batch, day), policy, close=close)


def check(outcomes: Sequence[Outcome], policy: Policy) -> None:
    """Refuse outcomes that cannot be counted, naming all of them.

    Raises:
        LedgerError: an id stands twice, a sum is impossible, or a code is on no closed list.
    """
    problems: list[str] = []
    seen: set[str] = set()
    for outcome in outcomes:
        if outcome.id in seen:
            problems.append(f"outcome {outcome.id} stands twice")
        seen.add(outcome.id)
        if outcome.actions < 1 or outcome.contacts < 0:
            problems.append(
                f"outcome {outcome.id} has {outcome.actions} actions and"
                f" {outcome.contacts} contacts"
            )
        problems += [
            f"outcome {outcome.id} has {outcome.codes.get(view.name)!r} in view {view.name}"
            for view in policy.views
            if outcome.codes.get(view.name) not in view.codes
        ]
    if problems:
        raise LedgerError(*problems)


def waiting(
    outcomes: Sequence[Outcome], history: History, day: date, *, close: bool
) -> tuple[Outcome, ...]:
    """Return what is not in the total yet, oldest first; arrival order leaves no trace."""
    sealed = {outcome.id for outcome in history.sealed}
    encoded = (o for o in outcomes if o.day < day or (close and o.day == day))
    return tuple(sorted((o for o in encoded if o.id not in sealed), key=lambda o: (o.day, o.id)))


def reserved(pool: Sequence[Outcome], policy: Policy) -> int:
    """Count the newest outcomes to hold back: the fewest that are safe, else all.

    They make the closing increment publishable, so that the total at the close is exact.
    """
    for length in range(1, len(pool) + 1):
        newest = pool[len(pool) - length :]
        if unsafe_because(newest, policy) is None:
            return length
    return len(pool)


def unsafe_because(outcomes: Sequence[Outcome], policy: Policy) -> Reason | None:
    return refusal(by_worker(outcomes, workers_of(outcomes)), policy, policy.T)


def _skip(seq: int, day: date, reason: Reason) -> Seal:
    row = AuditRow(What.SKIP, day, seq, reason=reason)
    return Seal(seq, day, (), (row,), skipped=reason)


def _waived(
    batch: Sequence[Outcome],
    policy: Policy,
    day: date,
    waivers: Sequence[Waiver],
    reason: Reason,
) -> Seal:
    """Close what never was safe: its total alone, if every worker agreed in writing.

    A waiver covers the workers, not the persons they met: T still holds.
    """
    agreed = {waiver.worker: waiver.id for waiver in waivers if waiver.day <= day}
    workers = workers_of(batch)
    if reason in {Reason.EMPTY, Reason.THRESHOLD}:
        return _skip(1, day, reason)
    if not all(worker in agreed for worker in workers):
        return _skip(1, day, Reason.WAIVER_MISSING)
    block = _total_block(1, day, tuple(batch))
    note = ",".join(sorted(agreed[worker] for worker in workers))
    return Seal(
        1,
        day,
        (block,),
        (
            _seal_row(1, day, policy),
            _block_row(block, policy, len(workers), block.members),
            AuditRow(What.WAIVER, day, 1, reason=reason, note=note),
            AuditRow(What.CLOSE, day, 1),
        ),
    )


def _sealed(history: History, policy: Policy, *, close: bool) -> Seal:
    seq, day, batch = len(history.batches), history.last_day, history.batches[-1]
    assert day is not None  # noqa: S101 -- a history with a batch has its day
    total = _total_block(seq, day, batch)
    blocks = [total]
    rows = [
        _seal_row(seq, day, policy),
        _block_row(total, policy, len(workers_of(batch)), batch),
    ]
    releases = [
        _release(ViewHistory.of(history, view, policy), close=close) for view in policy.views
    ]
    leaking = [release for release in releases if release.finding.leaks]
    if leaking and not close:
        return _put_off(seq, day, leaking)
    for found in releases:
        more, told = found.written(history, seq, day)
        blocks += more
        rows += told
    if close:
        rows.append(AuditRow(What.CLOSE, day, seq))
    return Seal(seq, day, tuple(blocks), tuple(rows))


def _put_off(seq: int, day: date, leaking: Sequence["_Release"]) -> Seal:
    """Wait for a larger batch: this total alone would tell too much to who knows the rule."""
    rows = [
        AuditRow(
            What.SKIP,
            day,
            seq,
            found.view.view.name,
            reason=Reason.AUDITOR,
            note=found.finding.told(),
        )
        for found in leaking
    ]
    return Seal(seq, day, (), tuple(rows), skipped=Reason.AUDITOR)


@dataclass(frozen=True, slots=True)
class _Release:
    """What a view releases at a seal, what it holds back and why, and what the auditor found."""

    view: ViewHistory
    released: tuple[int, ...]
    held: dict[int, Reason]
    finding: Finding
    frozen: Finding | None

    def written(self, history: History, seq: int, day: date) -> tuple[list[Block], list[AuditRow]]:
        view, policy = self.view.view, self.view.policy
        pending = self.view.pending()
        blocks: list[Block] = []
        rows: list[AuditRow] = []
        if self.frozen is not None:
            rows.append(AuditRow(What.FREEZE, day, seq, view.name, note=self.frozen.told()))
        for c, code in enumerate(view.codes):
            workers = int((pending[c].sum(axis=0) > 0).sum())
            members = self._members(history, c)
            if c in self.released:
                block = block_of(seq, day, view, code, pending[c], policy)
                blocks.append(block)
                rows.append(_block_row(block, policy, workers, members))
            else:
                rows.append(
                    AuditRow(
                        What.HELD,
                        day,
                        seq,
                        view.name,
                        code,
                        int(pending[c, 0].sum()),
                        int(pending[c, 1].sum()),
                        workers,
                        self.held[c],
                        policy.fingerprint([o.id for o in members]),
                    )
                )
        rows.append(AuditRow(What.AUDIT, day, seq, view.name, note=self.finding.told()))
        return blocks, rows

    def _members(self, history: History, code: int) -> list[Outcome]:
        name, code_name = self.view.view.name, self.view.view.codes[code]
        since = history.batches[self.view.last_release(code) :]
        return [o for batch in since for o in batch if o.codes[name] == code_name]


def _release(view: ViewHistory, *, close: bool) -> _Release:
    """Choose the codes of a view that are released now, then let the auditor attack the choice."""
    policy = view.policy
    pending, thresholds = view.pending(), view.thresholds()
    ready = safe(pending, policy, thresholds)
    held: dict[int, Reason] = {}
    for c in range(len(view.releases)):
        if not ready[c]:
            reason = refusal(pending[c], policy, int(thresholds[c]))
            held[c] = reason or Reason.THRESHOLD
    chosen = [c for c in range(len(view.releases)) if ready[c]]
    slack = MIN_CATS_AT_CLOSE if close else policy.min_cats
    remainders = Remainders.of(view)

    def fine(codes: Sequence[int]) -> bool:
        unreleased = len(view.releases) - len(codes)
        return unreleased >= slack and bool(remainders.safe_when(codes).all())

    while chosen and not fine(chosen):
        order = smallest_first(view, chosen)
        enough = (c for c in order if fine([other for other in chosen if other != c]))
        withheld = next(enough, order[0])
        held[withheld] = Reason.WITHHELD
        chosen.remove(withheld)
    finding = attack(view.releasing(chosen))
    if not (finding.leaks and chosen):
        return _Release(view, tuple(chosen), held, finding, None)
    held |= dict.fromkeys(chosen, Reason.FROZEN)
    return _Release(view, (), held, attack(view), finding)


def block_of(  # noqa: PLR0913, PLR0917 -- a block, field by field
    seq: int, day: date, view: View, code: str, sums: Counts, policy: Policy
) -> Block:
    """Write a block of a view. The last gate: nothing unsafe passes, whoever asks.

    Raises:
        UnsafeBlockError: these sums may not be published.
    """
    reason = refusal(sums, policy, policy.threshold(view, code))
    if reason is not None:
        raise UnsafeBlockError(f"{view.name}/{code} at seal {seq}: {reason}")
    return Block(seq, day, view.name, code, int(sums[0].sum()), int(sums[1].sum()))


def _total_block(seq: int, day: date, batch: tuple[Outcome, ...]) -> Block:
    figure = figure_of(batch)
    return Block(seq, day, TOTAL.name, TOTAL_CODE, figure.actions, figure.contacts, batch)


def _seal_row(seq: int, day: date, policy: Policy) -> AuditRow:
    note = json.dumps(policy.described() | {"views_hash": policy.views_hash()}, sort_keys=True)
    return AuditRow(What.SEAL, day, seq, note=note)


def _block_row(block: Block, policy: Policy, workers: int, members: Sequence[Outcome]) -> AuditRow:
    return AuditRow(
        What.BLOCK,
        block.day,
        block.seq,
        block.view,
        block.code,
        block.actions,
        block.contacts,
        workers,
        members=policy.fingerprint([o.id for o in members]),
    )
