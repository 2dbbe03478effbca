"""What people from outside read: the sealed ledger beside the plan, and nothing that is hidden."""

import csv
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from deploy.engines import Engines
from shared.words import Role, SignalKind, Theme
from tests.house import House
from tests.sealed import BRUSSELS, MONDAY, ZONES, Campaign, at, team, with_a_territory
from tests.told import a_house_where_only

WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
async def house(engines: Engines) -> AsyncIterator[House]:
    async with a_house_where_only("reporting", engines) as running:
        await with_a_territory(running)
        yield running


@pytest.fixture(scope="module")
async def sealed(house: House) -> Campaign:
    """A campaign of three weeks, sealed each Monday."""
    campaign = Campaign(house, team(12))
    await campaign.begin()
    for week in range(3):
        await campaign.outcomes(MONDAY + week * WEEK, 36)
        await house.at(at(MONDAY + (week + 1) * WEEK, 7))
    return campaign


@pytest.fixture(scope="module")
async def funder(house: House) -> httpx.AsyncClient:
    return await house.enter(Role.FUNDER, "COCOM")


def plain(page: str) -> str:
    """Return what a page says, without its tags, with plain spaces."""
    words = re.sub(r"<[^>]+>", " ", page.replace("\u202f", " ").replace("\u00a0", " "))
    return re.sub(r"\s+", " ", words)


async def test_the_funder_reads_where_a_campaign_stands_in_one_sentence(
    house: House, sealed: Campaign, funder: httpx.AsyncClient
) -> None:
    actions, contacts = await sealed.total()

    answer = await funder.get(f"/reporting/funder/campaigns/{sealed.campaign_id}")
    page = plain(answer.text)

    assert answer.text.count('class="area ') == 4
    assert f"{actions} interventions sur les 32 prévues" in page
    assert f"et rencontré {contacts} personnes" in page
    assert "Zone par zone" in page
    assert "non publié" in page
    assert "Prochains chiffres" in page


async def test_no_neighbourhood_stands_on_what_leaves_the_house(
    house: House, sealed: Campaign, funder: httpx.AsyncClient
) -> None:
    pages = [
        await funder.get("/reporting/funder"),
        await funder.get(f"/reporting/funder/campaigns/{sealed.campaign_id}"),
        await funder.get("/reporting/public"),
    ]

    assert all(page.status_code == 200 for page in pages)
    assert not any(zone in page.text for zone in ZONES for page in pages)


async def test_the_coordination_sees_the_same_figures_as_the_funder(
    house: House, sealed: Campaign, funder: httpx.AsyncClient
) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    path = f"/reporting/funder/campaigns/{sealed.campaign_id}"

    theirs, ours = await funder.get(path), await coordination.get(path)

    figures = re.compile(r'<td class="n">.*?</td>')
    assert figures.findall(theirs.text) == figures.findall(ours.text)
    assert "Vous voyez ce que voit le pouvoir subsidiant" in ours.text


async def test_a_page_can_be_read_as_it_was_after_an_earlier_seal(
    house: House, sealed: Campaign, funder: httpx.AsyncClient
) -> None:
    first = sum(
        b["actions"] for b in await sealed.blocks() if b["view"] == "total" and b["seq"] == 1
    )
    path = f"/reporting/funder/campaigns/{sealed.campaign_id}"

    earlier = plain((await funder.get(path, params={"seal": "1"})).text)

    assert f"{first} interventions sur les" in earlier


async def test_public_pages_round_every_figure_down_to_five(house: House, sealed: Campaign) -> None:
    actions, _ = await sealed.total()
    anybody = httpx.AsyncClient(transport=house.transport, base_url="http://relais.test")

    page = plain((await anybody.get("/reporting/public")).text)

    told = [int(number) for number in re.findall(r"au moins (\d+)", page)]
    assert actions - actions % 5 in told
    assert all(number % 5 == 0 for number in told)


async def test_a_campaign_without_a_seal_says_why_nothing_is_published(
    house: House, funder: httpx.AsyncClient
) -> None:
    campaign = Campaign(house, team(2))
    start = MONDAY + 5 * WEEK
    await campaign.begin(start)
    await campaign.outcomes(start, 10)
    await house.at(at(start + WEEK, 7))

    page = plain((await funder.get(f"/reporting/funder/campaigns/{campaign.campaign_id}")).text)

    assert "Rien n’est encore publié" in page
    assert "interventions sur les" not in page


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
async def test_the_pages_are_told_in_three_languages(
    house: House, sealed: Campaign, funder: httpx.AsyncClient, language: str
) -> None:
    for path in ("/reporting/funder", f"/reporting/funder/campaigns/{sealed.campaign_id}"):
        page = await funder.get(path, params={"lang": language})
        assert f'<html lang="{language}">' in page.text
        assert "%(" not in page.text


async def test_screen_csv_workbook_and_program_say_the_same(
    house: House, sealed: Campaign, funder: httpx.AsyncClient
) -> None:
    base = f"/reporting/funder/campaigns/{sealed.campaign_id}"

    table = (await funder.get(f"{base}/campaign/theme.csv")).content.decode("utf-8-sig")
    book = load_workbook(BytesIO((await funder.get(f"{base}/campaign.xlsx")).content))
    data = (await funder.get(f"/reporting/api/published/{sealed.campaign_id}/campaign")).json()
    screen = plain((await funder.get(base)).text)

    of_csv = list(csv.DictReader(table.splitlines(), delimiter=";"))
    of_program = next(part for part in data["parts"] if part["name"] == "theme")
    of_book = list(book["De quoi les gens parlent"].iter_rows(min_row=2, values_only=True))
    figures = [row["actions"] for row in of_csv]
    assert figures == [str(row[2] if row[2] is not None else "") for row in of_program["rows"]]
    assert figures == [str(row[2] if row[2] is not None else "") for row in of_book]
    assert all(
        f"{row['name']} {row['actions']} " in screen for row in of_csv if row["actions"] != ""
    )
    assert "" in figures


async def test_every_file_carries_campaign_seal_policy_and_hash(
    house: House, sealed: Campaign, funder: httpx.AsyncClient
) -> None:
    base = f"/reporting/funder/campaigns/{sealed.campaign_id}"
    data = (await funder.get(f"/reporting/api/published/{sealed.campaign_id}/weeks")).json()

    pdf = await funder.get(f"{base}/campaign.pdf")
    book = load_workbook(BytesIO((await funder.get(f"{base}/weeks.xlsx")).content))

    about = " ".join(str(cell.value) for row in book["Lisez-moi"].iter_rows() for cell in row)
    assert data["campaign_id"] == str(sealed.campaign_id)
    assert len(data["ledger_hash"]) == 64
    assert data["ledger_hash"][:16] in about
    assert str(sealed.campaign_id) in about
    assert pdf.content.startswith(b"%PDF-")
    assert b"pdfuaid" in pdf.content


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
async def test_a_report_is_the_same_to_the_byte_each_time_and_told_in_each_language(
    house: House, sealed: Campaign, funder: httpx.AsyncClient, language: str
) -> None:
    path = f"/reporting/funder/campaigns/{sealed.campaign_id}/campaign.pdf"
    asked = {"lang": language, "seal": "2"}

    first, again = await funder.get(path, params=asked), await funder.get(path, params=asked)

    assert first.content == again.content
    assert f"/Lang ({language})".encode() in first.content or language.encode() in first.content


@pytest.mark.parametrize("path", ["nothing.pdf", "campaign/nothing.csv", "nothing/theme.csv"])
async def test_a_report_or_table_that_does_not_exist_is_said_to_be_missing(
    house: House, sealed: Campaign, funder: httpx.AsyncClient, path: str
) -> None:
    answer = await funder.get(f"/reporting/funder/campaigns/{sealed.campaign_id}/{path}")

    assert answer.status_code == 404


async def test_a_report_of_a_seal_stays_the_same_to_the_byte_when_another_is_sealed_and_planned(
    house: House, funder: httpx.AsyncClient
) -> None:
    campaign = Campaign(house, team(12))
    start = MONDAY + 8 * WEEK
    await campaign.begin(start)
    await campaign.outcomes(start, 36)
    await house.at(at(start + WEEK, 7))
    base = f"/reporting/funder/campaigns/{campaign.campaign_id}"
    paths = [
        *(f"{base}/campaign{end}" for end in (".pdf", ".xlsx", "/kind.csv", "/theme.schema.json")),
        f"/reporting/api/published/{campaign.campaign_id}/campaign",
    ]
    before = [(await funder.get(path, params={"seal": "1"})).content for path in paths]

    await campaign.plan_again(start + WEEK)
    await campaign.outcomes(start + WEEK, 36)
    await house.at(at(start + 2 * WEEK, 7))
    after = [(await funder.get(path, params={"seal": "1"})).content for path in paths]
    newest = await funder.get(paths[-1])

    assert after == before
    assert newest.json()["seal"] == 2
    assert newest.json()["ledger_hash"] not in before[-1].decode()
    assert (await funder.get(paths[0], params={"seal": "3"})).status_code == 404
    assert (await funder.get(base, params={"seal": "0"})).status_code == 404


async def test_the_page_says_in_words_that_the_last_interventions_are_left_out(
    house: House, funder: httpx.AsyncClient
) -> None:
    campaign = Campaign(house, team(12))
    start = MONDAY + 16 * WEEK
    await campaign.begin(start)
    await campaign.outcomes(start, 36)
    await house.at(at(start + WEEK, 7))
    sealed = await house.rows(
        "sealer",
        "select outcome_id from ledger_member where ledger_id = :ledger",
        ledger=str(campaign.campaign_id),
    )
    known = {row["outcome_id"] for row in sealed}
    waiting = {
        number: 0
        for number, body in enumerate(campaign.recorded)
        if str(body["contribution_id"]) not in known
    }
    await campaign.correct_all(waiting, start + WEEK)
    path = f"/reporting/funder/campaigns/{campaign.campaign_id}"
    running = plain((await funder.get(path)).text)

    await campaign.close(start + WEEK)
    await house.at(at(start + 3 * WEEK, 7))
    ended = plain((await funder.get(path)).text)

    assert "Prochains chiffres" in running
    assert "Les dernières interventions n’y sont pas" not in running
    assert "Ces chiffres sont définitifs. Les dernières interventions n’y sont pas" in ended
    assert await campaign.total() != campaign.true_total
    assert "n’y sont pas" not in plain((await funder.get(path, params={"seal": "1"})).text)


@pytest.fixture(scope="module")
async def year(house: House, sealed: Campaign) -> Campaign:
    """A mission of the year 2022 beside the energy campaign: closed, sealed and corrected."""
    mission = Campaign(
        house,
        team(12),
        kinds=("accompaniment", "interpreting", "discussion_table"),
        relays=("cpas", "housing", "hospital", "disability_recognition"),
        crisis="migration",
    )
    start = MONDAY + 20 * WEEK
    await mission.begin(start)
    await mission.signal(SignalKind.SATURATED_SERVICE, Theme.HOUSING, 3, start)
    await mission.signal(SignalKind.RUMOUR, Theme.FOOD, 2, start)
    for week in range(2):
        await mission.outcomes(start + week * WEEK, 120)
        await house.at(at(start + (week + 1) * WEEK, 7))
    await mission.close(start + 2 * WEEK)
    await house.at(at(start + 4 * WEEK, 7))
    return mission


def sums(blocks: list[dict[str, Any]], view: str) -> dict[str, int]:
    """Add the blocks of a view up."""
    found: dict[str, int] = {}
    for block in blocks:
        if block["view"] == view:
            found[block["code"]] = found.get(block["code"], 0) + block["actions"]
    return found


def table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines(), delimiter=";"))


async def test_the_year_is_told_beside_what_the_report_of_2022_printed(
    house: House, year: Campaign, funder: httpx.AsyncClient
) -> None:
    base = "/reporting/funder/years/2022"
    page = plain((await funder.get(base)).text)
    individual = table(await funder.get(f"{base}/annual/individual.csv"))
    ukraine = table(await funder.get(f"{base}/annual/ukraine.csv"))
    printed = table(await funder.get(f"{base}/annual/printed.csv"))
    data = (await funder.get("/reporting/api/years/2022")).json()
    kinds, relays = sums(await year.blocks(), "kind"), sums(await year.blocks(), "relay")

    assert "Non publié : 1 accompagnement, ou 4 par deux personnes." in page
    assert re.search(r"En 2022, les RAQ ont mené \d+ interventions dans \d campagnes", page)
    told = {row["code"]: row["actions"] for row in individual}
    assert told["accompaniment"] == str(kinds["accompaniment"])
    assert {row["code"]: row["printed"] for row in individual}["*"] == "547"
    assert {r["code"]: r["actions"] for r in ukraine}["health"] == str(relays.get("health", ""))
    assert {r["code"]: r["printed"] for r in ukraine}["health"].replace("\u00a0", " ") == "7,7 %"
    assert next(row for row in ukraine if row["code"] == "*")["actions"] == str(
        (await year.total())[0]
    )
    assert len(printed) == 11
    assert all(row["verdict"].startswith("Non publié") for row in printed)
    assert {one["campaign_id"] for one in data["ledgers"]} >= {str(year.campaign_id)}
    figures = [c for p in data["parts"] if p["name"] != "printed" for r in p["rows"] for c in r]
    assert all(figure >= 5 for figure in figures if isinstance(figure, int))


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
@pytest.mark.parametrize("path", ["years/2022/annual", "advocacy"])
async def test_every_report_beyond_a_campaign_has_its_files_in_each_language(
    house: House, year: Campaign, funder: httpx.AsyncClient, language: str, path: str
) -> None:
    asked = {"lang": language}
    pdf = await funder.get(f"/reporting/funder/{path}.pdf", params=asked)
    again = await funder.get(f"/reporting/funder/{path}.pdf", params=asked)
    book = await funder.get(f"/reporting/funder/{path}.xlsx", params=asked)

    assert pdf.content == again.content
    assert b"pdfuaid" in pdf.content
    assert len(load_workbook(BytesIO(book.content)).sheetnames) >= 2
    assert (await funder.get("/reporting/funder/years/2019")).status_code == 404


async def test_zone_by_theme_is_told_once_with_the_last_seal(
    house: House, year: Campaign, funder: httpx.AsyncClient
) -> None:
    base = f"/reporting/funder/campaigns/{year.campaign_id}"
    cells = await house.rows(
        "reporting",
        "select zone, theme, actions, contacts from published_cell where ledger_id = :ledger",
        ledger=str(year.campaign_id),
    )
    told = {
        (code.upper(), row["code"], int(row[code]))
        for row in table(await funder.get(f"{base}/campaign/zone_theme_actions.csv"))
        for code in row
        if code.startswith("f0") and row[code]
    }

    assert cells
    assert told == {(cell["zone"], cell["theme"], cell["actions"]) for cell in cells}
    assert "Thèmes par zone" in (await funder.get(base)).text
    assert "Thèmes par zone" not in (await funder.get(base, params={"seal": "1"})).text


async def test_a_data_value_set_has_each_published_sum_and_nothing_else(
    house: House, year: Campaign, funder: httpx.AsyncClient
) -> None:
    answer = await funder.get(f"/reporting/api/dhis2/{year.campaign_id}/dataValueSets")
    body = answer.json()
    values = body["dataValues"]
    blocks = await year.blocks()

    assert body["dataSet"] == "RELAIS_CAMPAIGN"
    assert {body[name] for name in body if name.lower().endswith("idscheme")} == {"CODE"}
    needed = {"dataElement", "period", "orgUnit", "attributeOptionCombo", "value", "comment"}
    assert all(needed <= value.keys() <= needed | {"categoryOptionCombo"} for value in values)
    assert all(re.fullmatch(r"2022W([1-9]|[1-4]\d|5[0-3])", value["period"]) for value in values)
    assert all(re.fullmatch(r"[1-9]\d*", value["value"]) for value in values)
    assert len(
        {
            tuple(v.get(n) for n in sorted(needed | {"categoryOptionCombo"}) if n != "value")
            for v in values
        }
    ) == len(values)
    for element, view in (("RELAIS_ACTIONS", "total"), ("RELAIS_ACTIONS_BY_THEME", "theme")):
        of_dhis2 = sum(int(v["value"]) for v in values if v["dataElement"] == element)
        assert of_dhis2 == sum(sums(blocks, view).values())
    assert all(str(year.campaign_id) in value["comment"] for value in values)


async def test_events_for_research_have_no_worker_day_or_zone(
    house: House, year: Campaign, funder: httpx.AsyncClient
) -> None:
    rows = table(await funder.get("/reporting/research/events.csv"))
    schema = (await funder.get("/reporting/research/events.schema.json")).json()
    blocks = await year.blocks()

    ours = [row for row in rows if row["campaign"] == str(year.campaign_id)]
    names = [field["name"] for field in schema["fields"]]
    assert list(rows[0]) == names
    assert names == ["campaign", "crisis", "year", "seal", "view", "code", "actions", "contacts"]
    assert "zone" not in {row["view"] for row in rows}
    assert len(ours) == len([block for block in blocks if block["view"] != "zone"])
    assert all(int(row["actions"]) >= 5 and int(row["contacts"]) >= 5 for row in rows)


async def test_only_what_three_workers_raised_or_the_coordination_wrote_is_carried_upwards(
    house: House, year: Campaign, funder: httpx.AsyncClient
) -> None:
    desk = await house.enter(Role.COORDINATION, "Claire")
    before = plain((await funder.get("/reporting/funder/advocacy")).text)
    words = {
        "text_fr": "Le logement d’urgence refuse chaque soir des familles.",
        "text_nl": "De noodopvang weigert elke avond gezinnen.",
    }
    place = "/reporting/api/advocacy/rumour/food"

    short = await desk.put(place, json={**words, "text_nl": "Nee."})
    refused = await funder.put(place, json=words)
    kept = await desk.put(place, json=words)
    page = plain((await funder.get("/reporting/funder/advocacy")).text)
    dutch = table(await funder.get("/reporting/funder/advocacy.csv", params={"lang": "nl"}))
    taken_back = await desk.delete(place)
    after = plain((await funder.get("/reporting/funder/advocacy")).text)

    assert "Le dire avec nos mots" in (await desk.get("/reporting/funder/advocacy")).text
    assert "Le dire avec nos mots" not in before
    assert "Sur 1 thème" in before
    assert (short.status_code, refused.status_code, kept.status_code) == (409, 403, 204)
    assert words["text_fr"] in page
    assert {row["statement"] for row in dutch} == {"", words["text_nl"]}
    assert {row["campaigns"] for row in dutch} == {"1", "0"}
    assert taken_back.status_code == 204
    assert words["text_fr"] not in after
    assert (await desk.delete(place)).status_code == 404


async def test_a_years_correction_is_told_in_february_and_revises_nothing(
    house: House, year: Campaign, funder: httpx.AsyncClient
) -> None:
    path = "/reporting/funder/years/2022"
    sealed_before = await year.blocks()
    two_more = {number: year.recorded[number]["people_reached"] + 2 for number in range(24)}
    await year.correct_all(two_more, MONDAY + 40 * WEEK)
    early = plain((await funder.get(path)).text)

    await house.at(datetime(2023, 2, 1, 8, tzinfo=BRUSSELS))
    told = plain((await funder.get(path)).text)

    assert "en février de l’année suivante" in early
    assert "Personnes rencontrées : +48" in told
    assert "Interventions : non publié" in told
    assert await year.blocks() == sealed_before
