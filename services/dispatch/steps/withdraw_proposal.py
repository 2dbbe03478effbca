"""A question, or an accepted task that did not begin, is taken back; its time is free again."""

from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import Act, Actor, move
from services.dispatch.store import Proposal
from shared.db import Tx
from shared.events import TaskWithdrawn
from shared.words import ProposalState, WithdrawalReason


async def withdraw_proposal(proposal_id: UUID, reason: WithdrawalReason, tx: Tx) -> None:
    """Withdraw one proposal for the coordination; doing it again changes nothing.

    Raises:
        MissingError: no such proposal.
        RefusedError: it is answered otherwise, or its task began.
    """
    proposal = await store.proposal_of(tx, proposal_id, lock=True)
    after = move(proposal.state, Act.WITHDRAW, Actor.COORDINATION, proposal.clock(tx.now))
    if proposal.state is not after:
        await withdraw(tx, [proposal], reason)


async def withdraw(tx: Tx, proposals: list[Proposal], reason: WithdrawalReason) -> None:
    """Save that proposals are withdrawn and say so."""
    if not proposals:
        return
    await store.save_state(
        tx, [p.id for p in proposals], ProposalState.WITHDRAWN, withdrawn_because=reason
    )
    await tx.emit(
        *(
            TaskWithdrawn(
                occurred_at=tx.now,
                task_id=p.task_id,
                campaign_id=p.campaign_id,
                zone_id=p.zone_id,
                proposal_id=p.id,
                reason=reason,
            )
            for p in proposals
        )
    )
