"""From published values to comparable needs: transform, shrink, and the scale of the territory.

Arrays are (zones, indicators), zones in the order of their ids, indicators in the order of their
keys. A missing value is NaN: it can never be taken for a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.intake.rules.need_index.indicators import INDICATORS, Zone

Floats = NDArray[np.float64]

LOW_QUANTILE, HIGH_QUANTILE = 0.05, 0.95
DONORS_MIN = 5  # Fewer neighbours than this in the municipality: guess from the whole territory.


@dataclass(frozen=True, slots=True)
class Needs:
    """Transformed, oriented (more is more need) and shrunk values of some zones.

    `error` is the standard error on the transformed scale (0 when unknown), `own_weight` the share
    of a zone's own value that shrinkage kept (1 when nothing was shrunk).
    """

    value: Floats
    error: Floats
    own_weight: Floats


@dataclass(frozen=True, slots=True)
class Scale:
    """What the territory looks like, indicator by indicator; the same for every zone and draw."""

    low: Floats
    high: Floats
    mean: Floats
    deviation: Floats
    sorted_needs: tuple[Floats, ...]
    municipality_of: tuple[str, ...]
    needs: Floats

    def donors(self, municipality: str, indicator: int) -> Floats:
        """List the values a missing one may have had: those of the municipality, or all of them."""
        here = np.array([name == municipality for name in self.municipality_of], dtype=bool)
        near = self.needs[here, indicator]
        near = near[~np.isnan(near)]
        return near if len(near) >= DONORS_MIN else self.sorted_needs[indicator]


def raw_needs(zones: Sequence[Zone], keys: Sequence[str]) -> Needs:
    """Transform and orient the values of `zones`, nothing shrunk yet."""
    shape = (len(zones), len(keys))
    value, error = np.full(shape, np.nan), np.zeros(shape)
    for i, zone in enumerate(zones):
        for j, key in enumerate(keys):
            observation = zone.observations.get(key)
            if observation is None:
                continue
            indicator = INDICATORS[key]
            value[i, j] = indicator.direction * indicator.transform.apply(observation.value)
            if observation.standard_error is not None:
                slope = indicator.transform.slope(observation.value)
                error[i, j] = abs(slope) * observation.standard_error
    return Needs(value, error, np.ones(shape))


def shrink(
    needs: Needs, zones: Sequence[Zone], reference: Needs, reference_zones: Sequence[Zone]
) -> Needs:
    """Draw each value that has a standard error towards the mean of its municipality.

    `t~ = w t + (1 - w) mean`, `w = tau² / (tau² + se²)`, where tau² is how much zones of one
    municipality really differ: their pooled variance in the reference, less the mean se².
    Source: the shrinkage of small-area values of the English indices of deprivation 2019.
    """
    value, own_weight = needs.value.copy(), needs.own_weight.copy()
    places = [zone.municipality for zone in reference_zones]
    for j in range(value.shape[1]):
        if not (needs.error[:, j] > 0).any():
            continue
        means, tau2 = _municipalities(reference.value[:, j], reference.error[:, j], places)
        everywhere = float(np.nanmean(reference.value[:, j]))
        for i, zone in enumerate(zones):
            error2 = needs.error[i, j] ** 2
            if error2 > 0:
                weight = tau2 / (tau2 + error2)
                mean = means.get(zone.municipality, everywhere)
                value[i, j] = weight * value[i, j] + (1 - weight) * mean
                own_weight[i, j] = weight
    return Needs(value, needs.error, own_weight)


def _municipalities(
    values: Floats, errors: Floats, places: Sequence[str]
) -> tuple[dict[str, float], float]:
    """Compute the mean of each municipality and tau², the true variance inside one."""
    members: dict[str, list[float]] = {}
    for place, value in zip(places, values, strict=True):
        if not np.isnan(value):
            members.setdefault(place, []).append(float(value))
    means = {place: float(np.mean(some)) for place, some in members.items()}
    freedom = sum(len(some) - 1 for some in members.values())
    if freedom > 0:
        squares = sum((v - means[place]) ** 2 for place, some in members.items() for v in some)
        variance = squares / freedom
    else:  # one zone per municipality: the territory is all there is to compare with
        variance = float(np.nanvar(values))
    noise2 = float(np.mean(errors[~np.isnan(values)] ** 2))
    return means, max(0.0, variance - noise2)


def scale_of(reference: Needs, zones: Sequence[Zone]) -> Scale:
    """Measure the territory once. Every indicator must have at least one value in it."""
    needs = reference.value
    return Scale(
        low=np.nanquantile(needs, LOW_QUANTILE, axis=0),
        high=np.nanquantile(needs, HIGH_QUANTILE, axis=0),
        mean=np.nanmean(needs, axis=0),
        deviation=np.nanstd(needs, axis=0),
        sorted_needs=tuple(
            np.sort(column[~np.isnan(column)]) for column in np.moveaxis(needs, 1, 0)
        ),
        municipality_of=tuple(zone.municipality for zone in zones),
        needs=needs,
    )
