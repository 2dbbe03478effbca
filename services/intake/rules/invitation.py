"""An invitation: who asks, for which crisis, what, for whom, when and where."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.intake.rules.local_day import local_day
from services.intake.rules.source_text import N_
from shared.errors import Problem, RefusedError, refuse
from shared.words import CampaignId, CrisisKind, InvitationId, Public, Requester, ZoneId

WANTED_MIN_CHARACTERS, WANTED_MAX_CHARACTERS = 10, 4_000
NAME_MAX_CHARACTERS = 300

# Our own judgement, to be settled with the team: it meets weekly, hears of an invitation at one
# meeting and speaks of it at the next; once consulted, it decides at the meeting that follows.
ANSWERED_WITHIN = timedelta(days=14)
DECIDED_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is asked of the team. `requester`, `wanted` and `place` are words: they stay here.

    `wanted_until` is the last day. Dates are None, and lists empty, until somebody gives them.
    `extends` is the campaign after which it would go on: it is judged like any other.
    """

    id: InvitationId
    asked_by: Requester | None
    requester: str
    crisis: CrisisKind | None
    wanted: str
    publics: tuple[Public, ...]
    wanted_from: date | None
    wanted_until: date | None
    place: str
    zone_ids: tuple[ZoneId, ...] = ()
    extends: CampaignId | None = None


def reference_of(invitation_id: UUID) -> str:
    """Write the short name by which people speak of an invitation: `7F3A-91C2`."""
    last = invitation_id.hex[-8:].upper()  # what is random in an id that begins with its time
    return f"{last[:4]}-{last[4:]}"


def answer_due_on(received_at: datetime, closes_at: datetime | None) -> date:
    """Tell by which day the coordination answers, once it consults until `closes_at`."""
    due = local_day(received_at + ANSWERED_WITHIN)
    return due if closes_at is None else max(due, local_day(closes_at + DECIDED_WITHIN))


def check_still_ahead(wanted_until: date | None, today: date) -> None:
    """Let in what can still be done.

    Raises:
        RefusedError: its last day is past.
    """
    if wanted_until is not None and wanted_until < today:
        raise refuse("is_past", N_("Le dernier jour est déjà passé."), place="wanted_until")


def check_invitation(invitation: Invitation, known_zones: Collection[ZoneId]) -> None:
    """Let an invitation in that can be judged.

    Args:
        invitation: as somebody wrote it.
        known_zones: those of the territory.

    Raises:
        RefusedError: with every problem at once.
    """
    problems = [
        *_problems_of_words(invitation),
        *_problems_of_dates(invitation.wanted_from, invitation.wanted_until),
        *(
            Problem(
                "unknown_zone", N_("Ce quartier n'existe pas sur le territoire."), place=zone_id
            )
            for zone_id in sorted(set(invitation.zone_ids) - set(known_zones))
        ),
    ]
    if problems:
        raise RefusedError(*problems)


def _problems_of_words(invitation: Invitation) -> Iterable[Problem]:
    if invitation.asked_by is None:
        yield Problem("no_requester", N_("Dites qui invite."), place="asked_by")
    if invitation.crisis is None:
        yield Problem("no_crisis", N_("Dites de quelle crise il s'agit."), place="crisis")
    if not invitation.publics:
        yield Problem("no_public", N_("Dites pour qui : au moins un public."), place="publics")
    if len(invitation.wanted.strip()) < WANTED_MIN_CHARACTERS:
        yield Problem(
            "nothing_wanted", N_("Dites en une phrase ce qui est demandé."), place="wanted"
        )
    if not invitation.place.strip() and not invitation.zone_ids:
        yield Problem("no_place", N_("Dites où : un lieu, ou des quartiers."), place="where")
    for place, said, most in (
        ("requester", invitation.requester, NAME_MAX_CHARACTERS),
        ("wanted", invitation.wanted, WANTED_MAX_CHARACTERS),
        ("where", invitation.place, NAME_MAX_CHARACTERS),
    ):
        if len(said) > most:
            yield Problem(
                "text_too_long",
                N_("Ce texte tient en %(max)s caractères au plus."),
                place=place,
                values={"max": most},
            )


def _problems_of_dates(first: date | None, last: date | None) -> Iterable[Problem]:
    if first is None:
        yield Problem("no_start", N_("Donnez le premier jour souhaité."), place="wanted_from")
    if last is None:
        yield Problem("no_end", N_("Donnez le dernier jour souhaité."), place="wanted_until")
    if first is not None and last is not None and last < first:
        yield Problem(
            "ends_before_it_starts",
            N_("Le dernier jour précède le premier."),
            place="wanted_until",
        )
