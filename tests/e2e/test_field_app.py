"""The field app in a browser: without network, killed, refused, shared; its taps and its weight."""

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, Playwright, Route

from shared.web.languages import LANGUAGES
from tests.dispatch_world import World, a_world
from tests.house import House, eventually
from tests.looking import ON_A_PHONE
from tests.phone import TALL_PX, NewPhone, Phone, a_kept_phone, chaos, faults

pytestmark = pytest.mark.slow
WEIGHT_MAX_BYTES = 60_000
JUMP_MAX = 0.1
"""Cumulative layout shift up to which a page counts as quiet (web.dev/articles/cls)."""


async def asked_today(house: House, *names: str, **but: Any) -> tuple[World, str]:
    """Bring workers to a Monday at nine with two tasks proposed: today at two, and tomorrow."""
    world = await a_world(house, *names)
    await world.go(0, "09:00")
    usual = {"kind": "drop_in", "weekdays": ("mon", "tue"), "per_zone_per_week": 2}
    afternoon = world.an_action(**usual | {"starts_min": 14 * 60, "duration_min": 90} | but)
    campaign = await world.target(afternoon)
    await world.confirm(campaign, until_day=1)
    return world, campaign


async def at_the_stand(house: House, *names: str) -> tuple[World, str]:
    """Bring workers to half an hour into a stand that all of them accepted."""
    world = await a_world(house, *names)
    campaign = await world.target(world.an_action(people_wanted=len(names)))
    await world.confirm(campaign, until_day=0)
    for name in names:
        await world.accepted_task(name, campaign)
    await world.go(0, "09:30")
    return world, campaign


async def consult(world: World) -> str:
    """Ask the workers about an invitation, until tomorrow."""
    invited = await world.coordination.post(
        "/intake/api/invitations",
        json={
            "asked_by": "funder",
            "requester": "COCOM",
            "crisis": "energy",
            "wanted": "Informer sur les prix",
            "publics": ["everyone"],
            "wanted_from": str(world.monday + timedelta(days=7)),
            "wanted_until": str(world.monday + timedelta(days=20)),
            "where": "Bruxelles",
        },
    )
    opened = await world.coordination.post(
        f"/intake/api/invitations/{invited.json()['id']}/consultation",
        json={
            "closes_at": world.at(1, "08:00"),
            "accelerated_because": "Les prix montent maintenant.",
        },
    )
    assert opened.is_success, opened.text
    await world.house.settle()
    facts = await world.house.facts("intake.v1.consultation.opened")
    return str(facts[-1]["consultation_id"])


async def note_an_outcome(phone: Phone, people: int) -> None:
    await phone.button("Noter le résultat")
    await phone.tap(f"#outcome [data-count='{people}']")
    await phone.button("Enregistrer", "#outcome")


# --- taps ----------------------------------------------------------------------------------------


async def test_a_yes_takes_one_tap_and_can_be_undone(house: House, new_phone: NewPhone) -> None:
    world, _ = await asked_today(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()

    await phone.button("J’accepte")
    await page.click("#undo")
    await page.wait_for_selector("text=Annulé. Rien n’est parti.")
    await page.wait_for_selector("#band[data-waiting='0']")
    still_asked = len(await world.proposals("Amina"))
    phone.taps = 0
    await phone.button("J’accepte")
    await phone.sent()

    assert still_asked == 2
    assert phone.taps <= 2
    assert len(await world.proposals("Amina", "accepted")) == 1


async def test_a_no_another_time_and_handing_back_take_three_taps(
    house: House, new_phone: NewPhone
) -> None:
    world, _ = await asked_today(house, "Amina", "Samir", starts_min=15 * 60)
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()

    await phone.button("Je décline")
    await phone.tap(page.get_by_text("C’est trop loin", exact=True))
    await phone.button("Envoyer ma réponse", "#decline")
    taps_to_decline, phone.taps = phone.taps, 0
    await phone.button("Plutôt à une autre heure")
    await phone.tap("#other-times label >> nth=1")
    await phone.button("Proposer cette heure", "#counter")
    await phone.sent()

    assert (taps_to_decline, phone.taps) == (3, 3)
    assert await world.proposals("Amina") == []
    assert len(await world.proposals("Amina", "declined")) == 1
    assert len(await world.proposals("Amina", "countered")) == 1


async def test_a_tap_is_not_lost_to_a_day_that_is_drawn_anew_meanwhile(
    house: House, new_phone: NewPhone
) -> None:
    world, _ = await asked_today(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()
    beside = await phone.context.new_page()
    await beside.goto(phone.street.url + "/dispatch/app/")
    await page.get_by_role("button", name="J’accepte").first.hover()
    await page.mouse.down()

    await beside.get_by_role("button", name="Je décline").last.click()
    await beside.get_by_text("C’est trop loin", exact=True).click()
    await beside.locator("#decline").get_by_role("button", name="Envoyer ma réponse").click()
    await page.wait_for_selector("#band[data-waiting='1']")  # this tab knows, and was drawn anew
    under_the_finger = await page.locator("[data-list=asked] > *").count()
    await page.mouse.up()
    await page.wait_for_selector("#band[data-waiting='2']")
    await phone.sent()

    assert under_the_finger == 2
    assert len(await world.proposals("Amina", "accepted")) == 1
    assert len(await world.proposals("Amina", "declined")) == 1


async def test_an_accepted_task_is_handed_back_and_days_away_are_said_without_a_reason(
    house: House, new_phone: NewPhone
) -> None:
    world, _ = await asked_today(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    await phone.open()
    await phone.button("J’accepte")
    phone.taps = 0

    await phone.button("Je ne peux pas y aller")
    await phone.button("Rendre cette tâche", "#hand_back")
    taps_to_hand_back, phone.taps = phone.taps, 0
    await phone.button("Je ne suis pas disponible")
    await phone.button("Enregistrer", "#away")
    await phone.sent()

    away = await house.rows("dispatch", "select worker_id from absence")
    assert (taps_to_hand_back, phone.taps) == (2, 2)
    assert len(await world.proposals("Amina", "handed_back")) == 1
    assert world.ids["Amina"] in [row["worker_id"] for row in away]


async def test_an_opinion_takes_two_taps_with_its_ground(house: House, new_phone: NewPhone) -> None:
    world, _ = await asked_today(house, "Amina", "Samir")
    consultation = await consult(world)
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()
    question = f"[data-id='{consultation}']"

    await phone.button("Contre", question)
    await phone.tap(page.locator("#opinion button.wide").first)
    taps_against, phone.taps = phone.taps, 0
    await phone.sent()
    against = await house.facts("dispatch.v1.opinion.given")
    await phone.button("Sans avis", question)
    await phone.sent()

    given = await house.facts("dispatch.v1.opinion.given")
    assert (taps_against, phone.taps) == (2, 1)
    assert (against[-1]["stance"], len(against[-1]["grounds"])) == ("against", 1)
    assert (given[-1]["stance"], given[-1]["version"]) == ("no_opinion", 2)


async def test_a_stand_takes_six_taps_a_recurring_one_three_and_both_can_be_corrected(
    house: House, new_phone: NewPhone
) -> None:
    world, campaign = await at_the_stand(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()

    await phone.button("Noter le résultat")
    await phone.tap("#outcome [data-count='15']")
    await phone.tap("#outcome [data-step='-1']")
    await phone.tap(page.locator("#outcome .chips").get_by_text("Énergie", exact=True))
    await phone.tap(page.locator("#outcome .chips").get_by_text("Dettes", exact=True))
    await phone.button("Enregistrer", "#outcome")
    taps_for_the_first = phone.taps
    await phone.sent()
    await phone.button("Corriger")
    await phone.tap("#outcome [data-step='1']")
    await phone.button("Enregistrer", "#outcome")
    await phone.sent()
    await world.go(6, "12:00")
    await world.accepted_task("Amina", campaign)
    await world.go(7, "09:30")
    await page.reload()
    await page.wait_for_selector(".next.is-now")
    phone.taps = 0
    await phone.button("Noter le résultat")
    await phone.tap("#as-last")
    await phone.button("Enregistrer", "#outcome")
    await phone.sent()

    first, second = await world.facts_of(campaign, "recorded")
    (correction,) = await world.facts_of(campaign, "corrected")
    assert (taps_for_the_first, phone.taps) == (6, 3)
    assert (first["people_reached"], first["themes"]) == (14, ["debt", "energy"])
    assert (correction["people_reached"], correction["reason"]) == (15, "miscounted")
    assert (second["people_reached"], second["themes"]) == (15, ["debt", "energy"])


# --- without network -----------------------------------------------------------------------------


async def test_without_network_the_app_opens_from_the_phone_and_shows_the_day(
    house: House, new_phone: NewPhone
) -> None:
    world, _ = await at_the_stand(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()

    await phone.context.set_offline(True)
    await page.goto(phone.street.url + "/dispatch/app/")
    await page.wait_for_selector(".next.is-now")
    await note_an_outcome(phone, 20)
    await page.wait_for_selector("[data-list=noted] li")  # shown as done: now it is on the phone
    await page.reload()
    await page.wait_for_selector("[data-list=noted] li")

    assert await phone.waits() == 1
    assert await page.inner_text("#network") == "Pas de réseau."
    assert await page.inner_text("#count") == "1 action gardée sur ce téléphone."
    assert "Gardé, partira avec le réseau" in await page.inner_text("[data-list=noted]")


async def test_a_killed_browser_and_a_stopped_server_lose_nothing_and_send_once_in_order(
    house: House, new_phone: NewPhone, playwright: Playwright, chromium: Path
) -> None:
    world, campaign = await asked_today(house, "Amina", "Samir", starts_min=9 * 60 + 30)
    phone = await new_phone(is_kept=True)
    street = phone.street
    await phone.sign_in(world.workers["Amina"])
    await phone.open()

    await street.close()
    await phone.button("J’accepte")
    await note_an_outcome(phone, 10)
    await phone.kill()
    assert phone.profile is not None
    again = await a_kept_phone(playwright, chromium, street, phone.profile)
    try:
        await again.sign_in(world.workers["Amina"])
        await again.page.goto(street.url + "/dispatch/app/")
        await again.page.wait_for_selector("#band[data-waiting='2']")
        await street.open()
        await again.sent()
    finally:
        await again.context.close()

    (recorded,) = await world.facts_of(campaign, "recorded")
    assert recorded["people_reached"] == 10
    assert len(await world.facts_of(campaign, "accepted")) == 1


async def test_an_answer_lost_after_the_commit_counts_once(
    house: House, new_phone: NewPhone
) -> None:
    world, campaign = await at_the_stand(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    await phone.open()

    phone.street.sendings, phone.street.trouble = 0, ["after", "before"]
    await note_an_outcome(phone, 30)
    await phone.sent()

    (recorded,) = await world.facts_of(campaign, "recorded")
    repeats = await house.rows(
        "dispatch",
        "select v.repeats from contribution_version v join contribution c"
        " on c.id = v.contribution_id where c.task_id = :task",
        task=recorded["task_id"],
    )
    assert phone.street.sendings == 3
    assert recorded["people_reached"] == 30
    assert repeats == [{"repeats": 0}]


async def test_three_tabs_send_what_one_phone_did_once(house: House, new_phone: NewPhone) -> None:
    world, _ = await asked_today(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()
    tabs = [await phone.context.new_page() for _ in range(2)]
    for tab in tabs:
        await tab.goto(phone.street.url + "/dispatch/app/")
        await tab.wait_for_selector("#tools:not([hidden])")

    await signals(page, 20)
    for tab in tabs:
        await tab.clock.fast_forward(6_000)
        await tab.evaluate("dispatchEvent(new Event('online'))")
    await phone.sent()

    assert len(await raised(world)) == 20


SEEDS = (7, 11, 13, 17, 19)
SENDINGS, OPINIONS = 60, 20  # in each storm: signals, and opinions that change each time


@pytest.mark.timeout(1500)
@pytest.mark.parametrize(
    "seeds", [SEEDS[:1], pytest.param(SEEDS, marks=pytest.mark.long)], ids=["once", "five times"]
)
async def test_sixty_sendings_through_chaos_arrive_once_each_and_in_order(
    house: House, new_phone: NewPhone, seeds: tuple[int, ...]
) -> None:
    world, _ = await asked_today(house, "Amina", "Samir")
    consultation = await consult(world)
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()
    meant: list[list[str]] = []

    for number, seed in enumerate(seeds, 1):
        phone.street.trouble = chaos(90, seed)
        meant += await signals(page, SENDINGS - OPINIONS, consultation)
        await phone.sent()
        given = [fact["stance"] for fact in await house.facts("dispatch.v1.opinion.given")
                 if fact["consultation_id"] == consultation]  # fmt: skip

        assert await raised(world) == meant, f"seed {seed}"
        assert given == ["for", "no_opinion"] * (number * OPINIONS // 2), f"seed {seed}"
        assert phone.street.trouble[: -(90 - SENDINGS)] == [], "there was no chaos"


async def signals(page: Page, number: int, consultation: str = "") -> list[list[str]]:
    """Send as many signals through the form without network; return what they say.

    With a consultation, an opinion about it changes after every second signal.
    """
    await page.context.set_offline(True)
    said: list[list[str]] = await page.evaluate(
        """async ([number, consultation]) => {
          const form = document.querySelector("#signal form"), said = [];
          const [kinds, themes] = ["signal_kind", "theme"].map(name => [...form.querySelectorAll(`[name=${name}]`)]);
          const written = () => new Promise(done => addEventListener("outbox", done, {once: true}));
          for (let i = 0; i < number; i++) {
            document.querySelector("[data-open=signal]").click();
            kinds[i % kinds.length].checked = themes[i % themes.length].checked = true;
            said.push([kinds[i % kinds.length].value, themes[i % themes.length].value]);
            const signal = written();
            form.requestSubmit(form.querySelector("[value=yes]"));
            await signal;
            if (!consultation || i % 2) continue;
            const opinion = written();
            document.querySelector(`[data-id="${consultation}"] [data-stance=${i % 4 ? "no_opinion" : "for"}]`).click();
            await opinion;
          }
          return said;
        }""",  # noqa: E501 - one line of another language
        [number, consultation],
    )
    acts = number + (-(-number // 2) if consultation else 0)

    async def kept() -> bool:
        return await page.get_attribute("#band", "data-waiting") == str(acts)

    await eventually(kept, "not everything is on the phone")
    await page.context.set_offline(False)
    return said


async def raised(world: World) -> list[list[str]]:
    facts = await world.house.facts("dispatch.v1.signal.raised")
    return [[fact["kind"], fact["theme"]] for fact in facts if fact["zone_id"] == world.zone]


async def test_two_phones_of_a_pair_write_one_outcome_without_network_in_any_order(
    house: House, new_phone: NewPhone
) -> None:
    world, campaign = await at_the_stand(house, "Amina", "Samir")
    phones = {name: await new_phone() for name in ("Amina", "Samir")}
    for name, phone in phones.items():
        await phone.sign_in(world.workers[name])
        await phone.open()
        await phone.context.set_offline(True)

    await note_an_outcome(phones["Amina"], 15)
    await note_an_outcome(phones["Samir"], 5)
    for name in ("Samir", "Amina"):
        await phones[name].context.set_offline(False)
        await phones[name].sent()
    for phone in phones.values():
        await phone.context.set_offline(True)
        await phone.button("Corriger")
        await phone.tap("#outcome [data-step='1']")
        await phone.button("Enregistrer", "#outcome")
    for phone in phones.values():
        await phone.context.set_offline(False)
        await phone.sent()

    told = await world.facts_of(campaign, "recorded") + await world.facts_of(campaign, "corrected")
    assert [fact["people_reached"] for fact in told] == [5, 15, 16, 6]
    assert len({fact["outcome_id"] for fact in told}) == 1
    assert len(await world.facts_of(campaign, "done")) == 1


# --- refused, signed out, shared -----------------------------------------------------------------


async def test_a_refusal_is_shown_and_kept_and_holds_up_its_own_task_only(
    house: House, new_phone: NewPhone
) -> None:
    world, _ = await asked_today(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()
    await phone.context.set_offline(True)
    first, second = await world.proposals("Amina")

    await phone.button("J’accepte", f"[data-id='{first['task_id']}']")
    await phone.button("J’accepte", f"[data-id='{second['task_id']}']")
    await phone.button("Je ne peux pas y aller", f"[data-id='{first['task_id']}']")
    await phone.button("Rendre cette tâche", "#hand_back")
    phone.street.sendings = 0
    own = {
        "id": str(uuid4()),
        "day": str(world.monday),
        "starts": "13:00",
        "ends": "16:00",
        "zone_id": "",
    }
    noted = await world.workers["Amina"].post("/dispatch/calendar/commitments", data=own)
    await phone.context.set_offline(False)
    await page.clock.fast_forward(6_000)
    await page.wait_for_selector("[data-list=refused] .refused")
    shown = await page.inner_text("[data-list=refused]")
    await page.wait_for_selector("#band[data-waiting='2']")  # refused, and what waits behind it
    await page.reload()
    await page.wait_for_selector("[data-list=refused] .refused")
    accepted = await world.proposals("Amina", "accepted")
    await page.set_viewport_size({"width": 320, "height": TALL_PX})
    wrong = await faults(page)
    sent, held = phone.street.sendings, await phone.waits()
    await phone.button("J’ai lu, effacer")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.wait_for_selector("[data-list=refused] >> text=Je ne peux pas y aller")
    await phone.button("J’ai lu, effacer")

    assert wrong == []
    assert noted.status_code == 303, noted.text
    assert "est déjà pris·e" in shown
    assert (sent, held) == (2, 2)  # handing back waits until the refused yes was read
    assert [one["task_id"] for one in accepted] == [second["task_id"]]
    await page.wait_for_selector("#band[data-waiting='0']")


async def test_a_session_that_ended_loses_nothing(house: House, new_phone: NewPhone) -> None:
    world, campaign = await at_the_stand(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()

    await phone.context.clear_cookies()
    await note_an_outcome(phone, 40)
    await page.clock.fast_forward(6_000)
    await page.wait_for_selector("#band[data-state=out]")
    link = await page.get_attribute("#sign-in", "href")
    kept = await phone.waits()
    await phone.sign_in(world.workers["Amina"])
    await phone.sent()

    (recorded,) = await world.facts_of(campaign, "recorded")
    assert (link, kept) == ("/access/enter", 1)
    assert recorded["people_reached"] == 40


async def test_a_shared_phone_never_sends_under_another_name(
    house: House, new_phone: NewPhone
) -> None:
    world, campaign = await at_the_stand(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()
    await phone.context.set_offline(True)
    await note_an_outcome(phone, 60)

    await phone.context.set_offline(False)
    await phone.sign_in(world.workers["Samir"])
    await page.reload()
    await page.wait_for_selector("text=Bonjour Samir")
    await note_an_outcome(phone, 20)
    await page.clock.fast_forward(6_000)
    await page.wait_for_selector("#others:not(:empty)")
    await page.wait_for_selector("#band[data-waiting='1']")
    told = await page.inner_text("#others")
    while_away = await world.facts_of(campaign, "recorded")
    await phone.sign_in(world.workers["Amina"])
    await page.reload()
    await page.wait_for_selector("text=Bonjour Amina")
    await phone.sent()

    samirs, aminas = await world.facts_of(campaign, "recorded")
    assert told == "1 action d’une autre personne attend qu’elle revienne."
    assert while_away == [samirs]
    assert samirs["worker_id"] == str(world.ids["Samir"])
    assert (aminas["worker_id"], aminas["people_reached"]) == (str(world.ids["Amina"]), 60)


# --- first steps on a phone ----------------------------------------------------------------------


async def test_first_steps_offer_the_home_screen_and_storage_that_stays(
    house: House, new_phone: NewPhone
) -> None:
    world = await a_world(house, "Amina")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()
    await page.wait_for_selector("#first-steps:not([hidden])")
    before = await page.inner_text("#first-steps")
    await page.evaluate(
        "dispatchEvent(Object.assign(new Event('beforeinstallprompt', {cancelable: true}),"
        " {prompt: () => { window.asked_to_install = true }}))"
    )

    await phone.button("Ajouter à l’écran d’accueil")
    asked_to_install = await page.evaluate("window.asked_to_install")
    doubtful = await page.inner_text("#persisted")
    await phone.button("Tout garder sur ce téléphone")
    await page.wait_for_function(
        "before => document.querySelector('#persisted').textContent !== before", arg=doubtful
    )
    stays = await page.evaluate("navigator.storage.persisted()")
    told = await page.inner_text("#persisted")
    await phone.button("C’est compris")
    await page.reload()
    await page.wait_for_selector("#this-phone #first-steps", state="attached")

    assert "peut encore effacer" in doubtful
    assert "Ajoutez l’application à l’écran d’accueil" in before
    assert asked_to_install is True
    assert ("garde pour de bon" in told) == stays
    assert not await page.locator("#view-day #first-steps").count()


async def test_nothing_jumps_when_the_day_arrives(house: House, new_phone: NewPhone) -> None:
    world, _ = await asked_today(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])

    async def after_two_pictures(route: Route) -> None:
        await phone.page.evaluate(
            "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
        )
        await route.continue_()

    await phone.page.route("**/dispatch/api/day", after_two_pictures)
    page = await phone.open()
    await page.wait_for_selector("#first-steps:not([hidden])")
    await page.wait_for_selector("text=J’accepte")
    jumped: float = await page.evaluate(
        """async () => {
            const shifts = [];
            const observer = new PerformanceObserver(seen => shifts.push(...seen.getEntries()));
            observer.observe({type: "layout-shift", buffered: true});
            await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
            shifts.push(...observer.takeRecords());
            return shifts.reduce((sum, shift) => sum + shift.value, 0);
        }"""
    )

    assert jumped < JUMP_MAX


async def test_what_an_iphone_cannot_do_is_said_until_the_app_is_on_its_home_screen(
    house: House, new_phone: NewPhone
) -> None:
    world = await a_world(house, "Amina")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    said: list[str] = []

    for on_home_screen in ("false", "true"):  # as Safari tells it
        await phone.context.add_init_script(
            "Object.defineProperty(navigator, 'standalone',"
            f" {{value: {on_home_screen}, configurable: true}})"
        )
        page = await phone.open()
        await page.wait_for_selector("#first-steps:not([hidden])")
        said.append(await page.inner_text("#first-steps"))

    in_safari, installed = said
    assert "n’envoie rien tant que l’application est fermée" in in_safari
    assert "efface tout après sept jours" in in_safari
    assert "iPhone" not in installed


# --- for everybody -------------------------------------------------------------------------------


async def test_axe_finds_nothing_on_any_view_or_dialog_at_any_width(
    house: House, new_phone: NewPhone
) -> None:
    world, _ = await asked_today(house, "Marie-Évangéline Vandenbroucke-Desmedt", "Samir")
    name, _ = world.workers
    await consult(world)
    phone = await new_phone(reduced_motion="reduce")
    await phone.sign_in(world.workers[name])
    page = await phone.open()
    await phone.context.set_offline(True)
    await phone.button("J’accepte")
    found: dict[str, list[str]] = {}

    for width, rules in ((320, ()), (390, ON_A_PHONE), (1440, ON_A_PHONE)):
        await page.set_viewport_size({"width": width, "height": TALL_PX})
        for view in ("day", "time", "quarter", "journal", "waiting"):
            await page.click(f"[data-view={view}]")
            found[f"{view} {width}"] = await faults(page, *rules)
        await page.click("[data-view=day]")
        for dialog in ("decline", "counter", "opinion", "signal", "away", "hand_back"):
            await page.locator(f"[data-open={dialog}]").filter(visible=True).first.click()
            found[f"{dialog} {width}"] = await faults(page, *rules)
            await page.keyboard.press("Escape")
    await page.emulate_media(forced_colors="active")
    found["forced colours"] = await faults(page)

    assert {where: what for where, what in found.items() if what} == {}


async def test_the_keyboard_reaches_everything_and_always_shows_where_it_is(
    house: House, new_phone: NewPhone
) -> None:
    world, _ = await at_the_stand(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open()
    stops: list[str] = []

    for _ in range(20):
        await page.keyboard.press("Tab")
        stops.append(
            await page.evaluate(
                "(e => e === document.body ? '' : e.innerText.trim() + ' ' +"
                " (getComputedStyle(e).outlineStyle !== 'none'))(document.activeElement)"
            )
        )
    await page.locator(".next button").first.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#outcome[open]")
    await page.keyboard.press("Escape")
    await page.locator("button:focus", has_text="Noter le résultat").wait_for()

    named = [stop for stop in stops if stop]
    assert "Noter le résultat true" in named
    assert [stop for stop in named if stop.endswith("false")] == []


async def test_the_app_speaks_the_readers_language_also_without_network(
    house: House, new_phone: NewPhone
) -> None:
    world, _ = await at_the_stand(house, "Amina", "Samir")
    phone = await new_phone()
    await phone.sign_in(world.workers["Amina"])
    page = await phone.open("/dispatch/app/?lang=nl")
    await page.wait_for_selector("text=Stand op de markt")

    await page.evaluate(
        "new Promise(done => navigator.serviceWorker.controller ? done()"
        " : navigator.serviceWorker.addEventListener('controllerchange', () => done()))"
    )
    await phone.context.set_offline(True)
    await page.goto(phone.street.url + "/dispatch/app/")
    await page.wait_for_selector(".next.is-now")

    assert await page.inner_text("#network") == "Geen netwerk."
    assert await page.get_by_role("button", name="Het resultaat noteren").count() == 1


async def test_without_scripts_the_plain_page_takes_over(house: House, new_phone: NewPhone) -> None:
    world, _ = await at_the_stand(house, "Amina", "Samir")
    phone = await new_phone(java_script_enabled=False)
    await phone.sign_in(world.workers["Amina"])

    await phone.page.goto(phone.street.url + "/dispatch/app/")
    await phone.page.wait_for_url("**/dispatch/")

    assert await phone.page.locator("a", has_text="Noter le résultat").count() == 1


async def test_everything_that_a_phone_loads_weighs_less_than_sixty_kilobytes(
    house: House, bundle: Path
) -> None:
    world = await a_world(house, "Amina")
    shells = [
        await world.workers["Amina"].get(f"/dispatch/app/?lang={language}")
        for language in LANGUAGES
    ]

    heaviest = max(len(gzip.compress(shell.content, 9)) for shell in shells)
    loaded = loaded_by_a_phone(bundle)
    weighs = heaviest + sum(map(weight, loaded))
    letters = next(path for path in loaded if path.name.startswith("atkinson-"))

    assert weighs < WEIGHT_MAX_BYTES
    assert f'crossorigin href="/dispatch/static/built/{letters.name}"' in shells[0].text
    assert "unsafe-inline" not in shells[0].headers["Content-Security-Policy"]


def loaded_by_a_phone(bundle: Path) -> list[Path]:
    """List what the service worker keeps, and itself; the desk's files are not among them."""
    worker = bundle / "sw.js"
    kept = [path for path in bundle.iterdir() if path.name in worker.read_text()]
    assert {path.suffix for path in kept} == {".js", ".css", ".woff2"}
    return [worker, *kept]


def weight(path: Path) -> int:
    """Weigh a file as it travels; a font is compressed already."""
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(gzip.compress(content, 9))


async def test_the_shell_holds_nobodys_data(house: House) -> None:
    world, _ = await at_the_stand(house, "Amina", "Samir")

    own = await world.workers["Amina"].get("/dispatch/app/")
    others = await world.coordination.get("/dispatch/app/")
    manifest = await world.coordination.get("/dispatch/app/app.webmanifest")

    assert own.text == others.text
    assert manifest.json()["start_url"] == "/dispatch/app/"
