"""The hard rules: what is refused, each one function with its reason, its unit and its source.

To add one: `docs/how-to/add-a-matching-constraint.md`. What is only preferred: `preferences.py`.
"""

from collections.abc import Collection

from .model import (
    DAY_MIN,
    N_,
    ORDINARY_WORK,
    ROLLING_WEEKS,
    WEEK_MIN,
    Lookup,
    Params,
    Refusal,
    Task,
    Worker,
)
from .rule import (
    CHARTER,
    LAW_2,
    LAW_3,
    STUDY,
    Ask,
    MemberRule,
    Rule,
    TeamAsk,
    TeamRule,
    member_rule,
    team_rule,
)

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
    return _taken(ask, {"host"})


@member_rule(
    "team-meeting",
    N_("est à la matinée de l'équipe de %(from_at)s à %(until_at)s"),
    unit="minutes of the campaign",
    source=LAW_3,
)
def team_meeting(ask: Ask) -> Params | None:
    return _taken(ask, {"team"})


@member_rule(
    "calendar",
    N_("est déjà pris·e de %(from_at)s à %(until_at)s"),
    unit="minutes of the campaign",
    source=LAW_3,
)
def calendar(ask: Ask) -> Params | None:
    return _taken(ask, {"commitment", "campaign"})


def _taken(ask: Ask, kinds: Collection[str]) -> Params | None:
    for start, end, _, kind in ask.worker.busy:
        if kind in kinds and start < ask.end and ask.start < end:
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
            if b.kind in ORDINARY_WORK and first <= b.start // WEEK_MIN < first + ROLLING_WEEKS
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


HARD: tuple[Rule, ...] = (
    declined,
    refuses_kind,
    too_far,
    absent,
    not_working,
    host_partner,
    team_meeting,
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


def refusals(ask: Ask) -> list[Refusal]:
    """Return every hard rule about one person that refuses, in the order of `HARD`."""
    found = (rule.refusal(ask) for rule in HARD if isinstance(rule, MemberRule))
    return [refusal for refusal in found if refusal is not None]


def team_refusals(ask: TeamAsk) -> list[Refusal]:
    """Return every hard rule about a team that refuses, in the order of `HARD`."""
    found = (rule.refusal(ask) for rule in HARD if isinstance(rule, TeamRule))
    return [refusal for refusal in found if refusal is not None]
