"""An invitation is judged with the workers: they are asked, and told what was decided."""

from services.notify import store
from services.notify.rules.messages import Matter, MessageKind
from shared.db import Tx
from shared.events import ConsultationOpened, InvitationDecided
from shared.words import Role


async def tell_workers(fact: ConsultationOpened | InvitationDecided, tx: Tx) -> None:
    """Tell every worker who left a contact point."""
    people = await store.contacts_in_role(tx, Role.WORKER)
    if isinstance(fact, ConsultationOpened):
        kind, matter = (
            MessageKind.CONSULTATION_OPENED,
            Matter(crisis=fact.crisis, until=fact.closes_at, accelerated=fact.accelerated),
        )
    else:
        kind, matter = MessageKind.INVITATION_DECIDED, Matter(decision=fact.decision)
    await store.promise(tx, store.News(fact.event_id, kind, matter), people)
