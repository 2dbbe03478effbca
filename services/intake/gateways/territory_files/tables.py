"""Reads the tables of a file: text of any delimiter and encoding, spreadsheets, zip archives."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO

from services.intake.rules.territory.numbers import Cell, Sign
from services.intake.rules.territory.table import Row, Table
from services.intake.rules.territory.text import N_
from shared.errors import Problem, RefusedError

TEXT_ENDINGS = frozenset({".csv", ".txt", ".tsv"})
SHEET_ENDINGS = frozenset({".xlsx", ".xlsm"})
SHAPE_ENDINGS = frozenset({".geojson", ".json"})
DELIMITERS = (";", ",", "|", "\t")
UNPACKED_MAX_BYTES = 2_000_000_000  # the largest table known (income, all years) is 200 MB unpacked
_SNIFFED_LINES = 200

csv.field_size_limit(10_000_000)  # a GeoJSON geometry kept in a cell is long


def unreadable(file: str, line: int, slug: str, message: str, **values: object) -> RefusedError:
    """Build the refusal of a file; `line` 0 means the file as a whole."""
    return RefusedError(Problem(slug, message, f"{file}:{line}" if line else file, values))


def open_members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (name to show, content) of a file, or of each readable file of a zip archive.

    Raises:
        RefusedError: the file cannot be opened, is not the archive that it claims to be, is
            protected by a password or unpacks to more than 2 GB.
    """
    if path.suffix.lower() != ".zip":
        try:
            yield path.name, path.read_bytes()
        except OSError as error:
            raise unreadable(
                path.name,
                0,
                "cannot_open",
                N_("Le fichier ne s'ouvre pas : %(why)s."),
                why=error.strerror,
            ) from None
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            if sum(info.file_size for info in members) > UNPACKED_MAX_BYTES:
                raise unreadable(
                    path.name, 0, "too_large", N_("L'archive dépasse 2 Go une fois ouverte.")
                )
            for info in members:
                if is_readable(info.filename):
                    shown = f"{path.name}/{Path(info.filename).name}"
                    yield shown, archive.read(info)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError):
        raise unreadable(
            path.name, 0, "bad_zip", N_("L'archive est abîmée ou protégée par un mot de passe.")
        ) from None


def is_readable(name: str) -> bool:
    """Say whether a file's ending is one that an import reads."""
    ending = Path(name).suffix.lower()
    return ending in TEXT_ENDINGS | SHEET_ENDINGS | SHAPE_ENDINGS


def read_tables(name: str, content: bytes, decimal: Sign | None = None) -> list[Table]:
    """Read the table of a text file, or one per sheet of a spreadsheet; headers are not sought.

    Args:
        name: the file's name; its ending says what it is.
        content: its bytes.
        decimal: the decimal sign, when somebody said it.

    Raises:
        RefusedError: the content is not what the ending says, with the line and the reason.
    """
    if Path(name).suffix.lower() in SHEET_ENDINGS:
        return _sheets(name, content, decimal)
    return [_text_table(name, content, decimal)]


def decode(name: str, content: bytes) -> tuple[str, str]:
    """Return the text of a file and its encoding: UTF-8 or UTF-16 with a mark, UTF-8, or cp1252.

    Raises:
        RefusedError: the content is binary.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError as error:
                line = error.object[: error.start].count(b"\n") + 1
                raise unreadable(
                    name, line, "bad_encoding", N_("Le texte n'est pas de l'%(encoding)s valide."),
                    encoding=encoding,
                ) from None  # fmt: skip
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise unreadable(name, line, "binary", N_("Ce n'est pas un fichier texte."))
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def find_delimiter(text: str) -> str:
    """Return the delimiter that cuts the lines into the most regular columns."""
    sample = "\n".join(text.splitlines()[:_SNIFFED_LINES])
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = [
                len(cells)
                for cells in csv.reader(io.StringIO(sample), delimiter=delimiter)
                if cells
            ]
        except csv.Error:
            continue
        common = Counter(width for width in widths if width > 1).most_common()
        if common:
            # Between widths of one frequency, the larger: a short table has many accidents.
            width, times = max(common, key=lambda pair: (pair[1], pair[0]))
            score = (times / len(widths), width)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _text_table(name: str, content: bytes, decimal: Sign | None) -> Table:
    text, encoding = decode(name, content)
    delimiter = find_delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    # Official tables repeat the same codes and ages in millions of cells: keep each once.
    once: dict[str, str] = {}
    line = 1
    try:
        for cells in reader:
            rows.append(Row(line, tuple(once.setdefault(c, c) for c in map(str.strip, cells))))
            line = reader.line_num + 1
    except csv.Error as error:
        raise unreadable(
            name, line, "bad_row", N_("La ligne ne se lit pas : %(why)s."), why=str(error)
        ) from None
    if not any(cell for row in rows for cell in row.cells):
        raise unreadable(name, 1, "empty_file", N_("Le fichier est vide."))
    return Table(name, rows, encoding, delimiter, decimal)


def _sheets(name: str, content: bytes, decimal: Sign | None) -> list[Table]:
    # Some 10 MiB for whoever reads a workbook, once in a while: not for every process.
    from openpyxl import load_workbook  # noqa: PLC0415 - as said
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as said

    stream: IO[bytes] = io.BytesIO(content)
    try:
        book = load_workbook(stream, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise unreadable(name, 0, "bad_sheet", N_("Ce n'est pas un classeur lisible.")) from None
    tables = []
    for sheet in book.worksheets:
        rows = [
            Row(line, tuple(_cell(value) for value in values))
            for line, values in enumerate(sheet.iter_rows(values_only=True), start=1)
        ]
        if any(cell != "" for row in rows for cell in row.cells):
            shown = name if len(book.worksheets) == 1 else f"{name}[{sheet.title}]"
            tables.append(Table(shown, rows, decimal=decimal))
    book.close()
    if not tables:
        raise unreadable(name, 1, "empty_file", N_("Le fichier est vide."))
    return tables


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value).strip()
