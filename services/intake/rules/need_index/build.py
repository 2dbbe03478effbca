"""Making a need index from the territory's data and a campaign's weights."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from services.intake.rules.need_index.index import (
    Contribution,
    Explanation,
    Group,
    Method,
    NeedIndex,
    RankInterval,
    group_of,
)
from services.intake.rules.need_index.indicators import Zone, problems_of_zones
from services.intake.rules.need_index.measure import Floats, Needs, raw_needs, scale_of, shrink
from services.intake.rules.need_index.variants import (
    Draws,
    Question,
    contributions,
    leave_one_out,
    p5_p95,
    simulate,
)
from services.intake.rules.need_index.weights import Weighting, check_weighting
from services.intake.rules.source_text import N_
from shared.errors import Problem, RefusedError

DRAWS = 2_000  # Source: the founders' method note.
MISSING_WEIGHT_MAX = 0.4  # Source: the same; beyond it a person decides without the index.
ROUNDING = 1e-9


def build_need_index(  # noqa: PLR0913 -- six inputs, each of which changes the answer
    zones: Iterable[Zone],
    weighting: Weighting,
    *,
    first_k: int,
    seed: int,
    reference: Iterable[Zone] | None = None,
    draws: int = DRAWS,
) -> NeedIndex:
    """Make the index of one campaign. The same inputs give the same index, in whatever order.

    Args:
        zones: the zones among which the campaign chooses.
        weighting: what weighs how much.
        first_k: for how many zones the campaign has hands; the index says who would be among them.
        seed: of the draws; keep it with the choice, so that the index can be made again.
        reference: the territory that values are compared with (the inhabited quarters); the zones
            themselves when it is not given.
        draws: how many variants.

    Raises:
        RefusedError: with every problem at once: impossible values, weights, or `first_k`.
    """
    ranked = tuple(sorted(zones, key=lambda zone: zone.zone_id))
    territory = ranked if reference is None else tuple(sorted(reference, key=lambda z: z.zone_id))
    _check(ranked, territory, weighting, first_k=first_k, draws=draws)

    keys = sorted(key for key, weight in weighting.weights.items() if weight > 0)
    known = [key for key in keys if any(zone.observations.get(key) for zone in territory)]
    weights = np.array([weighting.weights[key] for key in known])

    reference_raw = raw_needs(territory, known)
    reference_needs = shrink(reference_raw, territory, reference_raw, territory)
    needs = shrink(raw_needs(ranked, known), ranked, reference_raw, territory)

    absent = 1 - weights.sum()
    missing_weight = absent + (np.isnan(needs.value) * weights).sum(axis=1)
    enough = missing_weight <= MISSING_WEIGHT_MAX + ROUNDING
    parts = _Parts(
        weighting=weighting, keys=known, zones=ranked, needs=needs, missing_weight=missing_weight
    )
    if not enough.any():
        return NeedIndex(
            _method(parts, keys, first_k=first_k, seed=seed, draws=draws, moved=None, ranked=0),
            {zone.zone_id: parts.insufficient(i, 0) for i, zone in enumerate(ranked)},
        )

    scale = scale_of(reference_needs, territory)
    normalised = p5_p95(needs.value, scale)
    shares = contributions(normalised, weights)
    rows = np.flatnonzero(enough)
    drawn = simulate(
        Question(
            needs=Needs(needs.value[rows], needs.error[rows], needs.own_weight[rows]),
            municipalities=tuple(ranked[i].municipality for i in rows),
            scale=scale,
            weights=weights / weights.sum(),
        ),
        first_k=first_k,
        draws=draws,
        seed=seed,
    )
    explanations = {
        zone.zone_id: parts.insufficient(i, len(rows))
        for i, zone in enumerate(ranked)
        if not enough[i]
    }
    for row, i in enumerate(rows):
        explanations[ranked[i].zone_id] = parts.explained(
            int(i), normalised[i], shares[i], drawn, row
        )
    moved = leave_one_out(normalised[rows], weights)
    return NeedIndex(
        _method(
            parts, keys, first_k=first_k, seed=seed, draws=draws, moved=moved, ranked=len(rows)
        ),
        explanations,
    )


def _check(
    ranked: tuple[Zone, ...],
    territory: tuple[Zone, ...],
    weighting: Weighting,
    *,
    first_k: int,
    draws: int,
) -> None:
    problems = problems_of_zones(ranked)
    if territory is not ranked:
        problems.extend(problems_of_zones(territory))
    try:
        check_weighting(weighting)
    except RefusedError as refused:
        problems.extend(refused.problems)
    if not ranked:
        problems.append(
            Problem("no_zones", N_("Il n'y a aucun quartier à comparer."), place="zones")
        )
    elif not 1 <= first_k <= len(ranked):
        problems.append(
            Problem(
                "first_k_out_of_bounds",
                N_("Choisissez entre 1 et %(most)s quartiers, pas %(wanted)s."),
                place="first_k",
                values={"most": len(ranked), "wanted": first_k},
            )
        )
    if draws < 1:
        problems.append(Problem("no_draws", N_("Il faut au moins une variante."), place="draws"))
    if problems:
        raise RefusedError(*problems)


def _method(  # noqa: PLR0913 -- private, and each is one line of the method's account
    parts: "_Parts",
    keys: Sequence[str],
    *,
    first_k: int,
    seed: int,
    draws: int,
    moved: Floats | None,
    ranked: int,
) -> Method:
    return Method(
        weighting=parts.weighting,
        first_k=first_k,
        seed=seed,
        draws=draws,
        without_data=tuple(key for key in keys if key not in parts.keys),
        places_moved={}
        if moved is None
        else {key: float(steps) for key, steps in zip(parts.keys, moved, strict=True)},
        zones_ranked=ranked,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What every explanation is cut from."""

    weighting: Weighting
    keys: list[str]
    zones: tuple[Zone, ...]
    needs: Needs
    missing_weight: Floats

    def explained(
        self, i: int, normalised: Floats, shares: Floats, drawn: Draws, row: int
    ) -> Explanation:
        zone = self.zones[i]
        found: list[Contribution] = []
        for j, key in enumerate(self.keys):
            observation = zone.observations.get(key)
            if observation is not None:
                found.append(
                    Contribution(
                        indicator=key,
                        value=observation.value,
                        year=observation.year,
                        source=observation.source,
                        weight=self.weighting.weights[key],
                        normalised=float(normalised[j]),
                        contribution=float(shares[j]),
                        own_weight=float(self.needs.own_weight[i, j]),
                    )
                )
        share = float(drawn.share_among_first[row])
        return Explanation(
            zone_id=zone.zone_id,
            name_fr=zone.name_fr,
            name_nl=zone.name_nl,
            group=group_of(share),
            contributions=tuple(sorted(found, key=lambda c: (-c.contribution, c.indicator))),
            missing=self._missing(zone),
            missing_weight=float(self.missing_weight[i]),
            share_of_variants=share,
            interval=RankInterval(
                int(drawn.rank_low[row]), int(drawn.rank_middle[row]), int(drawn.rank_high[row])
            ),
            zones_ranked=len(drawn.share_among_first),
        )

    def insufficient(self, i: int, zones_ranked: int) -> Explanation:
        zone = self.zones[i]
        return Explanation(
            zone_id=zone.zone_id,
            name_fr=zone.name_fr,
            name_nl=zone.name_nl,
            group=Group.INSUFFICIENT,
            contributions=(),
            missing=self._missing(zone),
            missing_weight=float(self.missing_weight[i]),
            share_of_variants=None,
            interval=None,
            zones_ranked=zones_ranked,
        )

    def _missing(self, zone: Zone) -> tuple[str, ...]:
        return tuple(
            key
            for key, weight in self.weighting.weights.items()
            if weight > 0 and zone.observations.get(key) is None
        )
