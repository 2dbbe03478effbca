"""Campaigns tried side by side at the coordination's door, and that nothing changes by it."""

import hashlib
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from sqlalchemy import text

from shared.web import BRUSSELS
from tests.dispatch_world import World, a_world
from tests.house import House

DRAFT = "/dispatch/desk/what-if"


def desk(campaign: str) -> str:
    return f"/dispatch/desk/campaigns/{campaign}/what-if"


def wish(world: World, **but: Any) -> dict[str, Any]:
    """Fill the form in as the campaign of these tests is: a stall on Mondays, for a pair."""
    usual: dict[str, Any] = {
        "typed": "1",
        "starts_on": str(world.monday),
        "ends_on": str(world.monday + timedelta(days=13)),
        "share_max_pct": "40",
        "zone_ids": world.zone,
        "rows": "1",
        "kind_0": "market_stall",
        "quantity_0": "1",
        "weekdays_0": "mon",
        "starts_0": "09:00",
        "duration_0": "180",
        "people_0": "2",
        "of_0": "0",
    }
    return usual | but


def kept(answer: httpx.Response) -> list[str]:
    """Return the tries that the address of a page holds."""
    return [value for name, value in parse_qsl(urlsplit(str(answer.url)).query) if name == "try"]


async def tried(world: World, path: str, *wishes: dict[str, Any]) -> httpx.Response:
    """Try some changes, one after the other, as somebody with a form does."""
    tries: list[str] = []
    answer = await world.coordination.get(path)
    for one in wishes:
        answer = await world.coordination.get(
            path, params={**one, "try": tries}, follow_redirects=True
        )
        tries = kept(answer)
    return answer


def row_of(page: str, name: str) -> list[str]:
    """Return what a line of the comparison says, the plan that stands first."""
    (cells,) = re.findall(rf'<th scope="row">{name}</th>(.*?)</tr>', page, re.DOTALL)
    return re.findall(r"<td[^>]*>(.*?)</td>", cells)


def plain(page: str) -> str:
    """Return the words of a page, on one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("\u00a0", " ").split())


async def everything(house: House) -> dict[str, str]:
    """Take a print of every row of every table of every service, facts to be said included."""
    found = {}
    for service, database in house.databases.items():
        async with database.reading() as tx:
            tables = await tx.execute(
                text("select table_name from information_schema.tables where table_schema = :own"),
                {"own": service},
            )
            for table in sorted(tables.scalars()):
                rows = await tx.execute(text(f'select t::text from "{service}"."{table}" t'))
                lines = "\n".join(sorted(rows.scalars()))
                found[f"{service}.{table}"] = hashlib.sha256(lines.encode()).hexdigest()
    return found


async def test_tries_stand_side_by_side_and_change_no_row_and_say_no_fact(house: House) -> None:
    world = await a_world(house, "Amina", "Samir", "Lotte")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    before = await everything(house)
    until = str(world.monday + timedelta(days=20))
    longer = wish(world, ends_on=until, languages_wanted="fr")
    shorter = wish(world, ends_on=str(world.monday))

    page = await tried(world, desk(campaign), longer, shorter)
    await tried(world, DRAFT, wish(world, of_0=""))
    await house.settle()
    after = await everything(house)

    assert page.status_code == 200
    assert len(kept(page)) == 2
    assert row_of(page.text, "Tâches avec une équipe") == ["2 / 2", "3 / 3", "1 / 1"]
    assert row_of(page.text, "Heures de toute l’équipe, trajets compris") == [
        "12\u00a0h",
        "18\u00a0h",
        "6\u00a0h",
    ]
    assert row_of(page.text, "Tâches où l’équipe parle une langue demandée") == ["0", "3", "0"]
    assert row_of(page.text, r"Équivalents temps plein \(ETP\), en moyenne") == [
        "0,2",
        "0,2",
        "0,2",
    ]
    assert "dispatch.task" in before
    assert {name for name in before if before[name] != after[name]} == set()
    assert before.keys() == after.keys()


async def test_a_try_says_what_it_changes_who_is_asked_and_whose_word_is_taken_back(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir")
    await world.hire("Lotte", languages=[{"language": "tr", "confirmed_on": "2021-11-02"}])
    campaign = await world.target()
    await world.confirm(campaign)
    later = wish(world, starts_0="13:00", languages_required="tr", quantity_0="1")

    page = await tried(world, desk(campaign), later)
    told = plain(page.text)

    assert "langues exigées : turc" in told
    assert "13:00 – 16:00" in told
    assert (
        "2 tâches où quelqu’un est déjà gardé·e, sollicité·e ou engagé·e ne seraient plus" in told
    )
    assert "Lotte" in told
    assert row_of(page.text, "Personnes sollicitées ou engagées") == ["2", "2"]


async def test_a_try_says_which_action_blocks_and_why(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()

    page = await tried(world, desk(campaign), wish(world, languages_required="so"))

    assert "personne de libre ne parle somali" in plain(page.text)
    assert row_of(page.text, "Tâches avec une équipe") == ["2 / 2", "0 / 2"]


async def test_a_campaign_is_tried_before_anybody_declares_it(house: House) -> None:
    world = await a_world(house, "Amina", "Samir", "Lotte")
    taken = await world.target()
    await world.confirm(taken)

    empty = await world.coordination.get(DRAFT, params={"starts_on": str(world.monday)})
    page = await tried(world, DRAFT, wish(world, of_0="", kind_0="drop_in"))
    told = plain(page.text)

    assert f'value="{world.monday}"' in empty.text
    assert page.status_code == 200
    assert "0 tâche sur 2 aurait son équipe." in told
    assert "personnes qui manquent : 1" in told
    assert "est déjà pris·e de" in told


async def test_what_cannot_be_declared_is_refused_and_keeps_what_was_typed(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    bad = wish(world, share_max_pct="90", zone_ids=[], duration_0="181", people_0="1")

    page = await world.coordination.get(desk(campaign), params=bad)
    theirs = await world.workers["Amina"].get(desk(campaign))
    draft_of_theirs = await world.workers["Amina"].get(DRAFT)
    broken = await world.coordination.get(DRAFT, params={"try": "starts_on=soon"})

    assert page.status_code == 409
    assert "La part va de 1 à 80\u00a0%" in page.text
    assert "Choisissez au moins un quartier." in page.text
    assert "Cette action se fait à deux ou à trois" in page.text
    assert 'value="181"' in page.text
    assert (theirs.status_code, draft_of_theirs.status_code) == (403, 403)
    assert broken.status_code == 409
    assert "ne se lit pas" in broken.text


async def test_a_fourth_try_waits_until_one_is_taken_away(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    shares = [wish(world, share_max_pct=str(share)) for share in (10, 20, 30)]

    three = await tried(world, desk(campaign), *shares)
    fourth = await world.coordination.get(
        desk(campaign), params={**wish(world), "try": kept(three)}, follow_redirects=True
    )
    again = await world.coordination.get(
        desk(campaign), params={**shares[0], "try": kept(three)}, follow_redirects=True
    )
    fewer = re.findall(r'href="([^"]*)">Retirer', three.text)
    two = await world.coordination.get(fewer[0].replace("&amp;", "&"))

    assert len(kept(three)) == 3
    assert fourth.status_code == 409
    assert "Trois essais à la fois" in fourth.text
    assert kept(again) == kept(three)
    assert kept(two) == kept(three)[1:]


async def test_days_that_are_over_are_left_out_of_a_try(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    async with house.databases["dispatch"].reading() as tx:
        today = tx.now.astimezone(BRUSSELS).date()
    past = wish(
        world,
        of_0="",
        starts_on=str(today - timedelta(days=30)),
        ends_on=str(today - timedelta(days=1)),
    )

    page = await tried(world, DRAFT, past)

    assert page.status_code == 409
    assert "Ces jours sont passés" in page.text
