"""A worker's notes for themselves: how long, how many letters, and what is never in one."""

import re
from datetime import date, timedelta

from shared.errors import Problem

NOTE_MAX = 2000  # letters: a page of a notebook
KEPT_FOR = timedelta(days=90)
"""From the campaign's close, or from the end of the month for a note outside campaigns.

Source: the retention that the team's data protection notice promises for free text.
"""

NUMBER = re.compile(r"(?<!\d)\d{2}(?:[ .\-/]?\d{2}){2}[ .\-/]?\d{3}[ .\-/]?\d{2}(?!\d)")
ROUND_2000 = 2_000_000_000


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def is_over(month: date, today: date) -> bool:
    """Tell whether notes of a month outside campaigns have been kept long enough."""
    return month < month_of(today - KEPT_FOR)


def last_day(ends_on: date | None, month: date) -> date:
    """Return the day until which a note is kept: of its campaign's end, else of its month's."""
    following = month_of(month + timedelta(days=31))
    return (ends_on or following - timedelta(days=1)) + KEPT_FOR


def national_numbers(text: str) -> list[str]:
    """Find Belgian national numbers, bis numbers included: eleven digits whose check is right.

    Source: royal decree of 3 April 1984, article 3: the check is 97 less the nine first digits
    modulo 97, with a 2 before them for who was born from 2000 on.
    """
    found = []
    for number in NUMBER.findall(text):
        digits = re.sub(r"\D", "", number)
        first, check = int(digits[:9]), int(digits[9:])
        if check in {97 - first % 97, 97 - (ROUND_2000 + first) % 97}:
            found.append(number)
    return found


def note_problems(text: str) -> list[Problem]:
    """Return why a note cannot be kept; empty when it can.

    The phone warns of much more before it saves. This one is refused wherever it comes from: it
    identifies one resident and nobody else, and no work in the street needs it.
    """
    if national_numbers(text):
        return [
            Problem(
                "national_number",
                "Cette note contient un numéro de registre national. Enlevez-le\u00a0: aucune note"
                " ne peut désigner une personne.",
                place="text",
            )
        ]
    return []
