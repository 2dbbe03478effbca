"""The coordination brings a file for the directory; nothing is kept of it before a yes."""

from uuid import UUID

from services.dispatch.rules.directory.table import Named, decoded
from services.dispatch.rules.directory.unpacking import is_package
from services.dispatch.steps.look_at_import import read_lines
from services.dispatch.store import directory
from services.dispatch.store.directory import Layout, WaitingImport
from shared.db import Tx, zone_names
from shared.errors import refuse

FILE_MAX_BYTES = 2 * 1024 * 1024


async def prepare_import(import_id: UUID, content: bytes, named: Named, tx: Tx) -> None:
    """Keep a file to be looked at, when it can be read as a whole.

    A ZIP and JSON are HSDS, whatever the file is called; the rest is CSV.

    Raises:
        RefusedError: nothing came, it is too big, or it cannot be read as a whole.
    """
    if not content.strip():
        raise refuse("empty", "Choisissez un fichier.", place="file")
    if len(content) > FILE_MAX_BYTES:
        raise refuse("too_big", "Un fichier a 2 Mo au plus.", place="file")
    is_hsds = is_package(content) or decoded(content).lstrip()[:1] in {"{", "["}
    layout: Layout = "hsds" if is_hsds else "csv"
    waiting = WaitingImport(import_id, layout, content, tx.now)
    read_lines(waiting, named, await zone_names(tx))
    await directory.delete_import(tx, import_id)
    await directory.save_import(tx, import_id, layout, content)
