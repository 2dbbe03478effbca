"""What the coordination takes with it: who is where, and nothing of who said no or why."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.dispatch_world import World, a_world
from tests.house import House

LANGUAGES = {"fr": "Lisez-moi", "nl": "Lees mij", "en": "Read me"}


async def lines_of(world: World, path: str, **asked: str) -> list[dict[str, str]]:
    answer = await world.coordination.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    written = io.StringIO(answer.content.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(written, delimiter=";"))


async def test_the_tasks_of_a_campaign_name_who_said_yes_and_nobody_else(house: House) -> None:
    world = await a_world(house, "Amina", "=Samir")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    (no,) = await world.proposals("=Samir")
    await world.accepted_task("Amina", campaign)
    await world.answer("=Samir", no, "decline", reason="too_far")
    tasks = f"/dispatch/desk/campaigns/{campaign}/tasks"

    lines = await lines_of(world, f"{tasks}.csv")
    schema = (await world.coordination.get(f"{tasks}.schema.json")).json()

    assert [line["team"] for line in lines] == ["Amina", ""]
    assert (lines[0]["people_wanted"], lines[0]["people_sure"]) == ("2", "1")
    assert (lines[0]["day"], lines[0]["starts"], lines[0]["action"]) == (
        str(world.monday),
        "09:00",
        "Stand au marché",
    )
    assert [field["name"] for field in schema["fields"]] == list(lines[0])
    whole = str(lines)
    assert "Samir" not in whole
    assert "too_far" not in whole
    assert not {"declined", "asked", "reason"} & set(lines[0])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_workbook_speaks_the_readers_language(house: House, language: str) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    path = f"/dispatch/desk/campaigns/{campaign}/tasks.xlsx"

    answer = await world.coordination.get(path, params={"lang": language})

    assert answer.headers["content-disposition"].startswith('attachment; filename="relais-tasks-')
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[0] == LANGUAGES[language]
    assert book.worksheets[1].max_row == 3
    lines = await lines_of(world, path.replace("xlsx", "csv"), lang=language)
    assert next(iter(lines[0])) == "day"  # names of columns are the same in every language


async def test_a_week_of_the_calendar_says_taken_and_not_by_what(house: House) -> None:
    world = await a_world(house)
    periods = [{"weekday": "tue", "starts_min": 540, "ends_min": 1020}]
    await world.hire("Zahra", host_periods=periods)
    await world.hire("+Samir")
    campaign = await world.target()
    await world.accepted_task("Zahra", campaign)
    own: dict[str, Any] = {"starts_at": world.at(2, "10:00"), "ends_at": world.at(2, "12:00")}
    zahra = world.workers["Zahra"]
    kept = f"/dispatch/api/workers/{world.ids['Zahra']}/commitments/{campaign}"
    assert (await zahra.put(kept, json=own)).is_success

    found = await lines_of(world, "/dispatch/desk/calendar.csv", week=str(world.monday))
    lines = [line for line in found if line["person"] == "Zahra"]

    assert [(line["starts"], line["ends"], line["what"]) for line in lines] == [
        ("09:00", "12:00", "tâche de campagne"),
        ("09:00", "17:00", "temps du partenaire hébergeur"),
        ("10:00", "12:00", "temps pris"),
    ]
    book = await world.coordination.get("/dispatch/desk/calendar.xlsx", params={"week": "demain"})
    assert load_workbook(io.BytesIO(book.content)).sheetnames == [
        "Lisez-moi",
        "Le calendrier de l’équipe",
    ]
    refused = await world.workers["Zahra"].get("/dispatch/desk/calendar.csv")
    assert refused.status_code == 403
