"""Makes every published seal again, from the facts and the policy, and compares byte for byte.

In memory, beside the ledger and without reading what it keeps of outcomes: what was said is the
only source. A ledger's key is destroyed thirty days after its close; from then on, which codes were
released is taken from the ledger, and every sum is still counted again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from nats.aio.client import Client

from deploy.ledger.simulate import write_rows
from deploy.replay.sources import Reading, choose_source, read_facts
from services.reporting.rules.ledger import (
    LedgerError,
    Link,
    Policy,
    Waited,
    block_rows,
    link,
    made_again,
    summed_again,
)
from services.reporting.rules.publishing import Noted, in_views, outcomes_of, policy_read
from services.reporting.store import ledger as kept
from shared.bus import connect
from shared.db import Database, Tx
from shared.events import OutcomeCorrected, OutcomeRecorded
from shared.settings import HouseSettings, sqlalchemy_url
from shared.web import BRUSSELS

NO_KEY = b"destroyed"


@dataclass(frozen=True, slots=True)
class SealedAgain:
    """What came of one ledger: its rows as made again; no `problem` where they are the same."""

    ledger_id: str
    seals: int
    facts: int
    with_key: bool
    problem: str
    rows: tuple[Link, ...]

    def line(self) -> str:
        """Say it to a person."""
        how = "" if self.with_key else ", its key being gone: released codes as in the ledger"
        said = self.problem or "the same, byte for byte"
        return f"{self.ledger_id}: {self.seals} seals from {self.facts} facts{how}: {said}"


async def check_seals(settings: HouseSettings, until: datetime | None = None) -> list[SealedAgain]:
    """Make the seals of every ledger again.

    Args:
        settings: of the system; its database's owner reads policies, keys and the ledger.
        until: leave out seals that were made later.

    Raises:
        OutsideError: the stream went silent.
    """
    url = sqlalchemy_url(settings.database_url.get_secret_value())
    database = Database(url, "reporting", settings.clock, pool_size=2)
    client = await connect(settings.nats_url, "relais replay")
    try:
        told = await outcomes_told(database, client)
        async with database.reading() as tx:
            return [
                await _one_again(tx, ledger_id, told, until)
                for ledger_id in await kept.ledger_ids(tx)
            ]
    finally:
        await client.close()
        await database.close()


Told = Mapping[UUID, Noted]
"""What each fact about a contribution says of it, by the fact's id."""


async def outcomes_told(database: Database, client: Client) -> Told:
    """Read every fact about an outcome."""
    reading = Reading(sources={"dispatch": await choose_source(database, client, "dispatch")})
    facts: list[OutcomeRecorded | OutcomeCorrected] = []
    async for batch in read_facts(database, client, "dispatch", reading):
        facts += [fact for fact in batch if isinstance(fact, OutcomeRecorded | OutcomeCorrected)]
    first: dict[UUID, datetime] = {}
    for fact in facts:
        known = first.get(fact.contribution_id, fact.occurred_at)
        first[fact.contribution_id] = min(known, fact.occurred_at)
    return {
        fact.event_id: as_noted(fact, first[fact.contribution_id].astimezone(BRUSSELS).date())
        for fact in facts
    }


def as_noted(fact: OutcomeRecorded | OutcomeCorrected, encoded_on: date) -> Noted:
    """Read a contribution from the fact that tells it."""
    return Noted(
        contribution_id=fact.contribution_id,
        fact_id=fact.event_id,
        encoded_on=encoded_on,
        worker_id=fact.worker_id,
        zone_id=fact.zone_id,
        kind=fact.kind,
        people_reached=fact.people_reached,
        themes=fact.themes,
        languages=fact.languages,
        non_take_up=fact.non_take_up,
        relays=tuple(relay.kind for relay in fact.relays),
        reason=fact.reason if isinstance(fact, OutcomeCorrected) else None,
    )


async def _one_again(tx: Tx, ledger_id: str, told: Told, until: datetime | None) -> SealedAgain:
    made = await kept.how_sealed(tx, ledger_id)
    seals = [seal for seal in made.seals if until is None or seal.sealed_at <= until]
    last = max((seal.seq for seal in seals), default=0)
    published = [
        row
        for row in await kept.chain_of(tx, ledger_id, kept.BLOCKS)
        if until is None or int(str(row.row["seq"])) <= last
    ]
    zones = await kept.zoning_of(tx, made.starts_on.year)
    policy = policy_read(made.described, made.key or NO_KEY)
    lost = {fact for seal in seals for fact in seal.facts} - set(told)
    again: Sequence[Link] = ()
    if lost:
        problem = f"{len(lost)} of its facts are in no stream and no outbox any more"
    else:
        waited = [_waited(seal, told, zones, policy) for seal in seals]
        try:
            if made.key is None:
                released = [b for b in await kept.sums_of(tx, ledger_id) if b.seq <= last]
                blocks = summed_again(waited, policy, released)
            else:
                blocks = made_again(waited, policy)
            again = link(block_rows(blocks))
            problem = difference(again, published)
        except LedgerError as error:
            problem = f"DIFFERENT: {error}"
    facts = len({fact for seal in seals for fact in seal.facts})
    return SealedAgain(ledger_id, len(seals), facts, made.key is not None, problem, tuple(again))


def _waited(seal: kept.MadeSeal, told: Told, zones: Mapping[str, str], policy: Policy) -> Waited:
    noted = [told[fact] for fact in seal.facts]
    outcomes = in_views(outcomes_of(noted, zones), policy)
    return Waited(seal.seq, seal.day, seal.closes, outcomes, tuple(seal.waivers))


def write_seals(found: Sequence[SealedAgain], folder: Path) -> None:
    """Write a CSV file per ledger, with the columns of `relais ledger simulate`'s `blocks.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in found:
        rows = [{"n": row.number, **row.row, "hash": row.hash} for row in one.rows]
        write_rows(folder / f"{one.ledger_id}.csv", rows)


def difference(again: Sequence[Link], published: Sequence[Link]) -> str:
    """Name the first seal that came out otherwise; empty when there is none."""
    for one, other in zip(again, published, strict=False):
        if one != other:
            return f"DIFFERENT from seal {other.row['seq']} on (row {other.number})"
    if len(again) != len(published):
        return f"DIFFERENT: {len(again)} blocks made again, {len(published)} published"
    return ""
