"""Everything that a person reads exists in French, Dutch and English."""

import ast
import io
import re
from enum import Enum
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from shared import words
from shared.web.languages import LANGUAGES, UI, translate, word_id

ROOT = Path(__file__).resolve().parent.parent.parent
MESSAGE_WORDS = {"message", "title"}


def closed_lists() -> list[Enum]:
    return [
        value
        for kind in vars(words).values()
        if isinstance(kind, type) and issubclass(kind, Enum) and kind.__module__ == words.__name__
        for value in kind
    ]


def strings_of_templates() -> set[str]:
    found: set[str] = set()
    folders = [UI / "templates", *(ROOT / "services").glob("*/templates"), ROOT / "deploy"]
    for folder in folders:
        for path in folder.rglob("*.html"):
            keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
            source = io.BytesIO(path.read_bytes())
            options = {"trimmed": "true"}
            for _, message, _, _ in extract(
                "jinja2.ext:babel_extract", source, keywords, (), options
            ):
                found |= set(message) if isinstance(message, tuple) else {message}
    return found


def strings_of_code() -> set[str]:
    """Find what is raised as a problem, given as a title, or marked with `_`, in services."""
    found: set[str] = set()
    for path in [*(ROOT / "services").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            name = call.func.id if isinstance(call.func, ast.Name) else name
            arguments = [k.value for k in call.keywords if k.arg in MESSAGE_WORDS]
            if name in {"refuse", "Problem"}:
                arguments += call.args[1:2]
            if name in {"_", "N_"}:
                arguments += call.args[:1]
            found |= {
                a.value
                for a in arguments
                if isinstance(a, ast.Constant) and isinstance(a.value, str)
            }
    return {text for text in found if text and " " in text}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_closed_lists_has_a_name(language: str) -> None:
    unnamed = [word_id(v) for v in closed_lists() if translate(language, word_id(v)) == word_id(v)]

    assert unnamed == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_string_of_the_pages_is_translated(language: str) -> None:
    known = messages(language)

    assert sorted(strings_of_templates() - known) == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_refusal_is_translated(language: str) -> None:
    assert sorted(strings_of_code() - messages(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_empty_fuzzy_or_broken(language: str) -> None:
    for path in sorted((UI / "locale" / language).glob("*.po")):
        with path.open("rb") as source:
            catalogue = read_po(source, locale=language, abort_invalid=True)
        for message in catalogue:
            if not message.id:
                continue
            told = message.string if isinstance(message.string, tuple) else (message.string,)
            asked = ids_of(message)
            assert not message.fuzzy, f"{path.name}: {asked[0]}"
            assert all(told), f"{path.name}: {asked[0]} has no translation"
            for form in told:
                assert places(str(form)) <= places("".join(asked)), f"{path.name}: {asked[0]}"


def places(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[sd]", text))


def messages(language: str) -> set[str]:
    known: set[str] = set()
    for path in (UI / "locale" / language).glob("*.po"):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                known |= set(ids_of(message))
    return known


def ids_of(message: Message) -> tuple[str, ...]:
    """Return the singular, and the plural when there is one."""
    return tuple(map(str, message.id)) if isinstance(message.id, tuple) else (str(message.id),)
