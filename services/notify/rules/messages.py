"""What people are told: sentences of ours, filled with places, hours and words of closed lists.

A `Matter` has no room for anybody's own words, so a message cannot carry them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, assert_never

from shared.words import (
    ActionKind,
    CampaignId,
    CrisisKind,
    Decision,
    ExportId,
    SignalAnswer,
    SignalKind,
    Theme,
    WithdrawalReason,
    ZoneId,
)


class MessageKind(StrEnum):
    INVITATION_RECEIVED = "invitation_received"
    CONSULTATION_OPENED = "consultation_opened"
    INVITATION_DECIDED = "invitation_decided"
    TASK_PROPOSED = "task_proposed"
    TASK_CONFIRMED = "task_confirmed"
    TASK_WITHDRAWN = "task_withdrawn"
    TASKS_OPEN = "tasks_open"
    CAMPAIGN_SUSPENDED = "campaign_suspended"
    CAMPAIGN_RESUMED = "campaign_resumed"
    CAMPAIGN_CLOSED = "campaign_closed"
    SIGNAL_RAISED = "signal_raised"
    SIGNAL_ANSWERED = "signal_answered"
    FIGURES_FROZEN = "figures_frozen"
    EXPORT_READY = "export_ready"


@dataclass(frozen=True, slots=True)
class Matter:
    """What a message is about; each kind of message uses the fields that it needs."""

    campaign_id: CampaignId | None = None
    zone_id: ZoneId | None = None
    action: ActionKind | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    until: datetime | None = None
    from_on: date | None = None
    until_on: date | None = None
    crisis: CrisisKind | None = None
    decision: Decision | None = None
    withdrawal: WithdrawalReason | None = None
    signal: SignalKind | None = None
    theme: Theme | None = None
    answer: SignalAnswer | None = None
    export_id: ExportId | None = None
    accelerated: bool = False
    count: int = 1


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody reads. `path` is where to act on it, on Relais' own address."""

    subject: str
    body: str
    path: str


@dataclass(frozen=True, slots=True)
class Tongue:
    """How things are said in one language: sentences, list words, days, hours and places."""

    gettext: Callable[[str], str]
    word: Callable[[Any], str]
    day: Callable[[Any], str]
    moment: Callable[[datetime], str]
    hour: Callable[[datetime], str]
    place: Callable[[ZoneId], str]


def tongue(
    gettext: Callable[[str], str],
    formats: Mapping[str, Callable[..., str]],
    place_names: Mapping[str, str],
) -> Tongue:
    """Put a language together; a place without a name is called by its id."""
    return Tongue(
        gettext=gettext,
        word=formats["word"],
        day=formats["day"],
        moment=formats["moment"],
        hour=formats["hour"],
        place=lambda zone_id: place_names.get(zone_id, zone_id),
    )


def write(kind: MessageKind, matter: Matter, say: Tongue) -> Message:
    """Write a message in one language."""
    told = said(matter, say)
    subject, body, path = sentences(kind, matter, say.gettext)
    return Message(subject % told, body % told, path)


def said(matter: Matter, say: Tongue) -> dict[str, str]:
    """Say every part of a matter that is there, by the name that the sentences use."""
    parts: dict[str, tuple[Callable[[Any], str], object]] = {
        "zone": (say.place, matter.zone_id),
        "action": (say.word, matter.action),
        "start": (say.moment, matter.starts_at),
        "end": (say.hour, matter.ends_at),
        "until": (say.moment, matter.until),
        "first_day": (say.day, matter.from_on),
        "last_day": (say.day, matter.until_on),
        "crisis": (say.word, matter.crisis),
        "decision": (say.word, matter.decision),
        "withdrawal": (say.word, matter.withdrawal),
        "signal": (say.word, matter.signal),
        "theme": (say.word, matter.theme),
        "answer": (say.word, matter.answer),
        "count": (str, matter.count),
    }
    return {name: tell(value) for name, (tell, value) in parts.items() if value is not None}


def sentences(  # noqa: C901, PLR0911, PLR0912 - one branch per kind, and none may be forgotten
    kind: MessageKind, matter: Matter, _: Callable[[str], str]
) -> tuple[str, str, str]:
    """Give subject, body and path of a kind of message."""
    match kind:
        case MessageKind.INVITATION_RECEIVED:
            return (
                _("Une invitation est arrivée\u00a0: %(crisis)s"),
                _("Période demandée\u00a0: du %(first_day)s au %(last_day)s."),
                "/intake/",
            )
        case MessageKind.CONSULTATION_OPENED:
            body = _(
                "Une invitation est jugée avec vous. Votre avis compte jusqu’au %(until)s\u00a0; il"
                " reste caché jusque-là."
            )
            if matter.accelerated:
                body += " " + _("Cette consultation est accélérée.")
            return _("Votre avis est demandé\u00a0: %(crisis)s"), body, "/dispatch/"
        case MessageKind.INVITATION_DECIDED:
            return (
                _("Une invitation est décidée\u00a0: %(decision)s"),
                _("L’invitation sur laquelle vous avez été consulté·e a sa décision."),
                "/dispatch/",
            )
        case MessageKind.TASK_PROPOSED:
            return (
                _("Une tâche vous est proposée\u00a0: %(action)s, %(zone)s"),
                _(
                    "%(action)s, %(zone)s, %(start)s–%(end)s. Acceptez, déclinez ou proposez un"
                    " autre moment jusqu’au %(until)s. Sans votre oui, rien ne commence."
                ),
                "/dispatch/",
            )
        case MessageKind.TASK_CONFIRMED:
            return (
                _("C’est noté\u00a0: %(action)s, %(zone)s"),
                _("Vous y êtes attendu·e %(start)s–%(end)s."),
                "/dispatch/",
            )
        case MessageKind.TASK_WITHDRAWN:
            return (
                _("Une tâche est retirée\u00a0: %(action)s, %(zone)s"),
                _(
                    "%(start)s–%(end)s\u00a0: ce temps est de nouveau à vous."
                    " Raison\u00a0: %(withdrawal)s."
                ),
                "/dispatch/",
            )
        case MessageKind.TASKS_OPEN:
            return (
                _("Des tâches cherchent quelqu’un"),
                _("Des places se sont libérées. La liste propose des personnes pour chacune."),
                "/intake/",
            )
        case MessageKind.CAMPAIGN_SUSPENDED:
            return (
                _("Une campagne est suspendue"),
                _("Aucune de ses tâches ne commence avant sa reprise."),
                "/",
            )
        case MessageKind.CAMPAIGN_RESUMED:
            return _("Une campagne reprend"), _("Ses tâches peuvent de nouveau commencer."), "/"
        case MessageKind.CAMPAIGN_CLOSED:
            return (
                _("Une campagne est clôturée"),
                _("Ce qui restait ouvert est retiré et votre temps vous est rendu. Merci."),
                "/",
            )
        case MessageKind.SIGNAL_RAISED:
            return (
                _("Un signal du terrain\u00a0: %(signal)s, %(zone)s"),
                _("Thème\u00a0: %(theme)s. La personne qui l’a envoyé attend votre réponse."),
                "/intake/",
            )
        case MessageKind.SIGNAL_ANSWERED:
            return (
                _("Votre signal a une réponse\u00a0: %(answer)s"),
                _("La coordination a répondu à ce que vous avez fait remonter."),
                "/dispatch/",
            )
        case MessageKind.FIGURES_FROZEN:
            return (
                _("Les chiffres d’une campagne clôturée sont figés"),
                _("Ce qui arrive encore sera compté et montré à côté."),
                f"/reporting/campaigns/{matter.campaign_id}",
            )
        case MessageKind.EXPORT_READY:
            return (
                _("Votre export est prêt"),
                _("Il est gardé sept jours, pour vous seul·e."),
                f"/reporting/exports/{matter.export_id}",
            )
    assert_never(kind)
