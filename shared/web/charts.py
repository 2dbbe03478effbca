"""Charts drawn by the server as SVG: the same on a screen, on paper and without scripts.

A chart is a picture with a sentence for whoever does not see it; the page puts the same numbers in
a table beside it. Styles are `svg.chart` in `desk.css`; nothing here sets a colour.
"""

from collections.abc import Callable, Sequence
from math import ceil
from typing import NamedTuple

from markupsafe import Markup, escape

Write = Callable[[int], str]
COLUMNS_WIDTH, COLUMNS_HEIGHT = 640, 230
BARS_WIDTH, BAR_HEIGHT, BARS_LEFT = 480, 34, 190
LABEL_ROOM, AMOUNT_ROOM = 64, 40  # units that a column's label takes at 14 px, and its number
INSIDE_MIN = 26  # a column shorter than this bears its number on top
STRIP_WIDTH, STRIP_HEIGHT = 1000, 34
LETTER = 7.6  # mean width of a letter at 15 px


class Column(NamedTuple):
    """What was done and what was planned, under one label; None where nothing is told."""

    label: str
    value: int | None
    plan: int


def columns(rows: Sequence[Column], title: str, says: str, write: Write = str) -> Markup:
    """Draw columns of what was done, each crossed by a mark at what was planned.

    Args:
        rows: in the order in which they stand; labels are thinned out when there is no room.
        title: the name of the chart.
        says: the sentence that it shows.
        write: how a number is written in the reader's language.
    """
    top, base = 26.0, COLUMNS_HEIGHT - 28.0
    most = max((max(row.value or 0, row.plan) for row in rows), default=0) or 1
    wide = COLUMNS_WIDTH / max(1, len(rows))
    every = max(1, ceil(LABEL_ROOM / wide))

    def height(amount: float) -> float:
        return base - (base - top) * amount / most

    drawn = [_line("rule", 0, COLUMNS_WIDTH, height(step)) for step in _steps(most)]
    for number, row in enumerate(rows):
        bar = min(wide * 0.68, 96.0)
        left = number * wide + (wide - bar) / 2
        y = height(row.value or 0)
        drawn.append(_rect("done", left, y, bar, base - y))
        if row.plan:
            drawn.append(_line("plan0", left - 4, left + bar + 4, height(row.plan)))
            drawn.append(_line("plan", left - 4, left + bar + 4, height(row.plan)))
        if wide >= LABEL_ROOM and row.value is not None:
            drawn.append(_amount(write(row.value), left + bar / 2, y, height(row.plan), base))
        if number % every == 0:
            drawn.append(_text("axis", left + bar / 2, COLUMNS_HEIGHT - 8, row.label, "middle"))
    return _chart(COLUMNS_WIDTH, COLUMNS_HEIGHT, drawn, title, says)


def _amount(written: str, x: float, y: float, plan: float, base: float) -> str:
    """Write a column's number inside it, under the plan's mark; above it when it is too short."""
    inside = y + 20 if not y - 4 < plan < y + 24 else plan + 22
    if base - y >= INSIDE_MIN and inside < base - 3:
        return _text("inside", x, inside, written, "middle")
    above = y - 7 if not y - 24 < plan < y else plan - 7
    return _text("value", x, above, written, "middle")


def bars(rows: Sequence[tuple[str, int]], title: str, says: str, write: Write = str) -> Markup:
    """Draw one horizontal bar for each label, with its number at its end."""
    most = max((value for _, value in rows), default=0) or 1
    left = min(BARS_LEFT, 16 + LETTER * max((len(label) for label, _ in rows), default=0))
    drawn = []
    for number, (label, value) in enumerate(rows):
        y = number * BAR_HEIGHT + 4.0
        wide = (BARS_WIDTH - left - 60) * value / most
        drawn.append(_text("label", left - 12, y + 17, shortened(label, left - 14), "end"))
        drawn.append(_rect("done", left, y + 3, wide, BAR_HEIGHT - 14.0))
        drawn.append(_text("value", left + wide + 8, y + 17, write(value), "start"))
    return _chart(BARS_WIDTH, max(1, len(rows)) * BAR_HEIGHT, drawn, title, says)


def share(value: int, whole: int) -> Markup:
    """Draw how much of a whole is there, as a gauge beside the number that says it."""
    part = min(100.0, 100 * value / whole) if whole else 0.0
    return _drawn(
        '<svg class="gauge" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{part:.1f}" height="10"/></svg>'
    )


def strip(counts: Sequence[int]) -> Markup:
    """Draw how much happened when, from left to right, as ticks above a time's slider."""
    most = max(counts, default=0) or 1
    wide = STRIP_WIDTH / max(1, len(counts))
    drawn = [
        _rect("done", place * wide, STRIP_HEIGHT - tall, max(wide - 0.6, 0.8), tall)
        for place, count in enumerate(counts)
        if count
        for tall in [6 + (STRIP_HEIGHT - 6) * (count / most) ** 0.5]
    ]
    return _drawn(
        f'<svg class="chart strip" viewBox="0 0 {STRIP_WIDTH} {STRIP_HEIGHT}"'
        f' preserveAspectRatio="none" aria-hidden="true">{"".join(drawn)}</svg>'
    )


def shortened(label: str, room: float) -> str:
    """Cut a label that does not fit; the table beside the chart has it whole."""
    letters = max(3, int(room / LETTER))
    return label if len(label) <= letters else f"{label[: letters - 1].rstrip()}…"


def _steps(most: int) -> list[int]:
    """Choose at most five round heights for the rules behind the columns."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            step = factor * power
            if most / step <= 5:  # noqa: PLR2004 - at most five rules
                return list(range(0, most + 1, step))
        power *= 10


def _chart(width: float, height: float, drawn: list[str], title: str, says: str) -> Markup:
    name = escape(f"{title}. {says}")
    return _drawn(
        f'<svg class="chart" role="img" viewBox="0 0 {width:g} {height:g}" aria-label="{name}">'
        f"{''.join(drawn)}</svg>"
    )


def _drawn(picture: str) -> Markup:
    return Markup(picture)  # noqa: S704 - numbers of ours, and words that were escaped


def _rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}"'
        f' height="{max(0.0, height):.1f}"/>'
    )


def _line(kind: str, x1: float, x2: float, y: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _text(kind: str, x: float, y: float, content: str, anchor: str) -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(content)}</text>"
    )
