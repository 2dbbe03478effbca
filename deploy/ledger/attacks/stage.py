"""What attacks share: the stage they are played on, and what they give back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any, NamedTuple

from deploy.ledger.play import Film, play
from deploy.ledger.worlds import Act, World, campaigns, generated


class Result(NamedTuple):
    """How many things were tried, and what the attacker learnt: nothing, or the ledger leaks."""

    tried: int
    learnt: list[str]


@dataclass(frozen=True)
class Stage:
    """An implementation under attack, and the worlds it is attacked in."""

    ledger: ModuleType
    worlds: tuple[World, ...]

    @cached_property
    def films(self) -> tuple[Film, ...]:
        return tuple(play(world, self.ledger) for world in self.worlds)

    @property
    def busiest(self) -> Film:
        return max(self.films, key=lambda film: len(film.world.acts))


def quick_worlds() -> tuple[World, ...]:
    """Return the fewest worlds in which the absence of each guard shows."""
    colluding = generated(11, acts=150, days=56, workers=12, contacts="rare", rules={"K": 4})
    sensitive = generated(
        12, acts=200, days=56, thresholds={"theme": {"theme1": 10, "theme2": 10, "theme3": 10}}
    )
    drawn = campaigns(9)
    # First those in which what is seldom seen shows: a mutation is tried until an attack succeeds.
    return (*(drawn[n] for n in (4, 5, 8, 2)), colluding, sensitive, *(drawn[n] for n in (0, 1, 3)))


def replace_act(
    act: Act, new_id: str, day: Any, *, contacts: int | None = None, **codes: str
) -> Act:
    return act._replace(
        id=new_id,
        day=day,
        contacts=act.contacts if contacts is None else contacts,
        codes={**act.codes, **codes},
    )


def accepted(ledger: ModuleType, name: str, ask: Callable[[], object]) -> list[str]:
    """Return the name of what should have been refused and was not."""
    try:
        ask()
    except ledger.LedgerError:
        return []
    return [f"accepted: {name}"]


def told(blocks: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [(b.seq, b.day, b.view, b.code, b.actions, b.contacts) for b in blocks]
