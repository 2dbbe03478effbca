"""Numbers as official files write them: decimal comma or dot, thousands signs, blanks that say why.

A blank is never a zero: what was not published stays absent.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Cell = str | int | float
Sign = Literal[",", "."]

# Source: the Monitoring des Quartiers prints ND (not available), VS (special area) and
# "< 200 habitants"; the others are what spreadsheets and Eurostat tables put in their place.
ABSENT_MARKS = frozenset(
    {"", "nd", "n.d.", "vs", "na", "n/a", "n.a.", "nan", "null", "none", "-", "–", "—", ":", "..",
     "...", ".", "x", "#n/a", "c"}
)  # fmt: skip

_GROUP_SPACE = re.compile(r"(?<=\d)[\s'\u2019\u00a0\u202f](?=\d{3}(?!\d))")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(G\d{3})+(D\d*)?")
_GROUP_DIGITS = 3


def absent_mark(cell: Cell) -> str | None:
    """Return how the cell says that there is no figure (`` for a blank), or None if it has one."""
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    if text.startswith("<"):
        return text
    return text if text.lower() in ABSENT_MARKS else None


@dataclass(frozen=True, slots=True)
class SignReading:
    """What a column's figures say about its decimal sign. `line` is where two figures disagree."""

    sign: Sign | None
    contradicted_at: int | None = None
    certain: bool = False


def read_sign(cells: Iterable[tuple[int, Cell]], *, counts: bool) -> SignReading:
    """Find the decimal sign of one column from its (line, cell) pairs.

    `1.188` alone is either 1188 or a little over one. Any figure of the column that leaves no doubt
    decides for all; else a column of counts takes the sign as the thousands', and any other column
    stays undecided (`sign` is None): the caller refuses rather than guesses.
    """
    sure: Sign | None = None
    doubtful: Sign | None = None
    for line, cell in cells:
        if not isinstance(cell, str) or absent_mark(cell) is not None:
            continue
        sign, certain = _sign_of(_bare(cell))
        if sign is None:
            continue
        if certain:
            if sure is not None and sure != sign:
                return SignReading(None, contradicted_at=line)
            sure = sign
        else:
            doubtful = sign
    if sure is not None:
        return SignReading(sure, certain=True)
    if doubtful is None:
        return SignReading(".")
    if counts:
        return SignReading("." if doubtful == "," else ",")
    return SignReading(None)


def number(cell: Cell, sign: Sign) -> float | None:
    """Return the figure of a cell, None when it is none. Never call it on an absent mark."""
    if not isinstance(cell, str):
        return float(cell)
    text = _bare(cell)
    group = "." if sign == "," else ","
    if group in text:
        pattern = text.replace(group, "G").replace(sign, "D")
        if not _GROUPED.fullmatch(pattern):
            return None
        text = text.replace(group, "")
    text = text.replace(sign, ".")
    return float(text) if _PLAIN.fullmatch(text) else None


def _bare(cell: str) -> str:
    text = cell.strip().removesuffix("%").removesuffix("€").strip()
    return _GROUP_SPACE.sub("", text).replace("\u2212", "-")


def _sign_of(text: str) -> tuple[Sign | None, bool]:
    """Return the likely decimal sign of one figure and whether that is certain."""
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        return ("." if text.rfind(".") > text.rfind(",") else ","), True
    if not dots and not commas:
        return None, False
    sign: Sign = "." if dots else ","
    if dots + commas > 1:
        # Several of one sign group thousands, or this is no figure at all.
        grouped = _GROUPED.fullmatch(text.replace(sign, "G"))
        return ("," if sign == "." else ".") if grouped else None, grouped is not None
    whole, _, fraction = text.lstrip("+-").partition(sign)
    clear = (
        len(fraction) != _GROUP_DIGITS
        or not 0 < len(whole) <= _GROUP_DIGITS
        or whole.startswith("0")
    )
    return sign, clear


def plain(text: str) -> str:
    """Return the text without accents, case and doubled spaces: for comparing headers."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.lower().replace("’", "'").split())
