"""What the street gives: what a person counts at a task, and what they signal."""

from pydantic import Field

from deploy.player.parts import Moment, Part
from deploy.player.scenario.people import Percent
from shared.words import (
    ActionKind,
    Language,
    NonTakeUp,
    RelayKind,
    SignalAnswer,
    SignalKind,
    Theme,
    ZoneId,
)

Whole = tuple[int, int]


class Street(Part):
    """What one person counts at one task of a kind."""

    people_reached: Whole
    themes: dict[Theme, float]
    themes_number: Whole = (1, 2)
    languages: dict[Language, float]
    languages_number: Whole = (1, 3)
    non_take_up: dict[NonTakeUp, float] = Field({})
    non_take_up_number: Whole = (0, 1)
    relays: dict[RelayKind, float] = Field({})
    relays_number: Whole = (0, 0)
    took_hold_pct: Percent = 50


class ExactRelays(Part):
    """How many relays of each kind a whole campaign makes, exactly, at tasks of these kinds."""

    at: tuple[ActionKind, ...] = Field(min_length=1)
    counts: dict[RelayKind, int] = Field(min_length=1)


class Signal(Part):
    at: Moment
    who: str
    zone_id: ZoneId
    kind: SignalKind
    theme: Theme
    answer: SignalAnswer
    words: str
    answer_after_h: float = 20
