"""An alert and the draft it makes, as plain values.

CAP: OASIS Common Alerting Protocol 1.2, https://docs.oasis-open.org/emergency/cap/v1.2/.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from shared.words import CrisisKind

# --- the alert, as plain values ------------------------------------------------------------------


class AlertStatus(StrEnum):
    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class MessageType(StrEnum):
    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


class AlertScope(StrEnum):
    PUBLIC = "Public"
    RESTRICTED = "Restricted"
    PRIVATE = "Private"


class Category(StrEnum):
    GEO = "Geo"
    MET = "Met"
    SAFETY = "Safety"
    SECURITY = "Security"
    RESCUE = "Rescue"
    FIRE = "Fire"
    HEALTH = "Health"
    ENV = "Env"
    TRANSPORT = "Transport"
    INFRA = "Infra"
    CBRNE = "CBRNE"
    OTHER = "Other"


class Urgency(StrEnum):
    """Most urgent first."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """Most severe first."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """Most certain first."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class AlertReference:
    """What names an alert: three values that are only unique together."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True)
class AlertArea:
    """Where, in words and in codes such as `("NIS5", "21001")`."""

    description: str
    geocodes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AlertInfo:
    """One language's (or one hazard's) account. `language` is `fr`, `nl`, `en`, ..."""

    language: str
    categories: tuple[Category, ...]
    event: str
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    headline: str = ""
    description: str = ""
    instruction: str = ""
    areas: tuple[AlertArea, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    reference: AlertReference
    status: AlertStatus
    message_type: MessageType
    scope: AlertScope
    references: tuple[AlertReference, ...] = ()
    infos: tuple[AlertInfo, ...] = ()


# --- the draft -----------------------------------------------------------------------------------


class Mark(StrEnum):
    """Whether a draft is about something real. An exercise or a test never invites anybody."""

    REAL = "real"
    EXERCISE = "exercise"
    TEST = "test"


class DraftState(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"
    INVITED = "invited"


@dataclass(frozen=True, slots=True)
class DraftText:
    """What the alert says in one language; it stays in intake."""

    language: str
    event: str
    headline: str
    description: str
    instruction: str


@dataclass(frozen=True, slots=True)
class DraftInvitation:
    """What an alert would ask for. Who asks, and what workers would do, a person says later.

    `wanted_until` is None when the alert does not say until when.
    """

    reference: AlertReference
    mark: Mark
    crisis: CrisisKind
    texts: tuple[DraftText, ...]
    wanted_from: datetime
    wanted_until: datetime | None
    areas: tuple[AlertArea, ...]
    urgency: Urgency
    severity: Severity
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class KnownDraft:
    """A draft that intake holds, with the references of every alert that made or changed it."""

    draft_id: UUID
    references: tuple[AlertReference, ...]
    version: int
    mark: Mark
    state: DraftState


@dataclass(frozen=True, slots=True)
class NewDraft:
    """Keep a new draft. `follows` is one that already became an invitation or was cancelled."""

    draft: DraftInvitation
    follows: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewVersion:
    """Replace what the draft `of` says. `also_cancels` are other drafts that the alert replaces."""

    of: UUID
    version: int
    draft: DraftInvitation
    also_cancels: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class CancelDrafts:
    of: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class NothingNew:
    """The alert was heard before, or cancels what is cancelled already."""

    of: UUID


Effect: TypeAlias = NewDraft | NewVersion | CancelDrafts | NothingNew
