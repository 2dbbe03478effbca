"""Accounting for a campaign: where it stands, charts and files, nothing of who answered what."""

import csv
import io
from collections.abc import AsyncIterator, Sequence

import pytest
from openpyxl import load_workbook

from deploy.engines import Engines
from shared.events import Event
from shared.words import Role
from tests.house import House
from tests.told import a_campaign_of_facts, a_house_where_only


@pytest.fixture(scope="module")
async def house(engines: Engines) -> AsyncIterator[House]:
    async with a_house_where_only("reporting", engines) as running:
        yield running


async def say(house: House, facts: Sequence[Event]) -> None:
    for fact in facts:
        async with house.databases[fact.said_by].transaction() as tx:
            await tx.emit(fact)
    await house.settle()


async def test_the_account_says_where_the_campaign_stands_and_draws_it(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    campaign, facts = a_campaign_of_facts()
    await say(house, facts)

    page = await coordination.get(f"/reporting/campaigns/{campaign}")
    part = await coordination.get(f"/reporting/campaigns/{campaign}/part?lang=nl")

    assert page.status_code == 200, page.text
    assert "actions" in page.text or "action" in page.text
    assert '<svg class="chart" role="img"' in page.text
    assert "Semaine après semaine" in page.text
    assert f'data-live="/reporting/campaigns/{campaign}/live"' in page.text
    assert "Week na week" in part.text
    assert "<html" not in part.text


async def test_the_figures_can_be_taken_along_without_who_answered_what(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    campaign, facts = a_campaign_of_facts()
    await say(house, facts)
    counted = (await coordination.get(f"/reporting/api/campaigns/{campaign}/figures")).json()
    here = f"/reporting/campaigns/{campaign}/figures"

    answer = await coordination.get(f"{here}.csv")
    written = io.StringIO(answer.content.decode("utf-8-sig"), newline="")
    lines = list(csv.DictReader(written, delimiter=";"))
    totals = {line["measure"]: line["amount"] for line in lines if line["by"] == "En tout"}
    book = load_workbook(io.BytesIO((await coordination.get(f"{here}.xlsx")).content))
    schema = (await coordination.get(f"{here}.schema.json")).json()

    assert answer.headers["cache-control"] == "no-store"
    assert totals["Personnes rencontrées"] == str(counted["people_reached"])
    assert totals["Tâches faites"] == str(counted["done"])
    assert [field["name"] for field in schema["fields"]] == list(lines[0])
    assert book.sheetnames[:3] == ["Lisez-moi", "Par semaine", "Par quartier"]
    rows = list(book["Par semaine"].iter_rows(min_row=2, values_only=True))
    assert sum(int(str(row[2])) for row in rows) == counted["done"]
    assert not {"Propositions déclinées", "Restées sans réponse", "Rendues"} & set(totals)


async def test_a_campaign_of_which_nothing_is_known_has_no_account(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    nowhere = "/reporting/campaigns/9f0c3c1e-0000-4000-8000-000000000001"

    for path in ("", "/part", "/live", "/figures.csv", "/figures.xlsx"):
        assert (await coordination.get(nowhere + path)).status_code == 404, path
