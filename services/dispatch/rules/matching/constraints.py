"""The matcher's rules: each one function with its reason, its unit and its source.

`HARD` rules refuse. A *member rule* asks about one worker, one task and one start, beside what
that worker already holds; a *team rule* asks about a whole team. `SOFT` rules count what a plan is
worth: a *member cost* is minutes of cost of one worker on one task, a *plan rule* looks at the
whole plan. To add one: `docs/how-to/add-a-matching-constraint.md`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .model import (
    DAY_MIN,
    N_,
    ROLLING_WEEKS,
    WEEK_MIN,
    Id,
    Lookup,
    Params,
    Refusal,
    Task,
    Worker,
)

CHARTER = "charter: one-off, limited in time, neighbourhood scale, no interference"
LAW_2 = "law 2: no task starts without that worker's own yes"
LAW_3 = "law 3: the host partner's 20 % and existing commitments are refused, not warned about"
STUDY = "study of the matcher, docs/matching.md"


@dataclass(frozen=True, slots=True)
class Ask:
    """Would this worker take this task at this start, beside what that worker already holds?"""

    lookup: Lookup
    worker: Worker
    task: Task
    start: int
    held: tuple[tuple[Task, int], ...] = ()  # (other task, its start)

    @property
    def end(self) -> int:
        return self.start + self.task.duration_min


@dataclass(frozen=True, slots=True)
class TeamAsk:
    """Would this team do this task at this start?"""

    lookup: Lookup
    task: Task
    start: int
    team: tuple[Worker, ...]


Stage = Literal["pair", "slot", "load"]


@dataclass(frozen=True, slots=True)
class MemberRule:
    """A hard rule about one person. `stage`: what it looks at, so that it is asked once.

    "pair": the worker and the task; "slot": also the start; "load": also what the worker holds.
    """

    code: str
    text: str
    unit: str
    source: str
    stage: Stage
    judge: Callable[[Ask], Params | None]

    def refusal(self, ask: Ask) -> Refusal | None:
        """Return the refusal, or None when the rule has nothing against it."""
        params = self.judge(ask)
        if params is None:
            return None
        everything = {"worker": ask.worker.id, "task": ask.task.id, "start_at": ask.start}
        return Refusal(self.code, self.text, {**everything, **params})


@dataclass(frozen=True, slots=True)
class TeamRule:
    """A hard rule about a team."""

    code: str
    text: str
    unit: str
    source: str
    judge: Callable[[TeamAsk], Params | None]

    def refusal(self, ask: TeamAsk) -> Refusal | None:
        """Return the refusal, or None when the rule has nothing against it."""
        params = self.judge(ask)
        if params is None:
            return None
        return Refusal(self.code, self.text, {"task": ask.task.id, "start_at": ask.start, **params})


Level = Literal["mandatory", "cover", "depth", "quality", "cost"]


@dataclass(frozen=True, slots=True)
class MemberCost:
    """A soft rule: minutes of cost of one worker on one task at one start."""

    code: str
    text: str
    unit: str
    source: str
    cost_min: Callable[[Ask], int]


@dataclass(frozen=True, slots=True)
class PlanView:
    """A whole plan, as soft rules read it."""

    lookup: Lookup
    rows: tuple[tuple[Task, int, tuple[Worker, ...]], ...]


@dataclass(frozen=True, slots=True)
class PlanRule:
    """A soft rule: points of a whole plan at one level (at level "cost": minutes, to be small)."""

    code: str
    text: str
    unit: str
    source: str
    level: Level
    points: Callable[[PlanView], int]


Rule = MemberRule | TeamRule


def member_rule(
    code: str, text: str, *, unit: str, source: str, stage: Stage = "slot"
) -> Callable[[Callable[[Ask], Params | None]], MemberRule]:
    """Turn a function that returns the blocking numbers, or None, into a hard rule."""
    return lambda judge: MemberRule(code, text, unit, source, stage, judge)


def team_rule(
    code: str, text: str, *, unit: str, source: str
) -> Callable[[Callable[[TeamAsk], Params | None]], TeamRule]:
    """Turn a function about a team into a hard rule."""
    return lambda judge: TeamRule(code, text, unit, source, judge)


def member_cost(
    code: str, text: str, *, source: str, unit: str = "min"
) -> Callable[[Callable[[Ask], int]], MemberCost]:
    """Turn a function that returns minutes into a soft rule."""
    return lambda cost_min: MemberCost(code, text, unit, source, cost_min)


def plan_rule(
    code: str, text: str, *, unit: str, source: str, level: Level
) -> Callable[[Callable[[PlanView], int]], PlanRule]:
    """Turn a function that counts points of a plan into a soft rule."""
    return lambda points: PlanRule(code, text, unit, source, level, points)


# --- hard: one person ----------------------------------------------------------------------------


@member_rule(
    "declined", N_("a répondu non à cette tâche"), unit="yes or no", source=LAW_2, stage="pair"
)
def declined(ask: Ask) -> Params | None:
    return {} if (ask.worker.id, ask.task.id) in ask.lookup.instance.declined else None


@member_rule(
    "refuses-kind",
    N_("ne fait pas ce type d'action (%(kind)s)"),
    unit="yes or no",
    source=LAW_2,
    stage="pair",
)
def refuses_kind(ask: Ask) -> Params | None:
    return {"kind": ask.task.kind} if ask.task.kind in ask.worker.refuses else None


@member_rule(
    "too-far",
    N_("le trajet prend %(travel_min)s, au-delà de %(limit_min)s"),
    unit="minutes, one way from the home zone",
    source=STUDY,
    stage="pair",
)
def too_far(ask: Ask) -> Params | None:
    travel_min = ask.lookup.travel_min(ask.worker.home, ask.task.zone)
    if travel_min <= ask.worker.max_travel_min:
        return None
    return {"travel_min": travel_min, "limit_min": ask.worker.max_travel_min}


@member_rule(
    "not-working",
    N_("ne travaille pas à cette heure-là"),
    unit="minutes of the campaign",
    source="the worker's contract and week",
)
def not_working(ask: Ask) -> Params | None:
    inside = any(start <= ask.start and ask.end <= end for start, end in ask.worker.work)
    return None if inside else {}


@member_rule(
    "absent",
    N_("est absent·e du %(from_at)s au %(until_at)s"),
    unit="minutes of the campaign",
    source="the worker's absences",
)
def absent(ask: Ask) -> Params | None:
    for start, end in ask.worker.absences:
        if start < ask.end and ask.start < end:
            return {"from_at": start, "until_at": end}
    return None


@member_rule(
    "host-partner",
    N_("est chez son partenaire hébergeur de %(from_at)s à %(until_at)s"),
    unit="minutes of the campaign",
    source=LAW_3,
)
def host_partner(ask: Ask) -> Params | None:
    return _taken(ask, hosts=True)


@member_rule(
    "calendar",
    N_("est déjà pris·e de %(from_at)s à %(until_at)s"),
    unit="minutes of the campaign",
    source=LAW_3,
)
def calendar(ask: Ask) -> Params | None:
    return _taken(ask, hosts=False)


def _taken(ask: Ask, *, hosts: bool) -> Params | None:
    for start, end, _, kind in ask.worker.busy:
        if (kind == "host") == hosts and start < ask.end and ask.start < end:
            return {"from_at": start, "until_at": end}
    return None


@member_rule(
    "calendar-travel",
    N_("n'a pas le temps du trajet : pris·e de %(from_at)s à %(until_at)s, à %(travel_min)s de là"),
    unit="minutes",
    source=LAW_3,
)
def calendar_travel(ask: Ask) -> Params | None:
    for start, end, place, _ in ask.worker.busy:
        there = ask.worker.home if place is None else place
        travel_min = ask.lookup.travel_min(there, ask.task.zone)
        before = end <= ask.start < end + travel_min and end // DAY_MIN == ask.start // DAY_MIN
        after = ask.end <= start < ask.end + travel_min and start // DAY_MIN == ask.start // DAY_MIN
        if before or after:
            return {"from_at": start, "until_at": end, "travel_min": travel_min}
    return None


@member_rule(
    "overlap",
    N_("a déjà une tâche de la campagne à ce moment-là, trajet compris"),
    unit="minutes",
    source=CHARTER,
    stage="load",
)
def overlap(ask: Ask) -> Params | None:
    for task, start in ask.held:
        if start // DAY_MIN != ask.start // DAY_MIN:
            continue
        travel_min = ask.lookup.travel_min(task.zone, ask.task.zone)
        if start < ask.end + travel_min and ask.start < start + task.duration_min + travel_min:
            return {"other": task.id, "from_at": start, "until_at": start + task.duration_min}
    return None


@member_rule(
    "day-limit",
    N_("a déjà ses tâches de ce jour-là (%(number)s)"),
    unit="tasks a day",
    source=STUDY,
    stage="load",
)
def day_limit(ask: Ask) -> Params | None:
    day = ask.start // DAY_MIN
    number = sum(start // DAY_MIN == day for _, start in ask.held)
    number += sum(b.kind == "campaign" and b.start // DAY_MIN == day for b in ask.worker.busy)
    return {"number": number} if number >= ask.lookup.weights.tasks_a_day else None


def _charged_min(ask: Ask) -> int:
    return ask.lookup.charged_min(ask.worker, ask.task)


def _held_min(ask: Ask, first_week: int, weeks: int) -> int:
    return sum(
        ask.lookup.charged_min(ask.worker, task)
        for task, start in ask.held
        if first_week <= start // WEEK_MIN < first_week + weeks
    )


def _other_min(ask: Ask, first_week: int, weeks: int) -> int:
    return sum(m for week, m in ask.worker.other_min if first_week <= week < first_week + weeks)


@member_rule(
    "week-cap",
    N_("dépasserait sa part de campagne de la semaine : %(sum_min)s pour %(limit_min)s"),
    unit="minutes a week, all campaigns, travel included",
    source="the campaign's share of a worker's time",
    stage="load",
)
def week_cap(ask: Ask) -> Params | None:
    week = ask.start // WEEK_MIN
    sum_min = _charged_min(ask) + _held_min(ask, week, 1) + _other_min(ask, week, 1)
    if sum_min <= ask.worker.week_cap_min:
        return None
    return {"sum_min": sum_min, "limit_min": ask.worker.week_cap_min, "week": week}


@member_rule(
    "total-cap",
    N_("dépasserait sa part de cette campagne : %(sum_min)s pour %(limit_min)s"),
    unit="minutes of this campaign, travel included",
    source="the campaign's share of a worker's time",
    stage="load",
)
def total_cap(ask: Ask) -> Params | None:
    sum_min = _charged_min(ask) + sum(
        ask.lookup.charged_min(ask.worker, task) for task, _ in ask.held
    )
    if sum_min <= ask.worker.total_cap_min:
        return None
    return {"sum_min": sum_min, "limit_min": ask.worker.total_cap_min}


@member_rule(
    "rolling-cap",
    N_("dépasserait la part des campagnes sur quatre semaines : %(sum_min)s pour %(limit_min)s"),
    unit="minutes in any four weeks in a row, all campaigns, travel included",
    source=LAW_3,
    stage="load",
)
def rolling_cap(ask: Ask) -> Params | None:
    limit_min = ask.worker.rolling_cap_min
    if limit_min is None:
        return None
    week = ask.start // WEEK_MIN
    for first in range(week - ROLLING_WEEKS + 1, week + 1):
        sum_min = _charged_min(ask) + _held_min(ask, first, ROLLING_WEEKS)
        sum_min += _other_min(ask, first, ROLLING_WEEKS)
        if sum_min > limit_min:
            return {"sum_min": sum_min, "limit_min": limit_min, "week": first}
    return None


@member_rule(
    "host-share",
    N_("entamerait la part du partenaire hébergeur : %(sum_min)s pour %(limit_min)s"),
    unit="minutes in any four weeks in a row, campaigns and commitments, travel to tasks included",
    source=LAW_3,
    stage="load",
)
def host_share(ask: Ask) -> Params | None:
    limit_min = ask.worker.mission_cap_min
    if limit_min is None:
        return None
    week = ask.start // WEEK_MIN
    for first in range(week - ROLLING_WEEKS + 1, week + 1):
        committed_min = sum(
            b.end - b.start
            for b in ask.worker.busy
            if b.kind == "commitment" and first <= b.start // WEEK_MIN < first + ROLLING_WEEKS
        )
        sum_min = _charged_min(ask) + _held_min(ask, first, ROLLING_WEEKS) + committed_min
        sum_min += _other_min(ask, first, ROLLING_WEEKS)
        if sum_min > limit_min:
            return {"sum_min": sum_min, "limit_min": limit_min, "week": first}
    return None


# --- hard: the team ------------------------------------------------------------------------------

AWAY_TEXTS = {
    "home": N_("est du quartier"),
    "mission": N_("la mission suit une personne ou une action, pas un quartier"),
    "language": N_("parle une langue que personne du quartier ne parle"),
    "skill": N_("a une compétence que personne du quartier n'a"),
    "relief": N_("personne du quartier ne peut le faire"),
    "support": N_("appuie quelqu'un du quartier"),
}


def away_reason(lookup: Lookup, worker: Worker, task: Task) -> str:
    """Say why a worker may work in a task's zone: one of the keys of `AWAY_TEXTS`.

    The charter: leaving the zone needs a specific mission, a language or a skill that the zone's
    own workers lack, the relief of a zone where nobody can, or somebody of the zone to support.
    """
    if worker.home == task.zone:
        return "home"
    if task.mission:
        return "mission"
    langs, skills = lookup.home_words(task.zone)
    if any(lang in worker.langs and lang not in langs for lang in task.req_langs):
        return "language"
    if any(lang in worker.langs and lang not in langs for lang in task.want_langs):
        return "language"
    if task.skill is not None and task.skill in worker.skills and task.skill not in skills:
        return "skill"
    return "support" if home_able(lookup, task) else "relief"


def home_able(lookup: Lookup, task: Task) -> bool:
    """Tell whether somebody of the zone could take part, if the campaign asked nothing else."""
    known = lookup.home_able.get(task.id)
    if known is None:
        known = lookup.home_able[task.id] = any(
            could_alone(Ask(lookup, home, task, start))
            for home in lookup.homes(task.zone)
            for start in task.starts
        )
    return known


def could_alone(ask: Ask) -> bool:
    """Tell whether no member rule refuses, what the worker holds left aside."""
    alone = Ask(ask.lookup, ask.worker, ask.task, ask.start)
    return not any(isinstance(r, MemberRule) and r.judge(alone) is not None for r in HARD)


@team_rule(
    "zone",
    N_("%(worker)s quitterait son quartier sans motif : personne du quartier dans l'équipe"),
    unit="zones",
    source=CHARTER,
)
def zone(ask: TeamAsk) -> Params | None:
    if any(worker.home == ask.task.zone for worker in ask.team):
        return None
    for worker in ask.team:
        if away_reason(ask.lookup, worker, ask.task) == "support":
            return {"worker": worker.id, "zone": ask.task.zone, "home": worker.home}
    return None


@team_rule(
    "team-size",
    N_("taille de l'équipe : %(number)s, pour %(least)s à %(most)s"),
    unit="people",
    source="the campaign's plan: pairs and threes",
)
def team_size(ask: TeamAsk) -> Params | None:
    most = max(ask.task.min_team, ask.task.pref_team)
    if ask.task.min_team <= len(ask.team) <= most:
        return None
    return {"number": len(ask.team), "least": ask.task.min_team, "most": most}


@team_rule(
    "language",
    N_("personne dans l'équipe ne parle %(lang)s"),
    unit="languages",
    source="the campaign's plan: required languages",
)
def language(ask: TeamAsk) -> Params | None:
    missing = ask.task.req_langs - frozenset[str]().union(*(w.langs for w in ask.team))
    return {"lang": min(missing)} if missing else None


@team_rule(
    "skill",
    N_("personne dans l'équipe n'a la compétence %(skill)s"),
    unit="skills",
    source="the campaign's plan: required skill",
)
def skill(ask: TeamAsk) -> Params | None:
    wanted = ask.task.skill
    if wanted is None or any(wanted in worker.skills for worker in ask.team):
        return None
    return {"skill": wanted}


# --- soft ----------------------------------------------------------------------------------------


@plan_rule(
    "mandatory",
    N_("tâches obligatoires assurées"),
    unit="tasks",
    source="the campaign's plan",
    level="mandatory",
)
def mandatory_done(view: PlanView) -> int:
    return sum(task.mandatory for task, _, _ in view.rows)


@plan_rule(
    "cover",
    N_("quartiers atteints chaque semaine, selon le besoin"),
    unit="need-weighted (zone, week) cells",
    source=CHARTER,
    level="cover",
)
def cells(view: PlanView) -> int:
    reached = {(task.zone, start // WEEK_MIN) for task, start, _ in view.rows}
    return sum(view.lookup.neighbourhoods[where].need for where, _ in reached)


@plan_rule(
    "depth",
    N_("tâches assurées, selon le besoin et l'importance"),
    unit="need x importance",
    source=STUDY,
    level="depth",
)
def depth(view: PlanView) -> int:
    needs = view.lookup.neighbourhoods
    return sum(needs[task.zone].need * task.importance for task, _, _ in view.rows)


@plan_rule(
    "wanted-language",
    N_("langues souhaitées, parlées dans l'équipe"),
    unit="points",
    source=STUDY,
    level="quality",
)
def wanted_languages(view: PlanView) -> int:
    return view.lookup.weights.lang * sum(
        len(task.want_langs & frozenset[str]().union(*(w.langs for w in team)))
        for task, _, team in view.rows
    )


@plan_rule(
    "second-and-third",
    N_("binômes et trinômes"),
    unit="points",
    source="field practice: pairs and threes",
    level="quality",
)
def second_and_third(view: PlanView) -> int:
    weights = view.lookup.weights
    return sum(
        weights.second if place == 2 else weights.third  # noqa: PLR2004 -- the second person
        for task, _, team in view.rows
        for place in range(task.min_team + 1, min(len(team), task.pref_team) + 1)
    )


@plan_rule(
    "home",
    N_("quelqu'un du quartier dans l'équipe"),
    unit="points",
    source=CHARTER,
    level="quality",
)
def somebody_of_the_zone(view: PlanView) -> int:
    return view.lookup.weights.home * sum(
        any(worker.home == task.zone for worker in team) for task, _, team in view.rows
    )


@member_cost("travel", N_("trajet hors du quartier"), source=STUDY)
def travel(ask: Ask) -> int:
    return 2 * ask.lookup.travel_min(ask.worker.home, ask.task.zone)


@member_cost("away", N_("sortie du quartier"), source=CHARTER)
def away(ask: Ask) -> int:
    return 0 if ask.worker.home == ask.task.zone else ask.lookup.weights.away_min


@member_cost("relief", N_("relève d'un quartier où personne ne peut"), source=CHARTER)
def relief(ask: Ask) -> int:
    relieves = away_reason(ask.lookup, ask.worker, ask.task) == "relief"
    return ask.lookup.weights.relief_min if relieves else 0


@plan_rule(
    "uneven-load",
    N_("charge inégale entre collègues"),
    unit="minutes above two tiers of the cap",
    source=STUDY,
    level="cost",
)
def uneven_load(view: PlanView) -> int:
    # The loads stay inside this sum: no figure per worker leaves the computation.
    loads: dict[Id, int] = {}
    for task, _, team in view.rows:
        for worker in team:
            loads[worker.id] = loads.get(worker.id, 0) + view.lookup.charged_min(worker, task)
    weights = view.lookup.weights
    caps = {who: view.lookup.workers[who].total_cap_min for who in loads}
    return sum(
        max(0, load - caps[who] * weights.tier1_pct // 100)
        + 2 * max(0, load - caps[who] * weights.tier2_pct // 100)
        for who, load in loads.items()
    )


@plan_rule(
    "broken-series",
    N_("suite d'actions partagée entre plus de personnes"),
    unit="minutes per person in a series",
    source=STUDY,
    level="cost",
)
def broken_series(view: PlanView) -> int:
    people = {
        (task.series, worker.id)
        for task, _, team in view.rows
        if task.series is not None
        for worker in team
    }
    return view.lookup.weights.series_min * len(people)


HARD: tuple[Rule, ...] = (
    declined,
    refuses_kind,
    too_far,
    absent,
    not_working,
    host_partner,
    calendar,
    calendar_travel,
    overlap,
    day_limit,
    week_cap,
    total_cap,
    rolling_cap,
    host_share,
    zone,
    team_size,
    language,
    skill,
)

SOFT: tuple[MemberCost | PlanRule, ...] = (
    mandatory_done,
    cells,
    depth,
    wanted_languages,
    second_and_third,
    somebody_of_the_zone,
    travel,
    away,
    relief,
    uneven_load,
    broken_series,
)


def refusals(ask: Ask) -> list[Refusal]:
    """Return every hard rule about one person that refuses, in the order of `HARD`."""
    found = (rule.refusal(ask) for rule in HARD if isinstance(rule, MemberRule))
    return [refusal for refusal in found if refusal is not None]


def team_refusals(ask: TeamAsk) -> list[Refusal]:
    """Return every hard rule about a team that refuses, in the order of `HARD`."""
    found = (rule.refusal(ask) for rule in HARD if isinstance(rule, TeamRule))
    return [refusal for refusal in found if refusal is not None]
