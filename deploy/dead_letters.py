"""Facts that a consumer could not take: listed, and settled by a human, with an audit entry."""

import asyncio
from typing import Literal

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier

from shared import access
from shared.db import Database
from shared.errors import MissingError
from shared.settings import HouseSettings

SERVICES = ("intake", "dispatch", "notify", "reporting")
OPEN = ("dead", "redrive")
SETTLED = ("redriven", "discarded")


class NoSuchLetterError(MissingError):
    """The name is wrong, or somebody settled that dead letter before."""


def letters(settings: HouseSettings, *, settled: bool = False) -> list[DictRow]:
    """List the open dead letters of every service, `settled` ones too if asked, oldest first.

    Each row has a `name` such as `reporting:12`, and the columns of the table without the body.
    """
    states = [*OPEN, *(SETTLED if settled else ())]
    found: list[DictRow] = []
    with _connect(settings) as connection:
        for service in SERVICES:
            query = SQL(
                "SELECT %s || ':' || id AS name, consumer, type, subject, event_id, attempts,"
                " error, state, died_at, settled_at FROM {} WHERE state = ANY(%s) ORDER BY id"
            ).format(Identifier(service, "dead_letter"))
            found += connection.execute(query, (service, states)).fetchall()
    return found


def letter(settings: HouseSettings, name: str) -> DictRow:
    """Return one dead letter with its body: ids, decisions and codes, never a person's words.

    Raises:
        NoSuchLetterError: there is none of this name.
    """
    service, number = _parse(name)
    query = SQL("SELECT * FROM {} WHERE id = %s").format(Identifier(service, "dead_letter"))
    with _connect(settings) as connection:
        row = connection.execute(query, (number,)).fetchone()
    if row is None:
        raise NoSuchLetterError(f"There is no dead letter {name}.")
    return row


def redrive(settings: HouseSettings, name: str) -> None:
    """Let the consumer try again, under the same id: what was counted is not counted twice.

    Raises:
        NoSuchLetterError: there is no open dead letter of this name.
    """
    _settle(settings, name, "redrive")


def discard(settings: HouseSettings, name: str) -> None:
    """Give a fact up for this consumer; it stays in the stream and in the table.

    Raises:
        NoSuchLetterError: there is no open dead letter of this name.
    """
    _settle(settings, name, "discarded")


def _settle(settings: HouseSettings, name: str, state: Literal["redrive", "discarded"]) -> None:
    service, number = _parse(name)
    statement = SQL(
        "UPDATE {} SET state = %s,"
        " settled_at = CASE WHEN %s = 'discarded' THEN clock_timestamp() END"
        " WHERE id = %s AND state = 'dead' RETURNING consumer, type"
    ).format(Identifier(service, "dead_letter"))
    with _connect(settings) as connection:
        row = connection.execute(statement, (state, state, number)).fetchone()
    if row is None:
        raise NoSuchLetterError(f"There is no open dead letter {name}.")
    asyncio.run(_note(settings, f"dead_letter.{state}", {"name": name, **row}))


async def _note(settings: HouseSettings, action: str, detail: dict[str, str]) -> None:
    database = Database(settings.database_url_of("access"), "access")
    try:
        async with database.transaction() as tx:
            await access.note(tx, action, detail=detail)
    finally:
        await database.close()


def _parse(name: str) -> tuple[str, int]:
    service, _, number = name.partition(":")
    if service not in SERVICES or not number.isdecimal():
        raise NoSuchLetterError(f"{name!r} is not the name of a dead letter, like reporting:12.")
    return service, int(number)


def _connect(settings: HouseSettings) -> "psycopg.Connection[DictRow]":
    url = settings.database_url.get_secret_value()
    return psycopg.connect(url, autocommit=True, row_factory=dict_row)
