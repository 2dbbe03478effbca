"""Which engine works when: a first plan at once, a better one while time lasts, then a proof."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from time import perf_counter
from typing import TYPE_CHECKING

from .greedy import PASSES, greedy_by_need
from .search import Effort, ruin_and_recreate
from .state import State

if TYPE_CHECKING:
    from .relaxation import Guide  # the solver is optional

# A whole-problem proof pays up to about the size of the real team's campaigns (S1: 150 tasks).
PROVABLE_TASKS = 400
PART_TASKS = 400  # of a relaxation in parts, where time is plenty
SMALL_PART_TASKS = 160  # and where it is not
# The search gets the first share of the time, the proof the last.
PROOF_SHARE = 0.3
LEAST_PROOF_S = 2.0
# Annealing starts cooler from a good start: measured on S1 and S2, docs/matching.md.
FROM_GREEDY, FROM_RELAXATION = (200.0, 30.0), (300.0, 20.0)
AT_ONCE_TASKS = 3000  # above this, a first plan takes one pass of the greedy


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: best score so far, proven bound (if any) and seconds spent."""

    engine: str
    score: int
    bound: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Watch:
    """What a caller may follow and stop: told each better plan, asked whether to stop."""

    progress: Callable[[Progress], None] | None = None
    stop: Callable[[], bool] | None = None


class Strategy:
    """One run: improves `state`, keeps `bound` and says which `engine` gave the plan."""

    def __init__(self, state: State, begun_s: float, seed: int, watch: Watch) -> None:
        self.state, self.begun_s, self.seed, self.watch = state, begun_s, seed, watch
        self.bound: int | None = None
        self.engine = "greedy"
        self.waits = bool(state.held)  # teams that miss somebody: completed before the proof
        self.open = [
            t for t in range(len(state.c.tasks)) if t not in state.plan and t not in state.held
        ]

    def first(self) -> None:
        """Make the first good plan, at any size."""
        self._greedy(1 if len(self.open) > AT_ONCE_TASKS else PASSES)

    def by_rounds(self, rounds: int) -> None:
        """Search for so many rounds: the same seed gives the same plan on any machine."""
        self._greedy()
        self._search(Effort(rounds=rounds), FROM_GREEDY)

    def by_clock(self, seconds: float) -> None:
        """Search, and prove a bound, until so many seconds after the run began."""
        if not seconds:
            self.first()
            return
        ends_s = self.begun_s + seconds
        temperatures = FROM_GREEDY
        proves = find_spec("highspy") is not None
        guide = self._bound(seconds, ends_s) if proves else None
        for t in sorted(self.state.held, key=lambda t: (-self.state.c.need[t], t)):
            self.state.complete(t)
        if guide is not None:
            self._follow(guide)
            temperatures = FROM_RELAXATION
        self._greedy()
        proof_s = 0.0
        if proves and len(self.open) <= PROVABLE_TASKS:
            proof_s = PROOF_SHARE * seconds if PROOF_SHARE * seconds >= LEAST_PROOF_S else 0.0
        self._search(Effort(seconds=ends_s - proof_s - perf_counter()), temperatures)
        if proof_s:
            self._prove(ends_s)

    # -- steps

    def _greedy(self, passes: int = PASSES) -> None:
        greedy_by_need(self.state, passes)
        self._tell()

    def _search(self, effort: Effort, temperatures: tuple[float, float]) -> None:
        if effort.seconds is not None and effort.seconds <= 0:
            return
        before, first = self.state.value, self.engine

        def better(_value: int) -> None:
            self.engine = "ruin and recreate"
            self._tell()

        ruin_and_recreate(
            self.state,
            effort,
            self.seed,
            movable=self.open,
            temperatures=temperatures,
            better=better,
            stop=self.watch.stop,
        )
        if self.state.value <= before:
            self.engine = first

    def _bound(self, seconds: float, ends_s: float) -> "Guide | None":
        """Bound every plan; return what the relaxation says where there is time for it."""
        from . import relaxation  # noqa: PLC0415 -- the solver is optional

        with relaxation.nobody_waits(self.state) as waiting:
            self.bound = relaxation.plain_bound(self.state, self.open) + waiting
            expected_s = relaxation.SECONDS_PER_TASK * len(self.open)
            if expected_s > seconds * 0.6:
                return None
            largest = PART_TASKS if expected_s < seconds * 0.2 else SMALL_PART_TASKS
            guide = relaxation.relax(
                self.state, self.open, ends_s=ends_s, largest=largest, stop=self.watch.stop
            )
            if guide is not None:
                self._bounded_by(guide.bound + waiting)
            return guide

    def _follow(self, guide: "Guide") -> None:
        from .relaxation import follow  # noqa: PLC0415 -- the solver is optional

        follow(self.state, guide)

    def _prove(self, ends_s: float) -> None:
        from .formulation import Formulation  # noqa: PLC0415 -- the solver is optional
        from .proof import prove, whole_bound  # noqa: PLC0415 -- the solver is optional

        state = self.state
        before, saved = state.value, {t: state.plan[t] for t in self.open if t in state.plan}
        for t in saved:
            state.drop(t)
        base = state.value
        proof = prove(
            Formulation(state, self.open),
            seconds=ends_s - perf_counter(),
            seed=self.seed,
            start=saved,
            stop=self.watch.stop,
        )
        for t, (start, team) in (saved if proof.plan is None else proof.plan).items():
            state.add(t, start, team)
        if proof.bound < float("inf") and not self.waits:
            self._bounded_by(base + whole_bound(proof.bound))
        if state.value > before:
            self.engine = "HiGHS"
        elif state.value < before:
            for t in self.open:
                if t in state.plan:
                    state.drop(t)
            for t, (start, team) in saved.items():
                state.add(t, start, team)
        self._tell()

    def _bounded_by(self, bound: int) -> None:
        self.bound = bound if self.bound is None else min(self.bound, bound)

    def _tell(self) -> None:
        if self.watch.progress is not None:
            seconds = perf_counter() - self.begun_s
            self.watch.progress(Progress(self.engine, self.state.value, self.bound, seconds))
