"""A funder's link by e-mail: who gets one, what opens it, and how little it opens."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from deploy.engines import Engines
from shared import access
from shared.access.passwords import choose_password
from shared.web.guard import session_life
from shared.words import Role
from tests.house import House, a_house
from tests.mail import Mailbox, a_mail_server
from tests.visitor import ADDRESS, FIREFOX, Visitor

LINK = re.compile(rf"{ADDRESS}/access/link/open#(\S+)")
ASKED = "Regardez vos courriels"


@pytest.fixture(scope="module")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with a_mail_server() as running:
        yield running


@pytest.fixture(scope="module")
async def house(engines: Engines, mailbox: Mailbox) -> AsyncIterator[House]:
    """A house for real use, with a mail server."""
    async with a_house(
        engines,
        profile="production",
        clock="system",
        public_url=ADDRESS,
        smtp_host="127.0.0.1",
        smtp_port=mailbox.port,
        smtp_starttls=False,
    ) as running:
        yield running


async def invited(house: House, email: str, role: Role = Role.FUNDER, language: str = "fr") -> None:
    async with house.databases["access"].transaction() as tx:
        await access.create_account(
            tx, role=role, display_name="COCOM", email=email, language=language
        )


async def ask(visitor: Visitor, email: str) -> Visitor:
    await visitor.go("/access/link")
    return await visitor.send("/access/link", email=email)


def token_to(mailbox: Mailbox, email: str) -> str:
    letter = mailbox.to(email)[-1]
    found = LINK.search(letter.get_content())
    assert found is not None
    return found[1]


async def trail(house: House) -> list[str]:
    rows = await house.rows("access", "select action from audit order by number")
    return [row["action"] for row in rows]


async def test_who_was_invited_comes_in_by_a_link_that_was_mailed_and_one_click(
    house: House, mailbox: Mailbox
) -> None:
    await invited(house, "suivi@cocom.example", language="nl")
    visitor = Visitor(house)
    await visitor.go("/access/sign-in")
    offered = visitor.page

    await ask(visitor, "Suivi@cocom.example")
    (letter,) = mailbox.to("suivi@cocom.example")
    token = token_to(mailbox, "suivi@cocom.example")
    await visitor.go("/access/link/open")
    await visitor.send("/access/link/open", token=token)

    assert "Recevoir un lien" in offered
    assert letter["Subject"] == "Uw link om de campagnes op te volgen"
    assert (visitor.path, visitor.status) == ("/reporting/funder", 200)
    (session,) = await house.rows(
        "access", "select began_at, ends_at, reads_only from session order by began_at desc limit 1"
    )
    assert session["reads_only"] is True
    assert session["ends_at"] - session["began_at"] == timedelta(hours=8)
    assert {"mailed_link.made", "session.began"} <= set(await trail(house))


async def test_a_link_opens_once(house: House, mailbox: Mailbox) -> None:
    await invited(house, "once@cocom.example")
    visitor = await ask(Visitor(house), "once@cocom.example")
    token, asked = (
        token_to(mailbox, "once@cocom.example"),
        visitor.http.cookies.get("__Host-asked") or "",
    )
    await visitor.send("/access/link/open", token=token)

    again = Visitor(house)
    again.http.cookies.set("__Host-asked", asked, domain="relais.test", path="/")
    await again.send("/access/link/open", token=token)

    assert visitor.path == "/reporting/funder"
    assert (again.status, again.session) == (401, None)
    assert "Ce lien n’ouvre rien" in again.page
    assert "mailed_link.refused" in await trail(house)


async def test_a_link_opens_in_the_browser_that_asked_for_it_alone(
    house: House, mailbox: Mailbox
) -> None:
    await invited(house, "browser@cocom.example")
    asking = await ask(Visitor(house), "browser@cocom.example")
    token = token_to(mailbox, "browser@cocom.example")

    stolen = await Visitor(house).send("/access/link/open", token=token)
    thief = await ask(Visitor(house), "nobody@cocom.example")
    await thief.send("/access/link/open", token=token)
    await asking.send("/access/link/open", token=token)

    assert (stolen.status, stolen.session) == (401, None)
    assert (thief.status, thief.session) == (401, None)
    assert asking.path == "/reporting/funder"


async def test_a_link_is_worth_nothing_after_ten_minutes(house: House, mailbox: Mailbox) -> None:
    await invited(house, "late@cocom.example")
    visitor = await ask(Visitor(house), "late@cocom.example")
    async with house.databases["access"].transaction() as tx:
        (life,) = (
            await tx.execute(text("select distinct expires_at - made_at from mailed_link"))
        ).scalars()
        older = "made_at = made_at - interval '10 min', expires_at = expires_at - interval '10 min'"
        await tx.execute(text(f"update mailed_link set {older}"))

    await visitor.send("/access/link/open", token=token_to(mailbox, "late@cocom.example"))

    assert life == timedelta(minutes=10)
    assert (visitor.status, visitor.session) == (401, None)


async def test_everybody_is_answered_alike_and_nobody_else_is_written_to(
    house: House, mailbox: Mailbox
) -> None:
    await invited(house, "known@cocom.example")
    await invited(house, "ines@fdssb.example", Role.COORDINATION)
    await invited(house, "amina@fdssb.example", Role.WORKER)
    await invited(house, "admin@fdssb.example", Role.ADMINISTRATOR)
    others = [f"{name}@fdssb.example" for name in ("ines", "amina", "admin", "nobody")]

    answers: dict[str, dict[str, Any]] = {}
    for email in ["known@cocom.example", *others]:
        visitor = await ask(Visitor(house, address=f"10.1.0.{len(answers) + 1}"), email)
        answers[email] = {
            "cookies": sorted(visitor.http.cookies.keys()),
            "says": visitor.page.replace(email, "…"),
            "status": visitor.status,
        }

    known = answers.pop("known@cocom.example")
    assert ASKED in known["says"]
    assert all(answer == known for answer in answers.values())
    assert len(mailbox.to("known@cocom.example")) == 1
    assert not any(mailbox.to(email) for email in others)


async def test_a_letter_goes_to_the_address_that_was_invited_and_not_to_one_that_looks_alike(
    house: House, mailbox: Mailbox
) -> None:
    await invited(house, "kadijk@cocom.example")
    kelvin = "\u212aadij\u212a@cocom.example"  # lower case makes both signs a k

    await ask(Visitor(house, address="10.2.0.1"), kelvin)

    assert len(mailbox.to("kadijk@cocom.example")) == 1
    assert not mailbox.to(kelvin)


@pytest.mark.parametrize("email", ["often@cocom.example", "unknown@cocom.example"])
async def test_asking_too_often_is_put_off_known_or_not(house: House, email: str) -> None:
    if email.startswith("often"):
        await invited(house, email)
    visitor = Visitor(house, address=f"10.3.0.{len(email)}")

    statuses = [(await ask(visitor, email)).status for _ in range(6)]

    assert statuses == [200] * 5 + [429]


@pytest.mark.parametrize("email", ["", "cocom", "a@b", "a@b.example, c@d.example", "a\r\nb@c.be"])
async def test_what_is_no_address_is_said_and_kept_in_the_form(house: House, email: str) -> None:
    visitor = await ask(Visitor(house, address="10.4.0.1"), email)

    assert visitor.status == 422
    assert "n’est pas une adresse e-mail" in visitor.page
    assert f'value="{email.strip()}"' in visitor.page


async def test_the_session_of_a_link_changes_nothing_but_may_invite(
    house: House, mailbox: Mailbox
) -> None:
    await invited(house, "reads@cocom.example")
    visitor = await ask(Visitor(house, address="10.5.0.1"), "reads@cocom.example")
    await visitor.send("/access/link/open", token=token_to(mailbox, "reads@cocom.example"))

    statuses = {}
    for path, shown in (
        ("/access/me/change", "/intake/funder"),
        ("/access/devices/end-others", "/intake/funder"),
        ("/notify/preferences", "/notify/preferences"),
        ("/intake/funder", "/intake/funder"),
    ):
        await visitor.go(shown)
        statuses[path] = (await visitor.send(path)).status
    await visitor.go("/access/me")
    offered = visitor.page
    await visitor.send("/access/leave")

    assert statuses == {
        "/access/me/change": 403,
        "/access/devices/end-others": 403,
        "/notify/preferences": 403,
        "/intake/funder": 422,  # it was read, and is not complete
    }
    assert "Changer comment j’entre" not in offered
    assert visitor.path == "/access/sign-in"


async def test_an_address_is_given_later_and_what_an_earlier_one_opened_ends(
    house: House, mailbox: Mailbox
) -> None:
    desk = await at_the_desk(house, Role.COORDINATION)
    async with house.databases["access"].transaction() as tx:
        person = await access.create_account(tx, role=Role.FUNDER, display_name="Viva")
    await ask(Visitor(house, address="10.8.0.1"), "wrong@viva.example")
    before = mailbox.to("wrong@viva.example")

    await desk.go("/access/people")
    await desk.send(f"/access/people/{person}/address", email="Wrong@viva.example")
    reader = await ask(Visitor(house, address="10.8.0.2"), "wrong@viva.example")
    await reader.send("/access/link/open", token=token_to(mailbox, "wrong@viva.example"))
    landed = reader.path
    await desk.send(f"/access/people/{person}/address", email="right@viva.example")
    out = (await reader.go("/reporting/funder")).status
    right = await ask(Visitor(house, address="10.8.0.3"), "right@viva.example")
    await right.send("/access/link/open", token=token_to(mailbox, "right@viva.example"))

    assert before == []
    assert (landed, out) == ("/reporting/funder", 401)
    assert right.path == "/reporting/funder"
    assert "Changer son adresse" in desk.page
    assert (await trail(house)).count("account.address_given") == 2


async def test_only_the_administration_changes_the_address_of_who_comes_in_by_their_own_means(
    house: House,
) -> None:
    await invited(house, "taken@cocom.example")
    async with house.databases["access"].transaction() as tx:
        person = await access.create_account(tx, role=Role.FUNDER, display_name="Own means")
        await choose_password(tx, person, "own-means", "quatre girafes sous la pluie", ())
    desk = await at_the_desk(house, Role.COORDINATION)
    technique = await at_the_desk(house, Role.ADMINISTRATOR)

    await desk.go("/access/people")
    await desk.send(f"/access/people/{person}/address", email="own@viva.example")
    await technique.go("/access/people")
    taken = await technique.send(f"/access/people/{person}/address", email="taken@cocom.example")
    why = taken.page
    await technique.send(f"/access/people/{person}/address", email="own@viva.example")

    assert (desk.status, "Seule l’administration" in desk.page) == (409, True)
    assert "Cette adresse est celle d’une autre personne." in why
    assert (technique.status, technique.path) == (200, "/access/people")


async def at_the_desk(house: House, role: Role) -> Visitor:
    """Let somebody in who keeps people's access."""
    async with house.databases["access"].transaction() as tx:
        person = await access.create_account(tx, role=role, display_name="Keeper")
        known = await access.open_account(tx, person)
        token, _ = await access.begin_session(tx, known, session_life(house.settings), by="test")
    visitor = Visitor(house)
    visitor.http.cookies.set("__Host-sid", token, domain="relais.test", path="/")
    return visitor


async def test_closing_the_access_makes_a_link_worthless(house: House, mailbox: Mailbox) -> None:
    await invited(house, "gone@cocom.example")
    visitor = await ask(Visitor(house, address="10.6.0.1"), "gone@cocom.example")
    async with house.databases["access"].transaction() as tx:
        await tx.execute(
            text("update account set disabled_at = now() where invited_as is not null")
        )

    await visitor.send("/access/link/open", token=token_to(mailbox, "gone@cocom.example"))
    async with house.databases["access"].transaction() as tx:
        await tx.execute(text("update account set disabled_at = null"))

    assert (visitor.status, visitor.session) == (401, None)


async def test_no_token_and_no_address_is_kept_or_logged(
    house: House, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    await invited(house, "quiet@cocom.example")
    with caplog.at_level("DEBUG"):
        await ask(Visitor(house, FIREFOX, "10.7.0.1"), "quiet@cocom.example")
        mailbox.answers.append("550 no such user here")
        await ask(Visitor(house, FIREFOX, "10.7.0.1"), "quiet@cocom.example")
    token = token_to(mailbox, "quiet@cocom.example")

    tables = house.owner_rows(
        "select table_schema || '.' || table_name as name from information_schema.tables"
        " where table_schema in ('access','intake','notify','dispatch','reporting')"
        " and table_type = 'BASE TABLE'"
    )
    kept = [
        str(row["row"])
        for table in tables
        for row in house.owner_rows(f"select t::text as row from {table['name']} t")
    ]
    ours = [record for record in caplog.records if record.name != "mail.log"]  # the test's server
    logged = "\n".join(record.getMessage() for record in ours)
    assert "could not be mailed" in logged
    for secret in (token, "quiet@cocom.example"):
        assert not any(secret in row for row in kept)
        assert secret not in logged
