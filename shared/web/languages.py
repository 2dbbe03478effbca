"""Which language a person reads, and how words, dates and numbers look in it."""

import io
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, partial
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from fastapi import Request

from shared.access import Identity
from shared.web.typography import as_typed, typeset

UI = Path(__file__).parent.parent / "ui"
LANGUAGES = ("fr", "nl", "en")
LANGUAGE_COOKIE = "__Host-lang"
BRUSSELS = ZoneInfo("Europe/Brussels")
FRENCH_PLURAL_FROM = 2


class Catalogue(GNUTranslations):
    """Every string of one language, found however its spaces and apostrophes were typed.

    What the catalogues do not know is French, the source, and follows the French plural: 0 and 1
    are singular ("0 action").
    """

    def __init__(self, messages: Catalog) -> None:
        compiled = io.BytesIO()
        write_mo(compiled, messages)
        compiled.seek(0)
        super().__init__(compiled)
        self.add_fallback(Source())

    def gettext(self, message: str) -> str:
        """Translate a French source string."""
        return super().gettext(as_typed(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Translate a French source string that has a plural."""
        return super().ngettext(as_typed(msgid1), as_typed(msgid2), n)


class Source(NullTranslations):
    """French as it stands in the source, set as a printer would."""

    def gettext(self, message: str) -> str:
        """Set a source string."""
        return typeset("fr", message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Choose and set a source string: French counts 0 as singular."""
        return typeset("fr", msgid1 if abs(n) < FRENCH_PLURAL_FROM else msgid2)


@cache
def translations(language: str) -> Catalogue:
    """Load every catalogue of a language. French is the source: it names the closed lists only."""
    merged = Catalog(locale=language)
    for path in sorted((UI / "locale" / language).glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id and message.string:
                    merged.add(
                        as_one_or_more(as_typed, message.id),
                        as_one_or_more(partial(typeset, language), message.string),
                    )
    return Catalogue(merged)


def as_one_or_more(
    write: Callable[[str], str], text: str | list[str] | tuple[str, ...]
) -> str | tuple[str, ...]:
    """Rewrite a message, or each of its plural forms."""
    return write(text) if isinstance(text, str) else tuple(write(form) for form in text)


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
        return format_date(local, day_pattern(language, local, "EEEE d MMMM y"), locale=language)

    def date_only(value: date) -> str:
        return format_date(value, day_pattern(language, value, "d MMMM y"), locale=language)

    def month(value: date) -> str:
        return format_date(value, "MMMM y", locale=language)

    def day_of_year(value: date | datetime) -> str:
        local = value.astimezone(BRUSSELS) if isinstance(value, datetime) else value
        return format_date(local, day_pattern(language, local, "EEEE d MMMM"), locale=language)

    def short_day(value: date) -> str:
        return format_date(value, "EEE d", locale=language)

    def moment(value: datetime) -> str:
        pattern = day_pattern(language, value.astimezone(BRUSSELS), "EEEE d MMMM, HH:mm")
        return format_datetime(value, pattern, tzinfo=BRUSSELS, locale=language)

    def hour(value: datetime) -> str:
        return format_time(value.astimezone(BRUSSELS), "HH:mm", locale=language)

    def number(value: float) -> str:
        return format_decimal(value, locale=language)

    return {
        "word": word,
        "day": day,
        "date_only": date_only,
        "month": month,
        "day_of_year": day_of_year,
        "short_day": short_day,
        "moment": moment,
        "hour": hour,
        "number": number,
    }


def day_pattern(language: str, day: date, pattern: str) -> str:
    """Write the first of a month in French as one says it: samedi 1er janvier."""
    return pattern.replace("d MMMM", "d'er' MMMM") if language == "fr" and day.day == 1 else pattern


def word_id(value: Any) -> str:
    """Return the message id of a closed list's value: `action_kind.market_stall`."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(value).__name__)
    return f"{name.lstrip('_')}.{value.value}"
