"""Consent: who may move a proposal from where to where. Only the worker says yes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.errors import RefusedError, refuse
from shared.words import ProposalState, TaskState

ANSWER_WITHIN = timedelta(hours=48)  # agreed with the team: two days, or half of the time left
START_EARLY = timedelta(hours=1)


class Act(StrEnum):
    """What can happen to a proposal."""

    ACCEPT = "accept"
    DECLINE = "decline"
    COUNTER = "counter"
    HAND_BACK = "hand_back"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


class Actor(StrEnum):
    """Who acts: the worker whom the proposal asks, the coordination, or the clock."""

    WORKER = "worker"
    COORDINATION = "coordination"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table: who may do it, from which states, and where it leads."""

    by: frozenset[Actor]
    before: frozenset[ProposalState]
    after: ProposalState


P = ProposalState
MOVES: dict[Act, Move] = {
    Act.ACCEPT: Move(frozenset({Actor.WORKER}), frozenset({P.PROPOSED}), P.ACCEPTED),
    Act.DECLINE: Move(frozenset({Actor.WORKER}), frozenset({P.PROPOSED, P.COUNTERED}), P.DECLINED),
    Act.COUNTER: Move(frozenset({Actor.WORKER}), frozenset({P.PROPOSED}), P.COUNTERED),
    Act.HAND_BACK: Move(frozenset({Actor.WORKER}), frozenset({P.ACCEPTED}), P.HANDED_BACK),
    Act.EXPIRE: Move(frozenset({Actor.CLOCK}), frozenset({P.PROPOSED, P.COUNTERED}), P.EXPIRED),
    Act.WITHDRAW: Move(
        frozenset({Actor.COORDINATION, Actor.CLOCK}),
        frozenset({P.PROPOSED, P.COUNTERED, P.ACCEPTED}),
        P.WITHDRAWN,
    ),
}
OPEN = frozenset({P.PROPOSED, P.COUNTERED})
HOLDING = frozenset({P.PROPOSED, P.ACCEPTED})
"""States in which a proposal takes its worker's time when others are planned."""
FINAL = frozenset({P.DECLINED, P.EXPIRED, P.HANDED_BACK, P.WITHDRAWN})

SAID_ALREADY: dict[ProposalState, str] = {
    P.PROPOSED: "Personne n’a encore répondu à cette proposition.",
    P.ACCEPTED: "Cette tâche est déjà acceptée.",
    P.DECLINED: "Cette proposition est déjà déclinée.",
    P.COUNTERED: "Une autre heure est déjà proposée.",
    P.EXPIRED: "Le délai pour répondre est passé.",
    P.HANDED_BACK: "Cette tâche est déjà rendue.",
    P.WITHDRAWN: "Cette proposition est retirée.",
}


@dataclass(frozen=True, slots=True)
class Clockwork:
    """When an answer is due, when the task begins and whether this worker began it."""

    now: datetime
    answer_by: datetime
    starts_at: datetime
    started: bool = False


def move(state: ProposalState, act: Act, by: Actor, clock: Clockwork) -> ProposalState:
    """Return the state after an act. Doing again what was done changes nothing.

    Raises:
        RefusedError: not by this actor, not from this state, too late, or too early to expire.
    """
    line = MOVES[act]
    if by not in line.by:
        raise refuse("not_yours", "Seule la personne concernée peut répondre.")
    if state is line.after:
        return state
    if state not in line.before:
        raise refuse(f"already_{state.value}", SAID_ALREADY[state])
    problem = _too_late(state, act, clock)
    if problem is not None:
        raise problem
    return line.after


def _too_late(state: ProposalState, act: Act, clock: Clockwork) -> RefusedError | None:
    due = clock.answer_by if state is P.PROPOSED else clock.starts_at
    match act:
        case Act.ACCEPT | Act.DECLINE | Act.COUNTER if clock.now >= due:
            return refuse("too_late", "Le délai pour répondre est passé.")
        case Act.EXPIRE if clock.now < due:
            return refuse("too_early", "Le délai pour répondre court encore.")
        case Act.HAND_BACK | Act.WITHDRAW if clock.started:
            return refuse("already_started", "La tâche a déjà commencé.")
        case Act.HAND_BACK if clock.now >= clock.starts_at:
            return refuse("already_past", "L’heure de la tâche est passée.")
        case _:
            return None


def comes_late(state: ProposalState, clock: Clockwork) -> bool:
    """Tell whether an answer comes after its question: the delay is over, or it was taken back.

    Nobody did wrong by that, and a late yes is worth as much as an early one: it takes the place
    if that is still free, and the next free one otherwise (decision 0031).
    """
    if state is P.PROPOSED:
        return clock.now >= clock.answer_by
    return state in {P.EXPIRED, P.WITHDRAWN}


def answer_by(now: datetime, starts_at: datetime) -> datetime:
    """Say until when somebody may answer: two days, or half of the time left before the task."""
    return now + min(ANSWER_WITHIN, (starts_at - now) / 2)


def start_problem(state: ProposalState, starts_at: datetime, now: datetime) -> RefusedError | None:
    """Say why a worker may not begin a task: without their own yes, or more than an hour early."""
    if state is not P.ACCEPTED:
        return refuse("not_accepted", "Une tâche commence seulement après votre accord.")
    if now < starts_at - START_EARLY:
        return refuse("too_early", "La tâche commence au plus tôt une heure avant l’heure prévue.")
    return None


@dataclass(frozen=True, slots=True)
class Progress:
    """What happened to a task so far."""

    people_wanted: int
    accepted: int
    asked: int
    started: bool = False
    done: bool = False
    not_done: bool = False
    withdrawn: bool = False


def task_state(progress: Progress) -> TaskState:
    """Read a task's state from what happened; it is stored nowhere, so it cannot be wrong."""
    happened = (
        (progress.done, TaskState.DONE),
        (progress.withdrawn, TaskState.WITHDRAWN),
        (progress.not_done, TaskState.NOT_DONE),
        (progress.started, TaskState.STARTED),
        (progress.accepted >= progress.people_wanted, TaskState.STAFFED),
        (progress.accepted + progress.asked > 0, TaskState.PROPOSED),
    )
    return next((state for holds, state in happened if holds), TaskState.PLANNED)
