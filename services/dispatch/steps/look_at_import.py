"""What an import that waits would do to the directory as it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from services.dispatch.rules.directory.actor import fold
from services.dispatch.rules.directory.hsds import read_services
from services.dispatch.rules.directory.importing import Judged, Line, judge, known_now
from services.dispatch.rules.directory.table import Named, read_table
from services.dispatch.rules.local_time import local_day
from services.dispatch.store import directory
from services.dispatch.store.directory import WaitingImport
from shared.db import Tx, ZoneName, zone_names


@dataclass(frozen=True, slots=True)
class Looked:
    """An import, and what each of its lines would do."""

    waiting: WaitingImport
    judged: Sequence[Judged]


async def look_at_import(import_id: UUID, named: Named, tx: Tx) -> Looked:
    """Judge every line of an import that waits.

    Args:
        import_id: of the file.
        named: finds a category by its folded name in any language.
        tx: the transaction.

    Raises:
        MissingError: it was confirmed, left or forgotten.
    """
    waiting = await directory.import_of(tx, import_id)
    zones = await zone_names(tx)
    known = known_now(
        await directory.list_actors(tx), await directory.merged_into(tx), zones, local_day(tx.now)
    )
    lines = read_lines(waiting, named, zones)
    return Looked(waiting, judge(lines, known, lambda number: uuid5(import_id, str(number))))


def read_lines(
    waiting: WaitingImport, named: Named, zones: Mapping[str, ZoneName]
) -> Sequence[Line]:
    """Read a file's lines.

    Raises:
        RefusedError: the file as a whole cannot be read.
    """
    text = decoded(waiting.content)
    if waiting.layout == "csv":
        return read_table(text, named)
    by_name = {fold(name): z.id for z in zones.values() for name in (z.name_fr, z.name_nl)}
    return read_services(text, named, by_name)


def decoded(content: bytes) -> str:
    """Read bytes as text: UTF-8 or UTF-16 as marked, else as Excel writes it in Western Europe."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
