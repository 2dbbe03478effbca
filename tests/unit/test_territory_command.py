"""`relais territory` as a person types it: text or JSON, and 0 or 1 for the shell."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.settings import PROJECT_ROOT, clean_environment

TEMPLATE = "territory_level,territory_code,indicator,year,value,unit,source,licence\n"


def territory(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "deploy", "territory", *map(str, arguments)],
        env=clean_environment() | {"COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
    )


@pytest.mark.parametrize("command", ["list", "show", "check", "import", "zone"])
def test_every_territory_command_has_help_for_a_person(command: str) -> None:
    answer = territory(command, "--help")

    assert answer.returncode == 0
    assert "Usage: relais territory" in answer.stdout


def test_brussels_is_listed_and_shown_as_text_and_as_data() -> None:
    listed, shown = territory("list", "--json"), territory("show", "brussels")

    assert json.loads(listed.stdout)["territories"][0]["id"] == "brussels"
    assert "Porte de Hal / Hallepoort" in shown.stdout


def test_a_pack_that_does_not_exist_is_a_sentence_and_a_failure() -> None:
    answer = territory("show", "atlantis")

    assert answer.returncode == 1
    assert "atlantis" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_import_is_read_doubted_and_done(tmp_path: Path) -> None:
    source = tmp_path / "official"
    source.mkdir()
    (source / "zones.csv").write_text("zone_id,sector_code\nZ1,21001A00-\n", encoding="utf-8")
    (source / "OPENDATA_SECTOREN_2022.txt").write_text(
        "CD_REFNIS|CD_SECTOR|TOTAL|TX_DESCR_SECTOR_FR\n21001|21001A00-|1.188|Wayez\n",
        encoding="utf-8",
    )
    rates = source / "rates.csv"
    rates.write_text(TEMPLATE + "sector,21001A00-,diabetes_pct,2024,6.125,%,IMA,Libre\n", "utf-8")

    doubted = territory("import", source, "--into", tmp_path / "pack")
    done = territory("import", source, "--into", tmp_path / "pack", "--decimal", ".", "--json")

    assert doubted.returncode == 1
    assert "rates.csv:2" in doubted.stderr
    assert "comma or the point" in doubted.stderr
    assert done.returncode == 0
    assert json.loads(done.stdout)["inhabitants"] == {"2022": 1188}
    assert territory("check", tmp_path / "pack").returncode == 0
