"""A file that somebody asked for is ready: they are told."""

from services.notify import store
from services.notify.rules.contacts import unknown_person
from services.notify.rules.messages import Matter, MessageKind
from shared.db import Tx
from shared.events import ExportMade
from shared.words import PersonId, Role


async def tell_reader(fact: ExportMade, tx: Tx) -> None:
    """Promise a message to who asked, and to nobody else."""
    person_id = PersonId(fact.for_id)
    contact = await store.contact_of(tx, person_id) or unknown_person(person_id, Role.COORDINATION)
    matter = Matter(export_id=fact.export_id)
    await store.promise(tx, store.News(fact.event_id, MessageKind.EXPORT_READY, matter), [contact])
