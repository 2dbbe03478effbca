"""Everything that a person reads exists in French, Dutch and English, and nothing else does.

Two spellings of a sentence that differ in no-break spaces or apostrophes are one sentence here, as
they are for readers: `shared/web/typography.py` sets both alike.
"""

import ast
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from shared import words
from shared.web.languages import LANGUAGES, UI, translate, word_id
from shared.web.typography import as_typed

ROOT = Path(__file__).resolve().parent.parent.parent
MESSAGE_WORDS = {"message", "title"}
PLURAL_FORMS = 2  # in French, Dutch and English alike
PLACE = re.compile(r"%\((\w+)\)([sd])")
TAG = re.compile(r"</?[a-z][^>]*>")
# What only French writes: a word with an accent, an elision, or a space before a sign.
FRENCH = re.compile(
    r"[àâçéèêëîïôûùœ]|\b(?:l|d|n|c|qu|s|j)'[a-zéêàh]| [:;?!»](?:\s|$)", re.IGNORECASE
)

# Names of official sources and of their figures, in the language in which they are published.
OF_SOURCES = "services/intake/rules/territory"
NOT_SENTENCES = {"Relais d'Action de Quartier", "d'er' MMMM"}


def closed_lists() -> list[Enum]:
    return [
        value
        for kind in vars(words).values()
        if isinstance(kind, type) and issubclass(kind, Enum) and kind.__module__ == words.__name__
        for value in kind
    ]


def templates() -> Iterator[Path]:
    folders = [UI / "templates", *(ROOT / "services").glob("*/templates"), ROOT / "deploy"]
    for folder in folders:
        yield from folder.rglob("*.html")


def programs(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (ROOT / folder).rglob("*.py")


@cache
def strings_of_templates() -> frozenset[str]:
    found: set[str] = set()
    for path in templates():
        keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
        source = io.BytesIO(path.read_bytes())
        options = {"trimmed": "true"}
        for _, message, _, _ in extract("jinja2.ext:babel_extract", source, keywords, (), options):
            found |= set(message) if isinstance(message, tuple) else {message}
    return frozenset(map(as_typed, found))


@cache
def strings_of_code() -> frozenset[str]:
    """Find what is raised as a problem, given as a title, or marked with `_`, in services."""
    found: set[str] = set()
    for path in programs("services", "shared", "deploy/stage"):
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
    return frozenset(as_typed(text) for text in found if text and " " in text)


@cache
def constants(path: Path) -> tuple[tuple[str, str], ...]:
    """List the texts that stand in a program, and where; docstrings are for whoever reads it."""
    tree = ast.parse(path.read_text())
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return tuple(
        (as_typed(node.value), f"{path.relative_to(ROOT)}:{node.lineno}")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    )


@cache
def catalogues(language: str) -> tuple[tuple[str, Catalog], ...]:
    return tuple(
        (f"{language}/{path.name}", read_catalogue(path, language))
        for path in sorted((UI / "locale" / language).glob("*.po"))
    )


def read_catalogue(path: Path, language: str) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def entries(language: str) -> Iterator[tuple[str, Message, tuple[str, ...], tuple[str, ...]]]:
    """List every entry: in which file, itself, what is asked and what is told."""
    for name, catalogue in catalogues(language):
        for message in catalogue:
            if message.id:
                yield name, message, ids_of(message), forms_of(message)


def ids_of(message: Message) -> tuple[str, ...]:
    """Return the singular, and the plural when there is one."""
    return tuple(map(str, message.id)) if isinstance(message.id, tuple) else (str(message.id),)


def forms_of(message: Message) -> tuple[str, ...]:
    told = message.string
    return tuple(map(str, told)) if isinstance(told, list | tuple) else (str(told),)


@cache
def messages(language: str) -> frozenset[str]:
    return frozenset(as_typed(text) for _, _, asked, _ in entries(language) for text in asked)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_closed_lists_has_a_name(language: str) -> None:
    unnamed = [word_id(v) for v in closed_lists() if translate(language, word_id(v)) == word_id(v)]

    assert unnamed == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_string_of_the_pages_is_translated(language: str) -> None:
    assert sorted(strings_of_templates() - messages(language)) == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_refusal_is_translated(language: str) -> None:
    assert sorted(strings_of_code() - messages(language)) == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_french_sentence_of_the_services_lacks_a_translation(language: str) -> None:
    """Find what no mark shows: a sentence in a table of texts, handed to gettext later."""
    known = messages(language) | NOT_SENTENCES
    forgotten = [
        f"{where}: {text}"
        for path in programs("services", "shared")
        if not path.is_relative_to(ROOT / OF_SOURCES)
        for text, where in constants(path)
        if FRENCH.search(text) and " " in text and text not in known
    ]

    assert forgotten == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_empty_fuzzy_or_has_a_wrong_number_of_forms(language: str) -> None:
    for name, message, asked, told in entries(language):
        assert not message.fuzzy, f"{name}: {asked[0]} is fuzzy"
        assert all(told), f"{name}: {asked[0]} has no translation"
        forms = PLURAL_FORMS if len(asked) > 1 else 1
        assert len(told) == forms, f"{name}: {asked[0]} needs {forms} form(s)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_loses_a_place_or_a_tag_of_its_source(language: str) -> None:
    wrong = [
        f"{name}: {form}"
        for name, _, asked, told in entries(language)
        for form, source in zip(told, asked if len(told) == len(asked) else asked * 2, strict=False)
        if not fits(form, source, asked)
    ]

    assert wrong == []


def fits(form: str, source: str, asked: tuple[str, ...]) -> bool:
    """Tell whether a form has the places and tags of its source, and can be filled."""
    places = set(PLACE.findall(form))
    if places != set(PLACE.findall(source)) and not (
        len(asked) > 1 and places == set(PLACE.findall(asked[1]))
    ):
        return False
    if sorted(TAG.findall(form)) != sorted(TAG.findall(source)):
        return False
    if places:
        form % {name: 1 if kind == "d" else "x" for name, kind in places}  # or it raises
    return True


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_sentence_has_one_translation(language: str) -> None:
    told: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
    for name, _, asked, forms in entries(language):
        told[as_typed(asked[0])].setdefault(tuple(map(as_typed, forms)), name)

    assert {text: found for text, found in told.items() if len(found) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_nobody_says(language: str) -> None:
    said = {
        text for path in programs("services", "shared", "deploy") for text, _ in constants(path)
    }
    said |= strings_of_templates() | {word_id(value) for value in closed_lists()}

    unused = [
        f"{name}: {asked[0]}"
        for name, _, asked, _ in entries(language)
        if as_typed(asked[0]) not in said
    ]
    obsolete = [
        f"{name}: {text}" for name, found in catalogues(language) for text in found.obsolete
    ]

    assert unused + obsolete == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_dutch_and_english_have_no_french_spaces_or_quotation_marks(language: str) -> None:
    french = re.compile(r" [:;?!](?:\s|$)|[«»]")

    assert [
        f"{name}: {form}"
        for name, _, _, told in entries(language)
        for form in told
        if french.search(as_typed(form))
    ] == []


def test_french_has_a_space_before_the_signs_that_want_one() -> None:
    """Translators may type a plain one; a missing one cannot be guessed."""
    close = re.compile(r"[\w)»%][;?!](?=\s|$)|[\w)»]:(?=\s|$)|«\S|[^\s]»")
    entity_or_code = re.compile(r"&\w+;|<[^>]*>")

    assert [
        f"{name}: {text}"
        for name, _, asked, _ in entries("nl")
        for text in asked
        if close.search(entity_or_code.sub("", as_typed(text)))
    ] == []
