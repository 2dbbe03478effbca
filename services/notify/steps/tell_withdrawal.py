"""A proposal is withdrawn: who knew of it is told that the time is theirs again."""

from services.notify import store
from services.notify.rules.contacts import unknown_person
from services.notify.rules.messages import Matter, MessageKind
from shared.db import Tx
from shared.events import TaskWithdrawn
from shared.words import Role


async def tell_withdrawal(fact: TaskWithdrawn, tx: Tx) -> None:
    """Cancel what was not sent; tell the person if they knew."""
    proposal = await store.note_proposal(
        tx,
        store.Proposal(
            proposal_id=fact.proposal_id,
            campaign_id=fact.campaign_id,
            zone_id=fact.zone_id,
            answered=True,
            withdrawn=fact.reason,
        ),
    )
    await store.settle_messages(tx, fact.proposal_id)
    person_id = proposal.person_id
    if person_id is None or not (proposal.told or proposal.accepted):
        return
    contact = await store.contact_of(tx, person_id) or unknown_person(person_id, Role.WORKER)
    matter = Matter(
        zone_id=proposal.zone_id,
        action=proposal.kind,
        starts_at=proposal.starts_at,
        ends_at=proposal.ends_at,
        withdrawal=fact.reason,
    )
    news = store.News(fact.event_id, MessageKind.TASK_WITHDRAWN, matter)
    await store.promise(tx, news, [contact])
