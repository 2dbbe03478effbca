"""The ways the same data could have been counted: normalisations, aggregations, Monte-Carlo draws.

A normalisation turns needs (..., indicators) into 0-1, an aggregation turns 0-1 and weights into
one number per zone. Each is monotone: more need never gives less. NaN stays NaN.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.intake.rules.need_index.measure import Floats, Needs, Scale

IMD_K = 23.0  # Source: exponential transformation of the English indices of deprivation 2019.
# Source: the founders' method note; the standard deviation is 28 % of an equal weight.
DIRICHLET_CONCENTRATION = 50.0
CEILING = 0.99  # A zone at the top of one indicator must not hide the others in `co_geometric`.
TIE_BREAK = 1e-9


def p5_p95(needs: Floats, scale: Scale) -> Floats:
    """Place needs between the 5th and the 95th percentile of the territory, cut at both ends."""
    spread = scale.high - scale.low
    flat = spread <= 0
    stretched = (needs - scale.low) / np.where(flat, 1.0, spread)
    # Where nearly all zones are alike, only those that differ are told apart.
    told_apart = 0.5 + 0.5 * np.sign(needs - scale.low)
    return np.clip(np.where(flat, told_apart, stretched), 0.0, 1.0)


def rank(needs: Floats, scale: Scale) -> Floats:
    """Place needs by their middle rank in the territory, 0 to 1."""
    places = np.empty_like(needs)
    for j, known in enumerate(scale.sorted_needs):
        column = np.ascontiguousarray(needs[..., j])
        below = np.searchsorted(known, column, side="left")
        upto = np.searchsorted(known, column, side="right")
        places[..., j] = (below + upto) / (2 * len(known))
    return np.where(np.isnan(needs), np.nan, places)


def logistic_z(needs: Floats, scale: Scale) -> Floats:
    """Place needs by a logistic curve of their distance to the mean, in standard deviations."""
    flat = scale.deviation <= 0
    z = (needs - scale.mean) / np.where(flat, 1.0, scale.deviation)
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -30.0, 30.0))), dtype=np.float64)


def imd_exponential(needs: Floats, scale: Scale) -> Floats:
    """Stretch ranks so that much need on one indicator is not cancelled by little on another."""
    span = 1 - np.exp(-100 / IMD_K)
    return np.asarray(-IMD_K / 100 * np.log(1 - rank(needs, scale) * span), dtype=np.float64)


def arithmetic(z: Floats, weights: Floats) -> Floats:
    return np.asarray(np.einsum("...zj,...j->...z", z, weights), dtype=np.float64)


def power_mean_2(z: Floats, weights: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("...zj,...j->...z", z * z, weights)), dtype=np.float64)


def co_geometric(z: Floats, weights: Floats) -> Floats:
    """Count 1 - prod(1 - z)^w: need on one indicator is not compensated by its absence elsewhere.

    The geometric mean itself would lower a zone that is extreme on one indicator.
    """
    absence = np.log1p(-CEILING * np.clip(z, 0.0, 1.0))
    return np.asarray(1 - np.exp(np.einsum("...zj,...j->...z", absence, weights)), dtype=np.float64)


NORMALISATIONS: tuple[Callable[[Floats, Scale], Floats], ...] = (
    p5_p95,
    rank,
    logistic_z,
    imd_exponential,
)
AGGREGATIONS: tuple[Callable[[Floats, Floats], Floats], ...] = (
    arithmetic,
    power_mean_2,
    co_geometric,
)


def contributions(z: Floats, weights: Floats) -> Floats:
    """Share out the additive score: c_ij = w_j z_ij / sum of the weights observed in zone i.

    Missing values contribute NaN; the others of a zone add up to its score.
    """
    observed = (~np.isnan(z) * weights).sum(axis=1, keepdims=True)
    return np.asarray(weights * z / np.where(observed > 0, observed, np.nan), dtype=np.float64)


def additive_scores(z: Floats, weights: Floats) -> Floats:
    """Add up the contributions; NaN for a zone about which nothing is known."""
    parts = contributions(z, weights)
    return np.where(np.isnan(parts).all(axis=1), np.nan, np.nansum(parts, axis=1))


@dataclass(frozen=True, slots=True)
class Draws:
    """How often and where each zone came out. Arrays are (zones,)."""

    rank_low: NDArray[np.int64]
    rank_middle: NDArray[np.int64]
    rank_high: NDArray[np.int64]
    share_among_first: Floats


@dataclass(frozen=True, slots=True)
class Question:
    """What is drawn over: zones to rank with their municipalities, the scale, and the weights."""

    needs: Needs
    municipalities: tuple[str, ...]
    scale: Scale
    weights: Floats


def simulate(question: Question, *, first_k: int, draws: int, seed: int) -> Draws:
    """Count the zones again `draws` times, each time another reasonable way.

    Each draw takes a normalisation, an aggregation, weights from Dirichlet(50 w), noise by the
    standard errors, and a guess for each missing value (that of a zone of the same municipality).
    """
    rng = np.random.default_rng(seed)
    needs = _drawn_needs(question, draws, rng)
    weights = rng.dirichlet(DIRICHLET_CONCENTRATION * question.weights, size=draws)
    which_normalisation = rng.integers(len(NORMALISATIONS), size=draws)
    which_aggregation = rng.integers(len(AGGREGATIONS), size=draws)

    scores = np.empty(needs.shape[:2])
    for n, normalise in enumerate(NORMALISATIONS):
        taken = np.flatnonzero(which_normalisation == n)
        z = normalise(needs[taken], question.scale)
        for a, aggregate in enumerate(AGGREGATIONS):
            also = which_aggregation[taken] == a
            scores[taken[also]] = aggregate(z[also], weights[taken[also]])
    scores += rng.uniform(0, TIE_BREAK, size=scores.shape)

    order = np.argsort(-scores, axis=1)
    ranks = np.empty(order.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, np.arange(1, order.shape[1] + 1)[None, :], axis=1)
    low, middle, high = np.quantile(ranks, (0.05, 0.5, 0.95), axis=0, method="inverted_cdf")
    return Draws(low, middle, high, np.asarray((ranks <= first_k).mean(axis=0), dtype=np.float64))


def _drawn_needs(question: Question, draws: int, rng: np.random.Generator) -> Floats:
    """Repeat the needs (draws, zones, indicators), with noise and guesses where we are not sure."""
    value, error = question.needs.value, question.needs.error
    drawn = np.broadcast_to(value, (draws, *value.shape)).copy()
    noisy_zone, noisy_indicator = np.nonzero((error > 0) & ~np.isnan(value))
    if len(noisy_zone):
        noise = rng.standard_normal((draws, len(noisy_zone)))
        drawn[:, noisy_zone, noisy_indicator] += noise * error[noisy_zone, noisy_indicator]
    for i, j in np.argwhere(np.isnan(value)):
        donors = question.scale.donors(question.municipalities[i], int(j))
        drawn[:, i, j] = donors[rng.integers(len(donors), size=draws)]
    return drawn


def leave_one_out(z: Floats, weights: Floats) -> Floats:
    """Say, per indicator, by how many places zones move on average when it is left out."""
    before = _places(additive_scores(z, weights))
    moved = np.zeros(len(weights))
    for j in range(len(weights)):
        kept = np.arange(len(weights)) != j
        after = _places(additive_scores(z[:, kept], weights[kept]))
        steps = np.abs(before - after)
        moved[j] = np.nanmean(steps) if not np.isnan(steps).all() else 0.0
    return moved


def _places(scores: Floats) -> Floats:
    """Rank scores from 1, ties sharing their middle rank; NaN where there is no score."""
    above = (scores[None, :] > scores[:, None]).sum(axis=1)
    equal = (scores[None, :] == scores[:, None]).sum(axis=1)
    return np.where(np.isnan(scores), np.nan, 1 + above + (equal - 1) / 2)
