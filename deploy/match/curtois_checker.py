"""The independent judge of a roster for an instance of Curtois and Qu: rules, and what it costs.

It shares no code with what makes rosters; it goes through the calendar of each person as somebody
with a pencil would.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from deploy.match.curtois_reader import Person, Rota, Shift

SATURDAY, SUNDAY, WEEK_DAYS = 5, 6, 7

Roster = Mapping[str, Mapping[int, str]]  # person -> day -> shift; a day that is absent is off


@dataclass(frozen=True, slots=True)
class Broken:
    """A hard rule that a roster breaks: whose, which, and where."""

    rule: str
    person: str
    what: str


@dataclass(frozen=True, slots=True)
class Cost:
    """The objective of the benchmark, in its own points: less is better."""

    requests: int
    under: int
    over: int

    @property
    def total(self) -> int:
        return self.requests + self.under + self.over


def broken_rules(rota: Rota, roster: Roster) -> list[Broken]:
    """Return every hard rule that a roster breaks; an empty list: it is feasible."""
    shifts = {shift.id: shift for shift in rota.shifts}
    people = {person.id: person for person in rota.staff}
    found = [
        Broken("unknown", name, "is not an employee") for name in sorted(set(roster) - set(people))
    ]
    for person in rota.staff:
        mine = roster.get(person.id, {})
        odd = {d: s for d, s in mine.items() if s not in shifts or not 0 <= d < rota.days}
        if odd:
            found += [Broken("unknown", person.id, f"day {d}, shift {s}") for d, s in odd.items()]
            continue
        found += (Broken(rule, person.id, what) for rule, what in _of(person, mine, shifts, rota))
    return found


def _of(
    person: Person, mine: Mapping[int, str], shifts: Mapping[str, Shift], rota: Rota
) -> Iterator[tuple[str, str]]:
    for day in sorted(person.days_off & set(mine)):
        yield "day-off", f"works on day {day}"
    for shift, times in sorted(Counter(mine.values()).items()):
        if shift in person.most and times > person.most[shift]:
            yield "max-shifts", f"{times} times {shift}, at most {person.most[shift]}"
    minutes = sum(shifts[shift].length_min for shift in mine.values())
    if minutes > person.most_min:
        yield "max-minutes", f"{minutes} minutes, at most {person.most_min}"
    if minutes < person.least_min:
        yield "min-minutes", f"{minutes} minutes, at least {person.least_min}"
    for day, shift in sorted(mine.items()):
        if day + 1 in mine and mine[day + 1] in shifts[shift].not_next:
            yield "sequence", f"{mine[day + 1]} after {shift} on day {day}"
    weekends = {day // WEEK_DAYS for day in mine if day % WEEK_DAYS in (SATURDAY, SUNDAY)}
    if len(weekends) > person.most_weekends:
        yield "max-weekends", f"{len(weekends)} weekends, at most {person.most_weekends}"
    yield from _stretches(person, mine, rota.days)


def _stretches(person: Person, mine: Mapping[int, str], days: int) -> Iterator[tuple[str, str]]:
    for works, group in groupby(range(days), key=lambda day: day in mine):
        stretch = list(group)
        first, size = stretch[0], len(stretch)
        inside = first > 0 and stretch[-1] < days - 1
        if works and size > person.most_in_row:
            yield "max-consecutive", f"{size} shifts from day {first}"
        if works and inside and size < person.least_in_row:
            yield "min-consecutive", f"{size} shifts from day {first}"
        if not works and inside and size < person.least_off:
            yield "min-days-off", f"{size} days off from day {first}"


def cost_of(rota: Rota, roster: Roster) -> Cost:
    """Return what a roster costs: disappointed requests, missing and excess people."""
    present = Counter((day, shift) for mine in roster.values() for day, shift in mine.items())
    given = {(name, day, shift) for name, mine in roster.items() for day, shift in mine.items()}
    missed = sum(r.weight for r in rota.wanted if (r.person, r.day, r.shift) not in given)
    forced = sum(r.weight for r in rota.unwanted if (r.person, r.day, r.shift) in given)
    under = sum(c.under * max(0, c.need - present[c.day, c.shift]) for c in rota.cover)
    over = sum(c.over * max(0, present[c.day, c.shift] - c.need) for c in rota.cover)
    return Cost(missed + forced, under, over)
