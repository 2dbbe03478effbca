"""Which sets of outcomes may be published: enough actions, enough workers, nobody dominant.

The three rules are closed under union: sets that are safe apart are safe together, so a difference
of two published states, being a union of blocks, is safe when every block is. Source: ESSnet
Handbook on Statistical Disclosure Control, ch. 4 (minimum frequency, p% rule) and glossary.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .model import Outcome, Policy, Reason

Counts = NDArray[np.int64]
"""Sums whose last two axes are the measures (actions, contacts) and the workers."""
Answers = NDArray[np.bool_]

MEASURES = ("actions", "contacts")
PAIR = 2
"""The largest worker and the second, who wants to know how large."""


def by_worker(outcomes: Iterable[Outcome], workers: Sequence[str]) -> Counts:
    """Add outcomes up: one row for actions, one for contacts, one column per worker."""
    place = {worker: i for i, worker in enumerate(workers)}
    sums = np.zeros((len(MEASURES), len(workers)), dtype=np.int64)
    for outcome in outcomes:
        sums[:, place[outcome.worker]] += (outcome.actions, outcome.contacts)
    return sums


def workers_of(outcomes: Iterable[Outcome]) -> list[str]:
    return sorted({outcome.worker for outcome in outcomes})


def enough(sums: Counts, threshold: int | NDArray[Any]) -> Answers:
    """Tell where each measure reaches the threshold."""
    answers: Answers = (sums.sum(axis=-1) >= np.expand_dims(threshold, -1)).all(axis=-1)
    return answers


def shared(sums: Counts, policy: Policy) -> Answers:
    """Tell where each measure comes from K workers or more."""
    answers: Answers = ((sums > 0).sum(axis=-1) >= policy.K).all(axis=-1)
    return answers


def balanced(sums: Counts, policy: Policy) -> Answers:
    """Tell where the second largest worker cannot estimate the largest closer than P."""
    if sums.shape[-1] < PAIR:
        return np.zeros(sums.shape[:-2], dtype=np.bool_)
    largest = np.partition(sums, -2, axis=-1)[..., -2:]
    others = sums.sum(axis=-1) - largest.sum(axis=-1)
    share = policy.dominance
    answers: Answers = (others * share.denominator >= largest[..., 1] * share.numerator).all(
        axis=-1
    )
    return answers


def safe(sums: Counts, policy: Policy, threshold: int | NDArray[Any]) -> Answers:
    """Tell which of these sums may be published, given the threshold of each."""
    return enough(sums, threshold) & shared(sums, policy) & balanced(sums, policy)


def refusal(sums: Counts, policy: Policy, threshold: int) -> Reason | None:
    """Say why a single set may not be published; None when it may."""
    if not sums.any():
        return Reason.EMPTY
    if not enough(sums, threshold):
        return Reason.THRESHOLD
    if not shared(sums, policy):
        return Reason.WORKERS
    if not balanced(sums, policy):
        return Reason.DOMINANCE
    return None


def is_safe(outcomes: Sequence[Outcome], policy: Policy, threshold: int | None = None) -> bool:
    """Tell whether the sum of these outcomes may be published (threshold: T unless given)."""
    sums = by_worker(outcomes, workers_of(outcomes))
    return refusal(sums, policy, policy.T if threshold is None else threshold) is None
