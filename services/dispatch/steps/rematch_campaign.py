"""The plan of a campaign is made anew: around what people said, never over it."""

from uuid import UUID

from services.dispatch.rules.plan_search import plan_teams
from services.dispatch.steps.look_at_campaign import look_at_campaign
from services.dispatch.steps.save_teams import save_teams
from services.dispatch.steps.think_aside import think_aside
from shared.db import Tx


async def rematch_campaign(campaign_id: UUID, tx: Tx) -> int:
    """Suggest people for every task to come; return the plan's new version.

    Proposed and accepted tasks stay as they are, and so does what the coordination keeps. The same
    roster, tasks and answers always give the same plan.

    Raises:
        MissingError: dispatch has not heard of the campaign.
        TimeoutError: the plan took too long to make; nothing is saved.
    """
    await tx.wait_for_lock(f"plan {campaign_id}")
    sight = await look_at_campaign(tx, campaign_id)
    situation = sight.to_match
    teams = await think_aside(lambda: plan_teams(situation))
    return await save_teams(sight, teams, tx)
