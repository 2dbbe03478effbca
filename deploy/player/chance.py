"""Chance with a memory: one seed, and a generator of its own for each decision.

A decision's generator depends on the seed, the purpose and stable names only, never on what was
decided before it. So the order in which answers arrive cannot change what is answered.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")
HUNDRED = 100


class Chance:
    """Makes decisions for one scenario and one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, purpose: str, *key: object) -> Random:
        """Return the generator of one decision; `key` names what it is about."""
        return Random(f"{self.seed}/{purpose}/{'/'.join(map(str, key))}")  # noqa: S311 - a play

    def happens(self, pct: float, purpose: str, *key: object) -> bool:
        """Decide yes in `pct` of 100 cases."""
        return self.of(purpose, *key).random() * HUNDRED < pct

    def between(self, bounds: tuple[float, float], purpose: str, *key: object) -> float:
        """Choose a number from the first bound to the second, those near the first more often."""
        low, high = bounds
        return self.of(purpose, *key).triangular(low, high, low + (high - low) / 3)

    def whole(self, bounds: tuple[int, int], purpose: str, *key: object) -> int:
        """Choose a whole number between two bounds, both included."""
        return round(self.between(bounds, purpose, *key))

    def one_of(self, weights: Mapping[T, float], purpose: str, *key: object) -> T:
        """Choose one, in proportion to its weight."""
        options = list(weights)
        return self.of(purpose, *key).choices(options, [weights[o] for o in options])[0]

    def some_of(self, weights: Mapping[T, float], number: int, *key: object) -> list[T]:
        """Choose `number` different ones, heavier ones more often, in the order of the mapping."""
        generator = self.of("some", *key)
        left = dict(weights)
        chosen: set[T] = set()
        while left and len(chosen) < number:
            options = list(left)
            picked = generator.choices(options, [left[o] for o in options])[0]
            chosen.add(picked)
            del left[picked]
        return [option for option in weights if option in chosen]

    def shuffled(self, cards: Sequence[T], purpose: str, *key: object) -> list[T]:
        """Shuffle a deck."""
        deck = list(cards)
        self.of(purpose, *key).shuffle(deck)
        return deck
