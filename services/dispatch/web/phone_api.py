"""What the field app asks: who is signed in, the day to keep on the phone, and what it sends.

The day comes with its texts written out in the reader's language: the phone shows it as it stands,
for hours without network.
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel

from services.dispatch import store
from services.dispatch.rules.local_time import local_day, monday_of
from services.dispatch.rules.operations import ContributionBody, Operation
from services.dispatch.rules.outcomes import OUTCOMES
from services.dispatch.rules.outcomes import Body as Counted
from services.dispatch.rules.time_account import WeekAccount
from services.dispatch.rules.wording import duration
from services.dispatch.steps.take_operation import take_operation
from services.dispatch.web.note_api import note_keys
from services.dispatch.web.own_day import OwnDay, read_day
from services.dispatch.web.own_view import OwnTask, view_account
from services.dispatch.web.shown import called
from shared.access import Identity
from shared.db import Tx, ZoneName, partner_names, zone_names
from shared.web import Db, Worker, language_of
from shared.web.languages import local_formats, translate
from shared.words import ActionKind, CampaignState, Ground, ProposalState, Stance

router = APIRouter()
OTHER_TIMES = (timedelta(hours=2), timedelta(hours=-2), timedelta(days=1), timedelta(days=7))
OTHER_TIMES_SHOWN = 4


class Me(BaseModel):
    """Who is signed in, and what proves that a sending comes from this session's own page."""

    person_id: UUID
    csrf: str


class Choice(BaseModel):
    value: str
    name: str


class PhoneTask(BaseModel):
    """A task of one worker. `recorded` is what they noted, `last` what they noted last time.

    `raised_hand`: the coordination saw their hand at the weekly meeting; they confirm it here.
    """

    proposal_id: UUID
    task_id: UUID
    state: ProposalState
    title: str
    zone_fr: str
    zone_nl: str
    day: str
    hours: str
    starts_at: datetime
    ends_at: datetime
    beside: str
    campaign: str
    cost: str
    left_after: str
    why: str
    answer_by: str
    wished: str
    raised_hand: bool
    other_times: list[Choice]
    conflict: bool
    people_max: int
    happened_on: str
    contribution_id: UUID | None
    recorded: ContributionBody | None
    last: ContributionBody | None


class PhoneQuestion(BaseModel):
    consultation_id: UUID
    title: str
    until: str
    accelerated: bool
    stance: Stance | None
    grounds: list[Ground]


class PhoneWeek(BaseModel):
    """One week of one's own time. `taken_pct` is of the contract; `partner` a name or a role."""

    day: str
    partner: str
    host_partner: str
    commitments: str
    campaigns: str
    left: str
    taken_pct: int


class PhoneDay(BaseModel):
    """Everything that the field app shows.

    `late_yes`: a yes of theirs came when the place was taken, and waits for the next free one.
    """

    person_id: UUID
    name: str
    now: datetime
    day: str
    on: str
    known: bool
    late_yes: bool
    zone_id: str | None
    zone_fr: str
    zone_nl: str
    tasks: list[PhoneTask]
    to_record: list[PhoneTask]
    journal: list[PhoneTask]
    questions: list[PhoneQuestion]
    weeks: list[PhoneWeek]
    zones: list[Choice]
    campaigns: list[Choice]


class Taken(BaseModel):
    """An operation took effect: `new` now, otherwise when it came the first time."""

    id: UUID
    new: bool


@router.get("/api/me")
async def get_me(who: Worker) -> Me:
    """Tell a phone whose session it has before it sends anything."""
    return Me(person_id=who.person_id, csrf=who.csrf)


@router.post("/api/operations")
async def post_operation(
    request: Request, database: Db, who: Worker, operation: Annotated[Operation, Body()]
) -> Taken:
    """Do what a worker did on a phone, exactly once, however often it is sent."""
    async with database.transaction() as tx:
        new = await take_operation(operation, who.person_id, tx, note_keys(request))
    return Taken(id=operation.id, new=new)


@router.get("/api/day")
async def get_day(request: Request, database: Db, who: Worker) -> PhoneDay:
    """Return the day of the worker who asks, to be kept on the phone."""
    async with database.reading() as tx:
        day = await read_day(tx, request, who.person_id)
        last = await store.last_contributions(tx, who.person_id)
        weeks = await view_account(tx, who.person_id) if day.worker else []
        zones = await zone_names(tx)
        partners = await partner_names(tx)
        reading = Reading(language_of(request), day, last, weeks, zones, partners=partners)
        return await write_day(tx, who, reading)


class Reading:
    """How a day is written in the reader's language."""

    def __init__(  # noqa: PLR0913 - all that a day is written from
        self,
        language: str,
        day: OwnDay,
        last: dict[tuple[ActionKind, str], Counted],
        weeks: list[WeekAccount],
        zones: dict[str, ZoneName],
        *,
        partners: dict[str, str],
    ) -> None:
        self.language = language
        self.formats = local_formats(language)
        self.day, self.last, self.weeks, self.zones = day, last, weeks, zones
        own_partner = day.worker.host_partner if day.worker else None
        self.partner = called(own_partner, partners) or translate(language, "Partenaire hébergeur")

    def names(self, zone_id: str) -> tuple[str, str]:
        known = self.zones.get(zone_id)
        return (known.name_fr, known.name_nl) if known else (zone_id, zone_id)

    def task(self, own: OwnTask) -> PhoneTask:
        p, f = own.proposal, self.formats
        recorded = self.day.recorded.get(p.task_id)
        last = self.last.get((p.kind, p.zone_id))
        zone_fr, zone_nl = self.names(p.zone_id)
        return PhoneTask(
            proposal_id=p.id,
            task_id=p.task_id,
            state=p.state,
            title=f["word"](p.kind),
            zone_fr=zone_fr,
            zone_nl=zone_nl,
            day=f["day_of_year"](p.starts_at),
            hours=f"{f['hour'](p.starts_at)} – {f['hour'](p.ends_at)}",
            starts_at=p.starts_at,
            ends_at=p.ends_at,
            beside=own.with_names,
            campaign=own.campaign.name(self.language) or "",
            cost=duration(own.cost_min),
            left_after=self.left_after(own),
            why=", ".join(own.why),
            answer_by=f["moment"](p.answer_by),
            wished=f["moment"](p.wished_at) if p.wished_at else "",
            raised_hand=p.raised_hand,
            other_times=self.other_times(own),
            conflict=p.id in self.day.conflicts,
            people_max=OUTCOMES[p.kind].people_max,
            happened_on=min(self.day.today, local_day(p.starts_at)).isoformat(),
            contribution_id=recorded[0].id if recorded else None,
            recorded=counted(recorded[1]) if recorded else None,
            last=counted(last) if last else None,
        )

    def left_after(self, own: OwnTask) -> str:
        """Write what would be left of that week's time; nothing for a week beyond the account."""
        monday = monday_of(local_day(own.proposal.starts_at))
        week = next((week for week in self.weeks if week.monday == monday), None)
        return duration(max(0, week.left_min - own.cost_min)) if week else ""

    def other_times(self, own: OwnTask) -> list[Choice]:
        """Offer hours that one tap chooses; any other can be typed."""
        if own.proposal.state is not ProposalState.PROPOSED:
            return []
        moments = [own.proposal.starts_at + step for step in OTHER_TIMES]
        return [
            Choice(value=moment.isoformat(), name=self.formats["moment"](moment))
            for moment in moments
            if moment > self.day.now
        ][:OTHER_TIMES_SHOWN]

    def week(self, week: WeekAccount) -> PhoneWeek:
        taken_min = week.weekly_min - week.left_min
        return PhoneWeek(
            day=self.formats["day_of_year"](week.monday),
            partner=self.partner,
            host_partner=duration(week.host_partner_min),
            commitments=duration(week.commitments_min),
            campaigns=duration(week.campaigns_min),
            left=duration(week.left_min),
            taken_pct=100 * taken_min // week.weekly_min,
        )


def counted(body: Counted) -> ContributionBody:
    """Write a contribution as a phone would send it."""
    return ContributionBody(
        happened_on=body.happened_on,
        people_reached=body.people_reached,
        themes=list(body.themes),
        languages=list(body.languages),
        non_take_up=list(body.non_take_up),
        relays=list(body.relays),
        reason=body.reason,
    )


async def write_day(tx: Tx, who: Identity, reading: Reading) -> PhoneDay:
    """Write a day out."""
    day, f = reading.day, reading.formats
    home = day.worker.home_zone if day.worker else None
    zone_fr, zone_nl = reading.names(home) if home else ("", "")
    shown = {ProposalState.PROPOSED, ProposalState.COUNTERED, ProposalState.ACCEPTED}
    running = [c for c in await store.list_campaigns(tx) if c.state is not CampaignState.CLOSED]
    return PhoneDay(
        person_id=who.person_id,
        name=who.display_name,
        now=day.now,
        day=f["day_of_year"](day.today),
        on=day.today.isoformat(),
        known=day.worker is not None,
        late_yes=day.late_yes,
        zone_id=home,
        zone_fr=zone_fr,
        zone_nl=zone_nl,
        tasks=[reading.task(own) for own in day.mine if own.proposal.state in shown],
        to_record=[reading.task(own) for own in day.to_record],
        journal=[reading.task(own) for own in day.journal],
        questions=[
            PhoneQuestion(
                consultation_id=asked.id,
                title=f["word"](asked.crisis),
                until=f["moment"](asked.closes_at),
                accelerated=asked.accelerated,
                stance=given.stance if (given := day.opinions.get(asked.id)) else None,
                grounds=list(given.grounds) if given else [],
            )
            for asked in day.consultations
        ],
        weeks=[reading.week(week) for week in reading.weeks],
        zones=sorted(
            (
                Choice(value=zone.id, name=zone.name(reading.language))
                for zone in reading.zones.values()
            ),
            key=lambda choice: choice.name,
        ),
        campaigns=[
            Choice(
                value=str(campaign.frame.campaign_id),
                name=campaign.name(reading.language) or f["day"](campaign.frame.starts_on),
            )
            for campaign in running
        ],
    )
