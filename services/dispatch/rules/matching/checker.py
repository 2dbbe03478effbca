"""The independent checker: every hard rule again, from the raw data.

It shares no code with the engines nor with their rules, on purpose: a mistake would have to be
made twice to pass. A rule that somebody added to `HARD` and that is not written a second time here
is asked as it is.
"""

from collections.abc import Iterator
from math import hypot

from .constraints import HARD
from .model import (
    N_,
    Assignment,
    Id,
    Instance,
    Lookup,
    Params,
    Plan,
    Task,
    Violation,
    Worker,
)
from .rule import Ask, MemberRule, TeamAsk

DAY, WEEK = 1440, 10080
FOUR_WEEKS = 4

TEXTS = {
    "unknown-task": N_("tâche inconnue : %(task)s"),
    "unknown-worker": N_("personne inconnue : %(worker)s"),
    "twice": N_("la tâche %(task)s est deux fois dans le plan"),
    "moved": N_("la tâche %(task)s a été proposée ou acceptée par %(worker)s : elle ne bouge pas"),
    "bad-start": N_("la tâche %(task)s ne peut pas commencer à %(start_at)s"),
    "team-size": N_("la tâche %(task)s n'a pas la bonne taille d'équipe (%(number)s)"),
    "language": N_("personne ne parle %(lang)s pour la tâche %(task)s"),
    "skill": N_("personne n'a la compétence %(skill)s pour la tâche %(task)s"),
    "zone": N_("%(worker)s quitte son quartier sans motif pour la tâche %(task)s"),
    "declined": N_("%(worker)s a répondu non à la tâche %(task)s"),
    "refuses-kind": N_("%(worker)s ne fait pas le type d'action de la tâche %(task)s"),
    "too-far": N_("%(worker)s va trop loin pour la tâche %(task)s"),
    "not-working": N_("%(worker)s ne travaille pas à l'heure de la tâche %(task)s"),
    "absent": N_("%(worker)s est absent·e à l'heure de la tâche %(task)s"),
    "host-partner": N_("%(worker)s est chez son partenaire à l'heure de la tâche %(task)s"),
    "team-meeting": N_("%(worker)s est à la matinée de l'équipe à l'heure de la tâche %(task)s"),
    "calendar": N_("%(worker)s est déjà pris·e à l'heure de la tâche %(task)s"),
    "calendar-travel": N_("%(worker)s n'a pas le temps du trajet pour la tâche %(task)s"),
    "overlap": N_("%(worker)s a deux tâches en même temps : %(task)s et %(other)s"),
    "day-limit": N_("%(worker)s a trop de tâches le jour %(number)s"),
    "week-cap": N_("%(worker)s dépasse sa part de la semaine %(week)s : %(sum_min)s"),
    "total-cap": N_("%(worker)s dépasse sa part de la campagne : %(sum_min)s"),
    "rolling-cap": N_("%(worker)s dépasse la part des campagnes sur quatre semaines : %(sum_min)s"),
    "host-share": N_("%(worker)s entame la part du partenaire hébergeur : %(sum_min)s"),
}


def violations(instance: Instance, plan: Plan) -> list[Violation]:
    """Return every hard rule that a plan breaks; an empty list is a plan that may be sent.

    What people were already told (`plan.fixed`) is excused where it alone breaks a rule: facts are
    facts, but nothing may be added to them. An assignment in `plan.incomplete` is asked nothing
    about its team.
    """
    return [
        Violation(code, TEXTS.get(code, code), params)
        for code, params in _Check(instance, plan).run()
    ]


Found = Iterator[tuple[str, Params]]


class _Check:
    def __init__(self, instance: Instance, plan: Plan) -> None:
        self.instance, self.plan = instance, plan
        self.tasks = {t.id: t for t in instance.tasks}
        self.workers = {w.id: w for w in instance.workers}
        self.spot = {n.id: (n.x, n.y) for n in instance.neighbourhoods}
        self.facts = {(f.task, f.start, w) for f in plan.fixed for w in f.team}
        self.told: dict[tuple[Id, int], set[Id]] = {}  # by task and start: who was told
        self.told_of: dict[Id, set[tuple[Id, int]]] = {}  # by worker: of which tasks and starts
        for task, start, worker in self.facts:
            self.told.setdefault((task, start), set()).add(worker)
            self.told_of.setdefault(worker, set()).add((task, start))
        self.locals: dict[Id, list[Worker]] = {}
        for person in instance.workers:
            self.locals.setdefault(person.home, []).append(person)
        self.lookup = Lookup(instance)
        self.added = [rule for rule in HARD if rule.code not in TEXTS]
        table = instance.travel
        self.minutes = (
            {}
            if table is None
            else {
                (a, b): table.minutes[i][j]
                for i, a in enumerate(table.zones)
                for j, b in enumerate(table.zones)
            }
        )

    def far(self, a: Id, b: Id) -> int:
        if a == b:
            return 0
        if (a, b) in self.minutes:
            return self.minutes[a, b]
        (ax, ay), (bx, by) = self.spot[a], self.spot[b]
        if ax is None or ay is None or bx is None or by is None:
            return 0
        exact = 10 + 4 * hypot(bx - ax, by - ay)
        fives = int(exact // 5)
        return 5 * (fives if exact - 5 * fives < 1e-8 else fives + 1)  # noqa: PLR2004 -- rounding

    def takes(self, worker: Worker, task: Task) -> int:
        return task.duration_min + self.far(worker.home, task.zone) * 2

    def run(self) -> Found:
        known: list[tuple[Assignment, bool]] = []
        seen: set[Id] = set()
        for row, whole in [(a, True) for a in self.plan.assignments] + [
            (a, False) for a in self.plan.incomplete
        ]:
            strangers = [w for w in row.team if w not in self.workers]
            if row.task not in self.tasks:
                yield "unknown-task", {"task": row.task}
            elif strangers:
                yield "unknown-worker", {"worker": strangers[0], "task": row.task}
            elif row.task in seen:
                yield "twice", {"task": row.task}
            else:
                known.append((row, whole))
            seen.add(row.task)
        yield from self.kept(known)
        for row, whole in known:
            if whole:
                yield from self.team(row)
            yield from self.people(row)
        yield from self.loads([row for row, _ in known])

    def kept(self, known: list[tuple[Assignment, bool]]) -> Found:
        present = {(row.task, row.start, w) for row, _ in known for w in row.team}
        for task, _, worker in sorted(self.facts - present, key=str):
            yield "moved", {"task": task, "worker": worker}
        for row, whole in known:
            for worker in row.team:
                if not whole and (row.task, row.start, worker) not in self.facts:
                    yield "team-size", {"task": row.task, "number": len(row.team)}

    def team(self, row: Assignment) -> Found:  # noqa: C901 -- flat on purpose
        task = self.tasks[row.task]
        team = [self.workers[w] for w in row.team]
        told = self.told.get((row.task, row.start), set())
        if row.start not in task.starts and not told:
            yield "bad-start", {"task": task.id, "start_at": row.start}
        size, least, most = len(set(row.team)), task.min_team, max(task.min_team, task.pref_team)
        too_many = size > most and not set(row.team) <= told
        if size != len(row.team) or size < least or too_many:
            yield "team-size", {"task": task.id, "number": len(row.team)}
        spoken = {lang for w in team for lang in w.langs}
        for lang in sorted(task.req_langs):
            if lang not in spoken:
                yield "language", {"task": task.id, "lang": lang}
        if task.skill is not None and all(task.skill not in w.skills for w in team):
            yield "skill", {"task": task.id, "skill": task.skill}
        if all(w.home != task.zone for w in team):
            for w in team:
                if not self.may_leave(w, task):
                    yield "zone", {"task": task.id, "worker": w.id}
        for rule in self.added:
            if not isinstance(rule, MemberRule):
                ask = TeamAsk(self.lookup, task, row.start, tuple(team))
                if rule.judge(ask) is not None:
                    yield rule.code, {"task": task.id}

    def may_leave(self, worker: Worker, task: Task) -> bool:
        """Tell whether somebody may work outside the home zone with nobody of that zone."""
        if task.mission:
            return True
        there = self.locals.get(task.zone, [])
        for lang in task.req_langs | task.want_langs:
            if lang in worker.langs and all(lang not in other.langs for other in there):
                return True
        if task.skill in worker.skills and all(task.skill not in other.skills for other in there):
            return True
        return not any(
            not list(self.person(other, task, start))
            and not self.alone_too_much(other, task, start)
            for other in there
            for start in task.starts
        )

    def people(self, row: Assignment) -> Found:
        task = self.tasks[row.task]
        for w in row.team:
            if (row.task, row.start, w) not in self.facts:
                for code in self.person(self.workers[w], task, row.start):
                    yield code, {"task": task.id, "worker": w}

    def person(self, worker: Worker, task: Task, start: int) -> Iterator[str]:  # noqa: C901 -- flat
        """Yield what one person's consent, week and calendar have against a task."""
        end = start + task.duration_min
        if (worker.id, task.id) in self.instance.declined:
            yield "declined"
        if task.kind in worker.refuses:
            yield "refuses-kind"
        if self.far(worker.home, task.zone) > worker.max_travel_min:
            yield "too-far"
        if not [1 for a, b in worker.work if a <= start < end <= b]:
            yield "not-working"
        if [1 for a, b in worker.absences if max(a, start) < min(b, end)]:
            yield "absent"
        for a, b, place, kind in worker.busy:
            gap = self.far(worker.home if place is None else place, task.zone)
            if max(a, start) < min(b, end):
                yield {"host": "host-partner", "team": "team-meeting"}.get(kind, "calendar")
            elif (b <= start and b // DAY == start // DAY and start - b < gap) or (
                end <= a and a // DAY == start // DAY and a - end < gap
            ):
                yield "calendar-travel"
        for rule in self.added:
            if (
                isinstance(rule, MemberRule)
                and rule.judge(Ask(self.lookup, worker, task, start)) is not None
            ):
                yield rule.code

    def alone_too_much(self, worker: Worker, task: Task, start: int) -> bool:
        return bool(list(self.sums(worker, [(task, start)], set())))

    def loads(self, rows: list[Assignment]) -> Found:
        mine: dict[Id, list[tuple[Task, int]]] = {}
        for row in rows:
            for w in set(row.team):
                mine.setdefault(w, []).append((self.tasks[row.task], row.start))
        for w, held in mine.items():
            yield from self.sums(self.workers[w], held, self.told_of.get(w, set()))

    def sums(  # noqa: C901 -- one limit after the other, flat on purpose
        self, worker: Worker, held: list[tuple[Task, int]], told: set[tuple[Id, int]]
    ) -> Found:
        """Yield the limits that a person's tasks break together, facts among themselves excused."""
        held = sorted(held, key=lambda h: (h[1], str(h[0].id)))

        def excused(some: list[tuple[Task, int]]) -> bool:
            return all((task.id, start) in told for task, start in some)

        for i, (task, start) in enumerate(held):
            for other, later in held[i + 1 :]:
                if (
                    start // DAY == later // DAY
                    and later < (start + task.duration_min + self.far(task.zone, other.zone))
                    and not excused([(task, start), (other, later)])
                ):
                    yield "overlap", {"worker": worker.id, "task": task.id, "other": other.id}
        for day in sorted({start // DAY for _, start in held}):
            today = [h for h in held if h[1] // DAY == day]
            elsewhere = [b for b in worker.busy if b.kind == "campaign" and b.start // DAY == day]
            if len(today) + len(elsewhere) > self.instance.weights.tasks_a_day and not excused(
                today
            ):
                yield "day-limit", {"worker": worker.id, "number": day}
        total = sum(self.takes(worker, task) for task, _ in held)
        if total > worker.total_cap_min and not excused(held):
            yield "total-cap", {"worker": worker.id, "sum_min": total}
        taken = dict[int, int]()
        for week, minutes in worker.other_min:
            taken[week] = taken.get(week, 0) + minutes
        for week in range(1 - FOUR_WEEKS, self.instance.weeks):
            for length, cap, code, plus in (
                (1, worker.week_cap_min, "week-cap", 0),
                (FOUR_WEEKS, worker.rolling_cap_min, "rolling-cap", 0),
                (FOUR_WEEKS, worker.mission_cap_min, "host-share", 1),
            ):
                inside = [h for h in held if week <= h[1] // WEEK < week + length]
                if cap is None or not inside or excused(inside):
                    continue
                spent = sum(self.takes(worker, task) for task, _ in inside)
                spent += sum(taken.get(k, 0) for k in range(week, week + length))
                spent += plus * sum(
                    b.end - b.start
                    for b in worker.busy
                    if b.kind in ("commitment", "team") and week <= b.start // WEEK < week + length
                )
                if spent > cap:
                    yield code, {"worker": worker.id, "sum_min": spent, "week": week}
