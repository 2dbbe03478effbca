"""What a phone may send: one act of one worker, under an id that the phone made.

A phone writes an operation down first and sends it later, perhaps several times. There is no field
for a name, a place or a word of a resident. The one free text is a worker's note for themselves: it
is sealed before it is kept, and never travels further.
"""

import hashlib
from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.dispatch.rules.notes import NOTE_MAX
from services.dispatch.rules.outcomes import Body
from shared.events import RelayCount
from shared.words import (
    CorrectionReason,
    DeclineReason,
    Ground,
    Language,
    NonTakeUp,
    SignalKind,
    Stance,
    Theme,
    ZoneId,
)

KEPT_FOR = timedelta(days=90)  # the longest that a phone may lie in a drawer with something to say


class ContributionBody(BaseModel):
    """What one worker counted. There is no field for a name, a place or a word of a resident."""

    happened_on: date
    people_reached: Annotated[int, Field(ge=0, le=5000)]
    themes: list[Theme] = []
    languages: list[Language] = []
    non_take_up: list[NonTakeUp] = []
    relays: list[RelayCount] = []
    reason: CorrectionReason | None = None

    def as_body(self) -> Body:
        return Body(
            self.happened_on,
            self.people_reached,
            tuple(self.themes),
            tuple(self.languages),
            tuple(self.non_take_up),
            tuple(self.relays),
            self.reason,
        )


class Sent(BaseModel):
    """What every operation has: the id that its phone gave it, once."""

    model_config = ConfigDict(extra="forbid")

    id: UUID


class AcceptSent(Sent):
    kind: Literal["accept"]
    proposal_id: UUID


class DeclineSent(Sent):
    kind: Literal["decline"]
    proposal_id: UUID
    reason: DeclineReason = DeclineReason.NO_REASON_GIVEN


class CounterSent(Sent):
    kind: Literal["counter"]
    proposal_id: UUID
    wished_at: AwareDatetime


class HandBackSent(Sent):
    kind: Literal["hand_back"]
    proposal_id: UUID


class StartSent(Sent):
    kind: Literal["start"]
    task_id: UUID


class OutcomeSent(Sent):
    kind: Literal["outcome"]
    task_id: UUID
    contribution_id: UUID
    body: ContributionBody


class SignalSent(Sent):
    kind: Literal["signal"]
    signal_kind: SignalKind
    theme: Theme
    zone_id: ZoneId
    campaign_id: UUID | None = None


class OpinionSent(Sent):
    kind: Literal["opinion"]
    consultation_id: UUID
    stance: Stance
    grounds: list[Ground] = []


class AwaySent(Sent):
    kind: Literal["away"]
    from_on: date
    until_on: date


class NoteSent(Sent):
    """What somebody writes for themselves; the same `note_id` again says what it says now."""

    kind: Literal["note"]
    note_id: UUID
    campaign_id: UUID | None = None
    written_at: AwareDatetime
    text: Annotated[str, Field(min_length=1, max_length=NOTE_MAX, repr=False)]


class ForgetNoteSent(Sent):
    kind: Literal["forget_note"]
    note_id: UUID


Operation = Annotated[
    AcceptSent
    | DeclineSent
    | CounterSent
    | HandBackSent
    | StartSent
    | OutcomeSent
    | SignalSent
    | OpinionSent
    | AwaySent
    | NoteSent
    | ForgetNoteSent,
    Field(discriminator="kind"),
]


def operation_key(operation: Sent, worker_id: UUID) -> str:
    """Name an operation for the table of what was taken, without saying whose it is.

    The phone's id is random and kept nowhere, so the key cannot be guessed from the person; and
    another person who sends the same id does something else.
    """
    return hashlib.sha256(worker_id.bytes + operation.id.bytes).hexdigest()


def id_of_what_it_makes(operation: Sent, worker_id: UUID) -> UUID:
    """Name the signal or the absence that an operation makes: the same however often it is sent.

    So one that comes again after `KEPT_FOR` still makes nothing new. It is a hash under the
    phone's id: the row does not tell which operation made it.
    """
    return uuid5(operation.id, worker_id.hex)


def operation_fingerprint(operation: Sent) -> str:
    """Tell whether an id comes back with the same content.

    The id is the key of the hash: without it nobody can try what a short text may have been.
    """
    return hashlib.sha256(operation.id.bytes + operation.model_dump_json().encode()).hexdigest()
