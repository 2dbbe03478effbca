"""Corrections after a seal: nothing published is revised; the difference is told once a year.

Before its seal an outcome can be edited. After it, the ledger keeps what was sealed, and the
difference is an adjustment that stays with the sealer. Once a year the adjustments of a measure are
shown as one net figure ("écart de correction") if the set of them is safe, else carried forward.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .history import History
from .model import Ledger, Outcome, Policy
from .safety import balanced, enough, shared


class Adjustment(NamedTuple):
    """How an outcome now differs from what was sealed. Internal."""

    outcome_id: str
    worker: str
    actions: int
    contacts: int
    recoded: tuple[str, ...] = ()


class Correction(NamedTuple):
    """The year's net figure of each measure, or None: not published, carried forward."""

    actions: int | None
    contacts: int | None


def adjustments(outcomes: Sequence[Outcome], ledger: Ledger) -> tuple[Adjustment, ...]:
    """Compare sealed outcomes with what they are now; one that is gone counts for nothing.

    `recoded` names the views whose code changed: that moves no sum and is never published.
    """
    now = {outcome.id: outcome for outcome in outcomes}
    found = []
    for sealed in sorted(History.of(ledger).sealed, key=lambda o: o.id):
        current = now.get(sealed.id)
        actions = (current.actions if current else 0) - sealed.actions
        contacts = (current.contacts if current else 0) - sealed.contacts
        recoded = tuple(
            sorted(
                view
                for view, code in sealed.codes.items()
                if current is not None and current.codes.get(view) != code
            )
        )
        if actions or contacts or recoded:
            found.append(Adjustment(sealed.id, sealed.worker, actions, contacts, recoded))
    return tuple(found)


def not_yet_told(
    changes: Sequence[Adjustment], told: Sequence[Adjustment]
) -> tuple[Adjustment, ...]:
    """Take off what earlier years told, also where a correction was taken back since."""
    left: dict[str, Adjustment] = {change.outcome_id: change for change in changes}
    for one in told:
        known = left.get(one.outcome_id, Adjustment(one.outcome_id, one.worker, 0, 0))
        left[one.outcome_id] = known._replace(
            actions=known.actions - one.actions, contacts=known.contacts - one.contacts
        )
    return tuple(left[key] for key in sorted(left) if left[key].actions or left[key].contacts)


def yearly_correction(changes: Sequence[Adjustment], policy: Policy) -> Correction:
    """Add adjustments up, measure by measure, where enough people are behind their sizes.

    Sizes decide (T, K and P on absolute differences): signs are unknown to every reader, so a net
    figure tells less than a sum would. A measure that is not published waits for the next year.
    """
    return Correction(
        _net([(a.worker, a.actions) for a in changes], policy),
        _net([(a.worker, a.contacts) for a in changes], policy),
    )


def _net(parts: Sequence[tuple[str, int]], policy: Policy) -> int | None:
    workers = sorted({worker for worker, change in parts if change})
    sizes = np.zeros((1, len(workers)), dtype=np.int64)
    for worker, change in parts:
        if change:
            sizes[0, workers.index(worker)] += abs(change)
    if enough(sizes, policy.T) and shared(sizes, policy) and balanced(sizes, policy):
        return sum(change for _, change in parts)
    return None
