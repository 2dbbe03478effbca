"""What a reader outside the house sees of a campaign: sealed sums beside what was planned.

Everything here is computed from published sums and from the plan. Nothing knows an outcome.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.words import ActionKind, CampaignState, SignalKind, Theme

BRUSSELS = ZoneInfo("Europe/Brussels")
TOTAL = "total"
VIEWS = ("zone", "theme", "language", "kind", "non_take_up", "relay")
"""In the order in which they are told; a campaign has those that its policy froze."""
PUBLIC_BASE = 5  # Public pages say "at least 45": cosmetic, from published sums only.


class Sum(NamedTuple):
    """A sealed block: a sum that is published for good."""

    seq: int
    day: date
    view: str
    code: str
    actions: int
    contacts: int


class Plan(NamedTuple):
    """Planned seats of one kind in one funder zone in the week that begins on `week`."""

    kind: str
    zone: str | None
    week: date
    seats: int


class PublishedSignal(NamedTuple):
    """Something that three workers or more told, and the coordination answered."""

    seq: int
    day: date
    kind: SignalKind
    theme: Theme


class Cell(NamedTuple):
    """What was done in one zone on one theme, told once, when a campaign is closed."""

    actions: int
    contacts: int


class YearCorrection(NamedTuple):
    """By how much corrections change what a year sealed; None where it is not published."""

    day: date
    actions: int | None
    contacts: int | None


class Anchored(NamedTuple):
    """How many blocks a ledger has, and the hash of the last; empty before the first."""

    rows: int
    head: str


@dataclass(frozen=True, slots=True)
class PublicZone:
    """A funder zone: at least four neighbourhoods, named by the municipalities they lie in.

    `middles` are those of the neighbourhoods, in km east and north.
    """

    code: str
    municipalities: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    middles: tuple[tuple[float, float], ...]

    def at(self, x_km: float, y_km: float) -> "PublicZone":
        return replace(self, middles=(*self.middles, (x_km, y_km)))

    def with_place(self, municipality: str, name_fr: str, name_nl: str) -> "PublicZone":
        towns = self.municipalities
        return replace(
            self,
            municipalities=towns if municipality in towns else (*towns, municipality),
            places=(*self.places, (name_fr, name_nl)),
        )


@dataclass(frozen=True, slots=True)
class PublicCampaign:
    """A campaign as it was declared. `described` is its frozen policy, None before it began.

    After `ended_on` nothing is sealed any more. `left_out`: its last interventions are in no
    figure, for they could not be published without pointing at somebody.
    """

    campaign_id: UUID
    invitation_id: UUID | None
    name_fr: str
    name_nl: str
    crisis: str
    starts_on: date
    ends_on: date
    closed_at: datetime | None
    life: str | None
    zones: int
    described: Mapping[str, Any] | None
    ended_on: date | None = None
    left_out: bool = False

    def as_of(self, day: date) -> "PublicCampaign":
        """Return the campaign as it was known at the end of a past day."""
        closed = self.closed_at is not None and self.closed_at.astimezone(BRUSSELS).date() <= day
        ended = self.ended_on is not None and self.ended_on <= day
        return replace(
            self,
            closed_at=self.closed_at if closed else None,
            ended_on=self.ended_on if ended else None,
            left_out=self.left_out and ended,
        )

    def name(self, language: str) -> str:
        """Return the Dutch name to who reads Dutch, the French one to everybody else."""
        return self.name_nl if language == "nl" else self.name_fr

    def state(self, today: date) -> CampaignState:
        if self.closed_at is not None:
            return CampaignState.CLOSED
        if self.life == "suspended":
            return CampaignState.SUSPENDED
        return CampaignState.RUNNING if self.starts_on <= today else CampaignState.DECLARED

    @property
    def views(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The views that may be published, as they are told, each with its codes."""
        if self.described is None:
            return ()
        codes = {view["name"]: tuple(view["codes"]) for view in self.described["views"]}
        return tuple((name, codes[name]) for name in VIEWS if name in codes)

    @property
    def period_days(self) -> int:
        return int(self.described["period_days"]) if self.described else 7


class Line(NamedTuple):
    """One code of a view. `actions` and `contacts` are None where nothing is published."""

    code: str
    actions: int | None
    contacts: int | None
    planned: int | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A view: its lines, the largest first and what is not published last; and the rest."""

    view: str
    lines: tuple[Line, ...]
    rest_actions: int
    rest_contacts: int

    @property
    def has_hidden(self) -> bool:
        return any(line.actions is None for line in self.lines)


class Week(NamedTuple):
    """A week of the plan, and what was sealed in it: by the day of the seal, never of the event."""

    monday: date
    planned: int
    sealed: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a campaign stands: everything that a reader outside gets."""

    actions: int | None
    contacts: int | None
    planned: int
    planned_by_now: int
    seal: int
    sealed_on: date | None
    next_seal_on: date | None
    breakdowns: tuple[Breakdown, ...]
    weeks: tuple[Week, ...]

    @property
    def done_pct(self) -> int | None:
        """How much of the plan is done and sealed, in percent; it may exceed 100."""
        if self.actions is None or not self.planned:
            return None
        return 100 * self.actions // self.planned

    @property
    def expected_pct(self) -> int | None:
        """How much of the plan lies before today."""
        return 100 * self.planned_by_now // self.planned if self.planned else None


@dataclass(frozen=True, slots=True)
class Published:
    """Everything that is published of a campaign, as it was after one of its seals."""

    campaign: PublicCampaign
    standing: Standing
    zones: Mapping[str, PublicZone]
    signals: tuple[PublishedSignal, ...]
    anchor: Anchored
    seals: int
    today: date
    cells: Mapping[tuple[str, str], Cell]


def standing(
    campaign: PublicCampaign,
    sums: Sequence[Sum],
    plan: Sequence[Plan],
    kinds: Mapping[ActionKind, str],
    *,
    today: date,
) -> Standing:
    """Add up what is published of a campaign.

    Args:
        campaign: as declared, with its frozen views.
        sums: the blocks of its ledger, up to the seal that is looked at.
        plan: planned seats; they name funder zones and kinds.
        kinds: the published kind of each kind of action.
        today: the reader's day.
    """
    whole = [block for block in sums if block.view == TOTAL]
    planned = sum(line.seats for line in plan)
    this_monday = today - timedelta(days=today.weekday())
    sealed_on = max((block.day for block in whole), default=None)
    return Standing(
        actions=sum(block.actions for block in whole) if whole else None,
        contacts=sum(block.contacts for block in whole) if whole else None,
        planned=planned,
        planned_by_now=sum(line.seats for line in plan if line.week < this_monday),
        seal=max((block.seq for block in whole), default=0),
        sealed_on=sealed_on,
        next_seal_on=next_seal(campaign, sealed_on, today),
        breakdowns=tuple(
            breakdown(view, codes, sums, planned_by(view, plan, kinds))
            for view, codes in campaign.views
        ),
        weeks=weeks(whole, plan),
    )


def next_seal(campaign: PublicCampaign, sealed_on: date | None, today: date) -> date | None:
    """Tell from which day on the next seal may come; None when the campaign was told to its end."""
    if campaign.ended_on is not None:
        return None
    if campaign.closed_at is not None:
        return max(campaign.closed_at.astimezone(BRUSSELS).date() + timedelta(days=8), today)
    if sealed_on is None:
        return max(campaign.starts_on + timedelta(days=1), today)
    return max(sealed_on + timedelta(days=campaign.period_days), today)


def planned_by(
    view: str, plan: Sequence[Plan], kinds: Mapping[ActionKind, str]
) -> Mapping[str, int] | None:
    """Return planned seats by the codes of a view; None for a view that is not planned by."""
    if view not in {"zone", "kind"}:
        return None
    found: dict[str, int] = {}
    for line in plan:
        code = line.zone if view == "zone" else kinds[ActionKind(line.kind)]
        if code is not None:
            found[code] = found.get(code, 0) + line.seats
    return found


def breakdown(
    view: str, codes: Sequence[str], sums: Sequence[Sum], planned: Mapping[str, int] | None
) -> Breakdown:
    """Add up a view: per code the sum of its blocks, or nothing where it has none."""
    found: dict[str, tuple[int, int]] = {}
    for block in sums:
        if block.view == view:
            before = found.get(block.code, (0, 0))
            found[block.code] = (before[0] + block.actions, before[1] + block.contacts)
    lines = []
    for code in codes:
        actions, contacts = found.get(code, (None, None))
        lines.append(Line(code, actions, contacts, planned.get(code, 0) if planned else None))
    if view != "zone":  # zones stay in their order: nothing that leaves the house ranks places
        lines.sort(key=lambda line: -(line.actions or 0))
    whole = [block for block in sums if block.view == TOTAL]
    return Breakdown(
        view,
        tuple(lines),
        sum(b.actions for b in whole) - sum(actions for actions, _ in found.values()),
        sum(b.contacts for b in whole) - sum(contacts for _, contacts in found.values()),
    )


def weeks(whole: Sequence[Sum], plan: Sequence[Plan]) -> tuple[Week, ...]:
    """Put planned weeks beside what was sealed in each: the week of the release."""
    planned: dict[date, int] = {}
    sealed: dict[date, int] = {}
    for line in plan:
        planned[line.week] = planned.get(line.week, 0) + line.seats
    for block in whole:
        monday = block.day - timedelta(days=block.day.weekday())
        sealed[monday] = sealed.get(monday, 0) + block.actions
    return tuple(
        Week(monday, planned.get(monday, 0), sealed.get(monday))
        for monday in sorted({*planned, *sealed})
    )


def at_least(amount: int | None) -> int | None:
    """Round a published figure down to five, for pages that anybody may read."""
    return None if amount is None else amount - amount % PUBLIC_BASE
