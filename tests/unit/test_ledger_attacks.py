"""Attacks of our own on the sealed ledger: each must fail for the attacker."""

from collections.abc import Callable

import pytest

from deploy.ledger.attacks import ATTACKS, Result, Stage, run
from deploy.ledger.attacks.stage import quick_worlds
from deploy.ledger.play import play
from deploy.ledger.reader import Reader
from deploy.ledger.worlds import campaigns, generated, years
from services.reporting.rules import ledger
from services.reporting.rules.ledger.history import ViewHistory
from services.reporting.rules.ledger.moves import widths
from services.reporting.rules.ledger.picture import Table

SMALL_CELLS = 20_000

# Half a minute of one core; a machine that shares its cores among many takes longer.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage(ledger, quick_worlds())


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_the_attacker_learns_nothing(attack: Callable[[Stage], Result], stage: Stage) -> None:
    found = run(stage, [attack])[attack.__name__]

    assert found.learnt == []
    assert found.tried > 0


def test_no_small_cell_of_generated_years_and_campaigns_is_pinned() -> None:
    """A cell is small below five: what of a code entered the total at one seal, zero included."""
    cells, pinned = 0, []
    drawn = [
        generated(seed, acts=150, days=56, contacts=("few", "many")[seed % 2])
        for seed in range(40, 82)
    ]
    for world in (*years(2, first_seed=40, period_days=14), *drawn):
        film = play(world, ledger, step_days=7)
        for view in world.views:
            for measure in (0, 1):
                reader = Reader(film, view, measure)
                small = reader.cells(windows=False)
                small = small[reader.values(reader.truth, small) < ledger.FLOOR_T]
                low, high = reader.bounds(small, reader.values(reader.truth, small) * 0 + 1)
                cells += len(small)
                pinned += [(world.name, view, measure)] * int((low == high).sum())

    assert pinned == []
    assert cells >= SMALL_CELLS


def test_a_move_never_promises_a_wider_interval_than_solving_finds() -> None:
    for world in campaigns(3, first_seed=70):
        film = play(world, ledger, step_days=7)
        history = ledger.History.of(film.blocks)
        for view in film.policy.views:
            arrays = ViewHistory.of(history, view, film.policy)
            for measure in (0, 1):
                found = widths(Table.of(arrays, measure))
                reader = Reader(film, view.name, measure)
                cells = reader.cells(windows=True)
                moved = found[cells[:, 0], cells[:, 1], cells[:, 2] - 1]
                low, high = reader.bounds(cells, moved)
                assert (high - low >= moved).all()


def test_the_auditor_sees_the_leaks_of_a_careless_release() -> None:
    careless = 0
    for world in campaigns(3, first_seed=80):
        film = play(world, ledger, step_days=7)
        history = ledger.History.of(film.blocks)
        for view in film.policy.views:
            arrays = ViewHistory.of(history, view, film.policy)
            everything = arrays.releasing(tuple(range(len(view.codes))))
            careless += len(ledger.attack(everything).leaks)
            assert ledger.attack(arrays).leaks == ()

    assert careless > 0
