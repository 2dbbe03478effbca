"""A budget in seconds of processor time, so that a comparison does not measure other programs."""

from time import perf_counter, process_time


class Budget:
    """So many seconds of this process's processor time, from now on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._begun_s, self._begun_wall_s = process_time(), perf_counter()

    @property
    def spent(self) -> float:
        return process_time() - self._begun_s

    @property
    def left(self) -> float:
        return self.seconds - self.spent

    def part(self, share: float, most: float | None = None) -> "Budget":
        """Return a budget of this share of what is left."""
        seconds = share * max(0.0, self.left)
        return Budget(seconds if most is None else min(seconds, most))

    def wall(self) -> float:
        """Return what is left for a solver that looks at the clock on the wall.

        What the processor does for others is added, by what it did so far.
        """
        shared = (perf_counter() - self._begun_wall_s + 1) / (self.spent + 1)
        return max(0.05, self.left * max(1.0, shared))
