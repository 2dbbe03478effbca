"""The coordination adds a leaflet to a campaign's kit."""

from dataclasses import replace

from services.dispatch import store
from services.dispatch.rules.directory.actor import one_line
from services.dispatch.rules.kit import Leaflet, problems_of_leaflet, sniff
from services.dispatch.store import kit
from shared.db import Tx
from shared.errors import RefusedError


async def save_leaflet(one: Leaflet, content: bytes | None, tx: Tx) -> Leaflet:
    """Save a leaflet with its file, or with its link; its type is what its bytes begin as.

    With neither, the file that it has stays.

    Raises:
        MissingError: no such campaign, or the id is another campaign's.
        RefusedError: no title, both or neither of a file and a link, a file that is too big or
            is none of the types that are served.
    """
    if not one.link and content is None:
        content = await _kept_content(tx, one)
    problems = problems_of_leaflet(one.title, one.link, content)
    if problems:
        raise RefusedError(*problems)
    await store.campaign_of(tx, one.campaign_id)
    kept = replace(
        one,
        title=one_line(one.title),
        link=one.link or None,
        media_type=sniff(content) if content else None,
        size_bytes=len(content) if content else None,
    )
    await kit.save_leaflet(tx, kept, content or None)
    return kept


async def _kept_content(tx: Tx, one: Leaflet) -> bytes | None:
    known = await kit.leaflet_of(tx, one.campaign_id, one.id)
    if known is None or known.media_type is None:
        return None
    return (await kit.file_of(tx, one.id)).content
