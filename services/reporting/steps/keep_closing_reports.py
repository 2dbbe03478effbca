"""A campaign's last seal is made: its report is made once, and kept.

Whoever downloads it later gets the same bytes, also after an upgrade that would set it otherwise.
All files of a campaign are kept in one transaction; a process that dies before it is done over.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from services.reporting.rules.published import Published
from services.reporting.store import kept_reports
from services.reporting.store.kept_reports import KeptFile
from shared.db import Database, Tx

REPORT = "campaign"
LANGUAGES = ("fr", "nl")

Read = Callable[[Tx, UUID, int | None], Awaitable[Published]]
"""Reads what is published of a campaign, now or as it was after a seal: what the pages show."""
MakeFiles = Callable[[Published, str, str], Sequence[KeptFile]]
"""Makes every file of a report in a language. Slow: a page takes about a second to set."""


async def keep_closing_reports(database: Database, read: Read, make: MakeFiles) -> int:
    """Make and keep the reports that are missing; return how many campaigns got theirs."""
    async with database.reading() as tx:
        due = await kept_reports.ended_without_report(tx, REPORT)
    for campaign_id, seal in due:
        async with database.reading() as tx:
            found = await read(tx, campaign_id, None)
        files = [
            one
            for language in LANGUAGES
            for one in await asyncio.to_thread(make, found, language, REPORT)
        ]
        async with database.transaction() as tx:
            await kept_reports.keep(tx, campaign_id, seal, files)
    return len(due)
