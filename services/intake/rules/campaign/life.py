"""The life of a campaign: declared, running, suspended, closed; never past its end."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

from services.intake.rules.source_text import N_
from shared.errors import refuse
from shared.words import CampaignState, ClosingReason


class Move(StrEnum):
    START = "start"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Life:
    """Where a campaign stands. `ends_on` is its last day."""

    state: CampaignState
    starts_on: date
    ends_on: date


def after(life: Life, move: Move, today: date) -> CampaignState:
    """Say which state a move leads to.

    Raises:
        RefusedError: when the campaign cannot make it now: it has not begun, is over, or closed.
    """
    match move:
        case Move.START:
            allowed = life.state is CampaignState.DECLARED and life.starts_on <= today
            becomes = CampaignState.RUNNING
        case Move.SUSPEND:
            allowed = life.state is CampaignState.RUNNING
            becomes = CampaignState.SUSPENDED
        case Move.RESUME:
            allowed = life.state is CampaignState.SUSPENDED
            becomes = CampaignState.RUNNING
        case Move.CLOSE:
            allowed = life.state is not CampaignState.CLOSED
            becomes = CampaignState.CLOSED
        case _:
            assert_never(move)
    if becomes is not CampaignState.CLOSED and today > life.ends_on:
        allowed = False
    if not allowed:
        raise refuse(
            f"cannot_{move.value}",
            N_("La campagne ne peut pas faire cela dans son état actuel."),
            place=life.state.value,
        )
    return becomes


def due_move(life: Life, today: date) -> Move | None:
    """Say what the calendar asks: to start on the first day, to close after the last one."""
    if life.state is CampaignState.CLOSED:
        return None
    if today > life.ends_on:
        return Move.CLOSE
    if life.state is CampaignState.DECLARED and today >= life.starts_on:
        return Move.START
    return None


def closing_reason(life: Life, today: date) -> ClosingReason:
    """Tell a campaign that reached its end from one that was closed on or before its last day."""
    return ClosingReason.REACHED_ITS_END if today > life.ends_on else ClosingReason.ENDED_EARLY


def check_new_end(life: Life, ends_on: date, today: date) -> None:
    """Let a campaign end earlier.

    Raises:
        RefusedError: for a later end, always: an extension is a new invitation; for an end before
            today or before its start; and for a campaign that is closed.
    """
    if ends_on > life.ends_on:
        raise refuse(
            "extension_is_a_new_invitation",
            N_(
                "Une campagne ne se prolonge pas : si la crise continue, encodez une nouvelle "
                "invitation, qui sera évaluée avec les RAQ."
            ),
            place="ends_on",
        )
    if life.state is CampaignState.CLOSED or ends_on < max(today, life.starts_on):
        raise refuse(
            "end_is_in_the_past",
            N_("La nouvelle fin tombe avant aujourd'hui ou avant le début, ou tout est déjà clos."),
            place="ends_on",
        )
