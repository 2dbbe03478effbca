"""Something waits for the coordination, or is ready for it."""

from typing import assert_never

from services.notify import store
from services.notify.rules.messages import Matter, MessageKind
from shared.db import Tx
from shared.events import InvitationReceived, SignalRaised, SnapshotPublished
from shared.words import Role

News = InvitationReceived | SignalRaised | SnapshotPublished


async def tell_coordination(fact: News, tx: Tx) -> None:
    """Tell everybody in the coordination."""
    people = await store.contacts_in_role(tx, Role.COORDINATION)
    kind, matter = news(fact)
    await store.promise(tx, store.News(fact.event_id, kind, matter), people)


def news(fact: News) -> tuple[MessageKind, Matter]:
    """Say what a fact means to the coordination."""
    match fact:
        case InvitationReceived():
            return MessageKind.INVITATION_RECEIVED, Matter(
                crisis=fact.crisis, from_on=fact.wanted_from, until_on=fact.wanted_until
            )
        case SignalRaised():
            return MessageKind.SIGNAL_RAISED, Matter(
                zone_id=fact.zone_id, signal=fact.kind, theme=fact.theme
            )
        case SnapshotPublished():
            return MessageKind.FIGURES_FROZEN, Matter(campaign_id=fact.campaign_id)
    assert_never(fact)
