"""What each service's role may not do, tried with the real roles."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from shared.bus import SERVICES
from tests.house import House

CHANGES = ("drop table inbox", "create table mine (x int)", "alter table zone add x int")
OTHERS = [(a, b) for a in SERVICES for b in (*SERVICES, "access") if a != b]


@pytest.mark.parametrize(("service", "other"), OTHERS)
async def test_a_service_cannot_read_anothers_tables(
    house: House, service: str, other: str
) -> None:
    table = "account" if other == "access" else "outbox"

    with pytest.raises(ProgrammingError, match="permission denied"):
        await house.rows(service, f"select * from {other}.{table}")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_cannot_change_its_own_tables_or_make_new_ones(
    house: House, service: str
) -> None:
    for statement in (
        "drop table inbox",
        "create table mine (x int)",
        "alter table zone add x int",
    ):
        with pytest.raises(ProgrammingError):
            async with house.databases[service].transaction() as tx:
                await tx.execute(text(statement))


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_can_read_the_clock_and_cannot_move_it(house: House, service: str) -> None:
    assert len(await house.rows(service, "select instant from access.clock")) == 1

    with pytest.raises(ProgrammingError, match="permission denied"):
        async with house.databases[service].transaction() as tx:
            await tx.execute(text("update access.clock set instant = now()"))


async def test_reporting_reads_whose_access_is_closed_and_no_account(house: House) -> None:
    assert (
        await house.rows("reporting", "select person_id, closed_at from access.closed_access") == []
    )

    for service, table in (("reporting", "account"), ("notify", "closed_access")):
        with pytest.raises(ProgrammingError, match="permission denied"):
            await house.rows(service, f"select * from access.{table}")
