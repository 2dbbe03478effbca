"""Which engine works when: a first plan at once, a better one while time lasts, then a proof."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from time import perf_counter

from .greedy import PASSES, greedy_by_need
from .search import Effort, ruin_and_recreate
from .state import State

# A whole-problem proof pays up to about the size of the real team's campaigns (S1: 150 tasks).
PROVABLE_TASKS = 400
PART_TASKS = 400  # of a relaxation in parts, where time is plenty
SMALL_PART_TASKS = 160  # and where it is not
# The search gets the first share of the time, the proof the last.
PROOF_SHARE = 0.3
LEAST_PROOF_S = 2.0
# Annealing starts cooler from a good start: measured on S1 and S2, docs/matching.md.
FROM_GREEDY, FROM_RELAXATION, IN_A_HURRY = (1000.0, 30.0), (300.0, 20.0), (200.0, 30.0)
HURRY_S_PER_TASK = 0.003
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
        hurry = seconds < HURRY_S_PER_TASK * len(self.open)
        temperatures = IN_A_HURRY if hurry else FROM_GREEDY
        proves = find_spec("highspy") is not None
        for t in sorted(self.state.held, key=lambda t: (-self.state.c.need[t], t)):
            self.state.complete(t)
        self._plain_bound(proves=proves)
        if proves and self._relax(seconds, ends_s):
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

    def _plain_bound(self, *, proves: bool) -> None:
        if proves:
            from .relaxation import plain_bound  # noqa: PLC0415 -- the solver is optional

            self.bound = plain_bound(self.state, self.open)

    def _relax(self, seconds: float, ends_s: float) -> bool:
        """Start from the relaxation when there is time for it; tell whether it was done."""
        from . import relaxation  # noqa: PLC0415 -- the solver is optional

        expected_s = relaxation.SECONDS_PER_TASK * len(self.open)
        if expected_s > seconds * 0.6:
            return False
        largest = PART_TASKS if expected_s < seconds * 0.2 else SMALL_PART_TASKS
        guide = relaxation.relax(
            self.state, self.open, ends_s=ends_s, largest=largest, stop=self.watch.stop
        )
        if guide is None:
            return False
        self._bounded_by(guide.bound)
        relaxation.follow(self.state, guide)
        return True

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
        if proof.bound < float("inf"):
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
