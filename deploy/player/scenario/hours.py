"""Hours as people write them in a scenario file: `08:30`, `mon 08:30-12:00`."""

from datetime import time
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from deploy.player.parts import Part
from shared.words import Weekday

MINUTES_IN_HOUR = 60


def _minute_of(value: str) -> int:
    at = time.fromisoformat(value)
    return at.hour * MINUTES_IN_HOUR + at.minute


def _minutes(value: object) -> object:
    return _minute_of(value) if isinstance(value, str) else value


MinuteOfDay = Annotated[int, BeforeValidator(_minutes)]
"""Minutes after midnight; a file may write `08:30`."""


def _weekly(value: object) -> object:
    """Read `mon 08:30-12:00`."""
    if not isinstance(value, str):
        return value
    day, _, hours = value.partition(" ")
    starts, _, ends = hours.partition("-")
    return {"weekday": day, "starts_min": _minute_of(starts), "ends_min": _minute_of(ends)}


class Hours(Part):
    """A stretch of an ordinary week, in minutes after midnight."""

    weekday: Weekday
    starts_min: int = Field(ge=0, lt=1440)
    ends_min: int = Field(gt=0, le=1440)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_min <= self.starts_min:
            msg = "it ends before it starts"
            raise ValueError(msg)
        return self


Weekly = Annotated[Hours, BeforeValidator(_weekly)]
