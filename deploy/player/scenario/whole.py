"""A whole crisis, ready to be played."""

from typing import Self
from uuid import UUID, uuid5

from pydantic import Field, model_validator

from deploy.player.parts import Moment, Part, Said
from deploy.player.scenario.campaign import Campaign
from deploy.player.scenario.case import Case, Extension
from deploy.player.scenario.following import Accounts, Funder, Letters
from deploy.player.scenario.hours import MinuteOfDay, Weekly
from deploy.player.scenario.judged import Consultation, Invitation, Judgement, Ruling
from deploy.player.scenario.people import Person, Temper
from deploy.player.scenario.street import ExactRelays, Signal, Street
from deploy.player.surroundings import Kit, LocalActor, Report
from shared.words import ActionKind, CrisisKind, Requester, Weekday

NAMESPACE = UUID("6f1c4c1e-5b0e-5d53-9a86-6ab6a5b1f0d2")  # of every id that a scenario makes


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
    funder: Funder
    letters: tuple[Letters, ...] = ()
    extension: Extension | None = None
    accounts: Accounts | None = None

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
        named |= set(self.accounts.own_data) if self.accounts else set()
        if self.extension is not None:
            named |= {each.who for each in self.extension.waivers}
            if self.extension.consultation is not None:
                named |= {each.who for each in self.extension.consultation.opinions}
        wrong += [f"{key} is not in the roster" for key in sorted(named - set(people))]
        actors = {actor.key for actor in self.directory}
        reported = {report.actor for report in self.reports}
        wrong += [f"{key} is not in the directory" for key in sorted(reported - actors)]
        for campaign in self.campaigns:
            for action in campaign.actions:
                wrong += [] if action.kind in self.street else [f"street.{action.kind} is missing"]
                strange = set(action.zone_ids) - set(campaign.zones.chosen)
                wrong += [f"{zone} is not among the campaign's zones" for zone in sorted(strange)]
        wrong += self._of_the_funder()
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _of_the_funder(self) -> list[str]:
        """List what a funder cannot ask, and who could not be written to."""
        asked = [self.invitation] if self.invitation.asked_by is Requester.FUNDER else []
        asked += [self.extension.invitation] if self.extension else []
        wrong = ["a funder names no neighbourhood" for one in asked if one.zone_ids]
        readers = [each.who for each in self.letters]
        twice = {who for who in readers if readers.count(who) > 1}
        wrong += [f"two subscriptions of the {who}" for who in twice]
        wrong += [
            f"letters of the {each.who} need {what}"
            for each in self.letters
            for what, is_so in (
                ("the address they came in by", each.who == "funder" and each.email is not None),
                ("an address", each.who == "coordination" and each.email is None),
            )
            if is_so
        ]
        return wrong

    @property
    def case(self) -> Case:
        """What the crisis begins with; an extension is another one."""
        return Case(
            invitation=self.invitation,
            judgement=self.judgement,
            consultation=self.consultation,
            decision=self.decision,
            campaign=self.campaign,
        )

    @property
    def campaigns(self) -> tuple[Campaign, ...]:
        """The campaign, and the one by which it is extended, if it is."""
        more = self.extension.campaign if self.extension else None
        return (self.campaign,) if more is None else (self.campaign, more)

    def person(self, key: str) -> Person:
        return next(person for person in self.roster if person.key == key)

    def actor(self, key: str) -> LocalActor:
        return next(actor for actor in self.directory if actor.key == key)

    def id_of(self, *names: object) -> UUID:
        """Make the id of something in this scenario; the same names give the same id."""
        return uuid5(NAMESPACE, "/".join([self.name, *map(str, names)]))
