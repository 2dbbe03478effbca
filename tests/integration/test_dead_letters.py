"""Dead letters are for a human to decide, and the decision is on the audit trail."""

import itertools

import psycopg
import pytest

from deploy import dead_letters
from shared.settings import HouseSettings
from tests.servers import house_settings

_numbers = itertools.count()


@pytest.fixture(scope="module")
def settings(database_url: str) -> HouseSettings:
    return house_settings(database_url)


def a_dead_letter(settings: HouseSettings, consumer: str = "reporting-count") -> str:
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
        row = connection.execute(
            "INSERT INTO reporting.dead_letter (consumer, type, subject, body, error, attempts)"
            " VALUES (%s, 'dispatch.outcome.recorded.v1', %s, '{}', 'ValidationError', 5)"
            " RETURNING id",
            (consumer, f"dispatch.v1.outcome.{next(_numbers)}.recorded"),
        ).fetchone()
    assert row is not None
    return f"reporting:{row[0]}"


def audited(settings: HouseSettings) -> list[tuple[str, str]]:
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        return connection.execute(
            "SELECT action, detail ->> 'name' FROM access.audit ORDER BY number"
        ).fetchall()


def test_an_open_dead_letter_is_listed_by_name_without_its_body(settings: HouseSettings) -> None:
    name = a_dead_letter(settings)

    listed = {row["name"]: row for row in dead_letters.letters(settings)}

    assert listed[name]["consumer"] == "reporting-count"
    assert "body" not in listed[name]
    assert dead_letters.letter(settings, name)["body"] == "{}"


def test_a_redriven_letter_waits_for_its_consumer_and_is_audited(settings: HouseSettings) -> None:
    name = a_dead_letter(settings)

    dead_letters.redrive(settings, name)

    assert dead_letters.letter(settings, name)["state"] == "redrive"
    assert ("dead_letter.redrive", name) in audited(settings)


def test_a_discarded_letter_is_listed_among_the_settled_only(settings: HouseSettings) -> None:
    name = a_dead_letter(settings)

    dead_letters.discard(settings, name)

    assert name not in {row["name"] for row in dead_letters.letters(settings)}
    assert name in {row["name"] for row in dead_letters.letters(settings, settled=True)}
    assert ("dead_letter.discarded", name) in audited(settings)


def test_a_settled_letter_cannot_be_settled_again(settings: HouseSettings) -> None:
    name = a_dead_letter(settings)
    dead_letters.discard(settings, name)

    with pytest.raises(dead_letters.NoSuchLetterError, match="no open dead letter"):
        dead_letters.redrive(settings, name)


@pytest.mark.parametrize("name", ["12", "payroll:1", "reporting:x", "reporting:999999"])
def test_a_name_that_is_none_is_refused(settings: HouseSettings, name: str) -> None:
    with pytest.raises(dead_letters.NoSuchLetterError):
        dead_letters.letter(settings, name)
