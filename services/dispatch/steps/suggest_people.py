"""Who could fill the gaps of a campaign, as everybody's calendars are now. Nothing is sent."""

from collections.abc import Sequence
from dataclasses import replace

from services.dispatch import store
from services.dispatch.rules.consent import HOLDING
from services.dispatch.rules.instance import since, until
from services.dispatch.rules.local_time import DAY_MIN, instant, local_day
from services.dispatch.rules.planning import Situation, Suggestion, fill_gaps
from services.dispatch.rules.roster import Slot
from services.dispatch.steps.think_aside import think_aside
from services.dispatch.store import Campaign, following
from shared.db import Tx
from shared.words import TaskId

GAPS_MAX = 40  # the soonest; each takes some 20 ms


async def suggest_people(
    campaign: Campaign, slots: Sequence[Slot], tx: Tx
) -> dict[TaskId, tuple[Suggestion, ...]]:
    """Suggest somebody for each place that tasks miss, the soonest tasks first.

    Who answered anything but yes is not suggested again for the same time. Whose yes came late is
    suggested first, wherever the rules let them. What plans suggest to others is theirs already,
    and nobody is suggested for two tasks at once.
    """
    if not slots:
        return {}
    soonest = sorted(slots, key=lambda slot: (slot.starts_at, slot.zone_id, str(slot.id)))
    soonest = soonest[:GAPS_MAX]
    frame = campaign.frame
    begins = instant(local_day(soonest[0].starts_at), 0)
    ends = instant(local_day(soonest[-1].starts_at), DAY_MIN)
    calendar = await store.load_calendar(tx, since(frame), until(frame), HOLDING)
    planned = await store.suggested_holdings(tx, begins, ends)
    first = await following.late_yeses(tx, frame.campaign_id)
    firm = await store.who_said_no(tx, frame.campaign_id, tx.now, store.NO)
    unasked = await store.who_said_no(tx, frame.campaign_id, tx.now)
    situation = Situation(
        frame,
        tuple(soonest),
        replace(calendar, holdings=(*calendar.holdings, *planned)),
        await store.zone_spots(tx),
        frozenset(pair for pair in unasked if pair in firm or pair[0] not in first),
    )
    return await think_aside(lambda: fill_gaps(situation, first))
