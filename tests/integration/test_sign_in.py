"""Coming in with one's own means, in a house for real use: what opens, and what does not."""

from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pyotp
import pytest
from sqlalchemy import text

from deploy.engines import Engines
from shared import access
from shared.access.codes import STEP_S
from shared.bus import SERVICES
from shared.db import utc_now
from shared.words import Role
from tests.house import House, a_house
from tests.visitor import Visitor

pytestmark = pytest.mark.usefixtures("bundle")  # workers land in the field app
PHRASE = "quatre girafes lisent sous la pluie"


@pytest.fixture(scope="module")
async def real_house(engines: Engines) -> AsyncIterator[House]:
    """A house as `relais up` starts it: nobody plays, and a link is not enough."""
    async with a_house(engines, profile="production", clock="system") as running:
        yield running


async def invite(house: House, role: Role, name: str) -> tuple[UUID, str]:
    async with house.databases["access"].transaction() as tx:
        person = await access.create_account(tx, role=role, display_name=name)
        return person, await access.make_link(tx, person)


async def opened(house: House, role: Role, name: str) -> Visitor:
    """Open somebody's invitation in a browser."""
    _, token = await invite(house, role, name)
    return await Visitor(house).send("/access/enter", token=token)


async def a_worker(house: House, name: str) -> Visitor:
    """Let a worker in, under a name in small letters and the phrase."""
    browser = await opened(house, Role.WORKER, name)
    await browser.send("/access/set-up/password", sign_in_name=name, password=PHRASE)
    return await browser.send("/access/set-up/finish")


async def a_coordinator(house: House, name: str) -> tuple[Visitor, pyotp.TOTP]:
    """Let a coordinator in, with an app whose next code is one step ahead."""
    browser = await opened(house, Role.COORDINATION, name)
    await browser.send("/access/set-up/password", sign_in_name=name, password=PHRASE)
    await browser.send("/access/set-up/app")
    app = pyotp.TOTP(browser.found(r"<code>([A-Z2-7]{32})</code>"))
    await browser.send("/access/set-up/app/confirm", code=app.at(utc_now()))
    await browser.send("/access/set-up/recovery-codes")
    await browser.go("/access/set-up")
    return await browser.send("/access/set-up/finish"), app


async def test_an_invitation_opens_the_page_where_one_chooses_and_nothing_else(
    real_house: House,
) -> None:
    browser = await opened(real_house, Role.WORKER, "Amina")

    assert browser.path == "/access/set-up"
    assert (await browser.go("/dispatch/")).status == 401
    assert (await browser.go("/access/devices")).status == 401


async def test_a_worker_chooses_a_password_and_comes_in_with_it(real_house: House) -> None:
    browser = await a_worker(real_house, "Samir")
    landed = browser.path
    await browser.send("/access/leave")
    left = (await browser.go("/access/me")).status

    again = await Visitor(real_house).send(
        "/access/sign-in", sign_in_name="  SAMIR ", password=PHRASE
    )

    assert (landed, left) == ("/dispatch/app/", 401)
    assert (await again.go("/access/me")).status == 200


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("court", "au moins 12"),
        ("motdepasse123", "se devine vite"),
        ("aaaaaaaaaaaaaaaa", "se devine vite"),
        ("x" * 201, "au plus 200"),
    ],
)
async def test_a_weak_password_is_refused_with_what_to_do(
    real_house: House, password: str, said: str
) -> None:
    browser = await opened(real_house, Role.WORKER, "Joke")

    await browser.send("/access/set-up/password", sign_in_name="joke", password=password)

    assert browser.status == 409
    assert said in browser.page


async def test_a_long_password_with_spaces_and_accents_is_welcome(real_house: House) -> None:
    long = "Été, marché, café, soupe: " * 4

    browser = await opened(real_house, Role.WORKER, "Ilias")
    await browser.send("/access/set-up/password", sign_in_name="ilias", password=long)
    await browser.send("/access/set-up/finish")

    assert browser.path == "/dispatch/app/"
    kept = await real_house.rows("access", "select hash from password where sign_in_name = 'ilias'")
    assert kept[0]["hash"].startswith("$argon2id$")


async def test_the_coordination_does_not_come_in_without_a_second_step(real_house: House) -> None:
    browser = await opened(real_house, Role.COORDINATION, "Inès")
    await browser.send("/access/set-up/password", sign_in_name="ines", password=PHRASE)

    await browser.send("/access/set-up/finish")

    assert browser.status == 409
    assert (await browser.go("/intake/")).status == 401
    again = await Visitor(real_house).send("/access/sign-in", sign_in_name="ines", password=PHRASE)
    assert again.path == "/access/set-up"
    assert (await again.go("/intake/")).status == 401


async def test_the_coordination_comes_in_with_a_code_that_counts_once(real_house: House) -> None:
    _, app = await a_coordinator(real_house, "nadia")
    soon = utc_now() + timedelta(seconds=STEP_S)
    first = await Visitor(real_house).send("/access/sign-in", sign_in_name="nadia", password=PHRASE)
    asked = first.path
    before = (await first.go("/intake/")).status
    await first.go("/access/second-step")
    await first.send("/access/second-step", code=app.at(soon))

    second = await Visitor(real_house).send(
        "/access/sign-in", sign_in_name="nadia", password=PHRASE
    )
    await second.send("/access/second-step", code=app.at(soon))

    assert (asked, before) == ("/access/second-step", 401)
    assert first.path == "/intake/"
    assert second.status == 401


async def test_a_recovery_code_opens_once(real_house: House) -> None:
    browser = await opened(real_house, Role.WORKER, "Lena")
    await browser.send("/access/set-up/password", sign_in_name="lena", password=PHRASE)
    await browser.send("/access/set-up/app")
    app = pyotp.TOTP(browser.found(r"<code>([A-Z2-7]{32})</code>"))
    await browser.send("/access/set-up/app/confirm", code=app.at(utc_now()))
    await browser.send("/access/set-up/recovery-codes")
    code = browser.found(r"<code>((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})</code>").lower()

    opens = []
    for _ in range(2):
        visitor = await Visitor(real_house).send(
            "/access/sign-in", sign_in_name="lena", password=PHRASE
        )
        opens.append((await visitor.send("/access/second-step", code=code)).status)

    assert opens == [200, 401]


async def test_the_key_of_an_app_is_sealed_in_the_database(real_house: House) -> None:
    browser = await opened(real_house, Role.WORKER, "Olga")
    await browser.send("/access/set-up/password", sign_in_name="olga", password=PHRASE)
    await browser.send("/access/set-up/app")
    key = browser.found(r"<code>([A-Z2-7]{32})</code>")

    kept = await real_house.rows("access", "select pending from one_time_code")

    assert all(key.encode() not in bytes(row["pending"] or b"") for row in kept)


async def test_after_five_wrong_tries_even_the_right_password_waits(real_house: House) -> None:
    await a_worker(real_house, "mehdi")
    somewhere = Visitor(real_house, address="10.0.0.2")

    wrong = [
        (await somewhere.send("/access/sign-in", sign_in_name="mehdi", password="wrong")).status
        for _ in range(5)
    ]
    elsewhere = Visitor(real_house, address="10.0.0.3")
    right = await elsewhere.send("/access/sign-in", sign_in_name="Mehdi", password=PHRASE)

    assert wrong == [401] * 5
    assert right.status == 429
    assert "Trop d’essais" in right.page
    async with real_house.databases["access"].transaction() as tx:
        await tx.execute(text("update attempt set blocked_until = now()"))
    await right.send("/access/sign-in", sign_in_name="mehdi", password=PHRASE)
    assert right.path == "/dispatch/app/"


async def test_one_address_cannot_try_many_names(real_house: House) -> None:
    thief = Visitor(real_house, address="10.0.0.4")

    answers = [
        (await thief.send("/access/sign-in", sign_in_name=f"name{n}", password="wrong")).status
        for n in range(41)
    ]

    assert answers == [401] * 40 + [429]


async def test_a_name_that_nobody_has_is_answered_like_a_wrong_password(real_house: House) -> None:
    await a_worker(real_house, "fatou")

    nobody = await Visitor(real_house).send(
        "/access/sign-in", sign_in_name="nobody-here", password="wrong"
    )
    wrong = await Visitor(real_house).send(
        "/access/sign-in", sign_in_name="fatou", password="wrong"
    )

    assert nobody.page == wrong.page
    assert (nobody.status, wrong.status) == (401, 401)


async def test_coming_in_gives_a_new_session_and_the_old_one_is_worth_nothing(
    real_house: House,
) -> None:
    browser = await opened(real_house, Role.WORKER, "Karim")
    unfinished = browser.session
    await browser.send("/access/set-up/password", sign_in_name="karim", password=PHRASE)
    await browser.send("/access/set-up/finish")

    replay = Visitor(real_house)
    replay.http.headers["Cookie"] = f"__Host-sid={unfinished}"

    assert browser.session != unfinished
    assert (await replay.go("/access/set-up")).status == 401


async def test_a_session_is_random_and_kept_hashed(real_house: House) -> None:
    browsers = [await opened(real_house, Role.WORKER, f"Bram {n}") for n in range(3)]
    tokens = [browser.session or "" for browser in browsers]

    kept = await real_house.rows("access", "select t::text as row, token_hash from session t")

    assert len(set(tokens)) == len(tokens)
    assert {len(urlsafe_b64decode(token + "=")) for token in tokens} == {32}  # bytes: 256 bits
    assert all(token not in row["row"] for token in tokens for row in kept)
    assert {sha256(token.encode()).digest() for token in tokens} <= {r["token_hash"] for r in kept}


async def test_an_opened_invitation_waits_ten_minutes(real_house: House) -> None:
    person, token = await invite(real_house, Role.WORKER, "Zeynep")
    browser = await Visitor(real_house).send("/access/enter", token=token)
    async with real_house.databases["access"].transaction() as tx:
        await tx.execute(
            text("update session set seen_at = :past where person_id = :person"),
            {"past": utc_now() - timedelta(minutes=10, seconds=1), "person": person},
        )

    assert (await browser.go("/access/set-up")).status == 401


async def test_a_person_sees_their_devices_and_sends_one_away(real_house: House) -> None:
    here = await a_worker(real_house, "tom")
    phone = Visitor(real_house, "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Safari/537.36")
    await phone.send("/access/sign-in", sign_in_name="tom", password=PHRASE)

    await here.go("/access/devices")
    listed = here.page
    session_id = here.found(r'name="session_id" value="([^"]+)"')
    await here.send("/access/devices/end", session_id=session_id)

    assert "Firefox · Linux" in listed
    assert "Chrome · Android" in listed
    assert (await phone.go("/access/me")).status == 401
    assert (await here.go("/access/me")).status == 200


async def test_nobody_ends_somebody_elses_session(real_house: House) -> None:
    hers = await a_worker(real_house, "yara")
    his = await a_worker(real_house, "marc")
    rows = await real_house.rows(
        "access",
        "select session.id from session join password using (person_id)"
        " where sign_in_name = 'yara'",
    )

    await his.go("/access/devices")
    await his.send("/access/devices/end", session_id=str(rows[0]["id"]))

    assert (await hers.go("/access/me")).status == 200


async def test_to_change_how_one_comes_in_the_password_is_asked_again(real_house: House) -> None:
    browser = await a_worker(real_house, "pia")
    await browser.go("/access/me")
    await browser.send("/access/me/change", password="wrong")
    refused = browser.status
    await browser.go("/access/me")
    await browser.send("/access/me/change", password=PHRASE)
    new = "sept tortues comptent des nuages"
    await browser.send("/access/set-up/password", sign_in_name="pia", password=new)
    await browser.send("/access/set-up/finish")

    old = await Visitor(real_house).send("/access/sign-in", sign_in_name="pia", password=PHRASE)
    now = await Visitor(real_house).send("/access/sign-in", sign_in_name="pia", password=new)

    assert refused == 409
    assert (old.status, now.path) == (401, "/dispatch/app/")


async def test_only_the_administration_starts_somebody_afresh(real_house: House) -> None:
    worker = await a_worker(real_house, "rosa")
    desk, _ = await a_coordinator(real_house, "chef")
    rows = await real_house.rows(
        "access", "select person_id from password where sign_in_name = 'rosa'"
    )
    rosa = rows[0]["person_id"]

    await desk.go("/access/people")
    refused = (await desk.send(f"/access/people/{rosa}/link")).status
    async with real_house.databases["access"].transaction() as tx:
        operator = await access.create_account(
            tx, role=Role.ADMINISTRATOR, display_name="Technique"
        )
        token = await access.make_link(tx, rosa, actor_id=operator)
    afresh = await Visitor(real_house).send("/access/enter", token=token)

    assert refused == 409
    assert afresh.path == "/access/set-up"
    assert (await worker.go("/access/me")).status == 401
    old = await Visitor(real_house).send("/access/sign-in", sign_in_name="rosa", password=PHRASE)
    assert old.status == 401


async def test_a_closed_account_is_out_at_once_and_does_not_come_back(real_house: House) -> None:
    browser = await a_worker(real_house, "gone")
    rows = await real_house.rows(
        "access", "select person_id from password where sign_in_name = 'gone'"
    )
    async with real_house.databases["access"].transaction() as tx:
        operator = await access.create_account(
            tx, role=Role.ADMINISTRATOR, display_name="Technique"
        )
        await access.close_account(tx, rows[0]["person_id"], actor_id=operator)

    out = (await browser.go("/access/me")).status
    back = await Visitor(real_house).send("/access/sign-in", sign_in_name="gone", password=PHRASE)

    assert (out, back.status) == (401, 401)


async def test_a_persons_link_opens_no_session_for_a_program(real_house: House) -> None:
    _, worker = await invite(real_house, Role.WORKER, "Amina")
    _, program = await invite(real_house, Role.SERVICE, "scheduler")
    visitor = Visitor(real_house)

    theirs = await visitor.http.post("/access/api/sessions", json={"token": worker})
    its = await visitor.http.post("/access/api/sessions", json={"token": program})
    still_good = await visitor.send("/access/enter", token=worker)

    assert (theirs.status_code, its.status_code) == (401, 201)
    assert still_good.path == "/access/set-up"


async def test_a_sign_in_form_that_another_site_sent_is_refused(real_house: House) -> None:
    visitor = Visitor(real_house)
    form = {"sign_in_name": "amina", "password": PHRASE}
    named = {"Origin": "https://elsewhere.example"}

    told = await visitor.http.post(
        "/access/sign-in", data=form, headers={"Sec-Fetch-Site": "cross-site"}
    )
    old_browser = await visitor.http.post("/access/sign-in", data=form, headers=named)

    assert (told.status_code, old_browser.status_code) == (403, 403)


async def test_in_production_nobody_reads_how_the_doors_are_built(real_house: House) -> None:
    visitor = Visitor(real_house)
    paths = [f"/{service}/api/openapi.json" for service in ("access", *SERVICES)]
    paths += ["/asyncapi.json", "/docs", "/redoc", "/metrics", "/intake/docs", "/demo/enter-as"]

    answers = {path: (await visitor.go(path)).status for path in paths}

    assert set(answers.values()) == {404}, answers


async def test_coming_in_and_failing_to_are_on_the_trail(real_house: House) -> None:
    browser = await a_worker(real_house, "leila")
    await browser.send("/access/leave")
    await browser.send("/access/sign-in", sign_in_name="leila", password="wrong")
    await browser.send("/access/sign-in", sign_in_name="leila", password=PHRASE)

    trail = await real_house.rows(
        "access",
        "select action, detail ->> 'by' as by from audit order by number desc limit 2",
    )

    assert [(row["action"], row["by"]) for row in reversed(trail)] == [
        ("sign_in.failed", None),
        ("session.began", "password"),
    ]


async def test_every_cookie_is_closed_and_tied_to_this_host(real_house: House) -> None:
    _, token = await invite(real_house, Role.WORKER, "Amina")
    visitor = Visitor(real_house)
    visitor.http.follow_redirects = False

    answers = [
        await visitor.http.get("/access/sign-in?lang=nl"),
        await visitor.http.post("/access/enter", data={"token": token}),
    ]

    for answer in answers:
        parts = {part.strip() for part in answer.headers["set-cookie"].split(";")}
        assert answer.headers["set-cookie"].startswith("__Host-")
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= parts
