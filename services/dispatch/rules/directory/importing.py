"""What an import would do, line by line, before anything is kept.

A file is read into lines by `table` or `hsds`. A line says some fields; what it does not say stays
as it is. Each line is judged for itself: a bad one never loses the good ones.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from services.dispatch.rules.directory.actor import Actor, likeness, problems_of, tidied
from shared.errors import Problem
from shared.words import ActorCategory, Saturation

LINES_MAX = 5000
FIELDS = tuple(own.name for own in fields(Actor) if own.name != "id")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file. `said` holds the fields that it speaks of, with values of `Actor`."""

    number: int
    id: UUID | None
    said: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        return str(self.said.get("name", ""))


class Effect(StrEnum):
    """What a line would do."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Change:
    """A field that would change, from one value to another."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Judged:
    """A line and what it would do; `actor` is what would be kept, None when it is refused."""

    number: int
    name: str
    effect: Effect
    actor: Actor | None = None
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is there before an import. `gone` says into what a merged record went."""

    actors: Mapping[UUID, Actor]
    gone: Mapping[UUID, UUID]
    zones: Collection[str]
    today: date
    alike: Mapping[tuple[str, str], list[Actor]] = field(default_factory=dict)


def known_now(
    actors: Sequence[Actor], gone: Mapping[UUID, UUID], zones: Collection[str], today: date
) -> Known:
    """Put what is there in the order in which lines ask for it."""
    alike: dict[tuple[str, str], list[Actor]] = {}
    for actor in actors:
        alike.setdefault(likeness(actor), []).append(actor)
    return Known({actor.id: actor for actor in actors}, gone, zones, today, alike)


def judge(lines: Sequence[Line], known: Known, new_id: Callable[[int], UUID]) -> list[Judged]:
    """Tell what each line would do.

    Args:
        lines: in the order of the file.
        known: what is there.
        new_id: makes the id of a service that a line without id adds, from its number; the same
            number gives the same id, so that an import confirmed twice adds once.
    """
    taken: dict[UUID, int] = {}
    found = []
    for line in lines:
        judged = _judge_line(line, known, new_id)
        if judged.actor is not None:
            first = taken.setdefault(judged.actor.id, line.number)
            if first != line.number:
                problem = Problem(
                    "twice",
                    "Ce service est déjà à la ligne %(line)s de ce fichier.",
                    values={"line": first},
                )
                judged = Judged(line.number, line.name, Effect.REFUSED, problems=(problem,))
        found.append(judged)
    return found


def _judge_line(line: Line, known: Known, new_id: Callable[[int], UUID]) -> Judged:
    if line.problems:
        return Judged(line.number, line.name, Effect.REFUSED, problems=line.problems)
    if line.id is not None and line.id in known.gone:
        kept = known.actors[known.gone[line.id]].name
        problem = Problem(
            "merged", "Cette fiche a été réunie avec «\u00a0%(name)s\u00a0».", values={"name": kept}
        )
        return Judged(line.number, line.name, Effect.REFUSED, problems=(problem,))
    before, unclear = _before(line, known, new_id)
    if unclear is not None:
        return Judged(line.number, line.name, Effect.REFUSED, problems=(unclear,))
    if before is None:
        actor_id = line.id or new_id(line.number)
        before = Actor(actor_id, "", line.said.get("category", ActorCategory.CPAS))
        if "category" not in line.said:
            missing = Problem("no_category", "La catégorie manque.", place="category")
            return Judged(line.number, line.name, Effect.REFUSED, problems=(missing,))
        effect = Effect.ADD
    else:
        effect = Effect.CHANGE
    after = tidied(replace(before, **_newer(line.said, before)))
    wrong = tuple(problems_of(after, known.zones, known.today))
    if wrong:
        return Judged(line.number, line.name, Effect.REFUSED, problems=wrong)
    changes = tuple(
        Change(name, getattr(before, name), getattr(after, name))
        for name in FIELDS
        if getattr(before, name) != getattr(after, name)
    )
    if effect is Effect.CHANGE and not changes:
        effect = Effect.SAME
    shown = changes if effect is Effect.CHANGE else ()
    return Judged(line.number, after.name, effect, after, shown)


def _before(
    line: Line, known: Known, new_id: Callable[[int], UUID]
) -> tuple[Actor | None, Problem | None]:
    """Find the record that a line speaks of: by its id, else by its name and street."""
    if line.id is not None:
        return known.actors.get(line.id), None
    made = known.actors.get(new_id(line.number))
    if made is not None:
        return made, None
    said = tidied(
        Actor(
            new_id(line.number), line.name, ActorCategory.CPAS, street=line.said.get("street", "")
        )
    )
    alike = known.alike.get(likeness(said), []) if said.name else []
    if len(alike) > 1:
        return None, Problem(
            "ambiguous",
            "Plusieurs fiches ont ce nom et cette rue\u00a0: donnez l’identifiant.",
            place="name",
        )
    return (alike[0] if alike else None), None


def _newer(said: Mapping[str, Any], before: Actor) -> dict[str, Any]:
    """Return what a line says, without a report on saturation that is older than what is known."""
    values = dict(said)
    day: date | None = values.get("reported_on")
    if "saturation" not in values and "reported_on" not in values:
        return values
    silent = values.get("saturation", Saturation.UNKNOWN) is Saturation.UNKNOWN and day is None
    older = day is not None and before.reported_on is not None and day < before.reported_on
    if silent or older:
        values.pop("saturation", None)
        values.pop("reported_on", None)
    return values


def digest(judged: Sequence[Judged]) -> str:
    """Return a short mark of what an import would do: it changes when that changes."""
    told = [
        (
            one.number,
            one.effect.value,
            repr(one.actor),
            [(c.field, repr(c.before)) for c in one.changes],
        )
        for one in judged
    ]
    return sha256(repr(told).encode()).hexdigest()[:16]
