"""How fast an index is made, beside a bare numpy draw of the same size in the same run."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from services.intake.rules.need_index.build import DRAWS, build_need_index
from services.intake.rules.need_index.indicators import Observation, Zone
from services.intake.rules.need_index.variants import DIRICHLET_CONCENTRATION
from services.intake.rules.need_index.weights import PRESETS

ZONES = 145  # Source: the quarters of the Brussels monitoring, parks and industry included.


@dataclass(frozen=True, slots=True)
class NeedIndexBench:
    """Seconds for one index and for the bare draw, each the best of three."""

    zones: int
    indicators: int
    draws: int
    index_s: float
    bare_draw_s: float

    @property
    def ratio(self) -> float:
        return self.index_s / self.bare_draw_s

    def __str__(self) -> str:
        return (
            f"need index, {self.zones} zones x {self.indicators} indicators x {self.draws} draws: "
            f"{self.index_s * 1000:.0f} ms; bare numpy draw {self.bare_draw_s * 1000:.0f} ms; "
            f"ratio {self.ratio:.1f}"
        )


def bench_need_index(zones: int = ZONES, draws: int = DRAWS) -> NeedIndexBench:
    """Measure one index over invented values, one in fifty missing and one indicator noisy."""
    rng = np.random.default_rng(1)
    weighting = PRESETS["equal"]
    invented = [_invented_zone(number, rng) for number in range(zones)]
    index_s = bare_s = float("inf")
    for _ in range(3):
        started = perf_counter()
        build_need_index(invented, weighting, first_k=min(19, zones), seed=1, draws=draws)
        between = perf_counter()
        rng.standard_normal((draws, zones, len(weighting.weights)))
        rng.dirichlet(np.full(len(weighting.weights), DIRICHLET_CONCENTRATION / 5), size=draws)
        ended = perf_counter()
        index_s, bare_s = min(index_s, between - started), min(bare_s, ended - between)
    return NeedIndexBench(zones, len(weighting.weights), draws, index_s, bare_s)


def _invented_zone(number: int, rng: np.random.Generator) -> Zone:
    values = {
        "median_income_eur": float(rng.uniform(14_000, 30_000)),
        "diabetes_pct": float(rng.uniform(3, 12)),
        "density_per_km2": float(rng.uniform(500, 40_000)),
        "density_65_plus_per_km2": float(rng.uniform(100, 4_000)),
        "household_size": float(rng.uniform(1.5, 3)),
    }
    observations = {
        key: Observation(
            value, 2023, "invented", standard_error=0.5 if key == "diabetes_pct" else None
        )
        for key, value in values.items()
        if rng.uniform() >= 1 / 50
    }
    name = f"Z{number:03}"
    return Zone(name, name, name, f"M{number % 19}", observations)
