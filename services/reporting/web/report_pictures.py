"""Pictures of a report's parts: the same SVG on the page and on paper, each with its words."""

from collections.abc import Callable, Mapping

from services.reporting.rules.reports import Part
from services.reporting.web.report_words import ReportWords
from shared.web.charts import Column, bars, columns

BARS_MIN = 2  # a picture of one bar says nothing that its number does not


def picture_of(part: Part, words: ReportWords) -> tuple[str, str]:
    """Draw a part as SVG, with the sentence that says the same; nothing where it has no picture."""
    drawers: Mapping[str, Callable[[Part, ReportWords], tuple[str, str]]] = {
        "bars": bars_of,
        "columns": columns_of,
        "areas": areas_of,
    }
    return drawers[part.chart](part, words) if part.chart in drawers else ("", "")


def bars_of(part: Part, words: ReportWords) -> tuple[str, str]:
    label, value = (part.place(name) for name in part.drawn)
    rows = [(str(row[label]), int(str(row[value]))) for row in part.rows if row[value] is not None]
    if len(rows) < BARS_MIN:
        return "", ""
    says = ", ".join(words.pair(name, n) for name, n in rows)
    return str(bars(rows, part.title, says, words.number)), f"{part.title}. {says}"


def columns_of(part: Part, words: ReportWords) -> tuple[str, str]:
    label, value, plan = (part.place(name) for name in part.drawn)
    rows = [
        Column(
            words.short(row[label]),
            None if row[value] is None else int(str(row[value])),
            int(str(row[plan] or 0)),
        )
        for row in part.rows
    ]
    says = ", ".join(words.pair(row.label, row.value) for row in rows if row.value is not None)
    return str(columns(rows, part.title, says, words.number)), f"{part.title}. {says}"


def areas_of(part: Part, words: ReportWords) -> tuple[str, str]:
    """Draw funder zones, each with its figure; what is not published is said on the map too."""
    from services.reporting.web.zone_map import Area, draw_areas  # noqa: PLC0415 - loads geometry

    code, name, value = (part.place(one) for one in ("code", *part.drawn))
    rows = [row for row in part.rows if str(row[code]) in words.zones]
    amounts = [None if row[value] is None else int(str(row[value])) for row in rows]
    areas = [
        Area(
            str(row[code]),
            words.zones[str(row[code])].middles,
            amount,
            words.say("non publié") if amount is None else words.number(amount),
        )
        for row, amount in zip(rows, amounts, strict=True)
    ]
    says = ", ".join(
        words.pair(str(row[name]), amount)
        for row, amount in zip(rows, amounts, strict=True)
        if amount is not None
    )
    picture = draw_areas(areas, part.title, says)
    return (picture, f"{part.title}. {says}") if picture else ("", "")
