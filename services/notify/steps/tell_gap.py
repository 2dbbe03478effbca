"""A place in a task is free: the coordination learns it in one message, not in one per answer.

Who said no is forgotten here, at once: only a proposal's id remains.
"""

from services.notify import store
from services.notify.rules.messages import Matter, MessageKind
from services.notify.rules.retries import DIGEST_AFTER
from shared.db import Tx
from shared.events import TaskCountered, TaskDeclined, TaskExpired, TaskHandedBack
from shared.words import Role


async def tell_gap(
    fact: TaskDeclined | TaskCountered | TaskExpired | TaskHandedBack, tx: Tx
) -> None:
    """Cancel what was not sent about the proposal, and promise the digest."""
    # A wish for another time is no refusal: the person may still hear of it.
    heard = store.Proposal(fact.proposal_id, answered=True, forgotten=True)
    if isinstance(fact, TaskCountered):
        heard = store.Proposal(fact.proposal_id, fact.campaign_id, fact.zone_id, answered=True)
    await store.note_proposal(tx, heard)
    await store.settle_messages(tx, fact.proposal_id)
    people = await store.contacts_in_role(tx, Role.COORDINATION)
    news = store.News(fact.event_id, MessageKind.TASKS_OPEN, Matter())
    await store.promise_digest(tx, news, people, tx.now + DIGEST_AFTER)
