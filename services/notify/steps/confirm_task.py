"""Somebody accepted a task: what was not sent is cancelled, and they get the appointment."""

from services.notify import store
from services.notify.rules.contacts import unknown_person
from services.notify.rules.messages import Matter, MessageKind
from shared.db import Tx
from shared.events import TaskAccepted
from shared.words import PersonId, Role


async def confirm_task(fact: TaskAccepted, tx: Tx) -> None:
    """Promise a confirmation; or the withdrawal, when that was heard first."""
    person_id = PersonId(fact.worker_id)
    proposal = await store.note_proposal(
        tx,
        store.Proposal(
            proposal_id=fact.proposal_id,
            campaign_id=fact.campaign_id,
            zone_id=fact.zone_id,
            person_id=person_id,
            kind=fact.kind,
            starts_at=fact.starts_at,
            ends_at=fact.ends_at,
            answered=True,
            accepted=True,
        ),
    )
    await store.settle_messages(tx, fact.proposal_id)
    if proposal.forgotten:  # handed back meanwhile
        return
    contact = await store.contact_of(tx, person_id) or unknown_person(person_id, Role.WORKER)
    matter = Matter(
        zone_id=fact.zone_id,
        action=fact.kind,
        starts_at=fact.starts_at,
        ends_at=fact.ends_at,
        withdrawal=proposal.withdrawn,
    )
    kind = MessageKind.TASK_WITHDRAWN if proposal.withdrawn else MessageKind.TASK_CONFIRMED
    await store.promise(tx, store.News(fact.event_id, kind, matter, fact.proposal_id), [contact])
