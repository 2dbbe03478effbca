"""The neighbourhood, the logbook and notes for oneself on a phone, also without network."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Page

from services.dispatch.rules.kit import Leaflet
from services.dispatch.steps.save_leaflet import save_leaflet
from shared.words import CampaignId, Language
from tests.dispatch_world import World, a_world, got
from tests.house import House
from tests.looking import ON_A_PHONE
from tests.phone import TALL_PX, NewPhone, Phone, faults

pytestmark = pytest.mark.slow
TEXT = "Reprendre des dépliants en néerlandais"
QUESTION = "Avez-vous reçu une facture que vous ne pouvez pas payer\u00a0?"
IN_ARABIC = "هل وصلتك فاتورة لا تستطيع دفعها؟"
A_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8ffff"
    "ff7f0009fb03fd0543455c0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
async def world(house: House) -> World:
    """Amina and Samir, half an hour into their stand; the campaign's kit and one local actor."""
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target(world.an_action())
    await world.confirm(campaign, until_day=0)
    for name in ("Amina", "Samir"):
        await world.accepted_task(name, campaign)
    at = f"/dispatch/api/campaigns/{campaign}/kit"
    said = [{"language": "ar", "text": IN_ARABIC}, {"language": "nl", "text": "Een factuur?"}]
    await saved(world, f"{at}/phrases/{uuid4()}", {"fr": QUESTION, "said": said})
    picture = Leaflet(uuid4(), CampaignId(UUID(campaign)), "Tarif social", Language.FR, None)
    async with house.databases["dispatch"].transaction() as tx:  # as the desk's page does
        await save_leaflet(picture, A_PIXEL, tx)
    for name, category in (("Médecins du Canal", "medical_centre"), ("Le Foyer", "cpas")):
        actor = {"name": name, "category": category, "zone_ids": [world.zone]}
        more = {"phone": "02 520 00 00", "languages": ["tr"], "saturation": "saturated"}
        seen = {"reported_on": "2022-01-03"}
        await saved(world, f"/dispatch/api/actors/{uuid4()}", actor | more | seen)
    await world.go(0, "09:30")
    return world


async def saved(world: World, path: str, body: dict[str, Any]) -> None:
    answer = await world.coordination.put(path, json=body)
    assert answer.is_success, answer.text


async def at_the_logbook(new_phone: NewPhone, world: World, name: str = "Amina") -> Phone:
    phone = await new_phone()
    await phone.sign_in(world.workers[name])
    page = await phone.open()
    await page.wait_for_selector("[data-list=phrases] li", state="attached")
    await page.wait_for_selector("[data-list=leaflets] .state:not([hidden])", state="attached")
    await page.click("[data-view=journal]")
    return phone


async def write(page: Page, text: str) -> None:
    await page.locator("#view-journal [data-open=note]").filter(visible=True).last.click()
    await page.fill("#note textarea", text)
    await page.click("#note .dialog-foot button")


async def test_a_note_written_without_network_is_sealed_once_and_read_back_after_a_reload(
    house: House, world: World, new_phone: NewPhone
) -> None:
    phone = await at_the_logbook(new_phone, world)
    page = phone.page
    await phone.context.set_offline(True)

    await write(page, TEXT)
    await page.reload()
    await page.wait_for_selector(f"[data-list=notes] >> text={TEXT}")
    waiting = await page.inner_text("[data-list=notes]")
    await phone.context.set_offline(False)
    phone.street.trouble = ["after"]
    await phone.sent()
    kept = await got(world.workers["Amina"], "/dispatch/api/notes")
    await phone.context.set_offline(True)
    await page.reload()
    await page.wait_for_selector(f"[data-list=notes] >> text={TEXT}")
    read_back = await page.inner_text("[data-list=notes]")
    await phone.context.set_offline(False)
    await phone.button("Effacer", "[data-list=notes]")
    await phone.sent()

    assert "Gardé, partira avec le réseau" in waiting
    assert [note["text"] for note in kept["notes"]] == [TEXT]
    assert "Détruite après le" in read_back
    assert await page.locator("[data-list=notes] li").count() == 0
    assert (await got(world.workers["Amina"], "/dispatch/api/notes"))["notes"] == []


async def test_the_phone_warns_before_it_saves_what_points_to_somebody(
    world: World, new_phone: NewPhone
) -> None:
    phone = await at_the_logbook(new_phone, world)
    page = phone.page
    await phone.context.set_offline(True)

    await write(page, "Rappeler Fatima au 0475 12 34 56")
    quoted = await page.locator("#warning q").all_inner_texts()
    unsaved = await phone.waits()
    await page.click("#change-note")
    await page.fill("#note textarea", "RN 85.07.30-033.28")
    await page.click("#note .dialog-foot button")
    ways_on = await page.locator("#warning button").filter(visible=True).all_inner_texts()
    await page.click("#change-note")
    await page.fill("#note textarea", "Rappeler Fatima, de l’accueil du Foyer")
    await page.click("#note .dialog-foot button")
    await page.click("#keep-anyway")
    await page.wait_for_selector("#band[data-waiting='1']")
    await page.click("#undo")
    await page.wait_for_selector("#band[data-waiting='0']")

    assert (quoted, unsaved) == (["0475 12 34 56", "Fatima"], 0)
    assert ways_on == ["Modifier la note"]


async def test_an_outcome_is_corrected_in_three_taps_from_the_logbook(
    world: World, new_phone: NewPhone
) -> None:
    phone = await at_the_logbook(new_phone, world, "Samir")
    page = phone.page
    await page.click("[data-view=day]")
    await phone.button("Noter le résultat")
    await phone.tap(page.locator("#outcome label", has_text="Personne sur place"))
    asked = await page.locator("#outcome [name=people_reached]").is_visible()
    await phone.button("Enregistrer", "#outcome")
    await phone.sent()
    await page.click("[data-view=journal]")
    noted = await page.inner_text("[data-list=journal]")
    phone.taps = 0

    await phone.button("Corriger", "[data-list=journal]")
    await phone.tap(page.locator("#outcome label", has_text="C’est fait"))
    await phone.tap("#outcome [data-count='5']")
    await phone.button("Enregistrer", "#outcome")
    await phone.sent()
    to_count_after_all, phone.taps = phone.taps, 0
    await phone.button("Corriger", "[data-list=journal]")
    await phone.tap("#outcome [data-step='1']")
    await phone.button("Enregistrer", "#outcome")
    await phone.sent()

    assert not asked
    assert "0 personne." in noted
    assert (to_count_after_all, phone.taps) == (4, 3)
    assert "6 personnes." in await page.inner_text("[data-list=journal]")


async def test_the_neighbourhood_is_on_the_phone_without_network(
    world: World, new_phone: NewPhone
) -> None:
    phone = await at_the_logbook(new_phone, world)
    page = phone.page
    await phone.context.set_offline(True)
    await page.reload()
    await page.click("[data-view=quarter]")

    await page.click("[data-phrase]")
    await page.locator("#tongues label", has_text="arabe").click()
    big = page.locator("#big")
    shown = [
        await big.inner_text(),
        await big.get_attribute("lang"),
        await big.get_attribute("dir"),
    ]
    await page.keyboard.press("Escape")
    await page.locator("[data-list=leaflets] a").click()
    await page.wait_for_selector("#leaflet[open] img[src^='data:image/png']", state="attached")
    await page.keyboard.press("Escape")
    await page.fill("#search", "medecins turc")
    found = await page.locator("[data-list=actors] h3").all_inner_texts()
    call = await page.locator("[data-list=actors] a").first.get_attribute("href")
    await page.fill("#search", "piscine")

    assert shown == [IN_ARABIC, "ar", "rtl"]
    assert (found, call) == (["Médecins du Canal"], "tel:025200000")
    assert "Essayez un mot plus court" in await page.inner_text("#found")


async def test_the_next_person_on_a_shared_phone_sees_nothing_of_the_first(
    world: World, new_phone: NewPhone
) -> None:
    phone = await at_the_logbook(new_phone, world)
    page = phone.page
    await phone.context.set_offline(True)
    await write(page, TEXT)
    await page.wait_for_selector("#band[data-waiting='1']")

    await phone.context.set_offline(False)
    await phone.sign_in(world.workers["Samir"])
    await page.reload()
    await page.wait_for_selector("text=Bonjour Samir", state="attached")
    await page.wait_for_selector("#others:not(:empty)")
    await page.clock.fast_forward(6_000)
    await page.click("[data-view=journal]")
    seen = await page.inner_text("body")
    await page.click(".band [data-view=waiting]")
    seen += await page.inner_text("body")

    assert TEXT not in seen
    assert "Note pour moi" not in seen
    assert (await got(world.workers["Samir"], "/dispatch/api/notes"))["notes"] == []
    assert (await got(world.workers["Amina"], "/dispatch/api/notes"))["notes"] == []


async def test_axe_finds_nothing_and_everything_is_big_enough_to_touch(
    world: World, new_phone: NewPhone
) -> None:
    phone = await at_the_logbook(new_phone, world)
    page = phone.page
    await write(page, TEXT)
    found: dict[str, list[str]] = {}

    for width, rules in ((320, ()), (390, ON_A_PHONE)):
        await page.set_viewport_size({"width": width, "height": TALL_PX})
        for view in ("quarter", "journal", "day"):
            await page.click(f".foot [data-view={view}]")
            found[f"{view} {width}"] = await faults(page, *rules)
        await page.click("[data-open=outcome]")
        found[f"outcome {width}"] = await faults(page, *rules)
        await page.keyboard.press("Escape")
        await page.click("[data-view=quarter]")
        await page.click("[data-phrase]")
        found[f"phrase {width}"] = await faults(page, *rules)
        await page.keyboard.press("Escape")
        await page.locator("[data-list=leaflets] a").click()
        await page.wait_for_selector("#leaflet[open]")
        found[f"leaflet {width}"] = await faults(page, *rules)
        await page.keyboard.press("Escape")
        await page.click("[data-view=journal]")
        await write(page, "Rappeler Fatima au 0475 12 34 56")
        found[f"warning {width}"] = await faults(page, *rules)
        await page.keyboard.press("Escape")
    await page.evaluate("document.documentElement.style.fontSize = '225%'")  # twice our 112.5 %
    for view in ("quarter", "journal", "day"):
        await page.click(f".foot [data-view={view}]")
        found[f"{view}, letters twice as big"] = await faults(page)

    assert {where: what for where, what in found.items() if what} == {}
