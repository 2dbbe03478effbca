"""What a scenario file says: a crisis, its people, how they behave, and what the street gives.

The format is described in `docs/scenarios.md`. Unknown keys are refused with their place.
"""

import tomllib
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid5

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    model_validator,
)

from deploy.player.parts import Moment, Part
from deploy.player.surroundings import Kit, LocalActor, Report
from shared.errors import RelaisError
from shared.events import PlannedAction
from shared.words import (
    ActionKind,
    Boundary,
    CrisisKind,
    Decision,
    DeclineReason,
    Ground,
    Language,
    Law,
    NonTakeUp,
    PartnerId,
    Public,
    PublicName,
    RelayKind,
    Requester,
    SignalAnswer,
    SignalKind,
    Skill,
    Stance,
    Theme,
    Weekday,
    ZoneId,
)

FOLDER = Path(__file__).resolve().parent.parent / "scenarios"
NAMESPACE = UUID("6f1c4c1e-5b0e-5d53-9a86-6ab6a5b1f0d2")  # of every id that a scenario makes
WEEKS_MAX = 26  # Source: the founders' guide: a campaign lasts at most 26 weeks.
MINUTES_IN_HOUR = 60


def _minute_of(value: str) -> int:
    at = time.fromisoformat(value)
    return at.hour * MINUTES_IN_HOUR + at.minute


def _weekly(value: object) -> object:
    """Read `mon 08:30-12:00`."""
    if not isinstance(value, str):
        return value
    day, _, hours = value.partition(" ")
    starts, _, ends = hours.partition("-")
    return {"weekday": day, "starts_min": _minute_of(starts), "ends_min": _minute_of(ends)}


def _minutes(value: object) -> object:
    return _minute_of(value) if isinstance(value, str) else value


Percent = Annotated[float, Field(ge=0, le=100)]
Bounds = tuple[float, float]
Whole = tuple[int, int]


class Said(Part):
    """A text in the three languages."""

    fr: str
    nl: str
    en: str

    def name(self, language: str) -> str:
        return str(getattr(self, language, self.fr))


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


class Invitation(Part):
    """Who asks what. The words stay in intake."""

    at: Moment
    asked_by: Requester
    requester: str
    wanted: str
    publics: tuple[Public, ...]
    wanted_from: date
    wanted_until: date
    where: str
    zone_ids: tuple[ZoneId, ...] = ()


class Verdict(Part):
    holds: bool
    sentence: str


class Judgement(Part):
    """The coordination's answers to the charter."""

    boundaries: dict[Boundary, Verdict]
    laws: dict[Law, Verdict]
    arguments: str


class Opinion(Part):
    who: str
    at: Moment
    stance: Stance
    grounds: tuple[Ground, ...] = ()
    reply: str | None = None
    """What the coordination answers to an objection or a condition."""


class Consultation(Part):
    opens_at: Moment
    closes_at: Moment
    accelerated_because: str | None = None
    opinions: tuple[Opinion, ...]


class Ruling(Part):
    at: Moment
    decision: Decision
    reason: str
    changes: tuple[str, ...] = ()


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
    starts: Annotated[int, BeforeValidator(_minutes)]
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


class Source(Part):
    """Where a figure of this scenario comes from."""

    text: str


class Pace(Part):
    """Which days have moments, and how long the play lasts at speed 1."""

    starts_at: Moment
    moments: tuple[Annotated[int, BeforeValidator(_minutes)], ...] = Field(min_length=1)
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


class ScenarioError(RelaisError):
    """A scenario cannot be read; the message says where and why."""


def scenario_names(folder: Path = FOLDER) -> list[str]:
    """List the scenarios that can be played, by name."""
    return sorted(file.stem for file in folder.glob("*.toml"))


def read_scenario(name: str, folder: Path = FOLDER) -> Scenario:
    """Read a scenario by its name.

    Raises:
        ScenarioError: there is none of this name, or it breaks the format; every place is named.
    """
    file = folder / f"{name}.toml"
    if name not in scenario_names(folder):
        known = ", ".join(scenario_names(folder))
        raise ScenarioError(f"There is no scenario {name!r}; choose one of: {known}.")
    try:
        return Scenario.model_validate({"name": name, **_whole(_toml(file), folder)})
    except ValidationError as error:
        raise ScenarioError(_complaint(file, error)) from error


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{file.name} cannot be read: {error}") from error


def _complaint(file: Path, error: ValidationError) -> str:
    found = [
        f"  {'.'.join(map(str, each['loc'])) or 'the whole'}: {each['msg']}"
        for each in error.errors(include_url=False)
    ]
    return "\n".join([f"{file.name} is not a scenario:", *found])


def _whole(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Replace what a scenario shares with others by what their files say."""
    if isinstance(named := values.get("directory"), str):
        values |= {"directory": _toml(folder / "directories" / f"{named}.toml").get("actors", ())}
    if isinstance(named := values.get("kit"), str):
        values |= {"kit": _toml(folder / "kits" / f"{named}.toml")}
    return _with_team(values, folder)


class Team(Part):
    """Who of a team's file takes part: everybody but `without`."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    without: tuple[str, ...] = ()


def _with_team(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Replace `team` by its people. What `[everybody]` says holds unless a person says otherwise.

    A person of the scenario's own `roster` replaces the one of the same key.
    """
    named = values.pop("team", None)
    if named is None:
        return values
    try:
        team = Team.model_validate({"name": named} if isinstance(named, str) else named)
    except ValidationError as error:
        raise ScenarioError(_complaint(Path("team"), error)) from error
    found = _toml(folder / "teams" / f"{team.name}.toml")
    everybody = found.get("everybody", {})
    people = {person.get("key"): everybody | person for person in found.get("roster", [])}
    people |= {person.get("key"): everybody | person for person in values.get("roster", [])}
    return values | {"roster": [p for key, p in people.items() if key not in team.without]}
