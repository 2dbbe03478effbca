"""Everything that a decision about one task looks at."""

from dataclasses import replace
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import HOLDING
from services.dispatch.rules.instance import since, until
from services.dispatch.rules.planning import Situation
from services.dispatch.rules.roster import Calendar, Holding
from services.dispatch.store import Campaign, Proposal, TaskRow
from shared.db import Tx
from shared.errors import refuse
from shared.words import CampaignState, ProposalState

CLOSED_DOORS = {
    CampaignState.SUSPENDED: "La campagne est suspendue.",
    CampaignState.CLOSED: "La campagne est clôturée.",
}


async def look_at_task(
    tx: Tx, campaign: Campaign, task: TaskRow, answering: UUID | None = None
) -> Situation:
    """Load the roster, its calendars, and who was asked about a task.

    Somebody who is `answering` is judged by what they accepted; what they were only asked does not
    stand in the way of their yes. For everybody else a question takes its time too.
    """
    frame = campaign.frame
    states = {ProposalState.ACCEPTED} if answering else HOLDING
    calendar = await store.load_calendar(tx, since(frame), until(frame), states)
    asked = await store.proposals_for(tx, task.slot.id)
    if answering is not None:
        calendar = with_team(calendar, asked)
    said_no = {
        (proposal.worker_id, proposal.task_id)
        for proposal in asked
        if proposal.state in store.NO
        and proposal.starts_at == task.slot.starts_at
        and proposal.worker_id is not None
    }
    return Situation(frame, (task.slot,), calendar, await store.zone_spots(tx), frozenset(said_no))


def with_team(calendar: Calendar, asked: list[Proposal]) -> Calendar:
    """Add those who were asked about the same task to what is held."""
    team = tuple(
        Holding(p.worker_id, p.task_id, p.campaign_id, p.zone_id, p.starts_at, p.ends_at)
        for p in asked
        if p.state is ProposalState.PROPOSED and p.worker_id is not None
    )
    return replace(calendar, holdings=(*calendar.holdings, *team))


def must_run(campaign: Campaign) -> None:
    """Refuse what only a running campaign may do.

    Raises:
        RefusedError: it is suspended or closed.
    """
    message = CLOSED_DOORS.get(campaign.state)
    if message is not None:
        raise refuse(f"campaign_{campaign.state.value}", message)
