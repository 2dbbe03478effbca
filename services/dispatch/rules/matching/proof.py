"""Exact optimisation with HiGHS: proves a bound, and improves what a search found.

Source: Huangfu and Hall, "Parallelizing the dual revised simplex method" (2018), the HiGHS solver.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import floor

import highspy
import numpy as np

from .formulation import INFINITE, Formulation, Rows

BOUND_SLACK = 1e-6  # A proven bound is a float; whole scores leave room to round it down.


@dataclass(frozen=True, slots=True)
class Proof:
    """What a solver found: a plan for the open tasks (or None) and an upper bound."""

    plan: dict[int, tuple[int, tuple[int, ...]]] | None
    value: float
    bound: float
    optimal: bool
    infeasible: bool = False


def solver(rows: Rows, *, relaxed: bool = False) -> highspy.Highs:
    """Build a HiGHS model of the rows, silent and on one thread."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(rows.upper), len(rows.low)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.array(rows.value, dtype=np.float64)
    lp.col_lower_ = np.zeros(len(rows.upper))
    lp.col_upper_ = np.array(rows.upper, dtype=np.float64)
    lp.row_lower_ = _with_infinity(rows.low)
    lp.row_upper_ = _with_infinity(rows.high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(rows.starts, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(rows.columns, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(rows.factors, dtype=np.float64)
    if not relaxed:
        # Minutes above a tier are whole by themselves: only booleans need branching.
        whole, free = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        lp.integrality_ = [whole if upper == 1 else free for upper in rows.upper]
    model = highspy.Highs()  # type: ignore[no-untyped-call] # untyped upstream
    model.setOptionValue("output_flag", False)  # noqa: FBT003 -- the solver's own interface
    model.setOptionValue("threads", 1)
    model.passModel(lp)
    return model


def _with_infinity(limits: list[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    array = np.array(limits, dtype=np.float64)
    array[array == INFINITE] = highspy.kHighsInf
    array[array == -INFINITE] = -highspy.kHighsInf
    return array


def prove(  # noqa: PLR0913 -- what, from where, for how long, and who watches
    formulation: Formulation,
    *,
    seconds: float,
    seed: int = 0,
    start: Mapping[int, tuple[int, tuple[int, ...]]] | None = None,
    gap: float = 0.0,
    stop: Callable[[], bool] | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> Proof:
    """Solve the rows as booleans, from a plan where one is given, for so many seconds at most."""
    if not formulation.rows.upper:
        return Proof({}, 0, 0, optimal=True)
    model = solver(formulation.rows)
    model.setOptionValue("time_limit", float(max(0.01, seconds)))
    model.setOptionValue("random_seed", seed)
    model.setOptionValue("mip_rel_gap", gap)
    if start is not None:
        values = np.array(formulation.values(start), dtype=np.float64)
        model.setSolution(len(values), np.arange(len(values), dtype=np.int32), values)
    if stop is not None or progress is not None:
        model.cbMipInterrupt += _watch(stop, progress)
    model.run()
    info = model.getInfo()
    status = model.getModelStatus()
    bound = float(info.mip_dual_bound)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        infeasible = status == highspy.HighsModelStatus.kInfeasible
        return Proof(None, -INFINITE, bound, optimal=False, infeasible=infeasible)
    plan = formulation.plan(model.getSolution().col_value)
    optimal = status == highspy.HighsModelStatus.kOptimal
    return Proof(plan, float(info.objective_function_value), bound, optimal=optimal)


def _watch(
    stop: Callable[[], bool] | None, progress: Callable[[float, float], None] | None
) -> Callable[[highspy.HighsCallbackEvent], None]:
    def look(event: highspy.HighsCallbackEvent) -> None:
        if progress is not None:
            found = event.data_out
            progress(float(found.mip_primal_bound), float(found.mip_dual_bound))
        if stop is not None and stop():
            event.interrupt()

    return look


def relaxed_bound(formulation: Formulation, *, seconds: float) -> tuple[float, list[float]] | None:
    """Return the optimum of the linear relaxation and the price of each row; None: no time."""
    if not formulation.rows.upper:
        return 0.0, []
    model = solver(formulation.rows, relaxed=True)
    model.setOptionValue("time_limit", float(seconds))
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return float(model.getInfo().objective_function_value), list(model.getSolution().row_dual)


def whole_bound(value: float) -> int:
    """Round a bound of whole scores down, with room for the solver's last digits."""
    return floor(value + max(BOUND_SLACK, abs(value) * BOUND_SLACK))
