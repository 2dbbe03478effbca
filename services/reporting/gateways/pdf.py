"""Reports as PDF: typst sets them, tagged and by the rules of PDF/UA."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import typst

TEMPLATE = Path(__file__).parent.parent / "templates" / "report.typ"
FONTS = Path(__file__).parents[3] / "shared" / "ui" / "static" / "built" / "fonts"
STANDARD: Literal["ua-1"] = "ua-1"
ON_PAPER = 'xmlns="http://www.w3.org/2000/svg" font-family="Atkinson Hyperlegible Next"'
STYLES: Mapping[str, str] = {
    "done": 'fill="#1b3f78"',
    "rest": 'fill="#dce2e6"',
    "rule": 'stroke="#b9c3ca" stroke-width="1"',
    "plan0": 'stroke="#ffffff" stroke-width="6"',
    "plan": 'stroke="#14202b" stroke-width="2.5"',
    "axis": 'fill="#42525f" font-size="14"',
    "label": 'fill="#14202b" font-size="15"',
    "value": 'fill="#14202b" font-size="15" font-weight="700"',
    "area k0": 'fill="#ffffcc" stroke="#ffffff" stroke-width="2"',
    "area k1": 'fill="#a1dab4" stroke="#ffffff" stroke-width="2"',
    "area k2": 'fill="#41b6c4" stroke="#ffffff" stroke-width="2"',
    "area k3": 'fill="#2c7fb8" stroke="#ffffff" stroke-width="2"',
    "area k4": 'fill="#253494" stroke="#ffffff" stroke-width="2"',
    "area kz": 'fill="#eef1f3" stroke="#b9c3ca" stroke-width="1"',
    "area-code": 'font-size="14" paint-order="stroke" stroke="#ffffff" stroke-width="4"',
    "area-amount": 'font-size="15" font-weight="700" paint-order="stroke" stroke="#ffffff"'
    ' stroke-width="4"',
    "inside": 'fill="#ffffff" font-size="15" font-weight="700"',
}
"""A picture on paper has no style sheet: what `desk.css` and `funder.css` say of classes."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report. A picture is SVG, `alt` its words; the first column names the rows.

    `forms` says for each column how it is set: "number" at the right, "word" as wide as it is,
    "text" as wide as there is room.
    """

    title: str
    says: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    forms: Sequence[Literal["number", "word", "text"]] = ()
    lines: Sequence[str] = ()
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph on method."""

    title: str
    says: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says, in one language. `stamp` stands at the foot of every page."""

    lang: str
    title: str
    series: str
    sentence: str
    facts: Sequence[str]
    sections: Sequence[Section]
    method: Sequence[Note]
    stamp: str
    made_at: datetime


def as_pdf(report: Report) -> bytes:
    """Set a report. The same report gives the same bytes.

    Raises:
        typst.TypstError: the report breaks a rule of PDF/UA, or the template is wrong.
    """
    data = asdict(report)
    made_at = data.pop("made_at").astimezone(UTC)
    data["date"] = [made_at.year, made_at.month, made_at.day]
    for section in data["sections"]:
        section["picture"] = on_paper(section["picture"])
    setter = typst.Compiler(
        str(TEMPLATE),
        font_paths=[str(FONTS)] if FONTS.is_dir() else [],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    made = setter.compile(
        format="pdf", pdf_standards=[STANDARD], timestamp=int(made_at.timestamp())
    )
    assert isinstance(made, bytes)  # noqa: S101 - one output of one document
    return made


def on_paper(picture: str) -> str:
    """Write out what the classes of a chart mean, and say that it is SVG."""
    if not picture:
        return ""
    for name, style in STYLES.items():
        picture = picture.replace(f'class="{name}"', style)
    return picture.replace("<svg ", f"<svg {ON_PAPER} ", 1)
