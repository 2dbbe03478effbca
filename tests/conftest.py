"""Fixtures that every test may use. Engines start when the first test asks for them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from deploy.bundle import ensure_bundle
from deploy.chromium import find_chromium
from deploy.engines import Engines
from deploy.settings import PROJECT_ROOT, DeploySettings
from tests.house import House, a_house
from tests.servers import drop_database, migrated_database, own_engines


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let whoever has the time ask for more than what a change has to pass each time."""
    parser.addoption(
        "--examples",
        type=int,
        default=None,
        help="requests at random for each endpoint and role that it is open to; else a few",
    )
    parser.addoption(
        "--long",
        action="store_true",
        help="whole crises and every storm over the field app: what a nightly run is for",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no core waits for another at the end."""
    if not config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="only with --long"))
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """PostgreSQL, NATS with JetStream and Valkey for this test process alone."""
    with own_engines() as running:
        yield running


@pytest.fixture(scope="module")
def database_url(engines: Engines) -> Iterator[str]:
    """A fresh database with every service's tables; the URL is its owner's."""
    url = migrated_database(engines)
    yield url
    drop_database(engines, url)


@pytest.fixture(scope="module")
async def house(engines: Engines) -> AsyncIterator[House]:
    """The whole system, running, with a played clock at Monday 3 January 2022, 8 o'clock."""
    async with a_house(engines) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The path of a Chromium; the test is skipped where the machine has none."""
    found = find_chromium()
    if found is None:
        pytest.skip("no Chromium on this machine: what happens in a browser was not tested")
    return found


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The folder of the field app's bundle, as fresh as its sources."""
    return ensure_bundle()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of official files; the test is skipped where it is absent."""
    folder = DeploySettings.read().shared_data
    if not (folder / "brussels").is_dir():
        pytest.skip("official files are not here (set RELAIS_SHARED_DATA): imports not tested")
    return folder


@pytest.fixture(scope="session")
def project_root() -> Path:
    return PROJECT_ROOT
