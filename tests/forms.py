"""Pages and forms, asked what no browser would: wrong paths, wrong values, wrong encodings."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, urlencode

import httpx
from starlette.routing import compile_path
from starlette.types import ASGIApp

from tests.lived_in import LivedIn
from tests.patient import PatientTransport
from tests.routes import Line, lines

ORIGIN = "https://relais.test"
SECRETS = {"sign_in_name", "password", "code", "credential", "token"}
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
NAME = re.compile(r"""\bname=["']([^"']+)["']""")
ACTION = re.compile(r"""\baction=["']([^"']*)["']""")
FORM_TYPE = "application/x-www-form-urlencoded"
QUERY = ("at", "campaign", "with", "why", "until", "zone", "week", "q", "page", "sort", "state")
LONGEST_IN_A_PATH = 1500
# Each goes, as bytes, into every field, every query value, and every part of a path at once.
HOSTILE: tuple[bytes, ...] = (
    b"",
    b"\x00",
    b"\xed\xa0\x80",  # half a surrogate pair
    b"\xff\xfe",
    b"9" * 400,
    b"-1",
    b"1e999",
    b"NaN",
    b"0000-00-00",
    b"9999-12-31",
    b"9999-12-31T23:59",
    b"10000-01-01T00:00:00Z",
    b"0001-01-01T00:00:00+14:00",
    b"../../../../etc/passwd",
    b"{01a21dc0-3aff-7620-b7c4-3c62637c4a1f}",
    b"urn:uuid:01A21DC0-3AFF-7620-B7C4-3C62637C4A1F",
    b"<script>alert(1)</script>{{ 7*7 }}%(n)s",
    "\u202eمرحبا 🦢\u2028".encode(),
    b"x\r\nSet-Cookie: forged=1",
    b"a" * 20_000,
)


@dataclass(frozen=True)
class Asked:
    """One request; `told` says what is hostile in it."""

    method: str
    path: str
    body: bytes
    content_type: str
    told: str

    def __str__(self) -> str:
        return f"{self.method} {self.path[:120]} ({self.told})"


async def fields_of_forms(here: LivedIn) -> dict[str, set[str]]:
    """Read the names of the fields of every form, by its route, from the pages as drawn."""
    found: dict[str, set[str]] = defaultdict(set)
    routes = {
        line.name: compile_path(f"/{line.service}{line.path}")[0] for line in lines().values()
    }
    for line in lines().values():
        if line.method != "GET" or line.sends_json:
            continue
        for role, client in here.people.items():
            if not line.lets_in(role):
                continue
            path = f"/{line.service}{path_of(line, here.ids)}"
            request = httpx.Request("GET", ORIGIN + path, headers=client.headers)
            page = await send_request(here.house.transport.app, request)
            for attributes, inside in FORM.findall(page.text):
                action = ACTION.search(attributes)
                method = "POST" if re.search(r'method="post"', attributes, re.IGNORECASE) else "GET"
                target = unescape(action[1]).split("?")[0] if action and action[1] else path
                for name, pattern in routes.items():
                    if name.startswith(f"{method} ") and pattern.match(target):
                        found[name] |= set(NAME.findall(inside)) - {"csrf"}
    return found


def path_of(line: Line, values: Mapping[str, str]) -> str:
    return re.sub(
        r"{(\w+)(?::\w+)?}", lambda found: values.get(found[1], found[1].upper()), line.path
    )


def hostile_requests(
    line: Line, ids: Mapping[str, str], fields: set[str], *, opens: bool
) -> Iterator[Asked]:
    """Make the requests for a route: all of them for who may use it, a few for the others."""
    names = sorted(fields | set(line.body))
    here = f"/{line.service}{path_of(line, ids)}"
    for number, value in enumerate(HOSTILE if opens else HOSTILE[1:2]):
        told = repr(value[:24])
        if "{" in line.path and number % 3 == 1:
            bad = quote(value[:LONGEST_IN_A_PATH] or b" ", safe="")
            path = f"/{line.service}" + re.sub(r"{\w+(?::\w+)?}", bad, line.path)
            yield Asked(line.method, path, b"", FORM_TYPE, f"path {told}")
        values = urlencode([(name, value) for name in names], safe="")
        if line.method == "GET" and number % 2 == 1:
            wanted = sorted({*names, "lang", *QUERY})
            query = urlencode([(name, value[:LONGEST_IN_A_PATH]) for name in wanted])
            yield Asked("GET", f"{here}?{query}", b"", FORM_TYPE, f"query {told}")
        if line.method != "GET":
            yield Asked(line.method, here, values.encode(), FORM_TYPE, f"fields {told}")
    if opens and line.method == "POST":
        one = next(iter(names), "x")
        file = (
            f'--b\r\nContent-Disposition: form-data; name="{one}"; filename="x.bin"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n\x00\xff\r\n--b--\r\n"
        )
        twice = urlencode([(name, n) for name in names for n in ("1", "2")])
        yield Asked("POST", here, file.encode(), "multipart/form-data; boundary=b", "a file")
        yield Asked("POST", here, b"--b", "multipart/form-data; boundary=b", "a cut body")
        yield Asked("POST", here, b"--b", "multipart/form-data", "no boundary")
        yield Asked("POST", here, b'{"x": 1}', "application/json", "JSON")
        yield Asked("POST", here, b"[" * 5000, "application/json", "deep JSON")
        yield Asked("POST", here, twice.encode(), FORM_TYPE, "every field twice")
        yield Asked("POST", here, b"", FORM_TYPE, "nothing")


URL_MAX = 65_000  # a client builds none that is longer, and a server reads none


async def send(app: ASGIApp, asked: Asked, headers: Mapping[str, str]) -> httpx.Response:
    all_of_them = {**headers, "Content-Type": asked.content_type, "Host": "relais.test"}
    url = (ORIGIN + asked.path)[:URL_MAX]
    request = httpx.Request(asked.method, url, headers=all_of_them, content=asked.body)
    return await send_request(app, request)


async def send_request(app: ASGIApp, request: httpx.Request) -> httpx.Response:
    async with httpx.AsyncClient(transport=PatientTransport(app)) as client:
        return await client.send(request)


def what_is_wrong(line: Line, answer: httpx.Response) -> Iterator[str]:
    """Tell in what an answer is not the house's."""
    status = answer.status_code
    if line.broke(status):
        yield f"{status}"
        return
    if "forged" in str(answer.headers.get("set-cookie", "")):
        yield "a header was forged"
    if "Content-Security-Policy" not in answer.headers:
        yield "no security headers"
    kind = answer.headers.get("content-type", "")
    known = answer.is_redirect or not answer.content or bool(kind)
    if not known or (answer.is_error and not (kind.startswith("text/html") or "json" in kind)):
        yield f"{status} is answered with {kind or 'nothing'}"
    if kind.startswith("text/html") and "<script>alert(1)" in answer.text:
        yield "what was sent became part of the page"
