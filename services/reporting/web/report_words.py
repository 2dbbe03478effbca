"""How reports speak: the reader's language, from the same catalogues as the pages."""

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from services.reporting.rules.published import PublicZone, Published
from services.reporting.rules.reports import REPORTS, Part, Report, Value
from services.reporting.web.outside import code_name
from shared.web.languages import local_formats, translate, translations
from shared.web.tables import Column, Table


class ReportWords:
    """A report's words in one language, for one campaign's zones."""

    def __init__(self, language: str, zones: Mapping[str, PublicZone]) -> None:
        self.language = language
        self._formats = local_formats(language)
        self.zones = zones

    def say(self, text: str, **values: object) -> str:
        return translate(self.language, text, values or None)

    def plural(self, one: str, many: str, n: int) -> str:
        told = translations(self.language).ngettext(one, many, n)
        return told % {"n": self.number(n)}

    def number(self, value: float) -> str:
        return self._formats["number"](value)

    def day(self, value: date) -> str:
        return self._formats["day"](value)

    def code(self, view: str, code: str) -> str:
        return code_name(self.language, view, code, self.zones)

    def word(self, value: object) -> str:
        return self._formats["word"](value)

    def pair(self, name: str, value: int) -> str:
        """Write a number behind what it counts, with the colon of the language."""
        return f"{name}{self.say(' :')} {self.number(value)}"

    def short(self, value: Value) -> str:
        """Write a day under a column; anything else as it is."""
        if isinstance(value, date):
            return format_date(value, "d MMM", locale=self.language)
        return str(value)


def told_in(language: str, name: str, found: Published) -> tuple[Report, ReportWords]:
    """Tell a report in a language."""
    words = ReportWords(language, found.zones)
    return REPORTS[name](found, words), words


def as_table(part: Part) -> Table:
    """Return a part of a report as a table to take along."""
    return Table(
        part.title,
        [Column(one.name, one.title, one.says, one.kind) for one in part.fields],
        part.rows,
        chart=part.drawn if part.chart != "none" else (),
    )


def written(value: object, words: ReportWords) -> str:
    match value:
        case None:
            return words.say("non publié")
        case int():
            return words.number(value)
        case date():
            return words.day(value)
        case _:
            return str(value)
