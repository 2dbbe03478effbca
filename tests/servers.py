"""Real servers for tests: own engines for each worker, a fresh database for each module."""

import itertools
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from deploy.engines import Engines, start_engines
from deploy.migrate import migrate_all
from deploy.settings import DeploySettings
from shared.settings import HouseSettings

TEMPLATE = "relais_template"

_numbers = itertools.count(1)


def own_engines() -> Engines:
    """Start engines in a temporary folder, whatever servers the environment names.

    The folder goes and the processes end with this process, however it ends.
    """
    return start_engines(durable=False, settings=test_settings())


def test_settings() -> DeploySettings:
    return DeploySettings(
        database_url=None, nats_url=None, nats_monitor_url=None, valkey_url=None, gateway_port=0
    )


test_settings.__test__ = False  # type: ignore[attr-defined]  # a builder, not a test


def migrated_database(engines: Engines) -> str:
    """Return the URL of a new database in which every service has its tables.

    Migrations run once for each set of engines; every further database is a copy.
    """
    template_url = at_database(engines.database_url, TEMPLATE)
    with psycopg.connect(engines.database_url, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,))
        if known.fetchone() is None:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(TEMPLATE)))
            migrate_all(house_settings(template_url))
        name = f"test_{next(_numbers)}"
        connection.execute(
            SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(TEMPLATE))
        )
    return at_database(engines.database_url, name)


def house_settings(database_url: str, **others: object) -> HouseSettings:
    """Build the settings of a system under test."""
    values: dict[str, object] = {
        "database_url": database_url,
        "secret": "a secret that only tests know",
        "profile": "development",
        "clock": "scenario",
    }
    return HouseSettings.model_validate(values | others)


def drop_database(engines: Engines, url: str) -> None:
    with psycopg.connect(engines.database_url, autocommit=True) as connection:
        name = urlsplit(url).path.removeprefix("/")
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def at_database(url: str, name: str) -> str:
    """Return the same server's URL for another database."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()
