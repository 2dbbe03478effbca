"""Lets the first person in: everybody after that is invited by somebody."""

from sqlalchemy import select

from shared import access
from shared.access.tables import audit
from shared.db import Database, Tx
from shared.settings import HouseSettings
from shared.words import PersonId, Role

FIRST_NAME = "Coordination"


async def first_link(settings: HouseSettings) -> str | None:
    """Make the one-time address for the first coordinator; None once somebody coordinates.

    Until the first has come in, each call makes a new address and the earlier one stops working.
    """
    database = Database(settings.database_url_of("access"), "access")
    try:
        async with database.transaction() as tx:
            known = await access.accounts(tx, Role.COORDINATION)
            if len(known) > 1 or (known and await _has_come_in(tx, known[0].person_id)):
                return None
            person = known[0].person_id if known else None
            person = await access.create_account(
                tx, role=Role.COORDINATION, display_name=FIRST_NAME, person_id=person
            )
            return address(settings, await access.make_link(tx, person))
    finally:
        await database.close()


async def new_link(
    settings: HouseSettings, name: str, language: str, role: Role = Role.COORDINATION
) -> str:
    """Create an account and return the address that lets this person in once."""
    database = Database(settings.database_url_of("access"), "access")
    try:
        async with database.transaction() as tx:
            person = await access.create_account(
                tx, role=role, display_name=name, language=language
            )
            return address(settings, await access.make_link(tx, person))
    finally:
        await database.close()


async def _has_come_in(tx: Tx, person_id: PersonId) -> bool:
    """Tell whether somebody is in: to open a link and then choose nothing is not enough."""
    began = select(audit.c.number).where(
        audit.c.actor_id == person_id, audit.c.action == "session.began"
    )
    return (await tx.execute(began.limit(1))).first() is not None


def address(settings: HouseSettings, token: str) -> str:
    """Write the address of a link; the token stands where no server log sees it."""
    return f"{settings.public_url}/access/enter#{token}"
