"""`relais bench`: every figure stands beside a bare one of the same run."""

import pytest

from deploy.bench import Length, bench

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


async def test_a_short_bench_measures_each_path_and_its_bare_baseline() -> None:
    told: list[str] = []

    lines, to_figure_s = await bench(told.append, Length(bare_s=0.2, load_s=1.0, relayed_facts=200))

    assert {line.name for line in lines} == {
        "outcomes recorded through HTTP",
        "facts relayed",
        "facts projected anew",
    }
    assert all(line.value > 0 and line.bare > 0 and line.ratio > 0 for line in lines)
    assert to_figure_s["median"] is not None
    assert told
