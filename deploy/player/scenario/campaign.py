"""The campaign that is declared: its neighbourhoods, its actions, its end."""

from datetime import date, timedelta
from typing import Self

from pydantic import Field, model_validator

from deploy.player.parts import Moment, Part, Said
from deploy.player.scenario.hours import MinuteOfDay
from shared.events import PlannedAction
from shared.words import (
    ActionKind,
    Language,
    PartnerId,
    PartnerName,
    Public,
    PublicName,
    Skill,
    Weekday,
    ZoneId,
)

WEEKS_MAX = 26  # Source: the founders' guide: a campaign lasts at most 26 weeks.


class Zones(Part):
    """The human choice of neighbourhoods, and why it differs from the need index.

    `contradictions` is about those that are chosen although the index does not retain them;
    `left_out` about all those that it retains and that are not chosen.
    """

    preset: str
    chosen: tuple[ZoneId, ...] = Field(min_length=1)
    reason: str
    contradictions: dict[ZoneId, str]
    left_out: str


class Action(Part):
    """As `PlannedAction`, with the hour written as people do."""

    kind: ActionKind
    zone_ids: tuple[ZoneId, ...]
    per_zone_per_week: int = Field(ge=1)
    weekdays: tuple[Weekday, ...]
    starts: MinuteOfDay
    duration_min: int = Field(gt=0)
    people_wanted: int = Field(ge=1, le=3)
    skill: Skill | None = None
    partners: tuple[PartnerId, ...] = ()
    from_on: date | None = None
    until_on: date | None = None

    @property
    def planned(self) -> PlannedAction:
        values = self.model_dump(exclude={"starts"})
        return PlannedAction(**values, starts_min=self.starts)


class Campaign(Part):
    at: Moment
    name_fr: PublicName
    name_nl: PublicName
    starts_on: date
    ends_on: date
    publics: tuple[Public, ...]
    languages_wanted: tuple[Language, ...] = ()
    languages_required: tuple[Language, ...] = ()
    partners: tuple[PartnerId, ...] = ()
    partner_names: dict[PartnerId, PartnerName] = Field({})
    share_max_pct: int = Field(default=40, ge=1, le=80)
    full_time_equivalents_max: float | None = Field(default=None, gt=0)
    zones: Zones
    actions: tuple[Action, ...] = Field(min_length=1)
    ahead_days: int = Field(default=14, ge=1)
    """How far ahead the coordination confirms the plan, at its weekly meeting."""

    @model_validator(mode="after")
    def _ends_in_time(self) -> Self:
        if not self.starts_on <= self.ends_on < self.starts_on + timedelta(weeks=WEEKS_MAX):
            msg = f"a campaign lasts from one day to {WEEKS_MAX} weeks"
            raise ValueError(msg)
        return self

    @property
    def name(self) -> Said:
        """How people speak of it; there is no English name."""
        return Said(fr=self.name_fr, nl=self.name_nl, en=self.name_fr)
