"""Reads a tabular data package of HSDS. What is none is refused; nothing grows beyond bounds."""

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import PurePosixPath

from services.dispatch.rules.directory.importing import LINES_MAX
from services.dispatch.rules.directory.package import DESCRIPTOR, TABLES
from services.dispatch.rules.directory.table import decoded, meant, separator_of
from shared.errors import RefusedError, refuse

UNPACKED_MAX_BYTES = 20 * 1024 * 1024
FILES_MAX = 100
ROWS_MAX = 10 * LINES_MAX
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # a password is asked for, or the compression is not known
)
A_SPREADSHEET = {"xl/workbook.xml", "content.xml"}  # what XLSX and ODS are, as archives
MUST_HAVE = {"service": ("id", "name")}
"""Columns without which a table says nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, and its line in the file."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


Tables = Mapping[str, Sequence[Row]]


def is_package(content: bytes) -> bool:
    """Tell whether a file is a ZIP, whatever its name."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read_package(content: bytes) -> Tables:
    """Read the tables of a package, by the name of their object.

    Files are those that `datapackage.json` names; without one, those of the usual names.

    Raises:
        RefusedError: no readable ZIP, too big, no services in it, or a table that cannot be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _Package(archive).tables()
    except BROKEN_ZIP as error:
        raise refuse("broken_zip", "Cette archive ZIP est illisible.", place="file") from error


class _Package:
    """An archive that is open, read file by file and never beyond what is allowed in all."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > FILES_MAX or sum(e.file_size for e in entries) > UNPACKED_MAX_BYTES:
            raise _too_big()
        self.entries = {entry.filename: entry for entry in entries}
        self.left = UNPACKED_MAX_BYTES

    def tables(self) -> Tables:
        files = self._files()
        if "service" not in files:
            raise self._no_services()
        return {name: list(self._rows(name, file)) for name, file in files.items()}

    def _no_services(self) -> RefusedError:
        if A_SPREADSHEET & self.entries.keys():
            return refuse(
                "a_spreadsheet",
                "Ce fichier est un classeur\u00a0: enregistrez d’abord sa feuille en CSV.",
                place="file",
            )
        return refuse(
            "no_services_table",
            "Cette archive ne contient pas le tableau HSDS «\u00a0services.csv\u00a0».",
            place="file",
        )

    def _files(self) -> dict[str, str]:
        """Find the file of each table."""
        described = next(
            (name for name in self.entries if PurePosixPath(name).name == DESCRIPTOR), None
        )
        if described is not None:
            return self._described(described)
        by_name = {PurePosixPath(name).name.lower(): name for name in self.entries}
        return {
            name: by_name[file]
            for name, table in TABLES.items()
            for file in (table.file, *table.other_files)
            if file in by_name
        }

    def _described(self, descriptor: str) -> dict[str, str]:
        folder = PurePosixPath(descriptor).parent
        try:
            resources = json.loads(self._text(descriptor))["resources"]
            paths = {one["name"]: one["path"] for one in resources}
            files = {name: str(folder / paths[name]) for name in TABLES if name in paths}
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise refuse(
                "broken_descriptor",
                "«\u00a0datapackage.json\u00a0» n’est pas la description d’un paquet de données.",
                place="file",
            ) from error
        for name, file in files.items():
            if file not in self.entries:
                raise refuse(
                    "no_such_file",
                    "«\u00a0datapackage.json\u00a0» nomme «\u00a0%(path)s\u00a0»,"
                    " qui n’est pas dans l’archive.",
                    place="file",
                    path=str(paths[name])[:60],
                )
        return files

    def _text(self, file: str) -> str:
        with self.archive.open(self.entries[file]) as opened:
            content = opened.read(self.left + 1)
        self.left -= len(content)
        if self.left < 0:
            raise _too_big()
        return decoded(content)

    def _rows(self, name: str, file: str) -> Iterator[Row]:
        text = self._text(file)
        short = PurePosixPath(file).name
        separator = separator_of(text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        try:
            columns = [cell.strip().lower() for cell in next(reader, [])]
            for column in MUST_HAVE.get(name, ("id",)):
                if column not in columns:
                    raise refuse(
                        "no_column",
                        "Le tableau «\u00a0%(file)s\u00a0» n’a pas de colonne"
                        " «\u00a0%(column)s\u00a0».",
                        place="file",
                        file=short,
                        column=column,
                    )
            for number, cells in enumerate(reader):
                most = LINES_MAX if name == "service" else ROWS_MAX
                if number >= most:
                    raise refuse(
                        "too_many_lines", "Au plus %(most)s lignes.", place="file", most=most
                    )
                row = {
                    c: meant(cell.strip()).strip() for c, cell in zip(columns, cells, strict=False)
                }
                if any(row.values()):
                    yield Row(reader.line_num, row)
        except csv.Error as error:
            raise refuse(
                "broken_table_of",
                "Le tableau «\u00a0%(file)s\u00a0» est illisible à partir de la ligne %(line)s.",
                place="file",
                file=short,
                line=reader.line_num,
            ) from error


def _too_big() -> RefusedError:
    return refuse(
        "too_big_unpacked",
        "Une archive a %(mb)s Mo et %(files)s fichiers au plus, une fois dépliée.",
        place="file",
        mb=UNPACKED_MAX_BYTES // 1024 // 1024,
        files=FILES_MAX,
    )
