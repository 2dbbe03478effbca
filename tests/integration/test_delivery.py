"""How reports reach people: kept at the close, mailed on a schedule, the same everywhere."""

import csv
import hashlib
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from io import BytesIO
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deploy.engines import Engines
from services.reporting.store import exports, letters
from shared import access
from shared.web.guard import session_life
from shared.words import Role
from tests.house import House
from tests.mail import Mailbox, a_mail_server
from tests.sealed import MONDAY, Campaign, at, team, with_a_territory
from tests.told import a_house_where_only

WEEK = timedelta(days=7)
ADDRESS = "http://relais.test"
INVITED = "suivi@cocom.example"
ELSEWHERE = "Desk@raq.example"
FIRST, SECOND = MONDAY + WEEK, MONDAY + 2 * WEEK
CLOSED_ON = MONDAY + 5 * WEEK


@pytest.fixture(scope="module")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with a_mail_server() as running:
        yield running


@pytest.fixture(scope="module")
def mail_settings(mailbox: Mailbox) -> Iterator[dict[str, object]]:
    """Tell the house of the mail server, and its jobs, which read it where they start."""
    told: dict[str, object] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": mailbox.port,
        "smtp_starttls": False,
        "smtp_from": "Relais <relais@relais.test>",
        "public_url": ADDRESS,
        "secret": "a secret that only tests know",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told.items():
            patch.setenv(
                f"RELAIS_{name.upper()}", str(value).lower() if value is False else f"{value}"
            )
        yield told


@pytest.fixture(scope="module")
async def house(engines: Engines, mail_settings: dict[str, object]) -> AsyncIterator[House]:
    async with a_house_where_only("reporting", engines, **mail_settings) as running:
        await with_a_territory(running)
        yield running


@pytest.fixture(scope="module")
async def desk(house: House) -> httpx.AsyncClient:
    return await house.enter(Role.COORDINATION, "Inès")


@pytest.fixture(scope="module")
async def funder(house: House) -> httpx.AsyncClient:
    async with house.databases["access"].transaction() as tx:
        person = await access.create_account(
            tx, role=Role.FUNDER, display_name="COCOM", email=INVITED
        )
    return await house.enter(Role.FUNDER, "COCOM", person)


@pytest.fixture(scope="module")
async def sealed(house: House, funder: httpx.AsyncClient, mailbox: Mailbox) -> Campaign:
    """A campaign with two seals; the funder is told of each."""
    campaign = Campaign(house, team(12))
    await campaign.begin()
    assert (await subscribe(funder, "each_seal", INVITED)).status_code == 303
    await campaign.outcomes(MONDAY, 36)
    await house.at(at(FIRST, 7))
    await campaign.outcomes(FIRST, 36)
    await house.at(at(SECOND, 7))
    return campaign


async def subscribe(
    client: httpx.AsyncClient, rhythm: str, email: str, language: str = "fr"
) -> httpx.Response:
    form = {"rhythm": rhythm, "language": language, "email": email}
    return await client.post("/reporting/letters", data=form)


def told(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    said = str(body.get_content()).replace("\u202f", " ").replace("\u00a0", " ")
    return said.replace("\r\n", "\n")


def pdf_of(letter: EmailMessage) -> bytes:
    (attached,) = letter.iter_attachments()
    content = attached.get_content()
    assert isinstance(content, bytes)
    return content


def reports(mailbox: Mailbox, address: str) -> list[EmailMessage]:
    return [letter for letter in mailbox.to(address) if list(letter.iter_attachments())]


def link_in(letter: EmailMessage, what: str) -> str:
    found = re.search(rf"{ADDRESS}(/reporting/letters/{what}/\S+)", told(letter))
    assert found is not None
    return found[1]


def anybody(house: House) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=house.transport, base_url=ADDRESS)


async def end_leases(house: House) -> None:
    """Let time pass for leases, which follow the server's own clock."""
    async with house.databases["reporting"].transaction() as tx:
        await tx.execute(
            text("update report_letter set lease_until = lease_until - interval '1 hour'")
        )


def plain(page: str) -> str:
    words = re.sub(r"<[^>]+>", " ", page.replace("\u202f", " ").replace("\u00a0", " "))
    return re.sub(r"\s+", " ", words)


async def test_mail_screen_csv_workbook_pdf_and_program_say_the_same_of_one_seal(
    house: House, sealed: Campaign, funder: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    base, seal = f"/reporting/funder/campaigns/{sealed.campaign_id}", {"seal": "1"}

    letter = reports(mailbox, INVITED)[0]
    screen = plain((await funder.get(base, params=seal)).text)
    table = (await funder.get(f"{base}/campaign/theme.csv", params=seal)).content.decode(
        "utf-8-sig"
    )
    book = load_workbook(BytesIO((await funder.get(f"{base}/campaign.xlsx", params=seal)).content))
    program = (
        await funder.get(f"/reporting/api/published/{sealed.campaign_id}/campaign", params=seal)
    ).json()
    pdf = (await funder.get(f"{base}/campaign.pdf", params=seal)).content

    lines = list(csv.DictReader(table.splitlines(), delimiter=";"))
    figures = {row["name"]: row["actions"] for row in lines}
    theme = next(part for part in program["parts"] if part["name"] == "theme")
    of_book = book["De quoi les gens parlent"].iter_rows(min_row=2, values_only=True)
    of_mail = dict(
        re.findall(
            r"^  (.+?) : (.+?)$",
            told(letter).split(theme["title"])[1].split("\n\n")[0],
            re.MULTILINE,
        )
    )
    assert {row[1]: "" if row[2] is None else str(row[2]) for row in theme["rows"]} == figures
    assert {row[1]: "" if row[2] is None else str(row[2]) for row in of_book} == figures
    assert of_mail == {name: n or "non publié" for name, n in figures.items()}
    assert "" in figures.values()
    assert any(figures.values())
    assert all(f"{name} {n} " in screen for name, n in figures.items() if n)
    assert program["sentence"].replace("\u00a0", " ").replace("\u202f", " ") in told(letter)
    assert "scellé n° 1 " in told(letter)
    assert pdf_of(letter) == pdf


async def test_a_subscriber_has_one_letter_for_each_seal_however_often_it_is_swept(
    house: House, sealed: Campaign, mailbox: Mailbox
) -> None:
    await house.sweep()
    await house.at(at(SECOND, 9))

    arrived = reports(mailbox, INVITED)
    ids = [letter["Message-ID"] for letter in arrived]
    assert len(arrived) == len(set(ids)) == 2
    assert all(
        letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" for letter in arrived
    )
    assert "Hausse des prix : les chiffres du lundi 17 janvier 2022" in plain(arrived[0]["Subject"])
    assert reports(mailbox, ELSEWHERE.lower()) == []


async def test_an_address_that_nobody_was_invited_under_says_yes_before_it_is_written_to(
    house: House, sealed: Campaign, desk: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    assert (await subscribe(desk, "monthly", ELSEWHERE, language="nl")).status_code == 303
    await house.sweep()
    (question,) = mailbox.to(ELSEWHERE.lower())
    link = link_in(question, "confirm")
    waits = (await desk.get("/reporting/letters")).text

    looked = await anybody(house).get(link)  # as a mail scanner does
    before = (await letter_rows(house))[0]
    said = await anybody(house).post(link)
    again = await anybody(house).post(link)
    forged = await anybody(house).post(link[:-6] + "AAAAAA")
    await house.at(at(date(2022, 1, 31), 7))
    in_january = reports(mailbox, ELSEWHERE.lower())
    await house.at(at(date(2022, 2, 1), 7))

    (monthly,) = reports(mailbox, ELSEWHERE.lower())
    assert "Un courriel vous demande de dire oui" in waits
    assert [looked.status_code, said.status_code, again.status_code] == [200, 200, 200]
    assert before["began_at"] is None
    assert forged.status_code == 404
    assert in_january == []
    assert "Stijgende prijzen: de cijfers van" in str(monthly["Subject"])
    assert "niet gepubliceerd" in told(monthly)


async def test_a_closed_access_ends_its_letters_and_its_address_is_gone(
    house: House, sealed: Campaign, mailbox: Mailbox
) -> None:
    before_email, administrator = "avant@cocom.example", uuid4()
    async with house.databases["access"].transaction() as tx:
        person = await access.create_account(
            tx, role=Role.FUNDER, display_name="Avant", email=before_email
        )
    left = await house.enter(Role.FUNDER, "Avant", person)
    assert (await subscribe(left, "each_seal", before_email, language="en")).status_code == 303
    count = "select count(*) as n from report_subscription where language = 'en'"
    (kept,) = await house.rows("reporting", count)

    async with house.databases["access"].transaction() as tx:
        await access.close_account(tx, person, actor_id=administrator)
    await house.sweep()

    (after,) = await house.rows("reporting", count)
    assert (kept["n"], after["n"]) == (1, 0)
    assert mailbox.to(before_email) == []


async def letter_rows(house: House) -> list[dict[str, object]]:
    query = "select * from report_subscription where language = 'nl'"
    return [dict(row) for row in await house.rows("reporting", query)]


async def test_no_address_stands_in_the_database_and_none_but_its_own_row_opens_it(
    house: House, sealed: Campaign
) -> None:
    rows = house.owner_rows(
        "select s::text as row from reporting.report_subscription s"
        " union all select l::text from reporting.report_letter l"
    )

    kept = [row for row in rows if INVITED in row["row"] or ELSEWHERE.lower() in row["row"]]
    hexed = [row for row in rows if INVITED.encode().hex() in row["row"]]
    assert rows
    assert (kept, hexed) == ([], [])


async def test_who_came_in_by_a_mailed_link_can_give_no_other_address_than_their_own(
    house: House, sealed: Campaign, funder: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    async with house.databases["access"].transaction() as tx:
        known = await access.open_account(tx, house.people["COCOM"])
        token, _ = await access.begin_session(
            tx, known, session_life(house.settings), by="mailed link", reads_only=True
        )
    reader = anybody(house)
    reader.headers["Authorization"] = f"Bearer {token}"

    stolen = await subscribe(reader, "each_seal", "thief@elsewhere.example")
    wrong = await subscribe(reader, "each_seal", "no address")
    own = await subscribe(reader, "each_seal", INVITED.upper())
    await house.sweep()

    assert (stolen.status_code, wrong.status_code, own.status_code) == (422, 422, 303)
    assert "donnez l’adresse où vous l’avez reçu" in stolen.text
    assert "thief@elsewhere.example" in stolen.text  # what was typed is not lost
    assert mailbox.to("thief@elsewhere.example") == []


async def test_a_sender_that_died_leaves_its_letter_to_the_next_one_with_the_same_key(
    house: House, sealed: Campaign, mailbox: Mailbox
) -> None:
    database = house.databases["reporting"]
    seen = len(reports(mailbox, INVITED))
    await sealed.outcomes(SECOND, 36)
    third = at(MONDAY + 4 * WEEK, 7)
    mailbox.answers = ["451 come back"]
    await house.at(third)  # sealed, promised, and the mail server asks to come back
    asked_back = len(reports(mailbox, INVITED))
    async with database.transaction() as tx:
        await tx.execute(text("update report_letter set next_try_at = made_at where state = 'due'"))
    async with database.transaction() as tx:  # claims it, and dies
        claimed = await letters.claim_letter(tx, timedelta(minutes=5))
    await house.sweep()
    while_leased = len(reports(mailbox, INVITED))
    await end_leases(house)
    await house.sweep()
    await house.sweep()
    after = reports(mailbox, INVITED)
    async with database.transaction() as tx:  # had it handed over, and died before it said so
        await tx.execute(
            text(
                "update report_letter set state = 'leased', lease_until = clock_timestamp()"
                " - interval '1 second' where letter_id = :id"
            ),
            {"id": claimed.letter_id if claimed else None},
        )
    await house.sweep()
    twice = reports(mailbox, INVITED)

    assert claimed is not None
    assert asked_back == while_leased == seen
    assert len(after) == seen + 1
    assert after[-1]["Message-ID"] == f"<{claimed.letter_id}@relais.test>"
    assert (twice[-1]["Message-ID"], twice[-1]["Date"]) == (
        after[-1]["Message-ID"],
        after[-1]["Date"],
    )
    assert told(twice[-1]) == told(after[-1])
    assert pdf_of(twice[-1]) == pdf_of(after[-1])


async def test_a_campaigns_report_is_made_at_its_last_seal_and_is_the_same_for_whoever_asks(
    house: House,
    sealed: Campaign,
    funder: httpx.AsyncClient,
    desk: httpx.AsyncClient,
    mailbox: Mailbox,
) -> None:
    base = f"/reporting/funder/campaigns/{sealed.campaign_id}"
    early = await funder.get(f"{base}/closing")
    await sealed.outcomes(MONDAY + 4 * WEEK, 30)
    await sealed.close(CLOSED_ON)
    assert (await subscribe(desk, "at_close", ELSEWHERE)).status_code == 303
    await house.at(at(CLOSED_ON + 9 * timedelta(days=1), 7))
    await house.sweep()

    page = (await funder.get(f"{base}/closing")).text
    files = re.findall(rf'href="({base}/closing/(fr|nl)/[^"]+)"', page)
    bytes_of = {path: (await funder.get(path)).content for path, _ in files}
    again = {path: (await desk.get(path)).content for path in bytes_of}
    on_demand = (await desk.get(f"{base}/campaign.pdf?lang=nl")).content
    closing = reports(mailbox, ELSEWHERE.lower())[-1]
    asked = plain((await funder.get(base)).text)
    account = (await desk.get(f"/reporting/campaigns/{sealed.campaign_id}")).text

    kinds = {(language, path.rpartition(".")[2]) for path, language in files}
    nl_pdf = next(c for p, c in bytes_of.items() if p.endswith("-nl.pdf"))
    fr_pdf = next(c for p, c in bytes_of.items() if p.endswith("-fr.pdf"))
    assert "se fait de lui-même après le dernier scellé" in early.text
    assert kinds == {
        (lang, form) for lang in ("fr", "nl") for form in ("pdf", "xlsx", "csv", "json")
    }
    assert again == bytes_of
    assert all(hashlib.sha256(content).hexdigest()[:16] in page for content in bytes_of.values())
    assert on_demand == nl_pdf != fr_pdf
    assert pdf_of(closing) == fr_pdf
    assert "Ces chiffres sont définitifs." in told(closing)
    assert "Ces chiffres sont définitifs." in asked
    assert f"{base}/closing" in account
    with pytest.raises(DBAPIError, match="only grows"):
        async with house.databases["reporting"].transaction() as tx:
            await tx.execute(text("update kept_report set content = ''"))
    assert (await funder.get(f"{base}/closing/fr/nothing.pdf")).status_code == 404


async def test_a_letters_own_link_stops_it_from_a_mail_program_and_the_address_is_gone(
    house: House, sealed: Campaign, funder: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    letter = reports(mailbox, INVITED)[-1]
    header = urlsplit(letter["List-Unsubscribe"].strip("<>")).path
    looked = await anybody(house).get(header)
    still = (await funder.get("/reporting/letters")).text

    stopped = await anybody(house).post(header, data={"List-Unsubscribe": "One-Click"})
    again = await anybody(house).post(header)
    nothing = await anybody(house).post("/reporting/letters/stop/nothing")
    gone = (await funder.get("/reporting/letters")).text

    assert header == link_in(letter, "stop")
    assert "Ne plus recevoir les rapports" in looked.text
    assert INVITED in still
    assert (stopped.status_code, again.status_code, nothing.status_code) == (200, 200, 404)
    assert INVITED not in gone


# --- exports that take a while -------------------------------------------------------------------


async def test_a_long_export_is_made_aside_told_of_and_fetched_by_who_asked_alone(
    house: House, sealed: Campaign, desk: httpx.AsyncClient, funder: httpx.AsyncClient
) -> None:
    colleague = await house.enter(Role.COORDINATION, "Bart")
    base, one = "/reporting/exports", {"export_id": str(uuid4()), "year": "2022"}
    at_it = f"{base}/{one['export_id']}"

    none = await desk.post(base, data={"export_id": str(uuid4()), "year": "1999"})
    asked, again = await desk.post(base, data=one), await desk.post(base, data=one)
    before = (await desk.get(f"{at_it}/part")).text
    too_early = await desk.get(f"{at_it}/relais-export.zip")
    await house.sweep()
    after = (await desk.get(at_it)).text
    packed = await desk.get(f"{at_it}/relais-export.zip")
    theirs = [
        await colleague.get(f"{at_it}{end}") for end in ("", "/part", "/live", "/relais-export.zip")
    ]
    await colleague.post(f"{at_it}/delete")
    (made,) = await house.facts("reporting.v1.export.made")
    screen = await desk.get(f"/reporting/campaigns/{sealed.campaign_id}/figures.csv")
    published = await funder.get(
        f"/reporting/funder/campaigns/{sealed.campaign_id}/campaign/theme.csv"
    )
    still = await desk.get(f"{at_it}/relais-export.zip")
    await house.at(at(CLOSED_ON + timedelta(days=30), 7))
    forgotten = await desk.get(at_it)

    with zipfile.ZipFile(BytesIO(packed.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    folder = f"{MONDAY.isoformat()}-{str(sealed.campaign_id)[:8]}"
    of_theme = next(n for n in files if n.startswith(f"{folder}/published/") and "theme" in n)
    assert (none.status_code, asked.status_code, again.status_code) == (409, 303, 303)
    assert "Aucune campagne cette année-là" in none.text
    assert "0 campagne sur 1 est écrite" in plain(before)
    assert f'data-live="{at_it}/live"' in before
    assert too_early.status_code == 404
    assert "Prêt : 1 campagne." in plain(after)
    assert files[f"{folder}/figures.csv"] == screen.content
    assert files[of_theme] == published.content
    assert "Un dossier par campagne" in files["Lisez-moi.txt"].decode("utf-8-sig")
    assert [answer.status_code for answer in theirs] == [404] * 4
    assert (made["export_id"], made["for_id"]) == (one["export_id"], str(house.people["Inès"]))
    assert still.content == packed.content
    assert forgotten.status_code == 404


async def test_an_export_whose_maker_died_goes_on_where_it_was(
    house: House, sealed: Campaign, desk: httpx.AsyncClient
) -> None:
    other = Campaign(house, team(3))
    await other.begin(MONDAY + timedelta(weeks=20))
    database, one = house.databases["reporting"], uuid4()
    await desk.post("/reporting/exports", data={"export_id": str(one), "year": "2022"})
    async with database.transaction() as tx:  # claims it, writes one campaign, and dies
        claimed = await exports.claim_export(tx, timedelta(minutes=3))
        assert claimed is not None
        await exports.save_files(tx, claimed, 1, [("kept.txt", b"kept")], timedelta(minutes=3))

    await house.sweep()
    while_leased = await house.rows("reporting", "select done, ready_at from export")
    async with database.transaction() as tx:
        await tx.execute(text("update export set lease_until = lease_until - interval '1 hour'"))
        stale = await exports.save_files(
            tx, replace(claimed, lease_id=uuid4()), 2, [("lost.txt", b"")], timedelta(minutes=3)
        )
    await house.sweep()

    names = [
        row["name"]
        for row in await house.rows(
            "reporting", "select name from export_part where export_id = :id", id=one
        )
    ]
    assert [(row["done"], row["ready_at"]) for row in while_leased] == [(1, None)]
    assert not stale
    assert "kept.txt" in names
    assert len([name for name in names if name.endswith("figures.csv")]) == 1
    assert "Prêt : 2 campagnes." in plain((await desk.get(f"/reporting/exports/{one}")).text)
