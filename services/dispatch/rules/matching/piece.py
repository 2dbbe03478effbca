"""A piece of a plan, solved exactly while the rest stands."""

from collections.abc import Mapping, Sequence

from .formulation import Formulation
from .proof import prove
from .state import State

PIECE_GAP = 1e-4


def solve_piece(
    state: State,
    piece: Sequence[int],
    *,
    seconds: float,
    seed: int = 0,
    keep_value: Mapping[tuple[int, int, int], int] | None = None,
) -> bool:
    """Solve some tasks of a state exactly, the rest standing; tell whether the optimum is proven.

    The state never ends worse, `keep_value` (the worth of each assignment that stays) counted in.
    """
    kept = keep_value or {}
    saved = {t: state.plan[t] for t in piece if t in state.plan}
    for t in saved:
        state.drop(t)
    empty = state.value
    formulation = Formulation(state, piece, keep_value=kept)
    known = all((t, start, w) in formulation.x for t, (start, team) in saved.items() for w in team)
    proof = prove(
        formulation, seconds=seconds, seed=seed, start=saved if known else None, gap=PIECE_GAP
    )

    def worth(plan: Mapping[int, tuple[int, tuple[int, ...]]]) -> int:
        for t, (start, team) in plan.items():
            state.add(t, start, team)
        value = state.value - empty
        for t in plan:
            state.drop(t)
        return value + sum(
            kept.get((t, start, w), 0) for t, (start, team) in plan.items() for w in team
        )

    chosen = saved
    if proof.plan is not None and worth(proof.plan) > worth(saved):
        chosen = proof.plan
    for t, (start, team) in chosen.items():
        state.add(t, start, team)
    return proof.optimal
