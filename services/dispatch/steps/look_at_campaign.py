"""Everything that a decision about a whole campaign looks at."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import HOLDING
from services.dispatch.rules.instance import since, until
from services.dispatch.rules.planning import Situation, Suggestion
from services.dispatch.rules.roster import Holding
from services.dispatch.store import Campaign, searches
from shared.db import Tx
from shared.words import TaskId


@dataclass(frozen=True, slots=True)
class Sight:
    """A campaign's tasks to come, the whole roster, and whom its plan suggests now."""

    campaign: Campaign
    situation: Situation
    suggestions: tuple[Suggestion, ...]
    """Whom the plan suggests, those whom the coordination keeps included."""
    asked_tasks: frozenset[TaskId]
    """Tasks about which somebody was asked: their gaps are filled one by one, by name."""
    left_open: frozenset[TaskId] = frozenset()
    """Tasks that nobody was asked about, and whose free seats stay empty by hand."""

    @property
    def kept(self) -> tuple[Suggestion, ...]:
        """The seats that the coordination settled: plans that are made anew leave them alone."""
        return tuple(s for s in self.suggestions if self._is_kept(s))

    @property
    def loose(self) -> tuple[Suggestion, ...]:
        """The seats that a plan made anew may give to somebody else."""
        return tuple(s for s in self.suggestions if not self._is_kept(s))

    def _is_kept(self, seat: Suggestion) -> bool:
        return seat.kept or seat.task_id in self.left_open

    @property
    def settled(self) -> Situation:
        """The situation with kept seats as if they were held: nobody moves them."""
        slots = {slot.id: slot for slot in self.situation.slots}
        held = tuple(
            Holding(
                s.worker_id,
                s.task_id,
                slots[s.task_id].campaign_id,
                slots[s.task_id].zone_id,
                slots[s.task_id].starts_at,
                slots[s.task_id].ends_at,
            )
            for s in self.kept
        )
        calendar = self.situation.calendar
        holdings = (*calendar.holdings, *held)
        return replace(self.situation, calendar=replace(calendar, holdings=holdings))

    @property
    def to_match(self) -> Situation:
        """What is left to decide: kept seats are facts, and tasks left open are left alone."""
        slots = tuple(s for s in self.situation.slots if s.id not in self.left_open)
        return replace(self.settled, slots=slots)


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
    asked = frozenset(TaskId(task_id) for task_id, theirs in held.items() if theirs)
    return Sight(
        campaign,
        situation,
        tuple(s for task_id in suggested if task_id in known for s in suggested[task_id]),
        asked,
        frozenset(row.slot.id for row in to_come if row.left_open) - asked,
    )
