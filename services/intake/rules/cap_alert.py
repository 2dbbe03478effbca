"""What a CAP 1.2 alert means here: at most a draft, which waits until a person takes it further.

CAP: OASIS Common Alerting Protocol 1.2, https://docs.oasis-open.org/emergency/cap/v1.2/.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from services.intake.rules.source_text import N_
from shared.errors import refuse
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
    """What an alert would ask for. It says neither who asks nor what workers would do: a person does.

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


# --- the rules -----------------------------------------------------------------------------------

MARK_WORDS = {
    Mark.REAL: "",
    Mark.EXERCISE: N_("EXERCICE : ce brouillon ne peut inviter personne."),
    Mark.TEST: N_("TEST : ce brouillon ne peut inviter personne."),
}
_MARKS = {
    AlertStatus.ACTUAL: Mark.REAL,
    AlertStatus.EXERCISE: Mark.EXERCISE,
    AlertStatus.TEST: Mark.TEST,
}

# Beginnings of words without accents, in French, Dutch and English; the first that is found decides.
# A gas leak or a power line down is not what "energy" means here, hence no bare "gaz" or "stroom".
_EVENT_WORDS: tuple[tuple[CrisisKind, str], ...] = (
    (
        CrisisKind.HEAT,
        r"canicule|vague de chaleur|fortes chaleurs|hittegolf|hitte|heat ?wave|extreme heat",
    ),
    (CrisisKind.FLOOD, r"inondation|crue|overstroming|wateroverlast|flood"),
    (
        CrisisKind.ENERGY,
        r"energie|energy|delestage|penurie d.electricite|black-?out|stroompanne|afschakel",
    ),
    (
        CrisisKind.MIGRATION,
        r"refugie|deplace|accueil d.urgence|vluchteling|ontheemd|noodopvang|refugee|displaced",
    ),
    (
        CrisisKind.HOUSING,
        r"relogement|sans-abri|logement|herhuisvesting|dakloz|huisvesting|rehousing|housing",
    ),
    (CrisisKind.HEALTH, r"epidemi|pandemi|vaccin|covid|sanitaire|gezondheid|disease|outbreak"),
)


def meaning_of(alert: Alert, drafts: Iterable[KnownDraft]) -> Effect:
    """Say what an alert changes among the drafts. It never changes an invitation.

    An exercise only ever touches drafts of exercises, and a test drafts of tests.

    Args:
        alert: as the gateway read it.
        drafts: those that intake holds; others of the same sender do no harm.

    Raises:
        RefusedError: for what asks nothing of us (System, Draft, Ack, Error), for an alert that
            says nothing, and for a cancel of what is unknown or already an invitation.
    """
    mark = _MARKS.get(alert.status)
    if mark is None:
        raise _refuse_status(alert.status)
    if alert.message_type in (MessageType.ACK, MessageType.ERROR):
        raise refuse(
            "alert_is_an_acknowledgement",
            N_(
                "Ce message répond à une autre alerte (%(type)s) : il n'y a rien à encoder. "
                "S'il signale une erreur, prévenez l'expéditeur."
            ),
            place="msgType",
            type=alert.message_type.value,
        )
    same_mark = [draft for draft in drafts if draft.mark is mark]
    for draft in same_mark:
        if alert.reference in draft.references:
            return NothingNew(draft.draft_id)
    meant = [draft for draft in same_mark if set(alert.references) & set(draft.references)]
    if alert.message_type is MessageType.CANCEL:
        return _cancelled(meant)
    return _drafted(alert, mark, meant if alert.message_type is MessageType.UPDATE else [])


def _drafted(alert: Alert, mark: Mark, meant: list[KnownDraft]) -> Effect:
    draft = draft_of(alert, mark)
    still_open = [known for known in meant if known.state is DraftState.OPEN]
    if not still_open:
        return NewDraft(draft, follows=meant[-1].draft_id if meant else None)
    current = max(still_open, key=lambda known: (known.version, known.draft_id))
    return NewVersion(
        of=current.draft_id,
        version=current.version + 1,
        draft=draft,
        also_cancels=tuple(k.draft_id for k in still_open if k.draft_id != current.draft_id),
    )


def _cancelled(meant: list[KnownDraft]) -> Effect:
    if not meant:
        raise refuse(
            "alert_cancels_nothing_known",
            N_(
                "Cette annulation ne correspond à aucun brouillon : il n'y a rien à annuler. "
                "Vérifiez que l'alerte d'origine a été reçue."
            ),
            place="references",
        )
    still_open = tuple(known.draft_id for known in meant if known.state is DraftState.OPEN)
    if still_open:
        return CancelDrafts(still_open)
    if any(known.state is DraftState.INVITED for known in meant):
        raise refuse(
            "alert_cannot_cancel_an_invitation",
            N_(
                "Le brouillon est déjà devenu une invitation : une alerte ne l'annule pas. "
                "Décidez vous-même de la suite, avec l'équipe."
            ),
            place="references",
        )
    return NothingNew(meant[-1].draft_id)


def _refuse_status(status: AlertStatus) -> Exception:
    if status is AlertStatus.SYSTEM:
        return refuse(
            "alert_is_technical",
            N_(
                "Ce message règle le fonctionnement du réseau d'alerte : "
                "il n'y a rien à encoder, vous pouvez l'ignorer."
            ),
            place="status",
        )
    return refuse(
        "alert_is_unfinished",
        N_("L'expéditeur n'a pas terminé cette alerte : attendez qu'elle soit diffusée."),
        place="status",
    )


def draft_of(alert: Alert, mark: Mark) -> DraftInvitation:
    """Turn an alert into a draft.

    Raises:
        RefusedError: when the alert has no information block.
    """
    infos = alert.infos
    if not infos:
        raise refuse(
            "alert_says_nothing",
            N_(
                "L'alerte ne contient aucun bloc d'information : "
                "demandez-en une complète ou encodez l'invitation par le formulaire."
            ),
            place="info",
        )
    ends = [info.expires for info in infos if info.expires is not None]
    return DraftInvitation(
        reference=alert.reference,
        mark=mark,
        crisis=crisis_of(infos),
        texts=tuple(
            DraftText(i.language, i.event, i.headline, i.description, i.instruction) for i in infos
        ),
        wanted_from=min(i.onset or i.effective or alert.reference.sent for i in infos),
        wanted_until=max(ends) if ends else None,
        areas=tuple(dict.fromkeys(area for info in infos for area in info.areas)),
        urgency=min((i.urgency for i in infos), key=list(Urgency).index),
        severity=min((i.severity for i in infos), key=list(Severity).index),
        certainty=min((i.certainty for i in infos), key=list(Certainty).index),
    )


def crisis_of(infos: Iterable[AlertInfo]) -> CrisisKind:
    """Guess the kind of crisis from the event's words, then from the category; a person may change it."""
    infos = tuple(infos)
    said = _without_accents(" ".join(info.event for info in infos))
    for crisis, words in _EVENT_WORDS:
        if re.search(rf"\b(?:{words})", said):
            return crisis
    if any(Category.HEALTH in info.categories for info in infos):
        return CrisisKind.HEALTH
    return CrisisKind.OTHER


def has_expired(draft: DraftInvitation, now: datetime) -> bool:
    """Say whether the alert's own end has passed, so that a reader is told."""
    return draft.wanted_until is not None and draft.wanted_until <= now


def check_may_become_invitation(known: KnownDraft) -> None:
    """Let a person make an invitation of a draft, if it is real and still open.

    Raises:
        RefusedError: for an exercise or a test, always; for a cancelled or already used draft.
    """
    if known.mark is not Mark.REAL:
        raise refuse("draft_is_not_real", MARK_WORDS[known.mark], place="mark")
    if known.state is DraftState.CANCELLED:
        raise refuse(
            "draft_is_cancelled",
            N_(
                "L'alerte a été annulée. Si le besoin demeure, encodez l'invitation "
                "par le formulaire."
            ),
            place="state",
        )
    if known.state is DraftState.INVITED:
        raise refuse(
            "draft_is_an_invitation_already",
            N_("Ce brouillon est déjà devenu une invitation."),
            place="state",
        )


def _without_accents(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))
