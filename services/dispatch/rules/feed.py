"""A worker's own feed (RFC 5545): what they accepted, and what of it is cancelled.

An event has the kind of action, the neighbourhood and the hours. There is no campaign, no
colleague, no reason and no text in it: whoever finds the address learns where somebody will be,
which is why it is secret and can be renewed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event, Timezone, vDuration

from services.dispatch.rules.local_time import BRUSSELS
from shared.words import ActionKind

PRODUCT = "-//Relais//Field app//EN"
ASKED_AGAIN_AFTER = timedelta(hours=1)
KEPT_AFTER_END = timedelta(days=30)
CANCELLED_KEPT_AFTER_END = timedelta(days=1)
"""As long as an answer is kept with its person: a cancellation may be a task handed back."""


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """What the feed last said of a task. `sequence` grows with each change."""

    proposal_id: UUID
    kind: ActionKind
    zone_id: str
    starts_at: datetime
    ends_at: datetime
    cancelled: bool = False
    sequence: int = 0
    changed_at: datetime | None = None


def reconciled(
    said: Mapping[UUID, FeedEvent], accepted: Iterable[FeedEvent], now: datetime
) -> list[FeedEvent]:
    """Return what a feed says now, given what it said before.

    What is new comes in, what changed gets the next sequence, and what is accepted no more is
    cancelled; each is kept a while after its end, and then left out.
    """
    current = {event.proposal_id: event for event in accepted}
    found = []
    for event in current.values():
        before = said.get(event.proposal_id)
        found.append(_next(before, event, now) if before else replace(event, changed_at=now))
    found += [
        _next(before, replace(before, cancelled=True), now)
        for before in said.values()
        if before.proposal_id not in current
    ]
    kept = [
        event
        for event in found
        if now < event.ends_at + (CANCELLED_KEPT_AFTER_END if event.cancelled else KEPT_AFTER_END)
    ]
    return sorted(kept, key=lambda event: (event.starts_at, event.proposal_id))


def _next(before: FeedEvent, after: FeedEvent, now: datetime) -> FeedEvent:
    same = replace(after, sequence=before.sequence, changed_at=before.changed_at)
    if same == before:
        return before
    return replace(after, sequence=before.sequence + 1, changed_at=now)


def write_feed(
    events: Iterable[FeedEvent],
    title: str,
    kind_name: Callable[[ActionKind], str],
    zone_name: Callable[[str], str],
) -> bytes:
    """Write a feed as a calendar, in Brussels time with its rules. The same events, same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", "Europe/Brussels")
    calendar.add("refresh-interval", vDuration(ASKED_AGAIN_AFTER), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ASKED_AGAIN_AFTER))
    calendar.add_component(Timezone.from_tzinfo(BRUSSELS, "Europe/Brussels"))
    for one in events:
        event = Event()
        event.add("uid", f"{one.proposal_id}@relais")
        event.add("sequence", one.sequence)
        event.add("dtstamp", one.changed_at or one.starts_at)
        event.add("last-modified", one.changed_at or one.starts_at)
        event.add("dtstart", one.starts_at.astimezone(BRUSSELS))
        event.add("dtend", one.ends_at.astimezone(BRUSSELS))
        event.add("summary", kind_name(one.kind))
        event.add("location", zone_name(one.zone_id))
        event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
        event.add("transp", "TRANSPARENT" if one.cancelled else "OPAQUE")
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
