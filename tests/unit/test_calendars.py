"""Busy times read from calendar files, and the feed that goes out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from icalendar import Calendar

from services.dispatch.rules.busy_times import HORIZON, TIMES_MAX, joined, read_busy
from services.dispatch.rules.feed import (
    CANCELLED_KEPT_AFTER_END,
    FeedEvent,
    reconciled,
    write_feed,
)
from services.dispatch.rules.local_time import BRUSSELS
from shared.errors import RefusedError
from shared.words import ActionKind

NOW = datetime(2022, 3, 21, 8, tzinfo=BRUSSELS)  # a Monday; summer time begins on the 27th
ROMANCE = """BEGIN:VTIMEZONE
TZID:Romance Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def a_file(*events: str, zone: str = "", head: str = "") -> bytes:
    inside = "".join(
        f"BEGIN:VEVENT\nUID:{number}\nDTSTAMP:20220101T000000Z\n{event}\nEND:VEVENT\n"
        for number, event in enumerate(events)
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{head}{zone}{inside}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def times(content: bytes) -> list[str]:
    return [
        f"{busy.starts_at.astimezone(BRUSSELS):%d/%m %H:%M}"
        f"-{busy.ends_at.astimezone(BRUSSELS):%d/%m %H:%M}"
        for busy in read_busy(content, NOW).times
    ]


def slug(content: bytes) -> str:
    with pytest.raises(RefusedError) as refused:
        read_busy(content, NOW)
    return refused.value.problems[0].slug


def test_hours_with_a_zone_in_utc_or_without_one_are_brussels_hours() -> None:
    content = a_file(
        "DTSTART;TZID=Europe/Brussels:20220322T090000\nDTEND;TZID=Europe/Brussels:20220322T100000",
        "DTSTART:20220323T080000Z\nDTEND:20220323T090000Z",
        "DTSTART:20220324T090000\nDURATION:PT1H",
        "DTSTART;TZID=Romance Standard Time:20220328T090000\n"
        "DTEND;TZID=Romance Standard Time:20220328T100000",
        "DTSTART;TZID=America/New_York:20220329T030000\nDTEND;TZID=America/New_York:20220329T040000",
        zone=ROMANCE,
    )

    assert times(content) == [
        "22/03 09:00-22/03 10:00",
        "23/03 09:00-23/03 10:00",
        "24/03 09:00-24/03 10:00",
        "28/03 09:00-28/03 10:00",
        "29/03 09:00-29/03 10:00",
    ]


def test_a_series_keeps_its_hour_over_the_change_of_clocks_and_its_exceptions() -> None:
    content = a_file(
        "DTSTART;TZID=Europe/Brussels:20220315T090000\nDTEND;TZID=Europe/Brussels:20220315T100000\n"
        "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Brussels:20220329T090000",
        "DTSTART;VALUE=DATE:20220322\nDTEND;VALUE=DATE:20220324\nRRULE:FREQ=MONTHLY;COUNT=1",
    )

    assert times(content) == [
        "22/03 00:00-23/03 00:00",
        "23/03 00:00-24/03 00:00",
        "05/04 09:00-05/04 10:00",
    ]


def test_what_is_cancelled_free_past_or_far_is_left_out() -> None:
    usual = "DTSTART:20220322T080000Z\nDTEND:20220322T090000Z"
    content = a_file(
        f"{usual}\nSTATUS:CANCELLED",
        f"{usual}\nTRANSP:TRANSPARENT",
        f"{usual}\nX-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "DTSTART:20220301T080000Z\nDTEND:20220301T090000Z",
        "DTSTART:20300301T080000Z\nDTEND:20300301T090000Z",
        "DTSTART:20220323T080000Z",
    )

    assert times(content) == []
    assert read_busy(content, NOW).until > NOW + HORIZON - timedelta(days=2)


def test_a_moved_occurrence_of_a_series_moves() -> None:
    series = "UID:s\nDTSTART:20220322T080000Z\nDTEND:20220322T090000Z\nRRULE:FREQ=DAILY;COUNT=2"
    moved = (
        "UID:s\nRECURRENCE-ID:20220323T080000Z\nDTSTART:20220323T130000Z\nDTEND:20220323T140000Z"
    )
    content = a_file(series, moved).replace(b"UID:0\r\n", b"").replace(b"UID:1\r\n", b"")

    assert times(content) == ["22/03 09:00-22/03 10:00", "23/03 14:00-23/03 15:00"]


def test_what_touches_or_overlaps_is_one_stretch() -> None:
    content = a_file(
        "DTSTART:20220322T080000Z\nDTEND:20220322T090000Z",
        "DTSTART:20220322T090000Z\nDTEND:20220322T100000Z",
        "DTSTART:20220322T083000Z\nDTEND:20220322T084500Z",
    )

    assert times(content) == ["22/03 09:00-22/03 11:00"]
    assert joined([]) == []


def test_published_busy_times_are_read_too() -> None:
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VFREEBUSY\r\nUID:1\r\n"
        "DTSTAMP:20220101T000000Z\r\n"
        "FREEBUSY;FBTYPE=BUSY:20220322T080000Z/PT1H,20220323T080000Z/20220323T093000Z\r\n"
        "FREEBUSY;FBTYPE=FREE:20220324T080000Z/PT1H\r\n"
        "END:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    )

    assert times(text.encode()) == ["22/03 09:00-22/03 10:00", "23/03 09:00-23/03 10:30"]


@pytest.mark.parametrize(
    "content",
    [
        b"not a calendar",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:never\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VEVENT\r\nDTSTART:20220322T080000Z\r\nEND:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n",
        bytes(range(256)),
        a_file("DTSTART:20220322T090000Z\nDTEND:20220322T100000Z\nRRULE:FREQ=PERHAPS"),
    ],
)
def test_a_broken_file_is_refused_and_says_what_to_do(content: bytes) -> None:
    assert slug(content) == "broken_calendar"


def test_what_would_never_end_or_is_too_big_is_refused_before_it_is_walked() -> None:
    usual = "DTSTART:20220322T080000Z\nDTEND:20220322T080100Z\nRRULE:FREQ="
    ancient = "DTSTART:19000322T080000Z\nDTEND:19000322T080100Z\nRRULE:FREQ=DAILY"

    assert slug(b"") == "empty"
    assert slug(b"x" * 3_000_000) == "too_big"
    assert slug(a_file(f"{usual}SECONDLY")) == "endless"
    assert slug(a_file(f"{usual}DAILY;BYSECOND=1,2,3")) == "endless"
    assert slug(a_file(ancient)) == "endless"
    many = [f"DTSTART:20220322T08{n % 60:02}00Z\nDURATION:PT1M" for n in range(TIMES_MAX + 1001)]
    assert slug(a_file(*many)) == "too_many"


def test_titles_places_and_people_come_out_nowhere() -> None:
    content = a_file(
        "DTSTART:20220322T080000Z\nDTEND:20220322T090000Z\nSUMMARY:Canary title\n"
        "LOCATION:Canary place\nATTENDEE;CN=Canary:mailto:canary@example.org\nDESCRIPTION:Canary"
    )

    assert "anary" not in repr(read_busy(content, NOW))


# --- the feed ------------------------------------------------------------------------------------


def an_event(hour: int = 9) -> FeedEvent:
    starts = datetime(2022, 3, 28, hour, tzinfo=BRUSSELS).astimezone(UTC)
    return FeedEvent(uuid4(), ActionKind.MARKET_STALL, "RAQ01", starts, starts + timedelta(hours=3))


def feed(events: list[FeedEvent]) -> bytes:
    return write_feed(events, "Mes tâches", lambda kind: kind.value, lambda zone: f"Zone {zone}")


def by_id(events: list[FeedEvent]) -> dict[object, FeedEvent]:
    return {event.proposal_id: event for event in events}


def test_a_change_or_a_cancellation_counts_on_and_nothing_is_just_removed() -> None:
    event = an_event()
    first = reconciled({}, [event], NOW)
    same = reconciled({first[0].proposal_id: first[0]}, [event], NOW + timedelta(hours=1))
    moved = reconciled(
        {event.proposal_id: same[0]}, [replace(event, zone_id="RAQ02")], NOW + timedelta(hours=2)
    )
    gone = reconciled({event.proposal_id: moved[0]}, [], NOW + timedelta(hours=3))
    again = reconciled({event.proposal_id: gone[0]}, [event], NOW + timedelta(hours=4))

    assert first[0].sequence == 0
    assert same == first
    assert (moved[0].sequence, moved[0].cancelled) == (1, False)
    assert (gone[0].sequence, gone[0].cancelled, gone[0].starts_at) == (2, True, event.starts_at)
    assert (again[0].sequence, again[0].cancelled) == (3, False)


def test_a_cancellation_is_forgotten_with_the_answer() -> None:
    event = an_event()
    (gone,) = reconciled({event.proposal_id: replace(event, changed_at=NOW)}, [], NOW)
    later = event.ends_at + CANCELLED_KEPT_AFTER_END

    assert reconciled({event.proposal_id: gone}, [], later) == []
    assert reconciled({}, [event], later) != []


def test_the_feed_tells_the_kind_the_zone_and_the_hours_in_brussels_time() -> None:
    kept = reconciled({}, [an_event(), an_event(14)], NOW)
    cancelled = replace(kept[1], cancelled=True, sequence=1)

    written = feed([kept[0], cancelled])
    read = Calendar.from_ical(written)
    first, second = read.walk("VEVENT")

    assert feed([kept[0], cancelled]) == written
    assert b"BEGIN:VTIMEZONE" in written
    assert b"DTSTART;TZID=Europe/Brussels:20220328T090000" in written
    assert (str(first["SUMMARY"]), str(first["LOCATION"])) == ("market_stall", "Zone RAQ01")
    assert (str(first["STATUS"]), str(second["STATUS"])) == ("CONFIRMED", "CANCELLED")
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)
    assert str(first["UID"]) == f"{kept[0].proposal_id}@relais"
    assert set(first) == {
        "UID",
        "SEQUENCE",
        "DTSTAMP",
        "LAST-MODIFIED",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "LOCATION",
        "STATUS",
        "TRANSP",
        "CLASS",
    }
