"""A whole crisis, ready to be played."""

from typing import Self
from uuid import UUID, uuid5

from pydantic import Field, model_validator

from deploy.player.parts import Moment, Part
from deploy.player.scenario.campaign import Campaign
from deploy.player.scenario.hours import MinuteOfDay, Weekly
from deploy.player.scenario.judged import Consultation, Invitation, Judgement, Ruling
from deploy.player.scenario.people import Person, Temper
from deploy.player.scenario.street import ExactRelays, Signal, Street
from deploy.player.surroundings import Kit, LocalActor, Report
from shared.words import ActionKind, CrisisKind, Weekday

NAMESPACE = UUID("6f1c4c1e-5b0e-5d53-9a86-6ab6a5b1f0d2")  # of every id that a scenario makes


class Said(Part):
    """A text in the three languages."""

    fr: str
    nl: str
    en: str

    def name(self, language: str) -> str:
        return str(getattr(self, language, self.fr))


class Source(Part):
    """Where a figure of this scenario comes from."""

    text: str


class Pace(Part):
    """Which days have moments, and how long the play lasts at speed 1."""

    starts_at: Moment
    moments: tuple[MinuteOfDay, ...] = Field(min_length=1)
    weekdays: tuple[Weekday, ...] = (
        Weekday.MON,
        Weekday.TUE,
        Weekday.WED,
        Weekday.THU,
        Weekday.FRI,
    )
    lasts_s: float = Field(gt=0)


class Scenario(Part):
    """A whole crisis, ready to be played."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    crisis: CrisisKind
    title: Said
    summary: Said
    notes: tuple[Said, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)
    coordination: str
    pace: Pace
    roster: tuple[Person, ...] = Field(min_length=1)
    meeting: Weekly | None = None
    """When the whole team meets every week."""
    directory: tuple[LocalActor, ...] = ()
    kit: Kit = Kit()
    invitation: Invitation
    judgement: Judgement
    consultation: Consultation
    decision: Ruling
    campaign: Campaign
    tempers: dict[str, Temper]
    street: dict[ActionKind, Street]
    exact_relays: ExactRelays | None = None
    signals: tuple[Signal, ...] = ()
    reports: tuple[Report, ...] = ()

    @model_validator(mode="after")
    def _names_what_exists(self) -> Self:
        people = [person.key for person in self.roster]
        wrong = [f"two people are called {key}" for key in set(people) if people.count(key) > 1]
        wrong += [
            f"{person.key}: no temper {person.temper}"
            for person in self.roster
            if person.temper not in self.tempers
        ]
        named = {each.who for each in self.consultation.opinions}
        named |= {each.who for each in self.signals}
        named |= {each.who for each in self.reports}
        wrong += [f"{key} is not in the roster" for key in sorted(named - set(people))]
        actors = {actor.key for actor in self.directory}
        reported = {report.actor for report in self.reports}
        wrong += [f"{key} is not in the directory" for key in sorted(reported - actors)]
        for action in self.campaign.actions:
            wrong += [] if action.kind in self.street else [f"street.{action.kind} is missing"]
            strange = set(action.zone_ids) - set(self.campaign.zones.chosen)
            wrong += [f"{zone} is not among the campaign's zones" for zone in sorted(strange)]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def person(self, key: str) -> Person:
        return next(person for person in self.roster if person.key == key)

    def actor(self, key: str) -> LocalActor:
        return next(actor for actor in self.directory if actor.key == key)

    def id_of(self, *names: object) -> UUID:
        """Make the id of something in this scenario; the same names give the same id."""
        return uuid5(NAMESPACE, "/".join([self.name, *map(str, names)]))
