"""What can be asked only when a play has ended: was everything that left the house true?

Chains and seals are checked by the functions of `relais audit verify` and `relais replay --until`.
What readers were told is compared with the sealed blocks, and what was promised by mail with the
mailbox, by queries that share nothing with the services.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import dict_row

from deploy.audit import verify_audit_trail, verify_ledgers
from deploy.player.seen import Seen, Told
from deploy.replay import check_seals
from shared.settings import HouseSettings

SENTENCES = {
    "chains_are_whole": "Every chain, anchor and sum of the ledgers and of the trail holds.",
    "seals_made_again": "Every published seal, made again from the facts, is the same to the byte.",
    "published_as_sealed": "What pages, files and letters say is the sum of the sealed blocks.",
    "letters_arrive": "Every letter that was promised lies in its reader's mailbox.",
}
SEALED = """
select sum(b.actions)::int as actions, sum(b.contacts)::int as contacts
from reporting.ledger_block b join reporting.ledger_policy p using (ledger_id)
where p.campaign_id = %(campaign_id)s and b.seq <= %(seal)s and b.view = %(view)s
  and (b.view = 'total' or b.code = %(code)s)
"""
PROMISED = """
select l.letter_id, l.seal, l.state from reporting.report_letter l order by l.letter_id
"""
SILENT = """
select s.subscription_id from reporting.report_subscription s where not exists (
  select from reporting.report_letter l
  where l.subscription_id = s.subscription_id and l.seal is not null)
"""


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What was found: counts, and for each of `SENTENCES` where it does not hold, in words."""

    counts: dict[str, int]
    broken: dict[str, list[str]]


async def look_back(
    settings: HouseSettings, until: datetime, seen: Seen, arrived: AbstractSet[str]
) -> Afterwards:
    """Ask everything, once.

    Args:
        settings: of the system; its owner reads policies, keys and ledgers.
        until: when the play ended.
        seen: what the play's people read, and what did not agree at once.
        arrived: the keys of all letters that the mailbox ever had.
    """
    trail = await verify_audit_trail(settings)
    ledgers = await verify_ledgers(settings)
    again = await check_seals(settings, until)
    chains = [f"row {number} of the audit trail" for number in trail.broken]
    chains += [f"{one.ledger_id}: {problem}" for one in ledgers for problem in one.problems]
    with psycopg.connect(
        settings.database_url.get_secret_value(), row_factory=dict_row
    ) as connection:
        letters = connection.execute(PROMISED).fetchall()
        silent = connection.execute(SILENT).fetchall()
        untrue = list(_untrue(connection, seen.told))
    reports = [row for row in letters if row["seal"] is not None]
    lost = [row for row in letters if str(row["letter_id"]) not in arrived]
    return Afterwards(
        counts={
            "ledgers": len(ledgers),
            "seals_published": sum(one.seals for one in again),
            "seals_the_same_again": sum(one.seals for one in again if not one.problem),
            "letters_arrived": sum(str(row["letter_id"]) in arrived for row in reports),
            "figures_compared": len(seen.told),
        },
        broken={
            "chains_are_whole": chains,
            "seals_made_again": [f"{one.ledger_id}: {one.problem}" for one in again if one.problem],
            "published_as_sealed": [*seen.differences, *untrue],
            "letters_arrive": [
                *(f"letter {row['letter_id']} is {row['state']}, and not there" for row in lost),
                *("a subscription brought no report" for _ in silent),
            ],
        },
    )


def _untrue(
    connection: "psycopg.Connection[psycopg.rows.DictRow]", told: Iterable[Told]
) -> Iterable[str]:
    """Name every figure that was told otherwise than the sealed blocks add up to."""
    for one in sorted(told, key=str):
        found = connection.execute(SEALED, one._asdict()).fetchone() or {}
        if (one.actions, one.contacts) != (found.get("actions"), found.get("contacts")):
            yield (
                f"{one.view} {one.code} of seal {one.seal}: told {one.actions} and"
                f" {one.contacts}, sealed {found.get('actions')} and {found.get('contacts')}"
            )
