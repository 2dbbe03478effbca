"""What the phone sees in a note before it saves it: a corpus, and how often it is wrong."""

import json
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from deploy import bundle
from services.dispatch.rules.notes import national_numbers

CORPUS = tomllib.loads(Path(__file__).with_name("notes_corpus.toml").read_text())
FALSE_ALARMS_MAX_PCT = 2
MISSED_MAX_PCT = 5
ASK = """
import { readFileSync } from "node:fs";
import { detect } from "./detect.js";
const asked = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(asked.map(([text, known]) => detect(text, known))));
"""


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Build the detector as the phone gets it, for node."""
    node = bundle.find_node()
    bundle.ensure_modules(node)
    folder = tmp_path_factory.mktemp("detector")
    subprocess.run(
        [
            node.node,
            str(bundle.MODULES / "esbuild" / "bin" / "esbuild"),
            str(bundle.FIELD / "detect.ts"),
            "--format=esm",
            "--minify",
            f"--outfile={folder / 'detect.js'}",
            "--log-level=error",
        ],
        check=True,
    )
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "ask.js").write_text(ASK)
    return node.node, folder / "ask.js"


def detect(
    detector: tuple[str, Path], texts: Iterable[str], known: Iterable[str] = ()
) -> list[list[dict[str, Any]]]:
    asked = json.dumps([[text, list(known)] for text in texts])
    said = subprocess.run(detector, input=asked, capture_output=True, text=True, check=True)
    found: list[list[dict[str, Any]]] = json.loads(said.stdout)
    return found


def texts_of(kind: str) -> list[str]:
    return [text for block in CORPUS["seen"] if block["kind"] == kind for text in block["texts"]]


@pytest.mark.parametrize("kind", ["phone", "email", "national_number", "address"])
def test_what_has_a_form_is_seen_every_time(detector: tuple[str, Path], kind: str) -> None:
    texts = texts_of(kind)

    found = detect(detector, texts)

    missed = [
        (text, seen)
        for text, seen in zip(texts, found, strict=True)
        if kind not in {one["kind"] for one in seen}
    ]
    assert missed == []


@pytest.mark.parametrize("language", ["fr", "nl", "ar-translit"])
def test_names_are_seen_in_each_language(detector: tuple[str, Path], language: str) -> None:
    texts = [
        text
        for block in CORPUS["seen"]
        if block["kind"] == "name" and block["language"] == language
        for text in block["texts"]
    ]

    found = detect(detector, texts)

    missed = [text for text, seen in zip(texts, found, strict=True) if not seen]
    assert len(texts) >= 10
    assert 100 * len(missed) / len(texts) <= MISSED_MAX_PCT, missed


@pytest.mark.parametrize("language", ["fr", "nl", "ar-translit"])
def test_ordinary_sentences_raise_hardly_any_warning(
    detector: tuple[str, Path], language: str
) -> None:
    texts = [
        text
        for block in CORPUS["ordinary"]
        if block["language"] == language
        for text in block["texts"]
    ]

    found = detect(detector, texts)

    alarms = [(text, seen) for text, seen in zip(texts, found, strict=True) if seen]
    assert 100 * len(alarms) / len(texts) <= FALSE_ALARMS_MAX_PCT, alarms


def test_names_of_places_and_services_that_the_phone_knows_are_nobodys(
    detector: tuple[str, Path],
) -> None:
    text = "Passer à Dar Fatima avant midi"

    (unknown,), (known,) = (detect(detector, [text], places) for places in ([], ["Dar Fatima"]))

    assert [one["seen"] for one in unknown] == ["Fatima"]
    assert known == []


def test_the_warning_quotes_what_it_saw(detector: tuple[str, Path]) -> None:
    (found,) = detect(detector, ["Mme Dubois, 0475 12 34 56, rue Brogniez 44"])

    assert [(one["kind"], one["seen"]) for one in found] == [
        ("phone", "0475 12 34 56"),
        ("address", "rue Brogniez 44"),
        ("name", "Mme Dubois"),
    ]


def test_a_number_whose_check_is_wrong_is_no_national_number_on_either_side(
    detector: tuple[str, Path],
) -> None:
    right, wrong = texts_of("national_number"), ["RN 85073003329", "facture 12345678901"]

    found = detect(detector, [*right, *wrong])

    phone = [any(one["kind"] == "national_number" for one in seen) for seen in found]
    server = [bool(national_numbers(text)) for text in [*right, *wrong]]
    assert phone == server == [True] * len(right) + [False] * len(wrong)
