"""The living directory and a campaign's kit in a browser: search, records, files, no scripts."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, BrowserContext, FilePayload, Page, expect

from tests.dispatch_world import World, a_world, got
from tests.house import House
from tests.looking import faults_at
from tests.phone import WAIT_MS, Street, carry_session

pytestmark = pytest.mark.slow
DIRECTORY = "/dispatch/desk/directory"
WIDTHS = (1440, 390, 320)
TABLE = """name;category;zone_ids;city;languages
Espace public numérique;digital_inclusion;{zone};Molenbeek-Saint-Jean;fr,ar
Épicerie du Parc;Épicerie sociale;{zone};Forest;fr,nl
Sans catégorie;association secrète;{zone};Forest;fr
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 400


async def a_desk(browser: Browser, street: Street, world: World, **options: Any) -> BrowserContext:
    """Open a browser with the coordination's session; axe may be put into its pages."""
    window: dict[str, Any] = {"viewport": {"width": 1440, "height": 1000}, "locale": "fr-BE"}
    context = await browser.new_context(base_url=street.url, bypass_csp=True, **(window | options))
    context.set_default_timeout(WAIT_MS)
    await carry_session(context, world.coordination)
    return context


async def fits(page: Page) -> None:
    """See that axe finds nothing and that nothing is cut off, at every width."""
    found = await faults_at(page, *WIDTHS)
    assert {width: wrong for width, wrong in found.items() if wrong} == {}, page.url
    await page.set_viewport_size({"width": WIDTHS[0], "height": 1000})


async def some_actors(world: World) -> None:
    for name, category, but in (
        ("Centre d’Appui SocialEnergie", "support_centre", {"zone_ids": []}),
        ("École de devoirs des Étangs Noirs", "after_school", {"languages": ["fr", "ar"]}),
        ("CPAS du Parc / OCMW van het Park", "cpas", {"phone": "+32 2 000 00 01"}),
    ):
        body = {"name": name, "category": category, "zone_ids": [world.zone], **but}
        saved = await world.coordination.put(f"/dispatch/api/actors/{uuid4()}", json=body)
        assert saved.is_success, saved.text


async def test_the_directory_is_searched_mended_and_carried_in_and_out(
    house: House, street: Street, browser: Browser
) -> None:
    world = await a_world(house)
    context = await a_desk(browser, street, world)
    page = await context.new_page()
    await page.goto(DIRECTORY)
    await expect(page.locator(".notice")).to_contain_text("Le répertoire est vide")
    await fits(page)
    await some_actors(world)
    await search(page)
    await mend(page)
    await carry_in(page, world)

    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Tableau CSV").click()
    exported = (await (await coming.value).path()).read_text(encoding="utf-8-sig")
    assert "Espace public numérique" in exported
    assert "Sans catégorie" not in exported
    assert "saturated" in exported
    await context.close()


async def search(page: Page) -> None:
    await page.get_by_label("Chercher").fill("etangs ECOLE")
    await page.keyboard.press("Enter")
    await expect(page.locator("#found")).to_contain_text("1 service")
    await expect(page.locator("table.actors th[scope=row] a")).to_have_text(
        "École de devoirs des Étangs Noirs"
    )
    await page.get_by_role("link", name="Tout montrer").click()
    await expect(page.locator("#found")).to_contain_text("3 services")
    await fits(page)
    await page.locator("#language").select_option("ar")
    await page.get_by_role("button", name="Chercher").click()
    await expect(page.locator("#found")).to_contain_text("1 service")
    await page.get_by_label("Catégorie").select_option("cpas")
    await page.get_by_role("button", name="Chercher").click()
    await expect(page.get_by_text("Aucun service ne répond à cette recherche.")).to_be_visible()
    await fits(page)
    await page.get_by_role("link", name="Tout montrer").first.click()


async def mend(page: Page) -> None:
    await page.get_by_role("link", name="CPAS du Parc").click()
    await fits(page)
    await page.get_by_role("link", name="Modifier la fiche").click()
    await page.get_by_label("Téléphone du service").fill("deux")
    await page.get_by_label("Commune").fill("Forest")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("alert")).to_contain_text("numéro de téléphone est illisible")
    await expect(page.get_by_label("Commune")).to_have_value("Forest")
    await fits(page)
    await page.get_by_label("Téléphone du service").fill("+32 2 000 00 02")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("status")).to_have_text("La fiche est enregistrée.")
    await page.get_by_label("Saturé", exact=True).check()
    await page.get_by_role("button", name="Signaler").click()
    await expect(page.get_by_role("status")).to_contain_text("sans votre nom")
    await fits(page)


async def carry_in(page: Page, world: World) -> None:
    await page.goto(f"{DIRECTORY}/import")
    await fits(page)
    table = TABLE.format(zone=world.zone).encode()
    file: FilePayload = {"name": "acteurs.csv", "mimeType": "text/csv", "buffer": table}
    await page.get_by_label("Fichier").set_input_files(file)
    await page.get_by_role("button", name="Voir ce qui changerait").click()
    await expect(page.locator(".import-sum")).to_contain_text("2 fiches seraient ajoutées")
    await expect(page.locator(".import-sum")).to_contain_text("1 ligne est refusée")
    await expect(page.get_by_role("cell", name="Sans catégorie")).to_be_visible()
    await fits(page)
    await page.get_by_role("button", name="Enregistrer ces fiches").click()
    await expect(page.get_by_role("status")).to_contain_text("2 fiches ajoutées")
    await expect(page.locator("#found")).to_contain_text("5 services")
    await expect(page.locator("#found")).to_contain_text("1 saturé")


async def test_a_kit_is_packed_with_a_file_and_a_phrase_and_a_refusal_loses_nothing(
    house: House, street: Street, browser: Browser
) -> None:
    world = await a_world(house, "Amina")
    campaign = await world.target(languages_wanted=("ar", "tr"))
    context = await a_desk(browser, street, world)
    page = await context.new_page()
    await page.goto(f"/dispatch/desk/campaigns/{campaign}")
    await page.get_by_role("link", name="dépliants et phrases").click()
    await fits(page)

    await page.get_by_role("link", name="Ajouter un dépliant").click()
    wrong: FilePayload = {
        "name": "tract.pdf",
        "mimeType": "application/pdf",
        "buffer": b"<html></html>",
    }
    await page.get_by_label("Titre").fill("Chèque énergie")
    await page.locator("#language").select_option("tr")
    await page.get_by_label("Fichier").set_input_files(wrong)
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("alert")).to_contain_text("ni un PDF, ni une image")
    await expect(page.get_by_label("Titre")).to_have_value("Chèque énergie")
    await fits(page)
    right: FilePayload = {"name": "affiche.png", "mimeType": "image/png", "buffer": PNG}
    await page.get_by_label("Fichier").set_input_files(right)
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("status")).to_contain_text("Le dépliant est enregistré")

    await page.get_by_role("link", name="Ajouter une phrase").click()
    await page.get_by_label("En français").fill("Vous y avez droit.")
    await expect(page.get_by_label("arabe", exact=False)).to_have_attribute("dir", "rtl")
    await page.get_by_label("arabe", exact=False).fill("لديك الحق في ذلك.")
    await fits(page)
    await page.get_by_role("button", name="Enregistrer").click()
    said = page.locator("dd[lang=ar]")
    await expect(said).to_have_css("direction", "rtl")
    await fits(page)
    kit = await got(world.workers["Amina"], "/dispatch/api/kit")
    (packed,) = kit["campaigns"]
    assert [leaflet["title"] for leaflet in packed["leaflets"]] == ["Chèque énergie"]
    assert [phrase["fr"] for phrase in packed["phrases"]] == ["Vous y avez droit."]
    await context.close()


async def test_the_directory_and_the_kit_work_without_scripts(
    house: House, street: Street, browser: Browser
) -> None:
    world = await a_world(house, "Amina")
    campaign = await world.target()
    context = await a_desk(
        browser, street, world, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = await context.new_page()
    await page.goto(f"{DIRECTORY}/new")
    await page.get_by_label("Nom du service").fill("Maison de quartier des Œillets")
    await page.get_by_label("Catégorie").select_option("neighbourhood_house")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("status")).to_have_text("La fiche est enregistrée.")
    await page.goto(DIRECTORY)
    await page.get_by_label("Chercher").fill("oeillets")
    await page.get_by_role("button", name="Chercher").click()
    await expect(page.locator("#found")).to_contain_text("1 service")

    await page.goto(f"/dispatch/desk/campaigns/{campaign}/kit")
    await page.get_by_role("link", name="Ajouter une phrase").click()
    await page.get_by_label("En français").fill("C’est gratuit.")
    await page.get_by_text("Autres langues").click()
    await page.get_by_label("turc").fill("Ücretsiz.")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator("dl.said")).to_contain_text("Ücretsiz.")
    await page.get_by_role("link", name="Modifier").click()
    await page.get_by_text("Retirer cette phrase").click()
    await page.get_by_role("button", name="Retirer du kit").click()
    await expect(page.get_by_role("status")).to_have_text("La phrase est retirée du kit.")
    await context.close()
