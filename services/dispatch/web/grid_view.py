"""A campaign's week as the coordination sees it: who goes where and when, in the reader's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from fastapi import Request

from services.dispatch.rules.local_time import local_day, monday_of
from services.dispatch.rules.seats import SeatId, conflicts
from services.dispatch.rules.week_board import (
    Campaigning,
    Free,
    HalfDay,
    Row,
    SeatAt,
    WeekBoard,
    half_of,
    week_board,
)
from services.dispatch.rules.wording import Said, duration
from services.dispatch.steps.look_at_campaign import look_at_campaign
from services.dispatch.steps.think_aside import think_aside
from services.dispatch.web.plan_view import PlanView, view_plan
from services.dispatch.web.shown import Names, called
from shared.db import Tx, ZoneName, partner_names, zone_names
from shared.words import WorkerId

WEEK = timedelta(days=7)
REASONS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class RowShown:
    """Somebody's week: why they have their missions, what is against one, and their hours."""

    row: Row
    why: str
    against: str
    asked: str
    left: str

    @property
    def conflict(self) -> SeatAt | None:
        return next((seat for seat in self.row.seats if seat.conflict), None)

    @property
    def kept(self) -> bool:
        mine = self.row.open_seats
        return bool(mine) and all(seat.kept for seat in mine)


@dataclass(frozen=True, slots=True)
class ConflictShown:
    """A seat that a rule refuses by now, wherever in the campaign."""

    seat: SeatAt
    name: str
    words: list[str]


@dataclass(frozen=True, slots=True)
class BoardShown:
    """A week to decide on, and what the whole plan still asks of the coordination."""

    view: PlanView
    board: WeekBoard
    groups: tuple[tuple[bool, list[RowShown]], ...]
    zones: Mapping[str, ZoneName]
    conflicts: list[ConflictShown]
    missions: int
    empty: int
    left_open: frozenset[UUID]
    partners: Mapping[str, str]
    before: date | None
    after: date | None

    @property
    def sunday(self) -> date:
        return self.board.monday + WEEK - timedelta(days=1)

    def partner(self, row: Row) -> str:
        """Say how somebody's host partner is called; empty when there is none."""
        return called(row.worker.host_partner, self.partners)

    def free(self, day: date, *, afternoon: bool) -> Sequence[Free]:
        half: HalfDay = (day, afternoon)
        return self.board.free.get(half, ())


async def view_board(tx: Tx, request: Request, campaign_id: UUID) -> BoardShown:
    """Read one week of a campaign: the one asked for, or the first that is not over.

    Raises:
        MissingError: no such campaign.
        TimeoutError: the plan is too large to be judged in time.
    """
    view = await view_plan(tx, request, campaign_id)
    sight = await look_at_campaign(tx, campaign_id)
    situation, suggestions = sight.situation, sight.suggestions
    against = await think_aside(lambda: conflicts(situation, suggestions))
    seats = seats_of(view, against)
    free = [
        Free(task.slot, task.missing, task.asked)
        for task in view.tasks
        if task.to_come and task.missing
    ]
    zones = await zone_names(tx)
    names = Names(request, {w.id: w.name for w in situation.calendar.workers}, zones)
    campaigning = Campaigning(
        sight.campaign.frame, sight.campaign.zone_ids, situation.calendar, situation.zones
    )
    monday = shown_week(request, view, local_day(tx.now))
    board = week_board(campaigning, seats, free, monday)
    frame = sight.campaign.frame
    return BoardShown(
        view=view,
        board=board,
        groups=(
            (True, [show_row(names, row) for row in board.campaign_rows]),
            (False, [show_row(names, row) for row in board.other_rows]),
        ),
        zones=zones,
        conflicts=[
            ConflictShown(seat, names.worker(seat.worker_id), names.reasons(seat.conflict))
            for seat in seats
            if seat.conflict
        ],
        missions=len({s.slot.id for s in seats if s.state == "suggested" and not s.conflict}),
        empty=sum(one.missing for one in free if not one.asked),
        left_open=frozenset(sight.left_open),
        partners=await partner_names(tx),
        before=monday - WEEK if monday > monday_of(frame.starts_on) else None,
        after=monday + WEEK if monday + WEEK <= frame.ends_on else None,
    )


def seats_of(view: PlanView, against: Mapping[SeatId, tuple[Said, ...]]) -> list[SeatAt]:
    """List everybody's places in the teams of a plan, the soonest first."""
    return [
        SeatAt(
            task.slot,
            WorkerId(member.worker_id),
            member.state,
            member.said,
            kept=member.kept,
            conflict=against.get((task.slot.id, WorkerId(member.worker_id)), ()),
        )
        for task in view.tasks
        for member in task.team
    ]


def show_row(names: Names, row: Row) -> RowShown:
    """Write somebody's week."""
    told = [why for seat in row.seats for why in seat.why if "travel_min" not in why["params"]]
    said = {names.reason(why): None for why in told}
    against = {names.reason(why): None for seat in row.seats for why in seat.conflict}
    hours = row.hours
    return RowShown(
        row,
        sentence(list(said)[:REASONS_SHOWN]),
        sentence(list(against)),
        duration(hours.asked_min),
        duration(hours.left_min),
    )


def sentence(words: Sequence[str]) -> str:
    """Write reasons as one sentence."""
    told = ", ".join(words)
    return f"{told[0].upper()}{told[1:]}." if told else ""


def shown_week(request: Request, view: PlanView, today: date) -> date:
    """Choose the Monday of the week to show: asked for, or the first that is not over."""
    frame = view.campaign.frame
    try:
        asked = date.fromisoformat(request.query_params.get("week", ""))
    except ValueError:
        asked = today
    return monday_of(min(max(asked, frame.starts_on), frame.ends_on))


__all__ = ["BoardShown", "half_of", "sentence", "shown_week", "view_board"]
