"""Every page of a lived-in house: in three languages, and what nobody else may read in it.

The pages are those of `tests/architecture/routes.toml`, drawn for everybody to whom they are open:
a new page is looked at without anybody adding a line, if `tests/lived_in.py` has what it shows.
"""

import io
import logging
import re
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from babel.messages.pofile import read_po

from shared.bus import SERVICES
from shared.log import JsonLines
from shared.web.languages import LANGUAGES, UI
from shared.web.typography import as_typed
from tests.forms import ORIGIN, path_of, send_request
from tests.free_fields import free_fields
from tests.house import House
from tests.integration.intake_world import brussels
from tests.lived_in import OWNER, LivedIn, a_lived_in_house
from tests.routes import Line, lines

FIELDS = Path(__file__).parent.parent / "architecture" / "free_fields.toml"
EVERY_ROW = (
    "select format('select %L as place, t::text as row from %I.%I t',"
    " table_schema || '.' || table_name, table_schema, table_name) as query"
    " from information_schema.tables where table_type = 'BASE TABLE'"
    " and table_schema in ('access', 'intake', 'dispatch', 'notify', 'reporting')"
)
NOTED_BY_LOOKING = {"access.session", "access.attempt", "access.audit"}
ON_THE_BUS = ("outbox", "inbox", "dead_letter")
# Pages that are there in one state only, which this house has not reached.
NOT_IN_THIS_STATE = {
    "GET /intake/invitations/{invitation_id}/campaign": "the invitation led to its campaign",
    "GET /dispatch/kit/leaflets/{leaflet_id}": "the leaflet is a link, not a file",
    "GET /dispatch/desk/campaigns/{campaign_id}/tasks/{task_id}/able": "the task has its people",
    "GET /dispatch/calendar-feed/{token}.ics": "its address is a secret that nobody was given",
    "GET /dispatch/desk/directory/imports/{import_id}": "no file waits to be taken in",
    "GET /intake/signals/part": "a page asks for it with what it shows",
    "GET /intake/signals/live": "a page asks for it with what it shows",
    "GET /intake/territory-import/{draft_id}": "no territory waits to be taken in",
    **dict.fromkeys(
        (
            "GET /reporting/funder/campaigns/{campaign_id}/{report}.pdf",
            "GET /reporting/funder/campaigns/{campaign_id}/{report}.xlsx",
            "GET /reporting/funder/campaigns/{campaign_id}/{report}/{part}.csv",
            "GET /reporting/funder/campaigns/{campaign_id}/{report}/{part}.schema.json",
        ),
        "no closing was sealed yet: reports have names of their own",
    ),
    **dict.fromkeys(
        ("GET /reporting/funder/campaigns/{campaign_id}/closing/{language}/{name}",),
        "no closing was sealed yet: its files have names of their own",
    ),
    **dict.fromkeys(
        (
            "GET /reporting/funder/years/{year}/annual/{part}.csv",
            "GET /reporting/funder/years/{year}/annual/{part}.schema.json",
        ),
        "a year's tables have names of their own",
    ),
    **dict.fromkeys(
        (
            "GET /reporting/exports/{export_id}",
            "GET /reporting/exports/{export_id}/part",
            "GET /reporting/exports/{export_id}/live",
            "GET /reporting/exports/{export_id}/relais-export.zip",
        ),
        "nobody asked for an export: tests/integration/test_delivery.py does",
    ),
    "GET /access/link": "no mail server is configured here",
    "GET /access/link/open": "no mail server is configured here",
    "GET /access/openid/start": "people come in by their own accounts here",
    "GET /access/openid/back": "people come in by their own accounts here",
}
DRAWN: dict[str, list[tuple[str, httpx.Response]]] = {}
AWAY = 503
FRESH = {"GET /dispatch/app/sw.js": "no-cache"}  # a browser asks each time whether it is new
CLOSED = {"secure", "httponly", "samesite=lax", "path=/"}
TOKENS = re.compile(r"[?&](?:token|session|code|password|csrf)=[^&]*")
NOT_TEXT = {"script", "style", "title"}
SPOKEN = {"aria-label", "title", "alt", "placeholder"}


@dataclass(frozen=True)
class Field:
    """Who may read a free text; see the head of the file."""

    readers: frozenset[str] = frozenset()
    why: str = ""
    unkept: str = ""
    exports: bool = False
    facts: bool = False


@pytest.fixture(scope="module")
def log_lines() -> Iterator[list[str]]:
    """Everything that is logged meanwhile, as a process would write it, and with its traceback."""
    lines_: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines_.append(self.format(record))

    kept = Keep(logging.INFO)
    kept.setFormatter(JsonLines())
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    yield lines_
    root.setLevel(before)
    root.removeHandler(kept)


@pytest.fixture(scope="module")
async def here(log_lines: list[str], house: House) -> LivedIn:
    return await a_lived_in_house(house)


@pytest.fixture(scope="module")
def declared() -> dict[str, Field]:
    """Read `tests/architecture/free_fields.toml`."""
    found = tomllib.loads(FIELDS.read_text())
    return {
        name: Field(**said | {"readers": frozenset(said.get("readers", ()))})
        for name, said in found["fields"].items()
    }


def pages() -> Iterator[Line]:
    for line in lines().values():
        if line.method == "GET" and not line.sends_json and line.path not in {"/live", "/ready"}:
            yield line


async def drawn(here: LivedIn, language: str) -> list[tuple[str, httpx.Response]]:
    """Draw every page for everybody to whom it is open, in one language; once."""
    if language in DRAWN:
        return DRAWN[language]
    found = DRAWN.setdefault(language, [])
    for line in pages():
        for who, client in here.people.items():
            role = who.removeprefix("another ")
            if line.open_to != "everybody" and not opens(line, role):
                continue
            address = f"{ORIGIN}/{line.service}{path_of(line, here.ids)}?lang={language}"
            request = httpx.Request("GET", address, headers=client.headers)
            answer = await send_request(here.house.transport.app, request)
            found.append((f"{line.name} as {who}", answer))
    return found


def opens(line: Line, role: str) -> bool:
    return line.open_to == "signed in" or (isinstance(line.open_to, tuple) and role in line.open_to)


class Reader(HTMLParser):
    """Collects what a page says, with the language in which it says so."""

    VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
                      "source", "track", "wbr"})  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []

    @property
    def language(self) -> str:
        return self._open[-1][1] if self._open else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        language = known.get("lang") or self.language
        self.said += [(language, value) for name, value in attrs if name in SPOKEN and value]
        if tag not in self.VOID:
            self._open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self._open and self._open[-1][0] in NOT_TEXT):
            self.said.append((self.language, data))


def said(page: str) -> list[tuple[str, str]]:
    """List the texts of a page, spaces folded, with their languages."""
    reader = Reader()
    reader.feed(page)
    return [(language, re.sub(r"[ \n\t]+", " ", text).strip()) for language, text in reader.said]


def texts_in(pack: Any) -> Iterator[str]:
    """List the texts of a territory's files: names and sources as they are published."""
    if isinstance(pack, str) and len(pack) > len("Statbel"):
        yield pack
    elif isinstance(pack, dict | list):
        for inside in pack.values() if isinstance(pack, dict) else pack:
            yield from texts_in(inside)


def translated(language: str) -> dict[str, str]:
    """Give the French sentences whose translation differs, with it."""
    found = {}
    for path in (UI / "locale" / language).glob("*.po"):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                told = message.string if isinstance(message.string, tuple) else (message.string,)
                for french, other in zip(ids, told, strict=False):
                    if french and as_typed(str(french)) != as_typed(str(other)):
                        found[as_typed(str(french))] = str(other)
    same = set(map(as_typed, found.values()))
    return {french: other for french, other in found.items() if french not in same}


async def test_every_page_is_there_for_whom_it_is_open(here: LivedIn) -> None:
    known = {line.name: line for line in pages()}
    missing = [
        f"{name} as {who}: {answer.status_code}"
        for told, answer in await drawn(here, "fr")
        for name, who in [told.split(" as ")]
        if answer.is_error and name not in NOT_IN_THIS_STATE
        if not (known[name].own and who != OWNER)
        if not (known[name].away and answer.status_code == AWAY)
    ]

    assert not missing, "Make tests/lived_in.py have what these show:\n" + "\n".join(missing)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_says_its_language_and_is_set_as_it_is_printed(
    here: LivedIn, language: str
) -> None:
    french = re.compile(r" [;?!»%](?:\s|$)|[\w)] :(?:\s|$)|« ")
    published = set(texts_in(brussels()))
    others = re.compile("[ \u00a0\u202f][:;?!](?:\\s|$)|[«»]")
    wrong = []
    for name, answer in await drawn(here, language):
        if not is_page(answer):
            continue
        if "<html" in answer.text and f'<html lang="{language}"' not in answer.text:
            wrong.append(f"{name}: no lang")
        strange = french if language == "fr" else others
        wrong += [f"{name}: {text}" for of_text, text in said(answer.text)
                  if of_text == language and strange.search(text)
                  if not any(of_pack in text for of_pack in published)]  # fmt: skip

    assert not wrong, "\n".join(wrong)


async def test_every_answer_says_its_charset_stays_out_of_caches_and_closes_its_cookies(
    here: LivedIn,
) -> None:
    wrong = []
    for name, answer in await drawn(here, "fr"):
        kind = str(answer.headers.get("content-type", ""))
        if kind.startswith("text/") and "charset=utf-8" not in kind.lower():
            wrong.append(f"{name}: {kind}")
        if answer.headers.get("cache-control") != FRESH.get(name.split(" as ")[0], "no-store"):
            wrong.append(f"{name}: {answer.headers.get('cache-control')}")
        for cookie in answer.headers.get_list("set-cookie"):
            parts = {part.strip().lower() for part in cookie.split(";")}
            if not cookie.startswith("__Host-") or not parts >= CLOSED:
                wrong.append(f"{name}: {cookie}")
        wrong += [
            f"{name}: {secret}" for secret in TOKENS.findall(answer.headers.get("location", ""))
        ]

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_no_french_is_left_on_the_dutch_and_english_pages(
    here: LivedIn, language: str
) -> None:
    in_french = translated(language)
    wrong = sorted(
        {
            f"{name}: {text}"
            for name, answer in await drawn(here, language)
            if is_page(answer)
            for of_text, text in said(answer.text)
            if of_text == language and as_typed(text) in in_french
        }
    )

    assert not wrong, "\n".join(wrong)


def is_page(answer: httpx.Response) -> bool:
    return str(answer.headers.get("content-type", "")).startswith("text/html")


def test_every_free_text_is_declared_and_written(here: LivedIn, declared: dict[str, Field]) -> None:
    known = {
        name
        for service in (*SERVICES, "access")
        for name in free_fields(service, here.house.door(service).openapi())
    }

    new, gone = known - set(declared), set(declared) - known
    unwritten = {n for n, field in declared.items() if not field.unkept and n not in here.marks}

    assert not new, "Say in tests/architecture/free_fields.toml who reads:\n" + "\n".join(
        sorted(new)
    )
    assert not gone, "Take out of tests/architecture/free_fields.toml:\n" + "\n".join(sorted(gone))
    assert not unwritten, "Write a mark in tests/lived_in.py into:\n" + "\n".join(sorted(unwritten))


async def test_nobody_reads_a_free_text_but_those_for_whom_it_is_meant(
    here: LivedIn, declared: dict[str, Field]
) -> None:
    wrong, before = set(), everything(here)
    for line in lines().values():
        if line.method != "GET":
            continue
        for who, client in here.people.items():
            address = f"{ORIGIN}/{line.service}{path_of(line, here.ids)}"
            request = httpx.Request("GET", address, headers=client.headers)
            answer = await send_request(here.house.transport.app, request)
            text = text_of(answer).lower()
            is_file = not is_page(answer) and "json" not in answer.headers.get("content-type", "")
            wrong |= {
                f"{name}: {line.name} as {who}"
                for name, mark in here.marks.items()
                if mark.lower() in text and not may_read(declared[name], who, is_file=is_file)
            }

    after = everything(here)
    assert not wrong, "\n".join(sorted(wrong))
    assert after - before == set(), "looking at something changed it"


def everything(here: LivedIn) -> set[tuple[str, str]]:
    """Read every row of the house, but that somebody was there and guessed at an address."""
    return {
        (row["place"], row["row"])
        for table in here.house.owner_rows(EVERY_ROW)
        for row in here.house.owner_rows(table["query"])
        if row["place"] not in NOTED_BY_LOOKING
    }


def may_read(field: Field, who: str, *, is_file: bool) -> bool:
    role = who.removeprefix("another ")
    reads = role in field.readers or (who == OWNER and "owner" in field.readers)
    return reads and (field.exports or not is_file)


def text_of(answer: httpx.Response) -> str:
    """Read an answer, also what is packed in a spreadsheet or an archive."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        return "".join(packed.read(name).decode(errors="replace") for name in packed.namelist())


def test_no_free_text_is_logged_or_travels(
    here: LivedIn, declared: dict[str, Field], log_lines: list[str]
) -> None:
    logged = {name for name, mark in here.marks.items()
              for line in log_lines if mark.lower() in line.lower()}  # fmt: skip
    tables = [f"{service}.{table}" for service in SERVICES for table in ON_THE_BUS]
    rows = [row for table in tables
            for row in here.house.owner_rows(f"select t::text as row from {table} t")]  # fmt: skip
    travelled = {name for name, mark in here.marks.items() if not declared[name].facts
                 for row in rows if mark.lower() in row["row"].lower()}  # fmt: skip

    assert log_lines
    assert logged == set()
    assert travelled == set()


def test_a_note_stands_nowhere_in_clear(here: LivedIn) -> None:
    note = here.marks["dispatch POST /api/operations text"]
    name = here.marks["dispatch PUT /api/workers/{worker_id} name"]
    rows = everything(here)

    assert any(name in row for _, row in rows)
    assert [place for place, row in rows if note in row] == []
