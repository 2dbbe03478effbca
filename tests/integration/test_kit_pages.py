"""The kit on the desk: leaflets and phrases by plain forms, refusals, and how a file is served."""

import re
from collections.abc import Mapping
from uuid import uuid4

import httpx

from services.dispatch.rules.kit import LEAFLET_MAX_BYTES
from shared.words import Role
from tests.dispatch_world import World, a_world, got
from tests.house import House

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 4000
PDF = b"%PDF-1.4\n" + b"\0" * 2000
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 300
PAGE = b"<html><script>alert(1)</script></html>"


class Kit:
    """A campaign's kit as the coordination works at it."""

    def __init__(self, world: World, campaign: str) -> None:
        self.world, self.path = world, f"/dispatch/desk/campaigns/{campaign}/kit"
        self.desk = world.coordination

    async def read(self, under: str = "") -> str:
        answer = await self.desk.get(self.path + under)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def leaflet(
        self, leaflet: object, fields: Mapping[str, str], file: bytes | None = None, name: str = ""
    ) -> httpx.Response:
        sent = {"language": "fr"} | dict(fields)
        files = {"file": (name or "tract.bin", file, "application/pdf")} if file is not None else {}
        return await self.desk.post(f"{self.path}/leaflets/{leaflet}", data=sent, files=files)

    async def phrase(self, phrase: object, **said: str) -> httpx.Response:
        return await self.desk.post(f"{self.path}/phrases/{phrase}", data=said)

    async def on_the_phone(self) -> tuple[list[dict[str, str]], list[dict[str, object]]]:
        kit = await got(self.world.workers["Amina"], "/dispatch/api/kit")
        (campaign,) = kit["campaigns"]
        return campaign["leaflets"], campaign["phrases"]


async def a_kit(house: House) -> Kit:
    world = await a_world(house, "Amina")
    return Kit(world, await world.target())


async def test_a_leaflet_is_added_replaced_and_taken_out_by_plain_forms(house: House) -> None:
    kit, one = await a_kit(house), uuid4()
    empty = await kit.read()
    form = re.search(r'action="[^"]+/leaflets/([0-9a-f-]{36})"', await kit.read("/leaflets/new"))

    added = await kit.leaflet(one, {}, PDF, "Tarif_social 2022.pdf")
    again = await kit.leaflet(one, {}, PDF, "Tarif_social 2022.pdf")
    shown = await kit.read()
    renamed = await kit.leaflet(one, {"title": "Tarif social", "language": "ar"})
    (kept,), _ = await kit.on_the_phone()
    file = await kit.desk.get(kept["url"])
    await kit.leaflet(one, {"title": "Tarif social"}, PNG)
    picture = await kit.desk.get(kept["url"])
    link = "https://tarif.example/fr"
    await kit.leaflet(one, {"title": "Tarif social", "link": link})
    (linked,), _ = await kit.on_the_phone()
    back = await kit.leaflet(one, {"title": "Tarif social", "link": link}, JPEG)
    (replaced,), _ = await kit.on_the_phone()
    gone = await kit.desk.post(f"{kit.path}/leaflets/{one}/delete")

    assert "Aucun dépliant encore" in empty
    assert form
    assert {added.status_code, again.status_code, renamed.status_code, gone.status_code} == {303}
    assert shown.count("Tarif social 2022</a></p>") == 1
    assert "PDF de 2" in shown
    assert (kept["title"], kept["language"]) == ("Tarif social", "ar")
    assert (file.content, picture.content) == (PDF, PNG)
    assert linked["url"] == link
    assert (back.status_code, replaced["url"]) == (303, kept["url"])
    assert "Aucun dépliant encore" in await kit.read()
    assert (await kit.desk.get(kept["url"])).status_code == 404


async def test_what_cannot_be_a_leaflet_is_refused_and_what_was_typed_stays(house: House) -> None:
    kit, one = await a_kit(house), uuid4()
    typed = {"title": "Chèque eau", "language": "tr"}
    known = uuid4()
    await kit.leaflet(known, {"title": "Avant"}, PNG)

    big = await kit.leaflet(one, typed, PDF + b"\0" * LEAFLET_MAX_BYTES)
    wrong = await kit.leaflet(one, typed, PAGE, "tract.pdf")
    nothing = await kit.leaflet(one, typed)
    both = await kit.leaflet(one, typed | {"link": "https://eau.example"}, PDF)
    not_a_link = await kit.leaflet(one, typed | {"link": "javascript:alert(1)"})
    untitled = await kit.leaflet(one, {"link": "https://eau.example"})
    worse = await kit.leaflet(known, {"title": "Après"}, PAGE)

    for refused, why in (
        (big, "5\u00a0Mo au plus"),
        (wrong, "ni un PDF, ni une image"),
        (nothing, "Choisissez un fichier, ou donnez un lien"),
        (both, "Choisissez un fichier, ou donnez un lien"),
        (not_a_link, "Un lien commence par"),
    ):
        assert refused.status_code == 409
        assert why in refused.text
        assert 'value="Chèque eau"' in refused.text
        assert '<option value="tr" selected>' in refused.text
    assert "à choisir à nouveau" in big.text
    assert "à choisir à nouveau" not in not_a_link.text
    assert "javascript:" not in not_a_link.text.replace('value="javascript:alert(1)"', "")
    assert (untitled.status_code, worse.status_code) == (409, 409)
    (kept,), _ = await kit.on_the_phone()
    assert (kept["title"], (await kit.desk.get(kept["url"])).content) == ("Avant", PNG)


async def test_a_file_does_nothing_in_a_browser_and_is_the_teams_alone(house: House) -> None:
    kit, picture, paper = await a_kit(house), uuid4(), uuid4()
    await kit.leaflet(picture, {"title": "Affiche"}, PNG, "affiche.html")
    await kit.leaflet(paper, {"title": "Dépliant"}, PDF)
    other = Kit(kit.world, await kit.world.target())

    shown = await kit.world.workers["Amina"].get(f"/dispatch/kit/leaflets/{picture}")
    kept = await kit.desk.get(f"/dispatch/kit/leaflets/{paper}")
    stolen = await other.leaflet(picture, {"title": "Repris"}, PDF)

    for file, kind, shape in ((shown, "image/png", "inline"), (kept, "application/pdf", "attach")):
        assert file.headers["content-type"] == kind
        assert file.headers["content-disposition"].startswith(shape)
        assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert file.headers["x-content-type-options"] == "nosniff"
        assert "no-cache" in file.headers["cache-control"]
    assert stolen.status_code == 404
    for role in (Role.FUNDER, Role.HOST_PARTNER, Role.ADMINISTRATOR, Role.SERVICE):
        client = await house.enter(role, f"Kit page {role.value}")
        assert (await client.get(f"/dispatch/kit/leaflets/{paper}")).status_code == 403
        assert (await client.get(kit.path)).status_code == 403
    assert (await kit.world.workers["Amina"].get(kit.path)).status_code == 403


async def test_a_phrase_is_said_in_many_languages_each_in_its_direction(house: House) -> None:
    kit, one, two = await a_kit(house), uuid4(), uuid4()
    arabic, persian = "لديك الحق في المساعدة.", "شما حق دارید."
    await kit.phrase(one, fr="Vous y avez droit.", ar=arabic, fa=persian, nl="U hebt er recht op.")
    await kit.phrase(two, fr="C’est gratuit.")

    page, form = await kit.read(), await kit.read(f"/phrases/{one}")
    await kit.phrase(one, fr="Vous y avez\ndroit.", ar=arabic, nl="")
    _, (first, second) = await kit.on_the_phone()
    long = await kit.phrase(two, fr="C’est gratuit.", es="a" * 301, tr="Ücretsiz.")
    empty = await kit.phrase(two, fr=" ", tr="Ücretsiz.")
    await kit.desk.post(f"{kit.path}/phrases/{one}/delete")
    _, left = await kit.on_the_phone()

    assert f'<dd lang="ar" dir="rtl">{arabic}</dd>' in page
    assert f'<dd lang="fa" dir="rtl">{persian}</dd>' in page
    assert '<dd lang="nl" dir="ltr">' in page
    assert "Pas encore traduite." in page
    assert re.search(rf'<textarea id="ar"[^>]* dir="rtl">{arabic}</textarea>', form)
    assert form.index('id="fa"') < form.index("Autres langues") < form.index('id="sw"')
    assert (first["fr"], second["fr"]) == ("Vous y avez droit.", "C’est gratuit.")
    assert first["said"] == [{"language": "ar", "text": arabic, "direction": "rtl"}]
    for refused in (long, empty):
        assert refused.status_code == 409
        assert ">Ücretsiz.</textarea>" in refused.text
    assert re.search(r'id="es"[^>]*aria-invalid="true"', long.text)
    assert "Écrivez la phrase en français" in empty.text
    assert [phrase["fr"] for phrase in left] == ["C’est gratuit."]


async def test_phrases_are_put_in_the_order_in_which_they_are_said(house: House) -> None:
    kit, ids = await a_kit(house), [uuid4(), uuid4(), uuid4()]
    for one, fr in zip(ids, ("Un.", "Deux.", "Trois."), strict=True):
        await kit.phrase(one, fr=fr)

    async def order_after(phrase: object, to: str) -> list[object]:
        moved = await kit.desk.post(f"{kit.path}/phrases/{phrase}/move", data={"to": to})
        assert moved.headers["location"] == f"{kit.path}#phrase-{phrase}"
        return [each["fr"] for each in (await kit.on_the_phone())[1]]

    assert await order_after(ids[2], "up") == ["Un.", "Trois.", "Deux."]
    assert await order_after(ids[0], "up") == ["Un.", "Trois.", "Deux."]
    assert await order_after(ids[0], "down") == ["Trois.", "Un.", "Deux."]
    await kit.phrase(ids[0], fr="Un, dit autrement.")
    assert await order_after(ids[1], "down") == ["Trois.", "Un, dit autrement.", "Deux."]
    elsewhere = await a_kit(house)
    strange = await kit.desk.post(f"{elsewhere.path}/phrases/{ids[0]}/move", data={"to": "up"})
    assert strange.status_code == 404


async def test_the_kit_is_a_link_away_from_the_campaign_and_the_directory(house: House) -> None:
    kit = await a_kit(house)
    campaign = kit.path.removesuffix("/kit")

    for path in (campaign, f"{campaign}/follow", "/dispatch/desk/directory"):
        assert f'href="{kit.path}"' in (await kit.desk.get(path)).text
    for lang, word in (("nl", "Folders om te geven"), ("en", "Leaflets to give")):
        assert word in await kit.read(f"?lang={lang}")
    unknown = f"/dispatch/desk/campaigns/{uuid4()}/kit"
    assert (await kit.desk.get(unknown)).status_code == 404
    assert (await kit.desk.get(f"{unknown}/phrases/new")).status_code == 404
