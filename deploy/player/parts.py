"""What every part of a scenario file is made of."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from shared.web import BRUSSELS


class Part(BaseModel):
    """A part of a scenario file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _in_brussels(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=BRUSSELS)


Moment = Annotated[datetime, AfterValidator(_in_brussels)]
"""A date and an hour of Brussels, such as `2022-01-03T09:00:00`."""


class Said(Part):
    """A text in the three languages."""

    fr: str
    nl: str
    en: str

    def name(self, language: str) -> str:
        return str(getattr(self, language, self.fr))
