"""Every place of every page into which somebody can write is declared: who reads it, or what for.

Found in the templates, so that also what stands on a page in one state only is not forgotten.
"""

import re
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

from deploy.settings import PROJECT_ROOT

FIELDS = Path(__file__).parent / "free_fields.toml"
WRITTEN = {"", "text", "search", "email", "url", "tel"}
"""Types of `input` that take any text; "" is an input without one."""
MACROS = {"text", "area"}  # that write a field: its name comes first, or after `typed`
PLACES = ("services/*/templates", "shared/ui/templates", "deploy/*/templates")
SAID = re.compile(r"{{(.*?)}}", re.DOTALL)
DONE = re.compile(r"{[%#].*?[%#]}", re.DOTALL)


class Reader(HTMLParser):
    """Collects the names of the places of a page into which any text can be written."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        written = tag == "textarea" or (tag == "input" and said.get("type", "") in WRITTEN)
        if written and said.get("name") and "readonly" not in said:
            self.names.append(said["name"])


def names_in(source: str) -> Iterator[str]:
    """List the names of a template's text fields; `{x}` is what its expression `x` makes."""
    plain = SAID.sub(lambda found: "{" + re.sub(r"[^\w.]", "", found[1]) + "}", source)
    reader = Reader()
    reader.feed(DONE.sub(" ", plain))
    yield from reader.names
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        called = getattr(call.node, "name", getattr(call.node, "attr", ""))
        kinds = [k.value.value for k in call.kwargs if k.key == "type"]  # type: ignore[attr-defined]  # a constant
        if called not in MACROS or set(kinds) - WRITTEN:
            continue
        if getattr(next(iter(call.args), None), "name", "") == "typed":
            yield named(call.args[1])
        elif isinstance(call.node, nodes.Name):
            yield named(call.args[0])


def named(node: nodes.Node) -> str:
    """Write a name as a template makes it."""
    if isinstance(node, nodes.Const):
        return str(node.value)
    if isinstance(node, nodes.Concat):
        return "".join(map(named, node.nodes))
    return "{" + (node.name if isinstance(node, nodes.Name) else "") + "}"


def fields_of_pages() -> set[str]:
    """List `service page.html field` for every text field of every template."""
    found = set()
    for folder in (place for pattern in PLACES for place in PROJECT_ROOT.glob(pattern)):
        for page in sorted(folder.rglob("*.html")):
            if page.name != "fields.html":
                owner = folder.parent.name
                found |= {f"{owner} {page.name} {name}" for name in names_in(page.read_text())}
    return found


def test_every_text_field_of_every_page_says_which_text_it_becomes() -> None:
    declared = tomllib.loads(FIELDS.read_text())
    forms, found = declared["forms"], fields_of_pages()
    texts = {name: said for name, said in forms.items() if isinstance(said, str)}

    new, gone = found - set(forms), set(forms) - found
    assert not new, "Say in tests/architecture/free_fields.toml, [forms], which text is:\n" + (
        "\n".join(sorted(new))
    )
    assert not gone, "Take out of tests/architecture/free_fields.toml, [forms]:\n" + (
        "\n".join(sorted(gone))
    )
    assert {name for name, text in texts.items() if text not in declared["fields"]} == set()


def test_a_field_that_nobody_declared_would_be_found() -> None:
    source = (
        '<form><textarea name="t"></textarea><input name="{{ of("x") }}" value="{{ a("b") }}">'
        '{{ text(typed, "y_" ~ row, "z") }}{{ text(typed, "d", "z", type="date") }}'
        '{{ text("m", "z") }}{{ typed.text("no") }}'
        '<input type="number" name="n"><input readonly name="r"></form>'
    )

    assert sorted(names_in(source)) == ["m", "t", "y_{row}", "{ofx}"]
