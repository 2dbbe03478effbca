"""Instances and plans as JSON: read with every error at once, written the same way each time.

The format is the one of the public study instances (`docs/matching.md` documents each field), and
the schemas of both files come from the models below.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from .model import (
    COMMITMENT_KINDS,
    DAY_MIN,
    DEFAULT_NEED,
    MISSION_KINDS,
    N_,
    WEEK_MIN,
    Assignment,
    Commitment,
    Id,
    Instance,
    Message,
    Neighbourhood,
    Period,
    Plan,
    Score,
    Task,
    Travel,
    Weights,
    Worker,
    id_key,
    in_order,
)

MAX_WEEKS = 520  # Ten years: beyond, somebody mixed minutes and weeks.


@dataclass(frozen=True, slots=True)
class InputError(Message):
    """One thing that is wrong in a file. `place` says where: `workers[3].busy[0]`."""

    place: str = ""


class InvalidInputError(ValueError):
    """A file that cannot be read. `errors` holds everything that is wrong, each with its place."""

    def __init__(self, errors: Iterable[InputError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(f"{e.place}: {e.render()}" for e in self.errors))


# --- the shape of the files ----------------------------------------------------------------------

_Id = StrictInt | Annotated[str, Field(strict=True, min_length=1, max_length=200)]
_Word = Annotated[str, Field(strict=True, min_length=1, max_length=100)]
_Minute = Annotated[StrictInt, Field(ge=-MAX_WEEKS * WEEK_MIN, le=MAX_WEEKS * WEEK_MIN)]
_Minutes = Annotated[StrictInt, Field(ge=0, le=MAX_WEEKS * WEEK_MIN)]
_Weight = Annotated[StrictInt, Field(ge=0, le=10**9)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class NeighbourhoodRow(_Row):
    """A zone. Other fields are ignored: the study instances carry the indicators they drew."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    id: _Id
    name: str = ""
    need: Annotated[StrictInt, Field(ge=1, le=100)] = DEFAULT_NEED
    x: float | None = Field(None, description="km")
    y: float | None = Field(None, description="km")
    district: _Id | None = None


class WorkerRow(_Row):
    """An outreach worker. Minutes are of the campaign (0 is its first Monday, 00:00)."""

    id: _Id
    home: _Id = Field(description="id of the home zone")
    name: str = ""
    langs: list[_Word] = []
    skills: list[_Word] = []
    contract: Annotated[float, Field(gt=0, le=1)] = 1.0
    week_cap: _Minutes = Field(description="minutes a week for all campaigns, travel included")
    total_cap: _Minutes = Field(description="minutes for this campaign, travel included")
    max_travel: _Minutes = Field(45, description="minutes, one way from the home zone")
    work: list[tuple[_Minute, _Minute]] = Field([], description="[start, end]: working periods")
    busy: list[tuple[_Minute, _Minute, _Id | None] | tuple[_Minute, _Minute, _Id | None, _Word]] = (
        Field([], description="[start, end, zone] or [start, end, zone, kind]: commitments")
    )
    refuses: list[_Word] = Field([], description="kinds of task this person does not do")
    absences: list[tuple[_Minute, _Minute]] = []
    rolling_cap: _Minutes | None = Field(
        None, description="minutes in any four weeks in a row for all campaigns"
    )
    mission_cap: _Minutes | None = Field(
        None,
        description="the same for campaigns and commitments: what is left is the host partner's",
    )
    other: list[tuple[StrictInt, _Minutes]] = Field(
        [], description="[week, minutes]: what other campaigns take already"
    )


class TaskRow(_Row):
    """A task. It starts and ends on one day."""

    id: _Id
    nbh: _Id = Field(description="id of the zone")
    kind: _Word
    duration: Annotated[StrictInt, Field(ge=1, le=DAY_MIN)]
    starts: Annotated[list[_Minute], Field(min_length=1)]
    min_team: Annotated[StrictInt, Field(ge=1, le=20)] = 1
    pref_team: Annotated[StrictInt, Field(ge=1, le=20)] = 1
    req_langs: list[_Word] = []
    want_langs: list[_Word] = []
    skill: _Word | None = None
    importance: Annotated[StrictInt, Field(ge=1, le=1000)] = 1
    series: _Id | None = Field(None, description="null or -1: in no series")
    mandatory: StrictBool = False
    mission: StrictBool | None = Field(
        None,
        description="may take anybody out of their zone; null: by its kind "
        f"({', '.join(sorted(MISSION_KINDS))})",
    )


class AssignmentRow(_Row):
    """A fact: people who were proposed a task at a start, or accepted it."""

    task: _Id
    start: _Minute
    team: Annotated[list[_Id], Field(min_length=1)]


class TravelRow(_Row):
    """Minutes between zones, one way."""

    zones: list[_Id]
    minutes: list[list[_Minutes]]


class WeightsRow(_Row):
    """What a campaign prefers; `docs/matching.md` says what each weighs."""

    cover: _Weight = 200
    depth: _Weight = 10
    quality: _Weight = 100
    cost: _Weight = 2
    mandatory: _Weight = 1_000_000
    lang: _Weight = 3
    second: _Weight = 2
    third: _Weight = 1
    home: _Weight = 2
    away_min: _Weight = 30
    relief_min: _Weight = 60
    series_min: _Weight = 60
    tier1_pct: Annotated[StrictInt, Field(ge=0, le=100)] = 50
    tier2_pct: Annotated[StrictInt, Field(ge=0, le=100)] = 75
    tasks_a_day: Annotated[StrictInt, Field(ge=1, le=10)] = 2


class InstanceFile(_Row):
    """A campaign to match."""

    name: str = ""
    weeks: Annotated[StrictInt, Field(ge=1, le=MAX_WEEKS)]
    nbhs: list[NeighbourhoodRow]
    workers: list[WorkerRow]
    tasks: list[TaskRow]
    declined: list[tuple[_Id, _Id]] = Field([], description="[worker, task]")
    fixed: list[AssignmentRow] = []
    travel: TravelRow | None = None
    weights: WeightsRow = WeightsRow()


class PlanEntry(_Row):
    """When a task starts and who does it."""

    start: _Minute
    team: list[_Id]


class PlanFile(BaseModel):
    """A plan. Keys of `plan` are task ids, written as text."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    plan: dict[str, PlanEntry]
    incomplete: dict[str, PlanEntry] = Field({}, description="facts whose team is not complete")
    fixed: list[AssignmentRow] = []
    missing: list[_Id] = Field([], description="mandatory tasks that nobody does")
    score: StrictInt | None = None
    levels: dict[str, StrictInt] | None = None
    bound: StrictInt | None = Field(None, description="proven: no plan scores more")
    seconds: float | None = None
    engine: str | None = None


def instance_schema() -> dict[str, Any]:
    """Return the JSON schema of an instance."""
    return InstanceFile.model_json_schema()


def plan_schema() -> dict[str, Any]:
    """Return the JSON schema of a plan."""
    return PlanFile.model_json_schema()


# --- reading -------------------------------------------------------------------------------------

Model = TypeVar("Model", bound=BaseModel)

_SHAPE_TEXTS = {
    "missing": N_("ce champ manque"),
    "extra_forbidden": N_("ce champ n'existe pas"),
    "int_type": N_("un nombre entier est attendu"),
    "float_type": N_("un nombre est attendu"),
    "finite_number": N_("un nombre fini est attendu"),
    "string_type": N_("un texte est attendu"),
    "bool_type": N_("vrai ou faux est attendu"),
    "list_type": N_("une liste est attendue"),
    "tuple_type": N_("une liste est attendue"),
    "dict_type": N_("un objet est attendu"),
    "model_type": N_("un objet est attendu"),
    "too_short": N_("cette liste est trop courte"),
    "too_long": N_("cette liste est trop longue"),
    "string_too_short": N_("ce texte est vide"),
    "string_too_long": N_("ce texte est trop long"),
    "greater_than_equal": N_("la valeur doit être au moins %(limit)s"),
    "greater_than": N_("la valeur doit dépasser %(limit)s"),
    "less_than_equal": N_("la valeur doit être au plus %(limit)s"),
}


class _Reader:
    def __init__(self) -> None:
        self.errors: list[InputError] = []

    def error(self, place: str, code: str, text: str, **params: Id) -> None:
        found = InputError(code, text, params, place)
        if found not in self.errors:
            self.errors.append(found)

    def shape(self, model: type[Model], raw: object, place: str) -> Model | None:
        try:
            return model.model_validate(raw)
        except ValidationError as wrong:
            for detail in wrong.errors(include_input=False, include_url=False):
                context = detail.get("ctx", {})
                limit = context.get("ge", context.get("gt", context.get("le", "")))
                text = _SHAPE_TEXTS.get(detail["type"], N_("cette valeur n'est pas admise"))
                where = place + "".join(
                    f"[{part}]" if isinstance(part, int) else f".{part}"
                    for part in detail["loc"]
                    if isinstance(part, int) or part.isidentifier()
                    if part not in {"int", "str", "tuple"}
                )
                self.error(where.lstrip("."), detail["type"], text, limit=str(limit))
        return None

    def rows(
        self, model: type[Model], document: Mapping[str, object], key: str
    ) -> dict[int, Model]:
        raw = document.get(key, [])
        if not isinstance(raw, list):
            self.error(key, "list_type", _SHAPE_TEXTS["list_type"])
            return {}
        found = ((i, self.shape(model, row, f"{key}[{i}]")) for i, row in enumerate(raw))
        return {i: row for i, row in found if row is not None}

    def unique(self, ids: Iterable[tuple[str, Id]]) -> None:
        seen: set[Id] = set()
        for place, item in ids:
            if item in seen:
                self.error(place, "twice", N_("l'identifiant %(id)s existe déjà"), id=item)
            seen.add(item)


class _Head(_Row):
    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str = ""
    weeks: Annotated[StrictInt, Field(ge=1, le=MAX_WEEKS)]
    declined: list[tuple[_Id, _Id]] = []
    travel: TravelRow | None = None
    weights: WeightsRow = WeightsRow()


def load_instance(source: str | bytes | Mapping[str, object]) -> Instance:
    """Read an instance.

    Raises:
        InvalidInputError: with everything that is wrong, each with its place.
    """
    reader = _Reader()
    document = _document(source)
    head = reader.shape(_Head, document, "")
    for key in sorted(set(document) - set(InstanceFile.model_fields)):
        reader.error(key, "extra_forbidden", _SHAPE_TEXTS["extra_forbidden"])
    for key in ("nbhs", "workers", "tasks"):
        if key not in document:
            reader.error(key, "missing", _SHAPE_TEXTS["missing"])
    nbhs = reader.rows(NeighbourhoodRow, document, "nbhs")
    workers = reader.rows(WorkerRow, document, "workers")
    tasks = reader.rows(TaskRow, document, "tasks")
    fixed = reader.rows(AssignmentRow, document, "fixed")
    weeks = head.weeks if head is not None else MAX_WEEKS
    _check_zones(reader, nbhs)
    zones = {row.id for row in nbhs.values()}
    _check_workers(reader, workers, zones)
    _check_tasks(reader, tasks, zones, weeks)
    _check_facts(reader, fixed, head, workers, tasks)
    if reader.errors or head is None:
        raise InvalidInputError(reader.errors)
    return Instance(
        name=head.name,
        weeks=head.weeks,
        neighbourhoods=tuple(Neighbourhood(**dict(row)) for row in nbhs.values()),
        workers=tuple(_worker(row) for row in workers.values()),
        tasks=tuple(_task(row) for row in tasks.values()),
        declined=frozenset(head.declined),
        fixed=tuple(Assignment(row.task, row.start, tuple(row.team)) for row in fixed.values()),
        travel=None
        if head.travel is None
        else Travel(tuple(head.travel.zones), tuple(map(tuple, head.travel.minutes))),
        weights=Weights(**dict(head.weights)),
    )


def _document(source: str | bytes | Mapping[str, object]) -> Mapping[str, object]:
    if isinstance(source, str | bytes):
        try:
            source = json.loads(source)
        except json.JSONDecodeError as wrong:
            text = N_("ce n'est pas du JSON : ligne %(line)s, colonne %(column)s")
            params = {"line": wrong.lineno, "column": wrong.colno}
            raise InvalidInputError([InputError("json", text, params)]) from wrong
        except (UnicodeDecodeError, RecursionError) as wrong:
            text = N_("ce n'est pas du JSON en UTF-8")
            raise InvalidInputError([InputError("json", text)]) from wrong
    if not isinstance(source, Mapping):
        raise InvalidInputError([InputError("dict_type", _SHAPE_TEXTS["dict_type"])])
    return source


def _check_zones(reader: _Reader, nbhs: Mapping[int, NeighbourhoodRow]) -> None:
    reader.unique((f"nbhs[{i}].id", row.id) for i, row in nbhs.items())
    for i, row in nbhs.items():
        if (row.x is None) != (row.y is None):
            reader.error(f"nbhs[{i}]", "half-point", N_("x et y vont ensemble"))


def _check_workers(reader: _Reader, workers: Mapping[int, WorkerRow], zones: set[Id]) -> None:
    unknown = N_("quartier inconnu : %(zone)s")
    reader.unique((f"workers[{i}].id", row.id) for i, row in workers.items())
    for i, row in workers.items():
        if row.home not in zones:
            reader.error(f"workers[{i}].home", "unknown-zone", unknown, zone=row.home)
        for name, periods in (("work", row.work), ("absences", row.absences)):
            for k, (start, end) in enumerate(periods):
                if start >= end:
                    _backwards(reader, f"workers[{i}].{name}[{k}]", start, end)
        for k, (start, end, place, *kind) in enumerate(row.busy):
            where = f"workers[{i}].busy[{k}]"
            if start >= end:
                _backwards(reader, where, start, end)
            if place is not None and place not in zones:
                reader.error(where, "unknown-zone", unknown, zone=place)
            if kind and kind[0] not in COMMITMENT_KINDS:
                text = N_("sorte d'engagement inconnue : %(kind)s")
                reader.error(where, "unknown-kind", text, kind=str(kind[0]))


def _backwards(reader: _Reader, place: str, start: int, end: int) -> None:
    text = N_("la fin (%(end)s) doit suivre le début (%(start)s)")
    reader.error(place, "backwards", text, start=start, end=end)


def _check_tasks(reader: _Reader, tasks: Mapping[int, TaskRow], zones: set[Id], weeks: int) -> None:
    reader.unique((f"tasks[{i}].id", row.id) for i, row in tasks.items())
    for i, row in tasks.items():
        if row.nbh not in zones:
            text = N_("quartier inconnu : %(zone)s")
            reader.error(f"tasks[{i}].nbh", "unknown-zone", text, zone=row.nbh)
        if row.pref_team < row.min_team:
            text = N_("l'équipe souhaitée (%(most)s) est plus petite que le minimum (%(least)s)")
            where = f"tasks[{i}].pref_team"
            reader.error(where, "team-size", text, most=row.pref_team, least=row.min_team)
        for k, start in enumerate(row.starts):
            where = f"tasks[{i}].starts[{k}]"
            if start < 0 or start + row.duration > weeks * WEEK_MIN:
                reader.error(where, "outside", N_("hors de la campagne : %(start)s"), start=start)
            elif start // DAY_MIN != (start + row.duration - 1) // DAY_MIN:
                text = N_("une tâche finit le jour où elle commence : %(start)s")
                reader.error(where, "crosses-midnight", text, start=start)


def _check_facts(  # noqa: C901 -- one check after the other, flat on purpose
    reader: _Reader,
    fixed: Mapping[int, AssignmentRow],
    head: _Head | None,
    workers: Mapping[int, WorkerRow],
    tasks: Mapping[int, TaskRow],
) -> None:
    people = {row.id for row in workers.values()}
    work = {row.id for row in tasks.values()}
    no_task, no_worker = N_("tâche inconnue : %(task)s"), N_("personne inconnue : %(worker)s")
    starts: dict[Id, int] = {}
    for i, row in fixed.items():
        if row.task not in work:
            reader.error(f"fixed[{i}].task", "unknown-task", no_task, task=row.task)
        if starts.setdefault(row.task, row.start) != row.start:
            text = N_("la tâche %(task)s est déjà fixée à une autre heure")
            reader.error(f"fixed[{i}].start", "two-starts", text, task=row.task)
        for k, worker in enumerate(row.team):
            if worker not in people:
                reader.error(f"fixed[{i}].team[{k}]", "unknown-worker", no_worker, worker=worker)
    if head is None:
        return
    for i, (worker, task) in enumerate(head.declined):
        if worker not in people:
            reader.error(f"declined[{i}]", "unknown-worker", no_worker, worker=worker)
        if task not in work:
            reader.error(f"declined[{i}]", "unknown-task", no_task, task=task)
    if head.travel is not None:
        size = len(head.travel.zones)
        if len(head.travel.minutes) != size or any(len(r) != size for r in head.travel.minutes):
            text = N_("la table des trajets doit avoir %(size)s lignes et colonnes")
            reader.error("travel.minutes", "not-square", text, size=size)


def _worker(row: WorkerRow) -> Worker:
    return Worker(
        id=row.id,
        home=row.home,
        name=row.name,
        langs=frozenset(row.langs),
        skills=frozenset(row.skills),
        contract=row.contract,
        week_cap_min=row.week_cap,
        total_cap_min=row.total_cap,
        max_travel_min=row.max_travel,
        work=tuple(sorted(Period(*period) for period in row.work)),
        busy=tuple(
            sorted(
                (Commitment(*taken) for taken in row.busy),
                key=lambda b: (b.start, b.end, str(b.place), b.kind),
            )
        ),
        refuses=frozenset(row.refuses),
        absences=tuple(sorted(Period(*period) for period in row.absences)),
        rolling_cap_min=row.rolling_cap,
        mission_cap_min=row.mission_cap,
        other_min=tuple(sorted(row.other)),
    )


def _task(row: TaskRow) -> Task:
    return Task(
        id=row.id,
        zone=row.nbh,
        kind=row.kind,
        duration_min=row.duration,
        starts=tuple(sorted(set(row.starts))),
        min_team=row.min_team,
        pref_team=row.pref_team,
        req_langs=frozenset(row.req_langs),
        want_langs=frozenset(row.want_langs),
        skill=row.skill,
        importance=row.importance,
        series=None if row.series == -1 else row.series,
        mandatory=row.mandatory,
        mission=row.kind in MISSION_KINDS if row.mission is None else row.mission,
    )


def warnings(instance: Instance) -> list[Message]:
    """Return what is allowed but looks like a mistake."""
    found = []
    spoken = frozenset[str]().union(*(w.langs for w in instance.workers))
    known = frozenset[str]().union(*(w.skills for w in instance.workers))
    for task in sorted(instance.tasks, key=lambda t: id_key(t.id)):
        for lang in sorted(task.req_langs - spoken):
            text = N_("personne ne parle %(lang)s, que la tâche %(task)s demande")
            found.append(Message("nobody-speaks", text, {"task": task.id, "lang": lang}))
        if task.skill is not None and task.skill not in known:
            text = N_("personne n'a la compétence %(skill)s, que la tâche %(task)s demande")
            found.append(Message("nobody-skilled", text, {"task": task.id, "skill": task.skill}))
    for worker in sorted(instance.workers, key=lambda w: id_key(w.id)):
        for before, after in zip(worker.busy, worker.busy[1:], strict=False):
            if after.start < before.end:
                text = N_("%(worker)s a deux engagements en même temps à %(from_at)s")
                params = {"worker": worker.id, "from_at": after.start}
                found.append(Message("overlapping-commitments", text, params))
    return found


# --- writing -------------------------------------------------------------------------------------


def dump_instance(instance: Instance) -> str:
    """Write an instance. Equal instances give equal text, whatever the order of their parts."""
    document = {
        "name": instance.name,
        "weeks": instance.weeks,
        "nbhs": [asdict(n) for n in _by_id(instance.neighbourhoods, lambda n: n.id)],
        "workers": [_worker_row(w) for w in _by_id(instance.workers, lambda w: w.id)],
        "tasks": [_task_row(t) for t in _by_id(instance.tasks, lambda t: t.id)],
        "declined": sorted(map(list, instance.declined), key=lambda p: tuple(map(id_key, p))),
        "fixed": [a._asdict() for a in in_order(instance.fixed)],
        "travel": None if instance.travel is None else asdict(instance.travel),
        "weights": asdict(instance.weights),
    }
    return json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


Item = TypeVar("Item")


def _by_id(items: Iterable[Item], of: Callable[[Item], Id]) -> list[Item]:
    return sorted(items, key=lambda item: id_key(of(item)))


def _worker_row(worker: Worker) -> dict[str, object]:
    return {
        "id": worker.id,
        "home": worker.home,
        "name": worker.name,
        "langs": sorted(worker.langs),
        "skills": sorted(worker.skills),
        "contract": worker.contract,
        "week_cap": worker.week_cap_min,
        "total_cap": worker.total_cap_min,
        "max_travel": worker.max_travel_min,
        "work": worker.work,
        "busy": [b[:3] if b.kind == COMMITMENT_KINDS[0] else b for b in worker.busy],
        "refuses": sorted(worker.refuses),
        "absences": worker.absences,
        "rolling_cap": worker.rolling_cap_min,
        "mission_cap": worker.mission_cap_min,
        "other": worker.other_min,
    }


def _task_row(task: Task) -> dict[str, object]:
    return {
        "id": task.id,
        "nbh": task.zone,
        "kind": task.kind,
        "duration": task.duration_min,
        "starts": task.starts,
        "min_team": task.min_team,
        "pref_team": task.pref_team,
        "req_langs": sorted(task.req_langs),
        "want_langs": sorted(task.want_langs),
        "skill": task.skill,
        "importance": task.importance,
        "series": task.series,
        "mandatory": task.mandatory,
        "mission": task.mission,
    }


def dump_plan(plan: Plan) -> str:
    """Write a plan."""
    document = {
        "plan": {str(a.task): {"start": a.start, "team": a.team} for a in plan.assignments},
        "incomplete": {str(a.task): {"start": a.start, "team": a.team} for a in plan.incomplete},
        "fixed": [a._asdict() for a in plan.fixed],
        "missing": plan.missing,
        "score": plan.score.total,
        "levels": {f.name: getattr(plan.score, f.name) for f in fields(Score) if f.name != "total"},
        "bound": plan.bound,
        "seconds": round(plan.seconds, 3),
        "engine": plan.engine,
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def load_plan(source: str | bytes | Mapping[str, object], instance: Instance) -> Plan:
    """Read a plan of an instance: what `dump_plan` writes, or only `{task id: {start, team}}`.

    The score is computed again; unknown ids are left for the checker to convict.

    Raises:
        InvalidInputError: with everything that is wrong, each with its place.
    """
    from .objective import score  # noqa: PLC0415 -- the objective reads rules, which read the model

    document = _document(source)
    if "plan" not in document:
        extras = set(PlanFile.model_fields)
        rows = {k: v for k, v in document.items() if k not in extras or isinstance(v, Mapping)}
        document = {"plan": rows, **{k: v for k, v in document.items() if k not in rows}}
    reader = _Reader()
    read = reader.shape(PlanFile, document, "")
    if read is None:
        raise InvalidInputError(reader.errors)
    tasks = {str(t.id): t.id for t in instance.tasks}
    known = {t.id for t in instance.tasks}
    people = {w.id for w in instance.workers}

    def named(entries: Mapping[str, PlanEntry]) -> tuple[Assignment, ...]:
        return in_order(
            Assignment(tasks.get(key, key), entry.start, tuple(entry.team))
            for key, entry in entries.items()
        )

    assignments = named(read.plan)
    complete = {a.task for a in assignments}
    return Plan(
        assignments=assignments,
        incomplete=named(read.incomplete),
        fixed=in_order(Assignment(f.task, f.start, tuple(f.team)) for f in read.fixed),
        missing=tuple(
            sorted(
                (t.id for t in instance.tasks if t.mandatory and t.id not in complete), key=id_key
            )
        ),
        score=score(
            instance, [a for a in assignments if a.task in known and people >= set(a.team)]
        ),
        bound=read.bound,
        seconds=read.seconds or 0.0,
        engine=read.engine or "",
    )
