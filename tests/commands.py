"""`relais` as an operator runs it, about the house of a test. In this process: it loads much."""

import asyncio

from typer.testing import CliRunner, Result

from deploy.cli import build_app
from tests.house import House


async def relais(house: House, *words: str) -> Result:
    settings = house.settings
    environment = {
        "RELAIS_DATABASE_URL": settings.database_url.get_secret_value(),
        "RELAIS_NATS_URL": settings.nats_url,
        "RELAIS_VALKEY_URL": settings.valkey_url,
        "RELAIS_SECRET": settings.secret.get_secret_value(),
        "RELAIS_PROFILE": "development",
        "RELAIS_CLOCK": "scenario",
    }

    def run() -> Result:
        return CliRunner().invoke(build_app(), list(words), env=environment)

    return await asyncio.to_thread(run)
