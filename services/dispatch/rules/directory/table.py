"""The directory as a table for spreadsheets: CSV with semicolons, described by a Table Schema.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula. Such a cell is written
with an apostrophe before it, which reading takes away again.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.dispatch.rules.directory.actor import LONGEST, Actor, fold
from services.dispatch.rules.directory.importing import LINES_MAX, Line
from shared.errors import Problem, refuse
from shared.words import ActorCategory, Language, Saturation

BYTE_ORDER_MARK = "\ufeff"  # tells Excel that the file is UTF-8
SEPARATOR = ";"
LIST_SEPARATOR = ","
RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")

COLUMNS: dict[str, str] = {
    "id": "The id that Relais gave the service; empty for a new one.",
    "name": "Name of the organisation or service, never of a person.",
    "category": "Category of the activity report 2022, as its code or its name in any language.",
    "zone_ids": "Neighbourhoods it works for, by id, with commas; empty: the whole territory.",
    "street": "Street and number.",
    "postal_code": "Postal code.",
    "city": "Municipality.",
    "phone": "Telephone of the service.",
    "email": "E-mail address of the service.",
    "website": "Web address.",
    "languages": "Languages in which people are received, as ISO 639 codes, with commas.",
    "hours": "Opening hours in words.",
    "saturation": "open, slow, saturated or unknown, as last reported.",
    "reported_on": "Day of that report, as YYYY-MM-DD; empty while saturation is unknown.",
}

Named = Callable[[str], ActorCategory | None]
"""Finds a category by a folded name in any language."""


def write_table(actors: Iterable[Actor]) -> str:
    """Write actors as CSV, with a byte order mark and a line of column names."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=SEPARATOR, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for actor in actors:
        writer.writerow([shown(_cell(actor, name)) for name in COLUMNS])
    return BYTE_ORDER_MARK + text.getvalue()


def _cell(actor: Actor, name: str) -> str:
    value = getattr(actor, name)
    if isinstance(value, tuple):
        return LIST_SEPARATOR.join(value)
    return "" if value is None else str(value)


def shown(cell: str) -> str:
    """Write a cell so that a spreadsheet runs no formula of it."""
    return f"'{cell}" if cell.startswith(RUNS_AS_FORMULA) else cell


def meant(cell: str) -> str:
    """Take away what `shown` added."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RUNS_AS_FORMULA) else cell


def separator_of(text: str) -> str:
    """Guess what stands between the columns: what the first line has most of."""
    head = text.split("\n", 1)[0]
    return max((SEPARATOR, ",", "\t"), key=head.count)


def decoded(content: bytes) -> str:
    """Read bytes as text: UTF-8 or UTF-16 as marked, else as Excel writes it in Western Europe."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def table_schema() -> dict[str, Any]:
    """Describe the table as a Frictionless Table Schema (v1), for whoever reads or fills it."""
    fields = []
    for name, says in COLUMNS.items():
        described: dict[str, Any] = {"name": name, "type": "string", "description": says}
        if name in LONGEST:
            described["constraints"] = {"maxLength": LONGEST[name]}
        fields.append(described)
    by_name = {described["name"]: described for described in fields}
    by_name["id"] |= {"format": "uuid", "constraints": {"unique": True}}
    by_name["name"]["constraints"] |= {"required": True, "minLength": 2}
    by_name["category"]["constraints"] = {
        "required": True,
        "enum": [c.value for c in ActorCategory],
    }
    by_name["email"]["format"] = "email"
    by_name["website"]["format"] = "uri"
    by_name["saturation"]["constraints"] = {"enum": [s.value for s in Saturation]}
    by_name["reported_on"]["type"] = "date"
    return {"fields": fields, "primaryKey": "id", "missingValues": [""]}


def read_table(text: str, named: Named) -> list[Line]:
    """Read a CSV into lines; semicolons, commas or tabs between the columns.

    A column that is not there is not spoken of. Columns of other names are left aside.

    Raises:
        RefusedError: no line of column names with `name`, a quote that never ends, or too many
            lines.
    """
    text = text.removeprefix(BYTE_ORDER_MARK)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text), strict=True)
    try:
        names = [fold(cell).strip() for cell in next(reader, [])]
        if "name" not in names:
            raise refuse(
                "no_columns",
                "La première ligne doit nommer les colonnes, dont «\u00a0name\u00a0».",
                place="file",
            )
        lines = []
        for row in reader:
            if any(cell.strip() for cell in row):
                lines.append(_line(reader.line_num, dict(zip(names, row, strict=False)), named))
            if len(lines) > LINES_MAX:
                raise refuse(
                    "too_many_lines", "Au plus %(most)s lignes.", place="file", most=LINES_MAX
                )
    except csv.Error as error:
        raise refuse(
            "broken_table",
            "Ce tableau est illisible à partir de la ligne %(line)s.",
            place="file",
            line=reader.line_num,
        ) from error
    return lines


def _line(number: int, cells: Mapping[str, str], named: Named) -> Line:
    given = {name: meant(cells[name].strip()).strip() for name in COLUMNS if name in cells}
    said: dict[str, Any] = {}
    problems: list[Problem] = []
    own_id: UUID | None = None
    for name, cell in given.items():
        if name in LONGEST:
            said[name] = cell
            continue
        try:
            if name == "id":
                own_id = UUID(cell) if cell else None
            elif (value := READERS[name](cell, named)) is not None or name == "reported_on":
                said[name] = value
        except ValueError:
            problems.append(
                Problem(
                    "unreadable",
                    "«\u00a0%(cell)s\u00a0» n’est pas lisible.",
                    place=name,
                    values={"cell": cell[:60]},
                )
            )
    return Line(number, own_id, said, tuple(problems))


def read_category(cell: str, named: Named) -> ActorCategory | None:
    """Read a category by its code or by its name.

    Raises:
        ValueError: it is neither.
    """
    if not cell:
        return None
    if cell in set(ActorCategory):
        return ActorCategory(cell)
    found = named(fold(cell))
    if found is None:
        raise ValueError(cell)
    return found


def _several(cell: str) -> list[str]:
    return [
        part.strip()
        for part in cell.replace("|", LIST_SEPARATOR).split(LIST_SEPARATOR)
        if part.strip()
    ]


READERS: dict[str, Callable[[str, Named], Any]] = {
    "category": read_category,
    "zone_ids": lambda cell, _: tuple(_several(cell)),
    "languages": lambda cell, _: tuple(Language(code.lower()) for code in _several(cell)),
    "saturation": lambda cell, _: Saturation(cell.lower()) if cell else Saturation.UNKNOWN,
    "reported_on": lambda cell, _: date.fromisoformat(cell) if cell else None,
}
