"""A campaign reads as five steps: which are done, and which one is now."""

from dataclasses import dataclass
from enum import StrEnum

from shared.words import CampaignState


class Stage(StrEnum):
    """The five steps, by the names that the head of a campaign gives them."""

    DECLARE = "declare"
    MATCH = "match"
    SEND = "send"
    FOLLOW = "follow"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Standing:
    """Which steps are done, and the one that is now."""

    done: tuple[Stage, ...]
    now: Stage


def standing_of(state: CampaignState, *, targeted: bool, matched: bool, sent: bool) -> Standing:
    """Say where a campaign stands.

    Args:
        state: of its life; one that is closed is to be accounted for, whatever was sent.
        targeted: whether its neighbourhoods were told.
        matched: whether a plan is ready.
        sent: whether a task was proposed to somebody.
    """
    done: list[Stage] = [Stage.DECLARE] if targeted else []
    if matched or sent:
        done.append(Stage.MATCH)
    if sent:
        done.append(Stage.SEND)
    if state is CampaignState.CLOSED:
        if sent:
            done.append(Stage.FOLLOW)
        return Standing(tuple(done), Stage.ACCOUNT)
    if not targeted:
        return Standing(tuple(done), Stage.DECLARE)
    if sent:
        return Standing(tuple(done), Stage.FOLLOW)
    return Standing(tuple(done), Stage.SEND if matched else Stage.MATCH)
