"""Everything that the actors of a play share."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from deploy.mailbox import Mailbox
from deploy.player.agenda import Agenda
from deploy.player.asked import Asked, asked_of
from deploy.player.chance import Chance
from deploy.player.front_door import AnswerError, FrontDoor, RefusalError, Visitor
from deploy.player.scenario import Scenario
from deploy.player.seen import Seen
from deploy.player.story import N_, Story
from deploy.player.street import Street
from shared.db import ZoneName
from shared.words import ActionKind


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task as the coordination last saw it in its plan."""

    task_id: str
    zone_id: str
    kind: ActionKind
    starts_at: datetime
    state: str


@dataclass
class World:
    """A scenario being played. Keys are the roster's; ids are the system's."""

    scenario: Scenario
    chance: Chance
    door: FrontDoor
    operator: Visitor
    coordination: Visitor
    agenda: Agenda
    story: Story
    street: Street
    mailbox: Mailbox
    """Everybody's letters: whoever is written to reads their own."""
    seen: Seen = field(default_factory=Seen)
    host_partner: Visitor | None = None
    """Whoever reads for one of the partners, by the link that the coordination gave it."""
    zones: dict[str, ZoneName] = field(default_factory=dict)
    workers: dict[str, Visitor] = field(default_factory=dict)
    keys: dict[UUID, str] = field(default_factory=dict)
    plan: dict[str, PlannedTask] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    tasks_done: set[str] = field(default_factory=set)
    retold: int = 0
    """How many times a phone sent the same thing again."""

    @property
    def now(self) -> datetime:
        return self.agenda.now

    @property
    def campaign_id(self) -> UUID:
        return self.scenario.id_of("campaign")

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What the team is asked: first the campaign itself, then its extension."""
        return asked_of(self.scenario)

    def last_moment_of(self, campaign_id: str) -> datetime:
        """The last moment of a campaign's last day: by then every phone has found a network."""
        campaign = next(
            asked.case.campaign
            for asked in self.asked
            if asked.case.campaign and str(asked.campaign_id) == campaign_id
        )
        return self.agenda.on(campaign.ends_on, -1)

    @property
    def last_moment(self) -> datetime:
        return self.last_moment_of(str(self.campaign_id))

    @property
    def ends_at(self) -> datetime:
        """When the last thing that the scenario names is over."""
        last_day = max(campaign.ends_on for campaign in self.scenario.campaigns)
        accounts = self.scenario.accounts
        ends_at = self.agenda.on(last_day, -1) + timedelta(days=1)
        return max(ends_at, accounts.at + timedelta(days=1)) if accounts else ends_at

    def zone(self, zone_id: str) -> ZoneName | str:
        return self.zones.get(zone_id, zone_id)

    def tasks_left(self, task_id: str) -> int:
        """Count the tasks after this one at which relays are counted exactly."""
        known = self.plan.get(task_id)
        if known is None:
            return 0
        here, last = (known.starts_at, known.zone_id, task_id), self.last_moment
        return sum(
            (task.starts_at, task.zone_id, task.task_id) > here
            and task.starts_at <= last  # exact counts are the campaign's, not its extension's
            and self.street.counts_exactly(task.kind)
            and task.state not in {"withdrawn", "not_done"}
            for task in self.plan.values()
        )

    async def figures_of(self, campaign_id: UUID) -> dict[str, Any] | None:
        """Read a campaign's figures as the coordination does; None before it is declared."""
        path = f"/reporting/api/campaigns/{campaign_id}/figures"
        try:
            found: dict[str, Any] = await self.coordination.get(path)
        except (AnswerError, RefusalError):
            return None
        return found

    def key_of(self, worker_id: str) -> str:
        return self.keys[UUID(worker_id)]

    def count(self, what: str) -> None:
        """Count something of this moment; `tell_counts` makes sentences of it."""
        self.counts[what] += 1

    def done(self, task_id: str, kind: ActionKind, zone_id: str) -> None:
        """Note that somebody told what a task gave; the first time it becomes a sentence."""
        if task_id not in self.tasks_done:
            self.tasks_done.add(task_id)
            self.story.tell(
                N_("Fait\u00a0: %(kind)s, %(zone)s."), kind=kind, zone=self.zone(zone_id)
            )

    def tell_counts(self) -> None:
        """Say what was answered and sent at this moment, for everybody together."""
        said = {what: self.counts[what] for what in ("accepted", "declined", "countered")}
        if any(said.values()):
            self.story.tell(
                N_(
                    "Réponses\u00a0: %(accepted)s oui, %(declined)s non, %(countered)s autre heure."
                ),
                **said,
            )
        for what, text in (
            (
                "asked_again",
                N_("Nouvelles propositions pour des places libres\u00a0: %(number)s."),
            ),
            ("handed_back", N_("Tâches rendues à temps\u00a0: %(number)s.")),
            (
                "late",
                N_("Le réseau revient, résultats gardés sur un téléphone\u00a0: %(number)s."),
            ),
            ("corrected", N_("Résultats corrigés\u00a0: %(number)s.")),
        ):
            if self.counts[what]:
                self.story.tell(text, number=self.counts[what])
        self.counts.clear()
