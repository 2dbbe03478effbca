"""The coordination answered a signal: who raised it is told."""

from services.notify import store
from services.notify.rules.contacts import unknown_person
from services.notify.rules.messages import Matter, MessageKind
from shared.db import Tx
from shared.events import SignalAnswered
from shared.words import PersonId, Role


async def tell_answer(fact: SignalAnswered, tx: Tx) -> None:
    """Promise a message to the worker who raised the signal."""
    person_id = PersonId(fact.worker_id)
    contact = await store.contact_of(tx, person_id) or unknown_person(person_id, Role.WORKER)
    news = store.News(fact.event_id, MessageKind.SIGNAL_ANSWERED, Matter(answer=fact.answer))
    await store.promise(tx, news, [contact])
