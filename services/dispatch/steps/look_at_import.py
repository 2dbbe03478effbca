"""What an import that waits would do to the directory as it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from services.dispatch.rules.directory.actor import fold
from services.dispatch.rules.directory.hsds import read_services
from services.dispatch.rules.directory.hsds_tables import read_directory
from services.dispatch.rules.directory.importing import Judged, Line, judge, known_now
from services.dispatch.rules.directory.table import Named, decoded, read_table
from services.dispatch.rules.directory.unpacking import is_package
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
    if waiting.layout == "csv":
        return read_table(decoded(waiting.content), named)
    by_name = {fold(name): z.id for z in zones.values() for name in (z.name_fr, z.name_nl)}
    if is_package(waiting.content):
        return read_directory(waiting.content, named, by_name)
    return read_services(decoded(waiting.content), named, by_name)
