"""The recipe `docs/how-to/add-a-territory.md`, followed word for word."""

import re
import shlex
from pathlib import Path

import pytest

from deploy.territory import (
    Answer,
    check_territory,
    import_territory,
    list_territories,
    load_pack,
    pack_as_places,
    show_territory,
)
from services.intake.gateways.territory_files.folder import FileWishes
from services.intake.rules.need_index.territory import zones_of
from services.intake.rules.territory.drawing import draw_map
from services.intake.rules.territory.model import Level, latest_values

RECIPE = Path(__file__).parents[2] / "docs/how-to/add-a-territory.md"
FILE = re.compile(
    r"^`(?P<path>deploy/territories/[^`]+)`.*?^```\w+\n(?P<content>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write each file of the recipe where it says, under a folder of its own."""
    root = tmp_path_factory.mktemp("recipe")
    for found in FILE.finditer(RECIPE.read_text(encoding="utf-8")):
        target = root / found["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(found["content"], encoding="utf-8")
    return root


def run(root: Path, command: str) -> Answer:
    """Do what one line of the recipe's shell does."""
    match shlex.split(command):
        case ["relais", "territory", "check", path]:
            return check_territory(root / path)
        case ["relais", "territory", "show", name]:
            return show_territory(name, root / "deploy/territories")
        case ["relais", "territory", "import", source, "--into", into, "--within", prefix]:
            files = FileWishes(within=prefix)
            return import_territory(root / source, root / into, files=files)
        case other:
            raise AssertionError(f"the recipe has a command that this test does not know: {other}")


def commands() -> list[str]:
    text = RECIPE.read_text(encoding="utf-8")
    return [line for block in COMMANDS.findall(text) for line in block.splitlines() if line]


def test_the_four_files_make_a_pack_that_every_check_lets_in(followed: Path) -> None:
    for command in commands()[:2]:
        answer = run(followed, command)
        assert answer.ok, answer.text

    listed = list_territories(followed / "deploy/territories")
    assert [entry["id"] for entry in listed.data["territories"]] == ["anvers"]


def test_the_new_territory_is_drawn_placed_and_ready_for_the_need_index(followed: Path) -> None:
    pack = load_pack("anvers", followed / "deploy/territories")

    svg = draw_map(pack, "nl")

    assert "Sint-Andries" in svg
    assert "Schelde" in svg
    assert [place["id"] for place in pack_as_places(pack)] == ["ANT01", "ANT02", "ANT03"]
    assert {zone.zone_id: set(zone.observations) for zone in zones_of(pack)}["ANT01"] >= {
        "median_income_eur",
        "density_per_km2",
    }


def test_what_the_recipe_leaves_blank_is_absent(followed: Path) -> None:
    latest = latest_values(load_pack("anvers", followed / "deploy/territories"), Level.ZONE)

    assert ("ANT03", "median_income_eur") not in latest
    assert latest["ANT01", "median_income_eur"].value == 19450.5


def test_the_import_of_the_recipe_reads_downloads_and_replaces_the_pack(followed: Path) -> None:
    downloads = followed / "downloads"
    downloads.mkdir()
    (downloads / "OPENDATA_SECTOREN_2022.txt").write_text(
        "CD_REFNIS|CD_SECTOR|TOTAL|TX_DESCR_SECTOR_NL|TX_DESCR_NL\n"
        "11002|11002A00-|1200|Sint-Andries|Antwerpen\n"
        "11002|11002A01-|800|Kiel|Antwerpen\n"
        "21001|21001A00-|500|Wayez|Anderlecht\n",
        encoding="utf-8",
    )

    answer = run(followed, commands()[2])

    assert answer.ok, answer.text
    assert answer.data["inhabitants"] == {"2022": 2000}
    assert load_pack("anvers", followed / "deploy/territories").zones[0].id == "M11002"
