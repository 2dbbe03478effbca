"""What an alert changes among the drafts, and when a draft may become an invitation."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from services.intake.rules.cap_alert.model import (
    Alert,
    AlertInfo,
    AlertStatus,
    CancelDrafts,
    Category,
    Certainty,
    DraftInvitation,
    DraftState,
    DraftText,
    Effect,
    KnownDraft,
    Mark,
    MessageType,
    NewDraft,
    NewVersion,
    NothingNew,
    Severity,
    Urgency,
)
from services.intake.rules.source_text import N_
from shared.errors import RefusedError, refuse
from shared.words import CrisisKind

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

# Beginnings of words without accents, in French, Dutch and English; the first found decides.
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


def _refuse_status(status: AlertStatus) -> RefusedError:
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
    """Guess the kind of crisis from the event's words, then from the category.

    A person may change it when the draft becomes an invitation.
    """
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
