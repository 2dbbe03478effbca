"""Notes for oneself: sealed, read by their author alone, destroyed in time, and told to nobody."""

import io
import logging
import zipfile
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.dispatch.store import NoteKeys
from shared.events import CampaignClosed
from shared.words import CampaignId, ClosingReason, Role
from tests.dispatch_world import World, a_world, got, slugs
from tests.house import House, a_client_id

CANARY = "Zwaluw-canary: la famille du troisième attend le relais"
EVERYTHING = (
    "select format('select %L as place, t::text as row from %I.%I t',"
    " table_schema || '.' || table_name, table_schema, table_name) as query"
    " from information_schema.tables where table_type = 'BASE TABLE'"
    " and table_schema in ('access', 'intake', 'dispatch', 'notify', 'reporting')"
)


async def write(world: World, name: str, **but: Any) -> tuple[httpx.Response, dict[str, Any]]:
    usual = {
        "id": a_client_id(),
        "kind": "note",
        "note_id": a_client_id(),
        "campaign_id": None,
        "written_at": world.at(0, "10:00"),
        "text": CANARY,
    }
    operation = usual | but
    answer = await world.workers[name].post("/dispatch/api/operations", json=operation)
    return answer, operation


async def texts(world: World, name: str) -> list[str]:
    kept = await got(world.workers[name], "/dispatch/api/notes")
    assert kept["person_id"] == str(world.ids[name])
    return [note["text"] for note in kept["notes"]]


def places_of(house: House, what: str) -> list[str]:
    """Return the tables in which a text stands, read as the owner of everything."""
    return [
        row["place"]
        for found in house.owner_rows(EVERYTHING)
        for row in house.owner_rows(found["query"])
        if what in row["row"]
    ]


async def test_a_note_is_kept_once_changed_and_forgotten_by_its_author(house: House) -> None:
    world = await a_world(house, "Amina")
    await world.go(0, "12:00")

    first, sent = await write(world, "Amina")
    amina = world.workers["Amina"]
    again = await amina.post("/dispatch/api/operations", json=sent)
    once = await texts(world, "Amina")
    await write(world, "Amina", note_id=sent["note_id"], text="Rappeler le CPAS mardi")
    changed = await texts(world, "Amina")
    gone = {"id": a_client_id(), "kind": "forget_note", "note_id": sent["note_id"]}
    await amina.post("/dispatch/api/operations", json=gone)
    keys = await house.rows("dispatch", "select count(*) as n from note_key")

    assert (first.json()["new"], again.json()["new"]) == (True, False)
    assert once == [CANARY]
    assert changed == ["Rappeler le CPAS mardi"]
    assert await texts(world, "Amina") == []
    assert keys == [{"n": 0}]


@pytest.mark.parametrize(
    "role", [Role.COORDINATION, Role.ADMINISTRATOR, Role.HOST_PARTNER, Role.FUNDER, Role.SERVICE]
)
async def test_nobody_but_a_worker_may_ask_for_notes(house: House, role: Role) -> None:
    somebody = await house.enter(role, f"Somebody, {role.value}")

    assert (await somebody.get("/dispatch/api/notes")).status_code == 403


async def test_a_colleague_reads_changes_and_forgets_nothing_even_with_its_id(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    _, sent = await write(world, "Amina")
    samir = world.workers["Samir"]

    changed, _ = await write(world, "Samir", note_id=sent["note_id"], text="à moi")
    gone = {"id": a_client_id(), "kind": "forget_note", "note_id": sent["note_id"]}
    forgotten = await samir.post("/dispatch/api/operations", json=gone)

    assert changed.status_code == 404
    assert forgotten.status_code == 200  # there is nothing of that name among their own
    assert await texts(world, "Samir") == []
    assert await texts(world, "Amina") == [CANARY]


async def test_the_database_shows_a_note_to_its_owner_for_one_transaction(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    await write(world, "Amina")
    keys = NoteKeys.of(house.settings.secret.get_secret_value())

    async def seen_by(owner: str | None) -> int:
        async with house.databases["dispatch"].transaction() as tx:
            if owner is not None:
                await tx.execute(
                    text("select set_config('relais.owner', :owner, true)"), {"owner": owner}
                )
            return int((await tx.execute(text("select count(*) from note"))).scalar_one())

    amina, samir = (keys.owner(world.ids[name]) for name in ("Amina", "Samir"))
    seen = [await seen_by(owner) for owner in (amina, samir, None, "")]
    owners = await house.rows("dispatch", "select owner from note_key")

    assert seen == [1, 0, 0, 0]
    assert amina in [row["owner"] for row in owners]
    assert str(world.ids["Amina"]) not in str(owners)
    for service in ("intake", "notify", "reporting", "access"):
        with pytest.raises(DBAPIError, match="permission denied"):
            await house.rows(service, "select * from dispatch.note")


async def test_nobody_writes_a_note_in_somebody_elses_name(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    await write(world, "Amina")
    keys = NoteKeys.of(house.settings.secret.get_secret_value())

    stolen = text(
        "insert into note select gen_random_uuid(), key_id, :other, written_at, sealed from note"
    )
    async with house.databases["dispatch"].engine.connect() as connection:
        await connection.execute(
            text("select set_config('relais.owner', :owner, true)"),
            {"owner": keys.owner(world.ids["Amina"])},
        )
        with pytest.raises(DBAPIError, match="row-level security"):
            await connection.execute(stolen, {"other": keys.owner(world.ids["Samir"])})


async def test_the_words_of_a_note_stand_in_no_table_no_log_and_no_answer(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    with caplog.at_level(logging.DEBUG):
        first, sent = await write(world, "Amina", campaign_id=campaign)
        wrong, _ = await write(world, "Amina", written_at="yesterday")
        long, _ = await write(world, "Amina", text=CANARY * 100)
        nowhere, _ = await write(world, "Amina", campaign_id=a_client_id())
        other = dict(sent, text=f"{CANARY}!")
        twice = await world.workers["Amina"].post("/dispatch/api/operations", json=other)
        await house.sweep()
    answers = (first, wrong, long, nowhere, twice)

    assert [a.status_code for a in answers] == [200, 422, 422, 404, 409]
    assert [a.text for a in answers if "Zwaluw" in a.text] == []
    assert "Zwaluw" not in caplog.text
    assert places_of(house, "Zwaluw") == []
    assert places_of(house, sent["note_id"]) == ["dispatch.note"]  # it was looked at, and is sealed


async def test_a_national_number_is_refused_wherever_it_comes_from(house: House) -> None:
    world = await a_world(house, "Amina")

    refused, _ = await write(world, "Amina", text="dossier 85.07.30-033 28 à revoir")

    assert slugs(refused) == ["national_number"]
    assert "033" not in refused.text


async def test_a_note_lives_ninety_days_after_its_campaign_and_its_key_goes_with_it(
    house: House,
) -> None:
    world = await a_world(house, "Amina")
    campaign = await world.target()
    await write(world, "Amina", campaign_id=campaign)
    closed_at = datetime.fromisoformat(world.at(14, "00:00"))
    await world.say(
        CampaignClosed(
            occurred_at=closed_at,
            campaign_id=CampaignId(UUID(campaign)),
            reason=ClosingReason.REACHED_ITS_END,
        )
    )
    (shown,) = (await got(world.workers["Amina"], "/dispatch/api/notes?lang=fr"))["notes"]

    await world.go(14 + 89, "12:00")
    before = await texts(world, "Amina")
    await world.go(14 + 91, "12:00")

    until = world.monday + timedelta(days=13 + 90)
    assert f" {until.day} " in shown["kept_until"]
    assert before == [CANARY]
    assert await texts(world, "Amina") == []
    left = "select id from note_key where campaign_id = :id"
    assert await house.rows("dispatch", left, id=UUID(campaign)) == []


async def test_a_note_outside_campaigns_lives_ninety_days_after_its_month(house: House) -> None:
    world = await a_world(house, "Amina")
    await world.go(0, "12:00")
    await write(world, "Amina", written_at=world.at(0, "10:00"))
    next_month = (world.monday.replace(day=1) + timedelta(days=32)).replace(day=1)
    to_its_end = (next_month - world.monday).days

    await world.go(to_its_end + 88, "12:00")
    before = await texts(world, "Amina")
    await world.go(to_its_end + 91, "12:00")

    assert before == [CANARY]
    assert await texts(world, "Amina") == []


async def test_without_its_key_or_the_houses_secret_a_note_does_not_open(house: House) -> None:
    world = await a_world(house, "Amina")
    await write(world, "Amina")
    house_keys = NoteKeys.of(house.settings.secret.get_secret_value())
    person, note_id = world.ids["Amina"], UUID(a_client_id())
    owner, key_id = house_keys.owner(person), UUID(a_client_id())
    wrapped = house_keys.new_key(key_id, owner)
    sealed = house_keys.seal_text(wrapped, key_id, owner, note_id, CANARY)

    stolen = NoteKeys.of("a secret of another house altogether")
    other_key = house_keys.new_key(key_id, owner)
    opened = [
        house_keys.open_text(wrapped, key_id, owner, note_id, sealed),
        house_keys.open_text(other_key, key_id, owner, note_id, sealed),
        house_keys.open_text(wrapped, key_id, owner, UUID(a_client_id()), sealed),
        stolen.open_text(wrapped, key_id, owner, note_id, sealed),
    ]
    async with house.databases["dispatch"].transaction() as tx:
        await tx.execute(
            text("update note_key set wrapped = :other where owner = :owner"),
            {"other": other_key, "owner": owner},
        )

    assert opened == [CANARY, None, None, None]
    assert CANARY.encode() not in sealed
    assert await texts(world, "Amina") == []


# --- one's own data ------------------------------------------------------------------------------


def packed(answer: httpx.Response) -> dict[str, str]:
    """Return the texts of an archive by name: the read-me and each table."""
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {
            name: archive.read(name).decode("utf-8-sig")
            for name in archive.namelist()
            if not name.endswith(".xlsx")
        }


async def test_a_worker_takes_along_all_that_is_kept_of_them_and_who_read_it(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    amina, person = world.workers["Amina"], world.ids["Amina"]
    campaign = await world.target(world.an_action(people_wanted=1))
    task = (await world.plan(campaign))["tasks"][0]["task_id"]
    await world.propose(task, "Amina")
    (asked, *_) = await world.proposals("Amina")
    await world.answer("Amina", asked, "accept")
    await world.go(0, "13:00")
    contribution = a_client_id()
    await world.record("Amina", task, contribution, people_reached=12)
    corrected = await world.record(
        "Amina", task, contribution, people_reached=17, reason="miscounted"
    )
    await write(world, "Amina", campaign_id=campaign)
    await write(world, "Samir", text="celle de Samir")
    away = {"from_on": str(world.monday + timedelta(days=20)),
            "until_on": str(world.monday + timedelta(days=21))}  # fmt: skip
    await amina.put(f"/dispatch/api/workers/{person}/absences/{a_client_id()}", json=away)
    contact = {"role": "worker", "language": "nl", "email": "amina@raq.example", "channels": []}
    await amina.put(f"/notify/api/contact-points/{person}", json=contact)
    for _ in range(2):
        await world.coordination.get(f"/dispatch/desk/workers/{person}")
    await world.coordination.get(f"/notify/api/contact-points/{person}")

    page = (await amina.get("/dispatch/me/data")).text
    mine = packed(await amina.get("/dispatch/me/data.zip"))
    dutch = packed(await amina.get("/dispatch/me/data.zip?lang=nl"))
    messages = packed(await amina.get("/notify/me/data.zip"))
    theirs = packed(await world.workers["Samir"].get("/dispatch/me/data.zip"))

    outcomes = mine["csv/Mes résultats.csv"].splitlines()
    trail = mine["csv/Qui a lu ou changé quoi.csv"]
    assert corrected.status_code == 200, corrected.text
    assert [line.split(";")[4] for line in outcomes[1:]] == ["12", "17"]
    assert CANARY in mine["csv/Notes pour moi.csv"]
    assert away["from_on"] in mine["csv/Mes absences.csv"]
    assert "Acceptée" in mine["csv/Ce qu’on m’a proposé.csv"]
    assert (trail.count("La fiche a été lue;Inès"), page.count("La fiche a été lue")) == (1, 1)
    assert "L’adresse où l’on prévient a été lue" in trail
    assert "seul·e les lisez" in mine["Lisez-moi.txt"]
    assert "Mijn gegevens" in dutch[next(name for name in dutch if name.endswith(".txt"))]
    assert "amina@raq.example" in "".join(messages.values())
    assert CANARY not in "".join(theirs.values())
    assert "Amina" not in "".join(theirs.values())


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.WORKER])
async def test_nobody_but_a_worker_has_a_page_of_own_work(house: House, role: Role) -> None:
    somebody = await house.enter(role, f"Somebody, {role.value}")

    asked = [await somebody.get(f"/dispatch/me/data{end}") for end in ("", ".zip")]

    assert [answer.status_code for answer in asked] == [403, 403]
