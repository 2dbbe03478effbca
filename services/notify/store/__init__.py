"""Tables and queries of the schema `notify`."""

from services.notify.store.contacts import (
    contact_of,
    contacts_in_role,
    forget_person,
    save_contact,
)
from services.notify.store.deliveries import (
    Claimed,
    Letter,
    News,
    cancel_other_channels,
    claim_due,
    count_deliveries,
    drop_abandoned,
    give_back,
    inbox_of,
    mark_failed,
    mark_read,
    mark_sent,
    promise,
    promise_digest,
    settle_messages,
)
from services.notify.store.proposals import (
    Proposal,
    accepted_people,
    hold_proposal,
    mark_told,
    note_proposal,
)

__all__ = [
    "Claimed",
    "Letter",
    "News",
    "Proposal",
    "accepted_people",
    "cancel_other_channels",
    "claim_due",
    "contact_of",
    "contacts_in_role",
    "count_deliveries",
    "drop_abandoned",
    "forget_person",
    "give_back",
    "hold_proposal",
    "inbox_of",
    "mark_failed",
    "mark_read",
    "mark_sent",
    "mark_told",
    "note_proposal",
    "promise",
    "promise_digest",
    "save_contact",
    "settle_messages",
]
