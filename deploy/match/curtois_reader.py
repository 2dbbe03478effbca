"""The shift scheduling instances of Curtois and Qu: what they say, and how their files are read.

Source of the problem and of the format: T. Curtois and R. Qu, "Computational results on new staff
scheduling benchmark instances" (2014), http://www.schedulingbenchmarks.org. A file has sections of
comma-separated lines; lines that begin with `#` are comments; day 0 is a Monday.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

SECTIONS = {
    "SECTION_HORIZON": 1,
    "SECTION_SHIFTS": 3,
    "SECTION_STAFF": 8,
    "SECTION_DAYS_OFF": None,  # a person, then as many days as wanted
    "SECTION_SHIFT_ON_REQUESTS": 4,
    "SECTION_SHIFT_OFF_REQUESTS": 4,
    "SECTION_COVER": 5,
}
OPTIONAL = {"SECTION_DAYS_OFF", "SECTION_SHIFT_ON_REQUESTS", "SECTION_SHIFT_OFF_REQUESTS"}


class UnreadableError(ValueError):
    """A file that is no instance. `errors` holds every one, with its line and what to do."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Shift:
    """A kind of shift. `not_next` are the kinds that may not be worked on the day after it."""

    id: str
    length_min: int
    not_next: frozenset[str]


@dataclass(frozen=True, slots=True)
class Person:
    """One employee's hard rules. A kind that `most` does not name has no limit of its own.

    A stretch of shifts or of days off that touches the first or the last day is never too short:
    the days outside are unknown and count in the person's favour (Curtois and Qu, section 2).
    """

    id: str
    most: Mapping[str, int]  # shifts of each kind
    most_min: int
    least_min: int
    most_in_row: int
    least_in_row: int
    least_off: int
    most_weekends: int  # with a shift on Saturday, on Sunday or on both
    days_off: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """A wish: to work this shift (or not to), with what it costs to disappoint it."""

    person: str
    day: int
    shift: str
    weight: int


@dataclass(frozen=True, slots=True)
class Cover:
    """How many people a shift of one day needs; what each one missing or in excess costs."""

    day: int
    shift: str
    need: int
    under: int
    over: int


@dataclass(frozen=True, slots=True)
class Rota:
    """A whole instance."""

    days: int
    shifts: tuple[Shift, ...]
    staff: tuple[Person, ...]
    wanted: tuple[Request, ...]
    unwanted: tuple[Request, ...]
    cover: tuple[Cover, ...]


@dataclass(slots=True)
class _Reading:
    """Lines of a file by section, and what was found wrong so far."""

    lines: dict[str, list[tuple[int, list[str]]]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def wrong(self, line: int, what: str) -> None:
        self.errors.append(f"line {line}: {what}")

    def number(self, line: int, text: str, what: str, most: int | None = None) -> int:
        """Read a whole number of at least 0; note what is wrong and return 0 otherwise."""
        if not (text.isascii() and text.isdigit()):
            self.wrong(line, f"{what} is {text!r}: write a whole number, 0 or more")
            return 0
        if most is not None and int(text) > most:
            self.wrong(line, f"{what} is {text}: write one from 0 to {most}")
            return 0
        return int(text)

    def known(self, line: int, text: str, names: Mapping[str, object], what: str) -> str:
        if text not in names:
            self.wrong(line, f"{what} {text!r} is not declared above: add it or correct the name")
        return text

    def once(self, line: int, name: str, names: Mapping[str, object], what: str) -> bool:
        if not name or name in names:
            self.wrong(line, f"{what} {name!r} is empty or there twice: give it a name of its own")
            return False
        return True

    def rows(self, section: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the lines of a section that have as many fields as they need."""
        wanted = SECTIONS[section]
        for line, fields in self.lines.get(section, ()):
            if wanted is not None and len(fields) != wanted:
                self.wrong(line, f"{section} needs {wanted} fields, here are {len(fields)}")
            else:
                yield line, fields


def looks_like_curtois(text: str) -> bool:
    """Tell whether a file means to be such an instance, however wrong it is."""
    return any(line.strip() in SECTIONS for line in text.splitlines())


def read_curtois(text: str) -> Rota:
    """Read one instance.

    Raises:
        UnreadableError: with every error at once, each with its line and what to do about it.
    """
    reading = _split(text)
    days = 0
    for line, fields in reading.rows("SECTION_HORIZON"):
        days = reading.number(line, fields[0], "the number of days")
    shifts = _shifts(reading)
    staff = _staff(reading, shifts, _days_off(reading, days))
    wanted = _requests(reading, "SECTION_SHIFT_ON_REQUESTS", (days, shifts, staff))
    unwanted = _requests(reading, "SECTION_SHIFT_OFF_REQUESTS", (days, shifts, staff))
    cover = _cover(reading, days, shifts)
    if reading.errors:
        raise UnreadableError(sorted(reading.errors, key=_line_of))
    return Rota(days, tuple(shifts.values()), tuple(staff.values()), wanted, unwanted, cover)


def _line_of(error: str) -> int:
    return int(error.split(":", maxsplit=1)[0].removeprefix("line "))


def _split(text: str) -> _Reading:
    reading, section, counter = _Reading(), "", count(1)
    for line, raw in zip(counter, text.splitlines(), strict=False):
        content = raw.strip()
        if not content or content.startswith("#"):
            continue
        if content.startswith("SECTION_"):
            section = content
            if section not in SECTIONS:
                reading.wrong(line, f"{section} is no section: use {', '.join(SECTIONS)}")
            elif section in reading.lines:
                reading.wrong(line, f"{section} is there twice: join them")
            reading.lines.setdefault(section, [])
        elif section:
            reading.lines[section].append((line, [part.strip() for part in content.split(",")]))
        else:
            reading.wrong(line, "this stands before any section: begin with SECTION_HORIZON")
    end = next(counter)
    for name in SECTIONS:
        if name not in OPTIONAL and not reading.lines.get(name):
            reading.wrong(end, f"{name} is missing or empty: add it")
    return reading


def _shifts(reading: _Reading) -> dict[str, Shift]:
    shifts, naming = dict[str, Shift](), list[tuple[int, str]]()
    for line, (name, length, not_next) in reading.rows("SECTION_SHIFTS"):
        if reading.once(line, name, shifts, "shift"):
            others = frozenset(part for part in not_next.split("|") if part)
            naming += [(line, other) for other in sorted(others)]
            minutes = reading.number(line, length, "the length")
            shifts[name] = Shift(name, minutes, others)
    for line, other in naming:
        reading.known(line, other, shifts, "shift")
    return shifts


def _days_off(reading: _Reading, days: int) -> dict[str, tuple[int, frozenset[int]]]:
    off = dict[str, tuple[int, frozenset[int]]]()
    for line, (name, *texts) in reading.rows("SECTION_DAYS_OFF"):
        mine = [reading.number(line, text, "the day", days - 1) for text in texts if text]
        off[name] = (line, off.get(name, (line, frozenset[int]()))[1] | frozenset(mine))
    return off


def _staff(
    reading: _Reading,
    shifts: Mapping[str, Shift],
    days_off: Mapping[str, tuple[int, frozenset[int]]],
) -> dict[str, Person]:
    staff = dict[str, Person]()
    for line, (name, limits, *texts) in reading.rows("SECTION_STAFF"):
        if not reading.once(line, name, staff, "employee"):
            continue
        most = dict[str, int]()
        for part in limits.split("|"):
            shift, equals, number = part.partition("=")
            if not equals:
                reading.wrong(line, f"the limit {part!r} is none: write SHIFT=NUMBER")
                continue
            most[reading.known(line, shift, shifts, "shift")] = reading.number(
                line, number, f"the most shifts {shift}"
            )
        most_min, least_min, *rest = (reading.number(line, text, "this rule") for text in texts)
        if least_min > most_min:
            reading.wrong(line, "the least minutes are more than the most: change one of them")
        most_in_row, least_in_row, least_off, weekends = rest
        off = days_off.get(name, (line, frozenset[int]()))[1]
        staff[name] = Person(
            name, most, most_min, least_min, most_in_row, least_in_row, least_off, weekends, off
        )
    for name, (line, _) in days_off.items():
        reading.known(line, name, staff, "employee")
    return staff


def _requests(
    reading: _Reading, section: str, known: tuple[int, Mapping[str, Shift], Mapping[str, Person]]
) -> tuple[Request, ...]:
    days, shifts, staff = known
    return tuple(
        Request(
            reading.known(line, person, staff, "employee"),
            reading.number(line, day, "the day", days - 1),
            reading.known(line, shift, shifts, "shift"),
            reading.number(line, weight, "the weight"),
        )
        for line, (person, day, shift, weight) in reading.rows(section)
    )


def _cover(reading: _Reading, days: int, shifts: Mapping[str, Shift]) -> tuple[Cover, ...]:
    cover = dict[tuple[int, str], Cover]()
    number: Callable[[int, str, str], int] = reading.number
    for line, (day_text, shift, need, under, over) in reading.rows("SECTION_COVER"):
        day = reading.number(line, day_text, "the day", days - 1)
        if (day, reading.known(line, shift, shifts, "shift")) in cover:
            reading.wrong(line, f"the cover of {shift} on day {day} is there twice: keep one")
        weights = (number(line, need, "the requirement"), number(line, under, "the weight"))
        cover[day, shift] = Cover(day, shift, *weights, number(line, over, "the weight"))
    return tuple(cover.values())
