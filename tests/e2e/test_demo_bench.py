"""`relais bench`: every figure stands beside a bare one of the same run."""

import pytest

from deploy.bench import Length, bench

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


async def test_a_short_bench_measures_each_path_and_its_bare_baseline() -> None:
    told: list[str] = []

    length = Length(bare_s=0.2, load_s=2.0, relayed_facts=200, rebuilt_facts=2000)
    found = await bench(told.append, length)

    assert {line.name for line in found.lines} == {
        "outcomes recorded through HTTP",
        "facts relayed",
        "facts projected anew",
    }
    assert all(line.value > 0 and line.bare > 0 and line.ratio > 0 for line in found.lines)
    assert found.to_figure_s["median"] is not None
    assert found.to_page_s["median"] is not None
    assert (found.rebuilt.facts, found.rebuilt.same) == (2000, True)
    assert told
