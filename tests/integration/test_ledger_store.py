"""The stored ledger: who may read which part of it, and that nobody can change any."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from services.reporting.rules.ledger import GENESIS, TOTAL, TOTAL_CODE, What
from shared.db import Database
from shared.settings import sqlalchemy_url
from tests.house import House

OPEN = ("ledger_block", "ledger_anchor")
CLOSED = ("ledger_audit", "ledger_member", "ledger_seal")
MONDAY = date(2022, 3, 7)
INSERTS = {
    "ledger_block": "insert into ledger_block values"
    " (:ledger, 1, 1, :day, :view, :code, 5, 5, :hash)",
    "ledger_audit": "insert into ledger_audit values"
    " (:ledger, 1, :what, :day, 1, :view, :code, 5, 5, 3, '', '', '', :hash)",
    "ledger_member": "insert into ledger_member values"
    " ('outcome of ' || :ledger, :ledger, 1, :day, gen_random_uuid(), 1, 2, '{}')",
    "ledger_anchor": "insert into ledger_anchor values (:ledger, 'blocks', :day, 1, :hash)",
    "ledger_seal": "insert into ledger_seal values (:ledger, 1, :day, false, :day, '{}', '{}')",
}
CHANGES = ("update {} set ledger_id = 'x'", "delete from {}", "truncate {}")


@asynccontextmanager
async def signed_in_as(house: House, role: str) -> AsyncIterator[Database]:
    """Open reporting's schema with one of the ledger's own roles."""
    url = house.settings.database_url_of(role)
    database = Database(url, "reporting", house.settings.clock, pool_size=1)
    try:
        yield database
    finally:
        await database.close()


async def add(database: Database, table: str, ledger: str, **others: object) -> None:
    words = INSERTS[table]
    values = {
        "ledger": ledger,
        "day": MONDAY,
        "view": TOTAL.name,
        "code": TOTAL_CODE,
        "what": What.SEAL.value,
        "hash": GENESIS,
        **others,
    }
    async with database.transaction() as tx:
        await tx.execute(
            text(words), {name: value for name, value in values.items() if f":{name}" in words}
        )


async def read(database: Database, table: str) -> int:
    async with database.reading() as tx:
        return len((await tx.execute(text(f"select * from {table}"))).all())


async def test_the_sealer_writes_and_readers_see_what_was_sealed(house: House) -> None:
    async with signed_in_as(house, "sealer") as sealer:
        for table in INSERTS:
            await add(sealer, table, "seen")
            assert await read(sealer, table) >= 1

    async with signed_in_as(house, "funder") as funder:
        for reader in (funder, house.databases["reporting"]):
            for table in OPEN:
                assert await read(reader, table) >= 1


@pytest.mark.parametrize("table", CLOSED)
async def test_nobody_but_the_sealer_reads_what_is_behind_the_sums(
    house: House, table: str
) -> None:
    async with signed_in_as(house, "funder") as funder:
        for reader in (funder, house.databases["reporting"]):
            with pytest.raises(ProgrammingError, match="permission denied"):
                await read(reader, table)


@pytest.mark.parametrize(
    "table",
    [
        "contribution",
        "campaign",
        "done_task",
        "proposal",
        "signal",
        "snapshot",
        "outbox",
        "inbox",
        "ledger_waiver",
        "ledger_key",
    ],
)
async def test_the_funder_reads_nothing_raw(house: House, table: str) -> None:
    async with signed_in_as(house, "funder") as funder:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await read(funder, table)


@pytest.mark.parametrize("role", ["sealer", "funder"])
@pytest.mark.parametrize(
    "table", ["dispatch.contribution", "intake.campaign", "notify.contact_point", "access.account"]
)
async def test_the_roles_of_the_ledger_see_no_other_service(
    house: House, role: str, table: str
) -> None:
    async with signed_in_as(house, role) as database:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await read(database, table)


async def test_the_sealer_reads_what_it_seals_and_does_not_see_refusals(house: House) -> None:
    async with signed_in_as(house, "sealer") as sealer:
        for table in ("campaign", "contribution"):
            assert await read(sealer, table) == 0
        with pytest.raises(ProgrammingError, match="permission denied"):
            await read(sealer, "proposal")


@pytest.mark.parametrize("table", INSERTS)
async def test_only_the_sealer_may_write(house: House, table: str) -> None:
    async with signed_in_as(house, "funder") as funder:
        for writer in (funder, house.databases["reporting"]):
            with pytest.raises(ProgrammingError, match="permission denied"):
                await add(writer, table, "forged")


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", INSERTS)
async def test_nobody_changes_what_was_written(house: House, table: str, change: str) -> None:
    async with signed_in_as(house, "sealer") as sealer:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with sealer.transaction() as tx:
                await tx.execute(text(change.format(table)))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", INSERTS)
def test_not_even_the_owner_changes_what_was_written(house: House, table: str, change: str) -> None:
    engine = create_engine(sqlalchemy_url(house.settings.database_url.get_secret_value()))
    try:
        with engine.connect() as owner, pytest.raises(DBAPIError, match="the ledger only grows"):
            owner.execute(text(change.format(f"reporting.{table}")))
    finally:
        engine.dispose()


async def test_an_outcome_belongs_to_one_ledger_and_a_code_is_sealed_once(house: House) -> None:
    async with signed_in_as(house, "sealer") as sealer:
        for table in INSERTS:
            await add(sealer, table, "once")
            with pytest.raises(IntegrityError, match="duplicate key"):
                await add(sealer, table, "once")


@pytest.mark.parametrize("sums", ["4, 5", "5, 4", "0, 0"])
async def test_a_small_sum_is_refused_by_the_table_itself(house: House, sums: str) -> None:
    async with signed_in_as(house, "sealer") as sealer:
        with pytest.raises(IntegrityError, match="check constraint"):
            async with sealer.transaction() as tx:
                await tx.execute(
                    text(
                        "insert into ledger_block values"
                        f" ('small', 1, 1, :day, 'theme', 'food', {sums}, :hash)"
                    ),
                    {"day": MONDAY, "hash": GENESIS},
                )
