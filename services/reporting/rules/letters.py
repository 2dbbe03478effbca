"""When a subscriber is written to: once for a seal, and never without something new."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID, uuid5


class Rhythm(StrEnum):
    """How often a subscriber is written to."""

    EACH_SEAL = "each_seal"
    MONTHLY = "monthly"
    AT_CLOSE = "at_close"


CONFIRM_WITHIN = timedelta(days=3)  # then an address that nobody confirmed is forgotten
RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """The last seal of a campaign. `ended_on` is the day of its final seal, None before."""

    campaign_id: UUID
    seal: int
    sealed_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants letters. `began_on` is None until whoever reads the address said yes."""

    subscription_id: UUID
    rhythm: Rhythm
    language: str
    began_on: date | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a subscriber was last told of a campaign, and when it was decided to."""

    seal: int
    on: date


def is_due(wants: Subscription, campaign: Sealed, told: Told | None, today: date) -> bool:
    """Tell whether a subscriber is to be told of a campaign's last seal.

    A seal is told once. What was sealed before somebody subscribed stands on the page: the first
    letter brings something that was not there yet. Monthly letters leave on the first of a month.
    """
    if wants.began_on is None or (told is not None and told.seal >= campaign.seal):
        return False
    if campaign.ended_on is not None and campaign.ended_on < wants.began_on:
        return False
    match wants.rhythm:
        case Rhythm.EACH_SEAL:
            return campaign.sealed_on >= wants.began_on
        case Rhythm.MONTHLY:
            since = max(told.on, wants.began_on) if told else wants.began_on
            return today.replace(day=1) > since
        case Rhythm.AT_CLOSE:
            return campaign.ended_on is not None


def letter_id(subscription_id: UUID, campaign_id: UUID, seal: int) -> UUID:
    """Name a letter: the same subscriber, campaign and seal give the same one, and Message-ID."""
    return uuid5(subscription_id, f"{campaign_id}/{seal}")
