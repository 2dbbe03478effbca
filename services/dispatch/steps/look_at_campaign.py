"""Everything that a decision about a whole campaign looks at."""

from dataclasses import dataclass
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import HOLDING
from services.dispatch.rules.instance import since, until
from services.dispatch.rules.planning import Situation, Suggestion
from services.dispatch.store import Campaign, searches
from shared.db import Tx
from shared.words import TaskId


@dataclass(frozen=True, slots=True)
class Sight:
    """A campaign's tasks to come, the whole roster, and whom its plan suggests now."""

    campaign: Campaign
    situation: Situation
    suggestions: tuple[Suggestion, ...]
    asked_tasks: frozenset[TaskId]
    """Tasks about which somebody was asked: their gaps are filled one by one, by name."""


async def look_at_campaign(tx: Tx, campaign_id: UUID) -> Sight:
    """Load the tasks to come, everybody's calendars, who said no, and what the plan prefers.

    Raises:
        MissingError: dispatch has not heard of the campaign.
    """
    campaign = await store.campaign_of(tx, campaign_id)
    frame = campaign.frame
    to_come = await store.list_tasks(tx, campaign_id, since=tx.now, open_only=True)
    situation = Situation(
        frame,
        tuple(row.slot for row in to_come),
        await store.load_calendar(tx, since(frame), until(frame), HOLDING),
        await store.zone_spots(tx),
        frozenset(await store.who_said_no(tx, campaign_id, tx.now)),
        await searches.preference_of(tx, campaign_id),
    )
    known = {slot.id for slot in situation.slots}
    suggested = await store.suggestions_of(tx, campaign_id)
    held = await store.held_proposals(tx, campaign_id)
    return Sight(
        campaign,
        situation,
        tuple(s for task_id in suggested if task_id in known for s in suggested[task_id]),
        frozenset(TaskId(task_id) for task_id, theirs in held.items() if theirs),
    )
