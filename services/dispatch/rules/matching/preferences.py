"""The soft rules: what a plan is worth, in the charter's order, each with its unit and source."""

from .constraints import away_reason
from .model import N_, WEEK_MIN, Id
from .rule import (
    CHARTER,
    STUDY,
    Ask,
    MemberCost,
    PlanRule,
    PlanView,
    member_cost,
    plan_rule,
)


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
