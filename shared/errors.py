"""Errors are policy: their type decides what the doors do with them.

| type           | people's door (HTTP)    | facts' door (NATS)     | clock's door (Celery) |
|----------------|-------------------------|------------------------|-----------------------|
| `RefusedError` | 409, or 422 for a form  | buried at once         | fails, not retried    |
| `MissingError` | 404                     | retried, then buried   | fails, not retried    |
| `DeniedError`  | 401 or 403              | buried at once         | fails, not retried    |
| `TooOftenError` | 429, try later       | retried, then buried   | fails, not retried    |
| `OutsideError` | 503, try again          | retried for ever       | retried by the sweep  |
| anything else  | 500, our bug            | retried, then buried   | fails                 |
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what somebody sent.

    `slug` names the rule for machines, `place` says where (a field, a line, a zone), and `message`
    is a French source string for gettext, filled with `values`.
    """

    slug: str
    message: str
    place: str = ""
    values: dict[str, object] = field(default_factory=dict)


class RelaisError(Exception):
    """Anything that Relais raises on purpose."""


class RefusedError(RelaisError):
    """The rules say no, and will say no again.

    Carries every problem at once, so that nobody mends a form field by field.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(
            "; ".join(f"{p.slug} ({p.place})" if p.place else p.slug for p in problems)
        )
        self.problems = problems


def refuse(slug: str, message: str, *, place: str = "", **values: object) -> RefusedError:
    """Build the refusal of a single rule; the caller raises it."""
    return RefusedError(Problem(slug=slug, message=message, place=place, values=values))


class MissingError(RelaisError):
    """What was asked for does not exist, or not for this person."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class DeniedError(RelaisError):
    """This person may not do this. `signed_in` tells 403 from 401."""

    def __init__(self, *, signed_in: bool) -> None:
        super().__init__("denied")
        self.signed_in = signed_in


class TooOftenError(RelaisError):
    """Somebody tried too often; `wait_s` seconds from now they may try again."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("too often")
        self.wait_s = wait_s


class OutsideError(RelaisError):
    """Somebody else is away: a mail server, a push service. Worth another try."""
