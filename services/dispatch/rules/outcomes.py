"""What a worker brings back: closed lists, sane bounds, versions. No resident fits in here."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID, uuid5

from services.dispatch.rules.local_time import local_day
from services.dispatch.rules.roster import Slot
from shared.errors import Problem
from shared.events import RelayCount
from shared.words import (
    ActionKind,
    ContributionId,
    CorrectionReason,
    Language,
    Mission,
    NonTakeUp,
    OutcomeId,
    Theme,
)

DAYS_ASIDE = 3  # a market that was rained off and held two days later is still that task
NO_OUTCOME_AFTER = timedelta(days=7)  # a week without network is rare; a late outcome still counts


@dataclass(frozen=True, slots=True)
class OutcomeKind:
    """What an outcome of one kind of action means.

    `people_max` is a guard against a slip of the thumb, per worker and task: several times the
    best day that the activity report of 2022 tells of.
    """

    mission: Mission
    people_max: int


OUTCOMES: dict[ActionKind, OutcomeKind] = {
    ActionKind.MARKET_STALL: OutcomeKind(Mission.COLLECTIVE_INFORMATION, 500),
    ActionKind.FLYER_ROUND: OutcomeKind(Mission.COLLECTIVE_INFORMATION, 2000),
    ActionKind.STREET_ROUND: OutcomeKind(Mission.COLLECTIVE_INFORMATION, 300),
    ActionKind.DROP_IN: OutcomeKind(Mission.COLLECTIVE_INFORMATION, 200),
    ActionKind.DISCUSSION_TABLE: OutcomeKind(Mission.COLLECTIVE_INFORMATION, 100),
    ActionKind.CITIZEN_GROUP: OutcomeKind(Mission.COMMUNITY_ACTION, 100),
    ActionKind.THEMATIC_EVENT: OutcomeKind(Mission.COLLECTIVE_INFORMATION, 1000),
    ActionKind.NEIGHBOURHOOD_PARTY: OutcomeKind(Mission.COMMUNITY_ACTION, 2000),
    ActionKind.WORKSHOP: OutcomeKind(Mission.COLLECTIVE_INFORMATION, 100),
    ActionKind.BRI_CO: OutcomeKind(Mission.COMMUNITY_ACTION, 500),
    ActionKind.VACCI_BUS_DAY: OutcomeKind(Mission.COLLECTIVE_INFORMATION, 1000),
    ActionKind.ACCOMPANIMENT: OutcomeKind(Mission.INDIVIDUAL_GUIDANCE, 30),
    ActionKind.INTERPRETING: OutcomeKind(Mission.INDIVIDUAL_GUIDANCE, 30),
    ActionKind.PARTNER_TRAINING: OutcomeKind(Mission.NETWORKING, 200),
}


@dataclass(frozen=True, slots=True)
class Body:
    """What one worker counted at one task."""

    happened_on: date
    people_reached: int
    themes: tuple[Theme, ...] = ()
    languages: tuple[Language, ...] = ()
    non_take_up: tuple[NonTakeUp, ...] = ()
    relays: tuple[RelayCount, ...] = ()
    reason: CorrectionReason | None = None

    def in_order(self) -> "Body":
        """Return the same body with each list sorted and without doubles."""
        return Body(
            self.happened_on,
            self.people_reached,
            tuple(sorted(set(self.themes))),
            tuple(sorted(set(self.languages))),
            tuple(sorted(set(self.non_take_up))),
            tuple(sorted(self.relays, key=lambda relay: relay.kind)),
            self.reason,
        )

    def fingerprint(self) -> str:
        """Tell two bodies apart, whatever the order of their lists."""
        own = self.in_order()
        content = [
            own.happened_on.isoformat(),
            own.people_reached,
            own.themes,
            own.languages,
            own.non_take_up,
            [[r.kind, r.made, r.took_hold] for r in own.relays],
            own.reason,
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def outcome_id(task_id: UUID) -> OutcomeId:
    """Name the outcome of a task: a pair shares one without having to agree on an id."""
    return OutcomeId(uuid5(task_id, "outcome"))


def contribution_id(task_id: UUID, worker_id: UUID) -> ContributionId:
    """Name a contribution for a page without scripts; phones make ids of their own."""
    return ContributionId(uuid5(task_id, f"contribution/{worker_id}"))


def body_problems(slot: Slot, ends_on: date, today: date, body: Body) -> list[Problem]:
    """Return everything that cannot be right in a body; empty when it may be recorded.

    Args:
        slot: the task.
        ends_on: the campaign's last day; nothing of it happens later.
        today: in Brussels.
        body: what was counted.
    """
    problems = []
    people_max = OUTCOMES[slot.kind].people_max
    planned_on = local_day(slot.starts_at)
    if not 0 <= body.people_reached <= people_max:
        problems.append(
            Problem(
                "people_out_of_bounds",
                "De 0 à %(most)s personnes pour ce type d’action.",
                place="people_reached",
                values={"most": people_max},
            )
        )
    if body.happened_on > today:
        problems.append(
            Problem("in_the_future", "Ce jour n’est pas encore venu.", place="happened_on")
        )
    if abs(body.happened_on - planned_on) > timedelta(days=DAYS_ASIDE):
        problems.append(
            Problem(
                "another_day",
                "La tâche était prévue le %(day)s\u00a0: trois jours d’écart au plus.",
                place="happened_on",
                values={"day": f"{planned_on:%d/%m}"},
            )
        )
    if body.happened_on > ends_on:
        problems.append(
            Problem("after_the_end", "La campagne était clôturée ce jour-là.", place="happened_on")
        )
    kinds = [relay.kind for relay in body.relays]
    if len(kinds) != len(set(kinds)):
        problems.append(
            Problem("relay_twice", "Chaque type de relais une seule fois.", place="relays")
        )
    if any(relay.took_hold > relay.made for relay in body.relays):
        problems.append(
            Problem(
                "more_held_than_made",
                "Un relais abouti est d’abord un relais fait\u00a0: le second nombre ne dépasse pas"
                " le premier.",
                place="relays",
            )
        )
    if any(relay.made > people_max for relay in body.relays):
        problems.append(
            Problem(
                "relays_out_of_bounds",
                "De 0 à %(most)s relais pour ce type d’action.",
                place="relays",
                values={"most": people_max},
            )
        )
    return problems


Receipt = Literal["new", "same", "correction"]


def receive(body: Body, known_fingerprints: frozenset[str]) -> Receipt:
    """Say what a sending is: the first, one that was received already, or a correction.

    A phone may repeat its first sending after a correction went through; what equals any earlier
    sending, reason included, is therefore a repetition. Going back to old counts needs a reason.
    """
    if not known_fingerprints:
        return "new"
    return "same" if body.fingerprint() in known_fingerprints else "correction"


def correction_reason(body: Body) -> CorrectionReason:
    """Say why a body was corrected; who gives no reason miscounted."""
    return body.reason or CorrectionReason.MISCOUNTED


def closes_task(body: Body, *, done: bool) -> bool:
    """Tell whether a contribution ends its task: the first one does, unless nothing took place."""
    return not done and body.reason is not CorrectionReason.NEVER_HAPPENED
