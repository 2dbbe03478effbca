"""Which language a person reads, and how words, dates and numbers look in it."""

import io
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from fastapi import Request

from shared.access import Identity

UI = Path(__file__).parent.parent / "ui"
LANGUAGES = ("fr", "nl", "en")
LANGUAGE_COOKIE = "__Host-lang"
BRUSSELS = ZoneInfo("Europe/Brussels")


@cache
def translations(language: str) -> NullTranslations:
    """Load every catalogue of a language. French is the source: it needs one for lists only."""
    merged: NullTranslations = NullTranslations()
    for path in sorted((UI / "locale" / language).glob("*.po")):
        with path.open("rb") as source:
            catalogue = read_po(source, locale=language)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        own = GNUTranslations(compiled)
        own.add_fallback(merged)
        merged = own
    return merged


def translate(language: str, message: str, values: Mapping[str, object] | None = None) -> str:
    """Translate a French source string and fill its `%(name)s` places."""
    told = translations(language).gettext(message)
    return told % dict(values) if values else told


def language_of(request: Request) -> str:
    """Choose the language: asked for, remembered, the account's, the browser's, French."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if asked in LANGUAGES:
        return asked
    who: Identity | None = getattr(request.state, "who", None)
    if who is not None and who.language in LANGUAGES:
        return who.language
    for wanted in request.headers.get("accept-language", "").split(","):
        code = wanted.strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return "fr"


def local_formats(language: str) -> dict[str, Callable[..., str]]:
    """Give the ways to write dates, hours, numbers and list names in a language."""

    def word(value: Any) -> str:
        return translate(language, word_id(value))

    def day(value: date | datetime) -> str:
        local = value.astimezone(BRUSSELS) if isinstance(value, datetime) else value
        return format_date(local, "EEEE d MMMM y", locale=language)

    def day_of_year(value: date | datetime) -> str:
        local = value.astimezone(BRUSSELS) if isinstance(value, datetime) else value
        return format_date(local, "EEEE d MMMM", locale=language)

    def moment(value: datetime) -> str:
        return format_datetime(value, "EEEE d MMMM, HH:mm", tzinfo=BRUSSELS, locale=language)

    def hour(value: datetime) -> str:
        return format_time(value.astimezone(BRUSSELS), "HH:mm", locale=language)

    def number(value: float) -> str:
        return format_decimal(value, locale=language)

    return {
        "word": word,
        "day": day,
        "day_of_year": day_of_year,
        "moment": moment,
        "hour": hour,
        "number": number,
    }


def word_id(value: Any) -> str:
    """Return the message id of a closed list's value: `action_kind.market_stall`."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(value).__name__)
    return f"{name.lstrip('_')}.{value.value}"
