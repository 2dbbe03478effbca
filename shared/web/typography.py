"""Spaces that do not break and apostrophes, as each language sets them. Pure.

Whoever writes or translates a sentence types plain spaces and plain apostrophes; readers get what
a printer would set. Sources: *Lexique des règles typographiques en usage à l’Imprimerie nationale*
(French), NBN Z 01-002 (Belgian norm: a space before % and units, in Dutch as in French).
"""

import re
from collections.abc import Callable

NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"

_AS_TYPED = str.maketrans({NO_BREAK: " ", NARROW_NO_BREAK: " ", "’": "'"})
# After a number, or a place that a number may fill; `%` is written `%%` where places are filled.
_BEFORE_A_UNIT = re.compile(
    r"(?:(?<=\d)|(?<=\)[sd])) (?=%(?!\()|€|(?:h|min|km|m|ko|kB|Mo|MB|ETP|FTE)\b)"
)
_BEFORE_A_SIGN = re.compile(r" (?=[:;?!»](?:\s|$|[.,)<»”]))")
_AFTER_A_GUILLEMET = re.compile(r"(?<=«) ")
_IN_A_NUMBER = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_INSIDE_A_WORD = re.compile(r"(?<=\w)'(?=\w)|(?<=\)s)'(?=\w)|(?<=\w)'(?=%\(|<)")
_DUTCH_APOSTROPHE = re.compile(r"(?<!\w)'(?=[stnkm]\b)")
_AFTER_AN_S = re.compile(r"(?<=s)'(?=\s)")


def as_typed(text: str) -> str:
    """Write a text as a keyboard would, so that two spellings of a sentence are one sentence."""
    return text.translate(_AS_TYPED)


def set_french(text: str) -> str:
    """Set French: no break before `: ; ? ! » % €` and units, after `«`, and inside numbers."""
    text = _BEFORE_A_SIGN.sub(NO_BREAK, text)
    text = _AFTER_A_GUILLEMET.sub(NO_BREAK, text)
    text = _IN_A_NUMBER.sub(NARROW_NO_BREAK, text)
    return _INSIDE_A_WORD.sub("’", _BEFORE_A_UNIT.sub(NO_BREAK, text))


def set_dutch(text: str) -> str:
    """Set Dutch: no break before `% €` and units; `’s`, `’t` and `pagina’s` with an apostrophe."""
    text = _DUTCH_APOSTROPHE.sub("’", _BEFORE_A_UNIT.sub(NO_BREAK, text))
    return _INSIDE_A_WORD.sub("’", text)


def set_english(text: str) -> str:
    """Set English: no break before units; `%` stands close in English and is left as typed."""
    text = _AFTER_AN_S.sub("’", _BEFORE_A_UNIT.sub(NO_BREAK, text))
    return _INSIDE_A_WORD.sub("’", text)


SETTING: dict[str, Callable[[str], str]] = {
    "fr": set_french,
    "nl": set_dutch,
    "en": set_english,
}


def typeset(language: str, text: str) -> str:
    """Set a text of one language; what is set already stays as it is."""
    return SETTING[language](text)
