"""The people of a scenario: who they are, and how each kind of person behaves."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from deploy.player.parts import Moment, Part
from deploy.player.scenario.hours import Weekly
from shared.words import ActionKind, DeclineReason, Language, Skill, ZoneId

Percent = Annotated[float, Field(ge=0, le=100)]
Bounds = tuple[float, float]


class Absence(Part):
    from_on: date
    until_on: date


class Commitment(Part):
    """What is in a worker's calendar already."""

    starts_at: Moment
    ends_at: Moment
    zone_id: ZoneId | None = None


class Person(Part):
    """An invented outreach worker. `temper` names one of the scenario's kinds of behaviour."""

    key: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    name: str
    reads: Literal["fr", "nl", "en"] = "fr"
    home_zone: ZoneId
    host_partner: str
    weekly_hours: float = Field(gt=0, le=38)
    working: tuple[Weekly, ...]
    host_periods: tuple[Weekly, ...]
    languages: tuple[Language, ...]
    skills: tuple[Skill, ...] = ()
    confirmed_on: date
    travel_max_min: int | None = None
    kinds_refused: tuple[ActionKind, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    absences: tuple[Absence, ...] = ()
    temper: str


class Temper(Part):
    """How a kind of person behaves. Percentages are of occasions; hours are of scenario time."""

    answer_after_h: Bounds
    decline_pct: Percent = 0
    counter_pct: Percent = 0
    silent_pct: Percent = 0
    hand_back_pct: Percent = 0
    offline_pct: Percent = 0
    offline_h: Bounds = (3, 20)
    sends_twice_pct: Percent = 0
    corrects_pct: Percent = 0
    decline_reasons: dict[DeclineReason, float] = Field({DeclineReason.NO_REASON_GIVEN: 1})
