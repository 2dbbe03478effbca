"""The facts the services tell each other, in the order they happen.

Read this file from top to bottom and you have read the system. A fact carries ids, dates, counts
and decisions from closed lists; never a person's name, a contact or free text. The single
exception is a campaign's public name, which has a type of its own.

A fact travels as a CloudEvent on the subject `<service>.v<version>.<noun>.<id>.<verb>`.
Adding an optional field keeps the version; anything else is a new class with the next version.
"""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt
from uuid_utils.compat import uuid7

from shared.words import (
    ActionKind,
    CampaignId,
    Channel,
    CharterVersion,
    ClosingReason,
    ConsultationId,
    ContributionId,
    CorrectionReason,
    CrisisKind,
    Decision,
    DeclineReason,
    DeliveryId,
    ExportId,
    Ground,
    InvitationId,
    Language,
    Mission,
    NonTakeUp,
    NotifyFailure,
    OutcomeId,
    PartnerId,
    PersonId,
    PlanId,
    ProposalId,
    Public,
    PublicName,
    RelayKind,
    Requester,
    SignalAnswer,
    SignalId,
    SignalKind,
    Skill,
    SnapshotId,
    Stance,
    TaskId,
    Theme,
    Weekday,
    WithdrawalReason,
    WorkerId,
    ZoneId,
)

Service = Literal["intake", "dispatch", "notify", "reporting"]


class Value(BaseModel):
    """A part of a fact."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # a reader ignores what is new to it


class Event(Value):
    """A fact: something that happened, once, and can no longer change.

    `about` names the field whose value stands in the subject; per-subject order is the only order
    that a reader may count on, and `version` fields settle what arrived late.
    """

    said_by: ClassVar[Service]
    noun: ClassVar[str]
    verb: ClassVar[str]
    about: ClassVar[str]
    major: ClassVar[int] = 1

    event_id: UUID = Field(default_factory=uuid7)
    occurred_at: AwareDatetime

    @classmethod
    def type_name(cls) -> str:
        """`intake.v1.campaign.declared`: the CloudEvents type."""
        return f"{cls.said_by}.v{cls.major}.{cls.noun}.{cls.verb}"

    @classmethod
    def subject_filter(cls) -> str:
        """`intake.v1.campaign.*.declared`: what a consumer listens to."""
        return f"{cls.said_by}.v{cls.major}.{cls.noun}.*.{cls.verb}"

    @property
    def subject(self) -> str:
        """`intake.v1.campaign.0198….declared`: where this fact is said."""
        return f"{self.said_by}.v{self.major}.{self.noun}.{getattr(self, self.about)}.{self.verb}"


# --- 1. Somebody invites, and the coordination judges it with the workers ------------------------


class InvitationReceived(Event):
    said_by, noun, verb, about = "intake", "invitation", "received", "invitation_id"
    invitation_id: InvitationId
    asked_by: Requester
    crisis: CrisisKind
    wanted_from: date
    wanted_until: date


class ConsultationOpened(Event):
    """The workers are asked. Their answers stay hidden until the window closes."""

    said_by, noun, verb, about = "intake", "consultation", "opened", "consultation_id"
    consultation_id: ConsultationId
    invitation_id: InvitationId
    crisis: CrisisKind
    closes_at: AwareDatetime
    accelerated: bool


class OpinionGiven(Event):
    """A worker's opinion; a later one of the same worker replaces it while the window is open."""

    said_by, noun, verb, about = "dispatch", "opinion", "given", "consultation_id"
    consultation_id: ConsultationId
    worker_id: WorkerId
    version: PositiveInt
    stance: Stance
    grounds: tuple[Ground, ...] = ()


class InvitationDecided(Event):
    said_by, noun, verb, about = "intake", "invitation", "decided", "invitation_id"
    invitation_id: InvitationId
    decision: Decision
    charter: CharterVersion


# --- 2. A campaign is declared, with an end, and neighbourhoods are chosen -----------------------


class CampaignDeclared(Event):
    said_by, noun, verb, about = "intake", "campaign", "declared", "campaign_id"
    campaign_id: CampaignId
    invitation_id: InvitationId
    name_fr: PublicName
    name_nl: PublicName
    crisis: CrisisKind
    starts_on: date
    ends_on: date = Field(description="Last day, included.")


class PlannedAction(Value):
    """How much of one kind of action is wanted in each zone, and when it may happen."""

    kind: ActionKind
    zone_ids: tuple[ZoneId, ...] = Field(description="In which of the campaign's zones.")
    per_zone_per_week: PositiveInt
    weekdays: tuple[Weekday, ...]
    starts_min: NonNegativeInt = Field(description="Minutes after midnight, local time.")
    duration_min: PositiveInt
    people_wanted: PositiveInt = Field(le=3, description="Two or three; alone only for guidance.")
    skill: Skill | None = None
    partners: tuple[PartnerId, ...] = ()
    from_on: date | None = Field(default=None, description="First day, when not the campaign's.")
    until_on: date | None = Field(default=None, description="Last day, when not the campaign's.")


class NeighbourhoodsTargeted(Event):
    """Where the campaign works and what is wanted there; zones in the order of their ids.

    The order says nothing: no score, rank or group of a neighbourhood leaves intake.
    """

    said_by, noun, verb, about = "intake", "neighbourhoods", "targeted", "campaign_id"
    campaign_id: CampaignId
    zone_ids: tuple[ZoneId, ...] = Field(min_length=1)
    starts_on: date
    ends_on: date
    publics: tuple[Public, ...]
    languages_wanted: tuple[Language, ...]
    languages_required: tuple[Language, ...]
    actions: tuple[PlannedAction, ...] = Field(min_length=1)
    share_max_pct: int = Field(ge=1, le=80, description="Of a worker's weekly hours, at most.")
    full_time_equivalents_max: float | None = Field(default=None, gt=0)


# --- 3. Workers are matched, tasks proposed, people told -----------------------------------------


class MatchedTask(Value):
    task_id: TaskId
    zone_id: ZoneId
    kind: ActionKind
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    people_wanted: PositiveInt
    people_matched: NonNegativeInt


class RaqsMatched(Event):
    """A plan is ready for the coordination to look at. Nothing is sent before it agrees."""

    said_by, noun, verb, about = "dispatch", "raqs", "matched", "campaign_id"
    campaign_id: CampaignId
    plan_id: PlanId
    version: PositiveInt
    tasks: tuple[MatchedTask, ...]


class TaskFact(Event):
    """What every fact about one task says. Not a fact itself."""

    noun, about = "task", "task_id"
    said_by = "dispatch"
    task_id: TaskId
    campaign_id: CampaignId
    zone_id: ZoneId


class TaskProposed(TaskFact):
    verb = "proposed"
    proposal_id: ProposalId
    worker_id: WorkerId
    kind: ActionKind
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    answer_by: AwareDatetime


class RaqNotified(Event):
    said_by, noun, verb, about = "notify", "raq", "notified", "delivery_id"
    delivery_id: DeliveryId
    proposal_id: ProposalId | None = None
    channel: Channel


class NotificationFailed(Event):
    said_by, noun, verb, about = "notify", "notification", "failed", "delivery_id"
    delivery_id: DeliveryId
    proposal_id: ProposalId | None = None
    channel: Channel
    reason: NotifyFailure


# --- 4. Each worker answers for themself ---------------------------------------------------------
# Only `task.accepted` names the worker: they now have an appointment. A no names a proposal, so
# that nobody who listens can count declines per person.


class TaskAccepted(TaskFact):
    verb = "accepted"
    proposal_id: ProposalId
    worker_id: WorkerId
    kind: ActionKind
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class TaskDeclined(TaskFact):
    verb = "declined"
    proposal_id: ProposalId
    reason: DeclineReason


class TaskCountered(TaskFact):
    """Another time is proposed by the worker; the coordination agrees or looks elsewhere."""

    verb = "countered"
    proposal_id: ProposalId
    wished_at: AwareDatetime


class TaskExpired(TaskFact):
    verb = "expired"
    proposal_id: ProposalId


class TaskHandedBack(TaskFact):
    verb = "handed_back"
    proposal_id: ProposalId


class TaskWithdrawn(TaskFact):
    verb = "withdrawn"
    proposal_id: ProposalId
    reason: WithdrawalReason


# --- 5. Work is done in the street, and what it gave comes back ----------------------------------


class TaskDone(TaskFact):
    verb = "done"
    kind: ActionKind
    done_on: date


class RelayCount(Value):
    """Relays of one kind: how many were made, and how many took hold as far as is known."""

    kind: RelayKind
    made: PositiveInt
    took_hold: NonNegativeInt = 0


class Contribution(Event):
    """What one worker counted at one task. A pair shares an outcome and gives two contributions.

    Not a fact itself. `version` grows with each correction; a reader keeps the highest.
    """

    noun, about = "outcome", "outcome_id"
    said_by = "dispatch"
    outcome_id: OutcomeId
    contribution_id: ContributionId
    version: PositiveInt
    task_id: TaskId
    campaign_id: CampaignId
    zone_id: ZoneId
    worker_id: WorkerId
    happened_on: date
    mission: Mission
    kind: ActionKind
    people_reached: NonNegativeInt = Field(le=5000)
    themes: tuple[Theme, ...] = ()
    languages: tuple[Language, ...] = ()
    non_take_up: tuple[NonTakeUp, ...] = ()
    relays: tuple[RelayCount, ...] = ()


class OutcomeRecorded(Contribution):
    verb = "recorded"


class OutcomeCorrected(Contribution):
    verb = "corrected"
    reason: CorrectionReason


class SignalRaised(Event):
    """What the field sees and sends upwards; the worker's words stay with the worker."""

    said_by, noun, verb, about = "dispatch", "signal", "raised", "signal_id"
    signal_id: SignalId
    campaign_id: CampaignId | None = None
    zone_id: ZoneId
    worker_id: WorkerId
    kind: SignalKind
    theme: Theme


class SignalAnswered(Event):
    said_by, noun, verb, about = "intake", "signal", "answered", "signal_id"
    signal_id: SignalId
    worker_id: WorkerId
    answer: SignalAnswer


# --- 6. It ends ----------------------------------------------------------------------------------


class CampaignSuspended(Event):
    said_by, noun, verb, about = "intake", "campaign", "suspended", "campaign_id"
    campaign_id: CampaignId


class CampaignResumed(Event):
    said_by, noun, verb, about = "intake", "campaign", "resumed", "campaign_id"
    campaign_id: CampaignId


class CampaignClosed(Event):
    said_by, noun, verb, about = "intake", "campaign", "closed", "campaign_id"
    campaign_id: CampaignId
    reason: ClosingReason


class SnapshotPublished(Event):
    """The coordination's figures of a campaign, frozen at its close."""

    said_by, noun, verb, about = "reporting", "snapshot", "published", "snapshot_id"
    snapshot_id: SnapshotId
    campaign_id: CampaignId


class ExportMade(Event):
    """A file that somebody of the coordination asked for is ready; nobody else can fetch it."""

    said_by, noun, verb, about = "reporting", "export", "made", "export_id"
    export_id: ExportId
    for_id: PersonId


# --- the catalogue -------------------------------------------------------------------------------

FACTS: tuple[type[Event], ...] = (
    InvitationReceived,
    ConsultationOpened,
    OpinionGiven,
    InvitationDecided,
    CampaignDeclared,
    NeighbourhoodsTargeted,
    RaqsMatched,
    TaskProposed,
    RaqNotified,
    NotificationFailed,
    TaskAccepted,
    TaskDeclined,
    TaskCountered,
    TaskExpired,
    TaskHandedBack,
    TaskWithdrawn,
    TaskDone,
    OutcomeRecorded,
    OutcomeCorrected,
    SignalRaised,
    SignalAnswered,
    CampaignSuspended,
    CampaignResumed,
    CampaignClosed,
    SnapshotPublished,
    ExportMade,
)
_BY_TYPE = {fact.type_name(): fact for fact in FACTS}


def fact_class(type_name: str) -> type[Event] | None:
    """Find the fact of a CloudEvents type; None when this version does not know it."""
    return _BY_TYPE.get(type_name)
