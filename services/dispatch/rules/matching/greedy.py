"""A first plan: zones by need, with a price on everybody's minutes, a few times over.

Without prices the first zones take people from far away whom later zones miss. A minute costs more
where people are full, and their prices follow from pass to pass. Three passes are within 2 to 4 %
of the bound on S1 and S2; one without prices is 8 % away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .state import State

# Measured on S1 and S2 (`relais match bench`): what a minute seems to cost at first, in minutes of
# cost; how much scarce people and long ways weigh against need; how fast prices follow how full
# somebody is, around half of their cap.
FIRST_PRICE, SCARCITY = 2, 0.3
PRICE_STEP, FULL_AT = 4.8, 0.6
PASSES = 3


@dataclass(frozen=True, slots=True)
class _Orders:
    reaching: Sequence[int]  # tasks in the order that reaches new zones
    deepening: Sequence[int]  # and in the order that does the rest


def greedy_by_need(state: State, passes: int = PASSES) -> None:
    """Complete what people said yes to, reach new zones by need, then do the rest.

    Only tasks that are not in the plan yet change. The best of the passes stays.
    """
    c = state.c
    orders = _orders(
        state, [t for t in range(len(c.tasks)) if c.options[t] and t not in state.plan]
    )
    for t in orders.reaching:
        if t in state.held:
            state.complete(t)
    before = dict(state.plan)
    prices = [float(FIRST_PRICE * state.weights.cost)] * len(c.workers)
    best, best_value = before, None
    for number in range(passes):
        loads = _one_pass(state, orders, prices)
        if best_value is None or state.value > best_value:
            best, best_value = dict(state.plan), state.value
        if number + 1 == passes and best_value == state.value:
            return
        for t in [t for t in state.plan if t not in before]:
            state.drop(t)
        prices = [
            max(0.0, price + PRICE_STEP * (load / cap - FULL_AT)) if cap else price
            for price, load, cap in zip(prices, loads, state.cap, strict=True)
        ]
    for t, (start, team) in best.items():
        if t not in before:
            state.add(t, start, team)


def _orders(state: State, tasks: list[int]) -> _Orders:
    c = state.c
    scarce = {t: _least_min(state, t) ** SCARCITY for t in tasks}

    def reaching(t: int) -> tuple[bool, float, int]:
        able = 1 + sum(len(option.members) for option in c.options[t])
        return not c.tasks[t].mandatory, -c.need[t] / (scarce[t] * able**SCARCITY), t

    def deepening(t: int) -> tuple[bool, float, int]:
        return not c.tasks[t].mandatory, -c.need[t] * c.tasks[t].importance / scarce[t], t

    return _Orders(sorted(tasks, key=reaching), sorted(tasks, key=deepening))


def _least_min(state: State, t: int) -> int:
    """Return the fewest minutes that a team takes from its people."""
    team = sorted(m.charged_min for m in state.c.options[t][0].members)[
        : max(1, state.c.tasks[t].min_team)
    ]
    return sum(team) or 1


def _one_pass(state: State, orders: _Orders, prices: Sequence[float]) -> list[int]:
    """Insert what can be; return everybody's load before the last filling up, which is free."""
    state.price = list(prices)
    _insert(state, orders.reaching, fresh=True)
    _insert(state, orders.deepening)
    loads = list(state.load)
    state.price = [0.0] * len(prices)
    _insert(state, orders.deepening)
    return loads


def _insert(state: State, tasks: Iterable[int], *, fresh: bool = False) -> None:
    for t in tasks:
        if t in state.plan or t in state.held:
            continue
        best = state.best_insert(t, fresh=fresh and not state.c.tasks[t].mandatory)
        if best is not None and best.gain > 0:
            state.add(t, best.start, best.team)
