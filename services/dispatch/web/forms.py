"""Reading what somebody typed: every mistake at once, and nothing typed is lost."""

import math
from collections.abc import Sequence
from datetime import date, datetime, time
from enum import Enum
from typing import TypeVar

from fastapi import Request
from starlette.datastructures import FormData

from services.dispatch.rules.local_time import BRUSSELS
from shared.errors import Problem, RefusedError
from shared.web import language_of, translate

E = TypeVar("E", bound=Enum)
Told = list[dict[str, str]]
"""Problems in the reader's language: `{"place": …, "message": …}`."""


class Typed:
    """A form as it was typed, and the problems found while reading it."""

    def __init__(self, form: FormData) -> None:
        self._form = form
        self.problems: list[Problem] = []

    def __contains__(self, name: str) -> bool:
        return name in self._form

    def text(self, name: str) -> str:
        """Return a field's text; empty when it did not come."""
        value = self._form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return every value of a field that may come more than once."""
        return [value for value in self._form.getlist(name) if isinstance(value, str)]

    def day(self, name: str) -> date | None:
        """Read a day."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            self._missing(name, "Choisissez un jour.")
            return None

    def clock(self, name: str) -> time | None:
        """Read an hour of the wall clock."""
        try:
            return time.fromisoformat(self.text(name))
        except ValueError:
            self._missing(name, "Choisissez une heure.")
            return None

    def moment(self, name: str) -> datetime | None:
        """Read a day and an hour in Brussels."""
        try:
            return datetime.fromisoformat(self.text(name)).replace(tzinfo=BRUSSELS)
        except ValueError:
            self._missing(name, "Choisissez un jour et une heure.")
            return None

    def number(self, name: str, *, needed: bool = True) -> int:
        """Read a whole number; 0 when nothing was typed and nothing is needed."""
        typed = self.text(name)
        if not typed and not needed:
            return 0
        if typed.isascii() and typed.isdigit():
            return int(typed)
        self._missing(name, "Écrivez un nombre entier.")
        return 0

    def decimal(self, name: str) -> float:
        """Read a number with a point or a comma."""
        try:
            number = float(self.text(name).replace(",", "."))
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
        self._missing(name, "Écrivez un nombre.")
        return 0.0

    def as_dict(self) -> dict[str, str]:
        """Return every field with its first value."""
        return {name: self.text(name) for name in self._form}

    def one(self, name: str, kind: type[E]) -> E | None:
        """Read a choice of a closed list."""
        try:
            return kind(self.text(name))
        except ValueError:
            self._missing(name, "Choisissez une réponse.")
            return None

    def several(self, name: str, kind: type[E]) -> tuple[E, ...]:
        """Read several choices of a closed list; what is not on the list is not there."""
        known = {member.value: member for member in kind}
        return tuple(known[value] for value in self.texts(name) if value in known)

    def _missing(self, name: str, message: str) -> None:
        self.problems.append(Problem("missing", message, place=name))

    def refuse_mistakes(self) -> None:
        """Refuse the form when something in it could not be read.

        Raises:
            RefusedError: with every mistake.
        """
        if self.problems:
            raise RefusedError(*self.problems)


async def typed(request: Request) -> Typed:
    """Read the form that came with a request."""
    return Typed(await request.form())


def tell(request: Request, problems: Sequence[Problem]) -> Told:
    """Write problems in the reader's language."""
    language = language_of(request)
    return [
        {"place": p.place, "message": translate(language, p.message, p.values)} for p in problems
    ]
