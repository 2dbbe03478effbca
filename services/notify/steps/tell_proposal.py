"""A task is proposed to somebody: they are told, unless they know and answered already."""

from services.notify import store
from services.notify.rules.contacts import unknown_person
from services.notify.rules.messages import Matter, MessageKind
from shared.db import Tx
from shared.events import TaskProposed
from shared.words import PersonId, Role


async def tell_proposal(fact: TaskProposed, tx: Tx) -> None:
    """Promise a message to the worker who is asked."""
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
        ),
    )
    if proposal.answered:  # the answer was heard first
        return
    contact = await store.contact_of(tx, person_id) or unknown_person(person_id, Role.WORKER)
    matter = Matter(
        zone_id=fact.zone_id,
        action=fact.kind,
        starts_at=fact.starts_at,
        ends_at=fact.ends_at,
        until=fact.answer_by,
    )
    news = store.News(fact.event_id, MessageKind.TASK_PROPOSED, matter, fact.proposal_id)
    await store.promise(tx, news, [contact])
