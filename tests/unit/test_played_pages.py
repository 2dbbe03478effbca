"""How a play compares pages and files with the report: each disagreement is named."""

from collections.abc import Callable
from uuid import UUID

import pytest

from deploy.player.pages import (
    Report,
    differs_in_table,
    differs_on_funders_page,
    differs_on_public_page,
)
from deploy.player.seen import Told

CAMPAIGN = UUID(int=7)
FIELDS = [{"name": name} for name in ("code", "name", "actions", "contacts")]
ROWS = [
    ["energy", "énergie", 1234, 5678],
    ["debt", "dettes", 7, 31],
    ["housing", "logement", None, None],
    ["*", "Non ventilé", 3, 9],
]
FUNDERS = "<tr><th>énergie</th><td>1\u202f234</td></tr><tr><th>dettes</th><td>7</td><td>…</td></tr>"
FUNDERS += "<tr><th>Non ventilé</th><td>3</td><td>9</td></tr>"
PUBLIC = """<section><h2 id="c-1">Hausse des prix</h2>
<p>Les RAQ ont mené au moins 1\u202f240 interventions et rencontré au moins 5\u202f715
personnes.</p>
<tr><th scope="row">énergie</th><td class="n">au moins 1\u202f230</td></tr>
<tr><th scope="row">dettes</th><td class="n">au moins 5</td></tr>
<tr><th scope="row">logement</th><td class="n"><span>non publié</span></td></tr></section>"""


def report(seal: int = 2) -> Report:
    part = {"name": "theme", "table_schema": {"fields": FIELDS}, "rows": ROWS if seal else []}
    return Report.read(
        {"campaign_id": str(CAMPAIGN), "seal": seal, "sentence": "Le\u00a07", "parts": [part]}
    )


def test_what_is_told_has_every_code_and_the_total_with_its_rest() -> None:
    assert set(report().told()) == {
        Told(CAMPAIGN, 2, "theme", "energy", 1234, 5678),
        Told(CAMPAIGN, 2, "theme", "debt", 7, 31),
        Told(CAMPAIGN, 2, "theme", "housing", None, None),
        Told(CAMPAIGN, 2, "total", "total", 1244, 5718),
    }


def test_before_the_first_seal_it_is_told_that_there_is_no_total() -> None:
    assert set(report(0).told()) == {Told(CAMPAIGN, 0, "total", "total", None, None)}


def test_pages_that_agree_differ_in_nothing() -> None:
    assert differs_on_funders_page(report(), FUNDERS) == []
    assert differs_on_public_page(report(), PUBLIC, "Hausse des prix") == []
    assert differs_on_public_page(report(0), "<p>rien</p>", "Hausse des prix") == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda page: page.replace("1\u202f240", "1\u202f244"),
        lambda page: page.replace("au moins 5</td>", "7</td>"),
        lambda page: page.replace("<span>non publié</span>", "au moins 5"),
        lambda page: page.replace("Hausse des prix", "Autre campagne"),
        lambda page: page + page,
    ],
    ids=["not rounded", "an exact figure", "a hidden figure", "not there", "there twice"],
)
def test_a_public_page_that_disagrees_is_named(spoil: Callable[[str], str]) -> None:
    assert len(differs_on_public_page(report(), spoil(PUBLIC), "Hausse des prix")) == 1


def test_a_public_page_that_tells_what_is_not_published_is_named() -> None:
    [found] = differs_on_public_page(report(0), PUBLIC, "Hausse des prix")

    assert found == "the public page tells of Hausse des prix, which is not published"


def test_a_funders_page_with_another_figure_is_named() -> None:
    found = differs_on_funders_page(report(), FUNDERS.replace("<td>7</td>", "<td>8</td>"))

    assert found == ["the funder's page does not say dettes: 7"]


def test_a_table_with_another_row_is_named() -> None:
    lines = ["code;name;actions;contacts", "energy;énergie;1234;5678", "debt;dettes;7;31"]
    lines += ["housing;logement;;", "*;Non ventilé;3;9"]
    table = "\r\n".join(lines)

    assert differs_in_table(report(), "theme", table.encode("utf-8-sig")) == []
    assert differs_in_table(report(), "theme", table.replace(";31", ";32").encode()) == [
        "the CSV of theme is not the report's"
    ]
