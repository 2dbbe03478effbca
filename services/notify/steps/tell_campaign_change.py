"""A campaign pauses, goes on or ends: the coordination and whoever has an appointment are told."""

from services.notify import store
from services.notify.rules.contacts import unknown_person
from services.notify.rules.messages import Matter, MessageKind
from shared.db import Tx
from shared.events import CampaignClosed, CampaignResumed, CampaignSuspended
from shared.words import Role

KINDS = {
    CampaignSuspended: MessageKind.CAMPAIGN_SUSPENDED,
    CampaignResumed: MessageKind.CAMPAIGN_RESUMED,
    CampaignClosed: MessageKind.CAMPAIGN_CLOSED,
}


async def tell_campaign_change(
    fact: CampaignSuspended | CampaignResumed | CampaignClosed, tx: Tx
) -> None:
    """Promise one message to each."""
    workers = [
        await store.contact_of(tx, person_id) or unknown_person(person_id, Role.WORKER)
        for person_id in await store.accepted_people(tx, fact.campaign_id)
    ]
    people = [*await store.contacts_in_role(tx, Role.COORDINATION), *workers]
    matter = Matter(campaign_id=fact.campaign_id)
    await store.promise(tx, store.News(fact.event_id, KINDS[type(fact)], matter), people)
