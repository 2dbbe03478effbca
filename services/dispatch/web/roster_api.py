"""The roster and its calendars, for programs."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, Field

from services.dispatch import store
from services.dispatch.rules.roster import Absence, Commitment, RosterWorker, WeeklyPeriod
from services.dispatch.steps.save_absence import save_absence
from services.dispatch.steps.save_commitment import save_commitment
from services.dispatch.steps.save_worker import save_worker
from services.dispatch.steps.set_meeting import set_meeting
from services.dispatch.store import RosterEntry
from shared.access import Identity
from shared.db import partner_names
from shared.errors import MissingError
from shared.web import Coordinator, Db, TeamMember
from shared.words import (
    ActionKind,
    Language,
    PartnerId,
    PartnerName,
    Role,
    Skill,
    TaskId,
    Weekday,
    WorkerId,
    ZoneId,
)

router = APIRouter()


class Period(BaseModel):
    """A stretch of every week, in minutes after midnight in Brussels."""

    weekday: Weekday
    starts_min: Annotated[int, Field(ge=0, le=1440)]
    ends_min: Annotated[int, Field(ge=0, le=1440)]


class SpokenLanguage(BaseModel):
    language: Language
    confirmed_on: date | None = None


class OwnSkill(BaseModel):
    skill: Skill
    confirmed_on: date | None = None


class WorkerBody(BaseModel):
    """A worker of the roster, whole: what is left out is taken away.

    `host_partner_name`: how the partner is called, for everybody who works for it; the name that is
    known stays when none is given.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    home_zone: ZoneId
    host_partner: PartnerId | None = None
    host_partner_name: PartnerName | None = None
    weekly_hours: Annotated[float, Field(gt=0, le=50)]
    host_share_pct: Annotated[int, Field(ge=0, le=80)] = 20
    working: list[Period]
    host_periods: list[Period] = []
    languages: list[SpokenLanguage] = []
    skills: list[OwnSkill] = []
    travel_max_min: Annotated[int, Field(ge=0, le=180)] = 45
    kinds_refused: list[ActionKind] = []


class WorkerShown(WorkerBody):
    worker_id: UUID


class CommitmentBody(BaseModel):
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    zone_id: ZoneId | None = None


class AbsenceBody(BaseModel):
    from_on: date
    until_on: date


class Conflicts(BaseModel):
    """Accepted tasks at the same time, for the worker to hand back."""

    conflicts: list[TaskId]


@router.put("/api/workers/{worker_id}")
async def put_worker(
    database: Db, _: Coordinator, worker_id: UUID, body: WorkerBody
) -> WorkerShown:
    """Save a worker. Their id is the person's id of their account."""
    entry = as_entry(worker_id, body)
    async with database.transaction() as tx:
        await save_worker(entry, tx, body.host_partner_name)
        return as_shown(entry, await partner_names(tx))


@router.get("/api/workers")
async def get_workers(database: Db, _: Coordinator) -> list[WorkerShown]:
    """List the roster by name. There are no figures here, and none may be added."""
    async with database.reading() as tx:
        names = await partner_names(tx)
        return [as_shown(entry, names) for entry in await store.list_roster(tx)]


@router.put("/api/team/meeting")
async def put_meeting(database: Db, _: Coordinator, body: Period) -> Conflicts:
    """Say when the whole team meets every week; tell which accepted tasks lie across it."""
    async with database.transaction() as tx:
        return Conflicts(conflicts=await set_meeting(as_period(body), tx))


@router.get("/api/team/meeting")
async def get_meeting(database: Db, _: TeamMember) -> Period | None:
    """Tell when the whole team meets every week."""
    async with database.reading() as tx:
        meeting = await store.team_meeting(tx)
    return None if meeting is None else Period.model_validate(meeting, from_attributes=True)


@router.delete("/api/team/meeting", status_code=204)
async def delete_meeting(database: Db, _: Coordinator) -> Response:
    """Say that the team does not meet every week."""
    async with database.transaction() as tx:
        await set_meeting(None, tx)
    return Response(status_code=204)


@router.put("/api/workers/{worker_id}/commitments/{commitment_id}")
async def put_commitment(
    database: Db, who: TeamMember, worker_id: UUID, commitment_id: UUID, body: CommitmentBody
) -> Conflicts:
    """Save a worker's own appointment; tell which accepted tasks lie across it."""
    own_or_coordination(who, worker_id)
    own = Commitment(WorkerId(worker_id), body.starts_at, body.ends_at, body.zone_id)
    async with database.transaction() as tx:
        return Conflicts(conflicts=await save_commitment(commitment_id, own, tx))


@router.delete("/api/workers/{worker_id}/commitments/{commitment_id}", status_code=204)
async def delete_commitment(
    database: Db, who: TeamMember, worker_id: UUID, commitment_id: UUID
) -> Response:
    """Forget a commitment."""
    own_or_coordination(who, worker_id)
    async with database.transaction() as tx:
        await store.delete_commitment(tx, worker_id, commitment_id)
    return Response(status_code=204)


@router.put("/api/workers/{worker_id}/absences/{absence_id}")
async def put_absence(
    database: Db, who: TeamMember, worker_id: UUID, absence_id: UUID, body: AbsenceBody
) -> Conflicts:
    """Save days away, both included; tell which accepted tasks lie on them."""
    own_or_coordination(who, worker_id)
    own = Absence(WorkerId(worker_id), body.from_on, body.until_on)
    async with database.transaction() as tx:
        return Conflicts(conflicts=await save_absence(absence_id, own, tx))


@router.delete("/api/workers/{worker_id}/absences/{absence_id}", status_code=204)
async def delete_absence(
    database: Db, who: TeamMember, worker_id: UUID, absence_id: UUID
) -> Response:
    """Forget an absence."""
    own_or_coordination(who, worker_id)
    async with database.transaction() as tx:
        await store.delete_absence(tx, worker_id, absence_id)
    return Response(status_code=204)


def own_or_coordination(who: Identity, worker_id: UUID) -> None:
    """Keep workers out of one another's calendars, without telling that there is one.

    Raises:
        MissingError: a worker asks about somebody else.
    """
    if who.role is Role.WORKER and who.person_id != worker_id:
        raise MissingError("worker")


def as_entry(worker_id: UUID, body: WorkerBody) -> RosterEntry:
    languages = {own.language: own.confirmed_on for own in body.languages}
    skills = {own.skill: own.confirmed_on for own in body.skills}
    worker = RosterWorker(
        id=WorkerId(worker_id),
        name=" ".join(body.name.split()),
        home_zone=body.home_zone,
        weekly_min=round(body.weekly_hours * 60),
        host_partner=body.host_partner,
        host_share_pct=body.host_share_pct,
        travel_max_min=body.travel_max_min,
        working=tuple(as_period(own) for own in body.working),
        host_periods=tuple(as_period(own) for own in body.host_periods),
        languages=frozenset(languages),
        skills=frozenset(skills),
        kinds_refused=frozenset(body.kinds_refused),
    )
    return RosterEntry(worker, languages, skills)


def as_period(own: Period) -> WeeklyPeriod:
    return WeeklyPeriod(own.weekday, own.starts_min, own.ends_min)


def as_shown(entry: RosterEntry, names: Mapping[str, str]) -> WorkerShown:
    worker = entry.worker
    return WorkerShown(
        worker_id=worker.id,
        name=worker.name,
        home_zone=worker.home_zone,
        host_partner=worker.host_partner,
        host_partner_name=names.get(worker.host_partner or ""),
        weekly_hours=worker.weekly_min / 60,
        host_share_pct=worker.host_share_pct,
        travel_max_min=worker.travel_max_min,
        working=[Period.model_validate(p, from_attributes=True) for p in worker.working],
        host_periods=[Period.model_validate(p, from_attributes=True) for p in worker.host_periods],
        languages=[
            SpokenLanguage(language=spoken, confirmed_on=day)
            for spoken, day in entry.languages.items()
        ],
        skills=[OwnSkill(skill=skill, confirmed_on=day) for skill, day in entry.skills.items()],
        kinds_refused=sorted(worker.kinds_refused),
    )
