"""The matching problem and its answer: neighbourhoods, workers, tasks, an instance, a plan.

Times are whole minutes since the campaign's first Monday, 00:00 (day 0 is a Monday). Ids are
integers or strings, and one instance may mix them: the service brings UUID strings and zone ids.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, hypot
from typing import NamedTuple, TypeAlias

Id: TypeAlias = int | str
Param: TypeAlias = int | str
Params: TypeAlias = Mapping[str, Param]

DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN
ROLLING_WEEKS = 4  # Source: the founders' law 3, "over a rolling four weeks".
DEFAULT_NEED = 50  # The middle of 1..100: a zone about which nobody said anything.

# Kinds of the public study instances that are missions by nature (an accompaniment follows a
# person, not a zone). The service says it itself, with `Task.mission`.
MISSION_KINDS = frozenset({"brico", "accompaniment", "translation"})

# Travel between two points of a map, when no matrix is given. Source: assumption of the study of
# this matcher: ten minutes of door to door and four per kilometre (15 km/h by public transport),
# in steps of five minutes, because nobody plans to the minute.
DOOR_MIN, MIN_PER_KM, STEP_MIN = 10, 4, 5


def id_key(item: Id) -> tuple[bool, int, str]:
    """Order ids that may be integers or strings: integers first."""
    return (True, 0, item) if isinstance(item, str) else (False, item, "")


def N_(text: str) -> str:  # noqa: N802 -- gettext's own name for "translate this later"
    """Mark a French source string for translation, and return it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence to show: its French source string, to be translated and then filled with `params`.

    Names of parameters say what they hold: `worker`, `task`, `zone`, `home` and `place` are ids;
    `lang`, `skill` and `kind` are words; `*_at` is a minute of the campaign; `*_min` a duration in
    minutes; `*_day` a day of the campaign; `week` a week of the campaign, from 0; anything else is
    a number.
    """

    code: str
    text: str
    params: Params = field(default_factory=dict)

    def render(
        self,
        translate: Callable[[str], str] = lambda text: text,
        show: Callable[[str, Param], str] = lambda _name, value: str(value),
    ) -> str:
        """Write the sentence with a gettext function and a function that shows one parameter."""
        return translate(self.text) % {k: show(k, v) for k, v in self.params.items()}


@dataclass(frozen=True, slots=True)
class Refusal(Message):
    """Why one worker cannot take one task: a hard rule, with the numbers that decided."""


@dataclass(frozen=True, slots=True)
class Violation(Message):
    """A hard rule that a plan breaks, as the independent checker found it."""


class Period(NamedTuple):
    """A half-open stretch of time, in minutes of the campaign."""

    start: int
    end: int


class Commitment(NamedTuple):
    """Time that is taken already: half-open, at a place (None: the worker's home zone).

    `kind` is "commitment" (the relay's ordinary work), "host" (the host partner's periods),
    "campaign" (a task of another campaign, whose minutes are counted in `Worker.other_min`) or
    "team" (the weekly meeting of the whole team, which counts as ordinary work).
    """

    start: int
    end: int
    place: Id | None = None
    kind: str = "commitment"


COMMITMENT_KINDS = ("commitment", "host", "campaign", "team")
ORDINARY_WORK = frozenset({"commitment", "team"})


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A zone of the campaign. `need` is a weight of the plan, 1..100: no score ever comes here."""

    id: Id
    name: str = ""
    need: int = DEFAULT_NEED
    x: float | None = None  # km
    y: float | None = None  # km
    district: Id | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """An outreach worker, as the matcher sees one: no name is needed, ids suffice.

    `week_cap_min` and `rolling_cap_min` bound the minutes of all campaigns together (travel from
    the home zone and back included) in a week and in any four weeks in a row; `other_min` is what
    other campaigns take already, by week of this campaign (negative weeks: before it).
    `total_cap_min` bounds this campaign alone. `mission_cap_min` bounds, in any four weeks in a
    row, campaigns and commitments together: what is left is the host partner's share. None: no
    such bound.
    """

    id: Id
    home: Id
    name: str = ""
    langs: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    contract: float = 1.0  # of a full time
    week_cap_min: int = 0
    total_cap_min: int = 0
    max_travel_min: int = 45
    work: tuple[Period, ...] = ()
    busy: tuple[Commitment, ...] = ()
    refuses: frozenset[str] = frozenset()  # kinds of task this person does not do
    absences: tuple[Period, ...] = ()
    rolling_cap_min: int | None = None
    mission_cap_min: int | None = None
    other_min: tuple[tuple[int, int], ...] = ()  # (week, minutes)


@dataclass(frozen=True, slots=True)
class Task:
    """Work wanted in a zone: its admissible starts, its team, what the team must and should bring.

    `mission` says why the task may take people out of their zone: it follows a mission of its own
    (an accompaniment, a joint action), so any worker in reach may take it.
    """

    id: Id
    zone: Id
    kind: str
    duration_min: int
    starts: tuple[int, ...]
    min_team: int = 1
    pref_team: int = 1
    req_langs: frozenset[str] = frozenset()
    want_langs: frozenset[str] = frozenset()
    skill: str | None = None
    importance: int = 1
    series: Id | None = None
    mandatory: bool = False
    mission: bool = False


class Assignment(NamedTuple):
    """One task of a plan: when it starts and who does it (ids in order)."""

    task: Id
    start: int
    team: tuple[Id, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """What a campaign prefers. The defaults are those of the study `docs/matching.md` cites.

    The four levels of the objective, in the charter's order, are blended with the first four; a
    mandatory task outweighs them all.
    """

    cover: int = 200  # a need-weighted (zone, week) cell that is reached
    depth: int = 10  # need x importance of a task that is done
    quality: int = 100  # one quality point
    cost: int = 2  # one minute of cost
    mandatory: int = 1_000_000
    lang: int = 3  # quality points: a wanted language spoken in the team
    second: int = 2  # the second person, where one would do
    third: int = 1  # the third person
    home: int = 2  # somebody of the zone in the team
    away_min: int = 30  # minutes of cost: leaving the home zone
    relief_min: int = 60  # leaving it because nobody of that zone can
    series_min: int = 60  # one more person in a series
    tier1_pct: int = 50  # of the campaign cap: from here each minute costs one more
    tier2_pct: int = 75  # from here each minute costs two more
    tasks_a_day: int = 2  # a hard rule: campaign tasks of one person in a day


@dataclass(frozen=True, slots=True)
class Travel:
    """Minutes between zones, one way, as a square table in the order of `zones`."""

    zones: tuple[Id, ...]
    minutes: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """Everything a plan is made from. `fixed` are facts: proposed or accepted, never moved."""

    name: str
    weeks: int
    neighbourhoods: tuple[Neighbourhood, ...]
    workers: tuple[Worker, ...]
    tasks: tuple[Task, ...]
    declined: frozenset[tuple[Id, Id]] = frozenset()  # (worker, task)
    fixed: tuple[Assignment, ...] = ()
    travel: Travel | None = None
    weights: Weights = Weights()


@dataclass(frozen=True, slots=True, order=True)
class Score:
    """The levels of the objective, and their blend in `total`."""

    mandatory: int = 0  # mandatory tasks done
    cover: int = 0  # need-weighted (zone, week) cells reached
    depth: int = 0  # need x importance of the tasks done
    quality: int = 0  # points
    neg_cost: int = 0  # minus minutes
    total: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Who does what and when. A task that is absent is not done.

    `incomplete` holds facts whose team still misses somebody or something: their people's time is
    kept, the task does not count as done. `missing` are mandatory tasks that nobody does. `bound`
    is a proven upper bound of `score.total`, or None.
    """

    assignments: tuple[Assignment, ...] = ()
    incomplete: tuple[Assignment, ...] = ()
    fixed: tuple[Assignment, ...] = ()
    missing: tuple[Id, ...] = ()
    score: Score = Score()
    bound: int | None = None
    seconds: float = 0.0
    engine: str = "greedy"

    def of(self, task: Id) -> Assignment | None:
        """Return what the plan says of a task, complete or not."""
        for held in (*self.assignments, *self.incomplete):
            if held.task == task:
                return held
        return None

    @property
    def gap_pct(self) -> float | None:
        """Say how much better, at most, a plan could be: percent of the bound."""
        if self.bound is None:
            return None
        return 100 * (self.bound - self.score.total) / max(1, abs(self.bound))


def in_order(assignments: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Sort assignments by task, and each team by worker."""
    return tuple(
        sorted(
            (Assignment(a.task, a.start, tuple(sorted(a.team, key=id_key))) for a in assignments),
            key=lambda a: id_key(a.task),
        )
    )


def merge_facts(facts: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Join facts about one task into one, so that two people's answers make one team.

    Raises:
        ValueError: when two facts give one task two starts.
    """
    starts: dict[Id, int] = {}
    teams: dict[Id, set[Id]] = {}
    for fact in facts:
        if starts.setdefault(fact.task, fact.start) != fact.start:
            raise ValueError(f"task {fact.task!r} is fixed at two starts")
        teams.setdefault(fact.task, set()).update(fact.team)
    return in_order(Assignment(task, starts[task], tuple(team)) for task, team in teams.items())


def repeat_weekly(periods: Iterable[Period], weeks: int) -> tuple[Period, ...]:
    """Repeat the periods of one ordinary week (minutes from Monday 00:00) over a campaign."""
    ordinary = sorted(periods)
    return tuple(
        Period(start + week * WEEK_MIN, end + week * WEEK_MIN)
        for week in range(weeks)
        for start, end in ordinary
    )


class Lookup:
    """An instance by id: who lives where, how far things are, what a task costs somebody."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.weights = instance.weights
        self.neighbourhoods = {n.id: n for n in instance.neighbourhoods}
        self.workers = {w.id: w for w in instance.workers}
        self.tasks = {t.id: t for t in instance.tasks}
        self.home_able: dict[Id, bool] = {}  # by task; filled by `constraints.home_able`
        self._homes: dict[Id, list[Worker]] = {}
        self._home_words: dict[Id, tuple[frozenset[str], frozenset[str]]] = {}
        for worker in sorted(instance.workers, key=lambda w: id_key(w.id)):
            self._homes.setdefault(worker.home, []).append(worker)
        self._place = (
            {} if instance.travel is None else {z: i for i, z in enumerate(instance.travel.zones)}
        )

    def homes(self, zone: Id) -> list[Worker]:
        """Return the workers whose home zone this is, by id."""
        return self._homes.get(zone, [])

    def home_words(self, zone: Id) -> tuple[frozenset[str], frozenset[str]]:
        """Return the languages and the skills of a zone's own workers."""
        known = self._home_words.get(zone)
        if known is None:
            none, homes = frozenset[str](), self.homes(zone)
            langs = none.union(*(home.langs for home in homes))
            skills = none.union(*(home.skills for home in homes))
            known = self._home_words[zone] = (langs, skills)
        return known

    def travel_min(self, here: Id, there: Id) -> int:
        """Return the minutes from one zone to another: the matrix, else the map, else nothing."""
        if here == there:
            return 0
        travel = self.instance.travel
        if travel is not None and here in self._place and there in self._place:
            return travel.minutes[self._place[here]][self._place[there]]
        return km_to_min(self.neighbourhoods[here], self.neighbourhoods[there])

    def charged_min(self, worker: Worker, task: Task) -> int:
        """Return the campaign minutes a task costs a worker: its duration, and home and back."""
        return task.duration_min + 2 * self.travel_min(worker.home, task.zone)


def km_to_min(here: Neighbourhood, there: Neighbourhood) -> int:
    """Return travel minutes between two points of the map; nothing where a point is unknown."""
    if here.x is None or here.y is None or there.x is None or there.y is None:
        return 0
    door_to_door = DOOR_MIN + MIN_PER_KM * hypot(here.x - there.x, here.y - there.y)
    # Coordinates have few decimals: a quotient this close to a whole number is that number.
    return STEP_MIN * ceil(door_to_door / STEP_MIN - 1e-9)
