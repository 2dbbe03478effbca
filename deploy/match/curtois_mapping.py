"""An instance of Curtois and Qu as far as the matcher can say it, and its plan as a roster.

What maps: each person that a shift of a day needs is a task of that kind and length in the one
zone, worth what a missing person costs; days off are days without work; kinds with limit 0 are
refused; the most minutes are the cap; one task a day.

What does not: requests, people in excess, shifts that may not follow each other, limits on a kind
above 0, the least minutes, weekends, and the lengths of stretches of shifts and of days off. The
matcher's people say yes or no to a task; nobody owes a month of shifts to a roster. A plan that
comes back may therefore break those rules: it is counted what it breaks, and it is only where the
search for a roster begins.
"""

from math import ceil

from deploy.match.curtois_checker import WEEK_DAYS
from deploy.match.curtois_reader import Person, Rota
from services.dispatch.rules.matching import (
    DAY_MIN,
    Instance,
    Neighbourhood,
    Period,
    Plan,
    Task,
    Travel,
    Weights,
    Worker,
)

WARD = "ward"
# Only what the benchmark knows counts: each task at its own worth, no comfort and no cost.
WEIGHTS = Weights(cover=0, quality=0, cost=0, tasks_a_day=1)


def as_matching(rota: Rota) -> Instance:
    """Write the part of an instance that the matcher's model can say."""
    tasks = tuple(
        Task(
            id=f"{c.day}/{c.shift}/{n}",
            zone=WARD,
            kind=c.shift,
            duration_min=length,
            starts=(c.day * DAY_MIN,),
            importance=c.under,
        )
        for c in rota.cover
        for n in range(c.need)
        for length in [next(s.length_min for s in rota.shifts if s.id == c.shift)]
        if c.under
    )
    return Instance(
        name="shift scheduling",
        weeks=ceil(rota.days / WEEK_DAYS),
        neighbourhoods=(Neighbourhood(WARD),),
        workers=tuple(_worker(person, rota.days) for person in rota.staff),
        tasks=tasks,
        travel=Travel((WARD,), ((0,),)),
        weights=WEIGHTS,
    )


def _worker(person: Person, days: int) -> Worker:
    work = (Period(d * DAY_MIN, (d + 1) * DAY_MIN) for d in range(days))
    return Worker(
        id=person.id,
        home=WARD,
        week_cap_min=person.most_min,
        total_cap_min=person.most_min,
        work=tuple(p for p in work if p.start // DAY_MIN not in person.days_off),
        refuses=frozenset(shift for shift, limit in person.most.items() if not limit),
    )


def as_roster(plan: Plan) -> dict[str, dict[int, str]]:
    """Read the matcher's plan as a roster: person, day, shift."""
    roster = dict[str, dict[int, str]]()
    for task, start, team in plan.assignments:
        for worker in team:
            roster.setdefault(str(worker), {})[start // DAY_MIN] = str(task).split("/")[1]
    return roster
