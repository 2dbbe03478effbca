"""A plan says how good it is and why; a better one is looked for, compared, and only then taken."""

import re
from datetime import timedelta

import httpx

from tests.dispatch_world import World, a_world
from tests.house import House, eventually

USUAL = {"depth": "whole", "seconds": "1", "preference": "balanced"}


def desk(campaign: str) -> str:
    return f"/dispatch/desk/campaigns/{campaign}"


async def opened(client: httpx.AsyncClient, path: str) -> str:
    page = await client.get(path)
    assert page.status_code == 200, page.text
    return page.text


async def searched(world: World, campaign: str, **but: str) -> str:
    """Begin a search, wait until it ended, and return its page."""
    begun = await world.coordination.post(f"{desk(campaign)}/search", data=USUAL | but)
    assert begun.status_code == 303, begun.text

    async def ended() -> bool:
        page = await opened(world.coordination, f"{desk(campaign)}/search")
        return "La recherche est en cours." not in page

    await eventually(ended, "the search does not end", 60)
    return await opened(world.coordination, f"{desk(campaign)}/search")


def offer_of(page: str) -> str:
    (search_id,) = re.findall(r'name="search_id" value="([^"]+)"', page)
    return str(search_id)


async def test_a_plan_says_how_good_it_is_and_nothing_about_one_person(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()

    page = await opened(world.coordination, desk(campaign))
    plan = await world.plan(campaign)

    assert "2 tâches à venir sur 2 ont leur équipe." in page
    assert "Excellent plan" in page
    assert plan["quality"] == {
        "of_bound_pct": 100.0,
        "tasks": 2,
        "tasks_with_team": 2,
        "cut_tasks": 0,
    }


async def test_a_task_says_who_almost_had_it_and_what_blocked(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    await world.hire("Lotte", kinds_refused=["market_stall"])
    campaign = await world.target()
    (task, *_) = (await world.plan(campaign))["tasks"]

    page = await opened(world.coordination, f"{desk(campaign)}/tasks/{task['task_id']}")
    dutch = await opened(world.coordination, f"{desk(campaign)}/tasks/{task['task_id']}?lang=nl")
    world.coordination.cookies.clear()

    assert "Qui aurait presque pu" in page
    assert re.search(r"<strong>Lotte</strong>\s*:\s*ne fait pas ce type d’action", page)
    assert "doet dit soort actie niet" in dutch


async def test_a_task_without_a_team_says_which_single_fact_would_change_that(
    house: House,
) -> None:
    world = await a_world(house, "Amina")
    await world.hire("Lotte", working=[{"weekday": "tue", "starts_min": 480, "ends_min": 960}])
    campaign = await world.target()
    (task, *_) = (await world.plan(campaign))["tasks"]
    why = f"{desk(campaign)}/tasks/{task['task_id']}"

    asked = await opened(world.coordination, why)
    solved = await opened(world.coordination, f"{why}?change=1")

    assert "Qu’est-ce qui la rendrait possible" in asked
    assert "Un seul fait différent" not in asked
    assert re.search(r"Si Lotte travaillait de .*la tâche est assurée", solved)


async def test_another_person_is_tried_on_a_task_and_the_plan_tells_what_moves(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir", "Lotte")
    campaign = await world.target()
    (task, *_) = (await world.plan(campaign))["tasks"]
    team = await world.team(campaign)
    (left,) = {"Amina", "Samir", "Lotte"} - set(team)

    page = await opened(
        world.coordination,
        f"{desk(campaign)}/tasks/{task['task_id']}?with={world.ids[left]}",
    )

    assert f"<strong>Avec {left}</strong>" in page
    assert "tâches qui changent d’équipe\u00a0: 1" in page


async def test_full_weeks_are_told_to_others_without_figures(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target(
        world.an_action(weekdays=("mon", "tue", "wed", "thu", "fri"), per_zone_per_week=10),
        share_max_pct=5,
    )
    tasks = (await world.plan(campaign))["tasks"]
    undone = next(task for task in tasks if not task["team"])

    page = await opened(world.coordination, f"{desk(campaign)}/tasks/{undone['task_id']}")

    assert "sa part de cette campagne est prise" in page
    assert "dépasserait" not in page


async def test_a_better_plan_is_offered_with_what_changes_and_taken_on_a_click(
    house: House,
) -> None:
    world = await a_world(house, "Amina")
    campaign = await world.target()
    assert await world.team(campaign) == {}
    await world.hire("Samir")

    found = await searched(world, campaign)
    before = await world.plan(campaign)
    told = await opened(world.coordination, desk(campaign))
    taken = await world.coordination.post(
        f"{desk(campaign)}/search/apply", data={"search_id": offer_of(found)}
    )
    await house.settle()
    after = await world.plan(campaign)

    assert "Un meilleur plan est trouvé." in found
    assert re.search(r"Tâches assurées en plus</dt><dd>2<", found)
    assert re.search(r"Suggestions reprises ou déplacées</dt><dd>0<", found)
    assert "Un meilleur plan est trouvé." in told
    assert before["version"] == 1
    assert (taken.status_code, after["version"]) == (303, 2)
    assert await world.team(campaign) == {"Amina": "suggested", "Samir": "suggested"}
    assert after["quality"]["tasks_with_team"] == 2
    assert await world.proposals("Amina") == []


async def test_a_search_never_moves_who_was_asked_or_said_yes(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    (mine,) = await world.proposals("Amina")
    await world.answer("Amina", mine, "accept")
    for name in ("Lotte", "Karim"):
        await world.hire(name, languages=[{"language": "ar", "confirmed_on": "2021-11-02"}])

    await searched(world, campaign)

    assert await world.team(campaign) == {"Amina": "accepted", "Samir": "proposed"}


async def test_an_offer_is_refused_when_the_plan_changed_meanwhile(house: House) -> None:
    world = await a_world(house, "Amina")
    campaign = await world.target()
    await world.hire("Samir")
    found = await searched(world, campaign)

    await world.coordination.post(f"/dispatch/api/campaigns/{campaign}/plan/rematch")
    stale = await opened(world.coordination, f"{desk(campaign)}/search")
    refused = await world.coordination.post(
        f"{desk(campaign)}/search/apply", data={"search_id": offer_of(found)}
    )

    assert "Le plan a changé entre-temps. Cherchez à nouveau." in stale
    assert refused.status_code == 409
    assert (await world.plan(campaign))["version"] == 2


async def test_a_search_can_be_watched_and_stopped_and_pages_answer_meanwhile(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir", "Lotte")
    every_day = world.an_action(weekdays=("mon", "tue", "wed", "thu", "fri"), per_zone_per_week=5)
    campaign = await world.target(every_day)
    path = f"{desk(campaign)}/search"

    begun = await world.coordination.post(path, data=USUAL | {"seconds": "60"})
    running = await opened(world.coordination, path)
    doubled = await world.coordination.post(path, data=USUAL)
    desk_page = await opened(world.coordination, desk(campaign))
    stopped = await world.coordination.post(f"{path}/stop")

    async def ended() -> bool:
        return "La recherche est en cours." not in await opened(world.coordination, path)

    await eventually(ended, "the search does not stop")
    assert (begun.status_code, doubled.status_code, stopped.status_code) == (303, 409, 303)
    assert 'http-equiv="refresh"' in running
    assert "Arrêter là, avec le meilleur plan trouvé" in running
    assert "Une recherche est déjà en cours." in doubled.text
    assert "Ce que vaut ce plan" in desk_page


async def test_gaps_are_filled_without_moving_anybody(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.hire("Lotte")
    away = {"from_on": str(world.monday), "until_on": str(world.monday)}
    absence = f"/dispatch/api/workers/{world.ids['Samir']}/absences/{world.ids['Samir']}"
    await world.coordination.put(absence, json=away)

    found = await searched(world, campaign, depth="fill")
    await world.coordination.post(
        f"{desk(campaign)}/search/apply", data={"search_id": offer_of(found)}
    )

    assert re.search(r"Suggestions reprises ou déplacées</dt><dd>1<", found)
    assert set(await world.team(campaign, 0)) == {"Amina", "Lotte"}
    assert set(await world.team(campaign, 1)) == {"Amina", "Samir"}


async def test_what_a_campaign_prefers_is_kept_with_it(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()

    await searched(world, campaign, preference="comfort_first")
    page = await opened(world.coordination, desk(campaign))

    assert "Le confort d’abord" in page


async def test_a_worker_reads_the_same_reasons_as_the_coordination(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target(languages_wanted=("fr",))
    await world.confirm(campaign, until_day=0)

    (told, *_) = (await world.plan(campaign))["tasks"][0]["team"]
    own = await opened(world.workers[told["name"]], "/dispatch/")
    (asked,) = await world.proposals(told["name"])

    assert told["why"] == ["est du quartier", "parle français"]
    assert asked["why"] == told["why"]
    assert "est du quartier, parle français" in own


# --- changed by hand -----------------------------------------------------------------------------


async def seat(world: World, campaign: str, task: str, **but: str) -> httpx.Response:
    """Change one seat of a plan with the plain form."""
    version = (await world.plan(campaign))["version"]
    fields = {"task_id": task, "take_from": "", "give_to": "", "version": str(version)}
    answer = await world.coordination.post(f"{desk(campaign)}/seats", data=fields | but)
    await world.house.settle()
    return answer


async def keep(world: World, campaign: str, name: str, keep: str = "1") -> httpx.Response:
    fields = {"worker_id": str(world.ids[name]), "keep": keep}
    return await world.coordination.post(f"{desk(campaign)}/keep", data=fields)


async def recalculated(world: World, campaign: str) -> httpx.Response:
    answer = await world.coordination.post(f"{desk(campaign)}/rematch")
    await world.house.settle()
    return answer


async def left_out(world: World, campaign: str) -> tuple[str, str, str]:
    """Return the first task, somebody of its team, and somebody on the roster who is not."""
    (first, *_) = (await world.plan(campaign))["tasks"]
    team = await world.team(campaign)
    (other,) = set(world.ids) - set(team)
    return first["task_id"], min(team), other


async def test_a_seat_given_to_somebody_else_stays_theirs_when_the_plan_is_made_anew(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir", "Lotte")
    campaign = await world.target()
    task, member, other = await left_out(world, campaign)
    given = {"take_from": str(world.ids[member]), "give_to": str(world.ids[other])}

    moved = await seat(world, campaign, task, **given)
    after = await world.plan(campaign)
    again = await recalculated(world, campaign)
    grid = await opened(world.coordination, desk(campaign))
    told = await house.facts("dispatch.v1.raqs.matched")

    assert moved.status_code == 303
    assert {m["name"] for m in after["tasks"][0]["team"]} == set(world.ids) - {member}
    assert other in await world.team(campaign)
    assert after["version"] == 2
    assert again.status_code == 303
    assert after["tasks"][0]["team"][0]["why"] == ["est du quartier"]
    assert "Gardé" in grid
    assert {f["version"] for f in told if f["campaign_id"] == campaign} == {1, 2, 3}
    assert await world.proposals(other) == []


async def test_a_conflict_is_not_saved_and_says_which_and_who_could_instead(house: House) -> None:
    world = await a_world(house, "Amina", "Samir", "Karim")
    host = [{"weekday": "mon", "starts_min": 480, "ends_min": 720}]
    await world.hire("Lotte", host_periods=host)
    campaign = await world.target()
    (first, *_) = (await world.plan(campaign))["tasks"]
    team = await world.team(campaign)
    (free,) = {"Amina", "Samir", "Karim"} - set(team)

    refused = await seat(
        world,
        campaign,
        first["task_id"],
        take_from=str(world.ids[min(team)]),
        give_to=str(world.ids["Lotte"]),
    )

    assert refused.status_code == 409
    assert "Pas possible avec Lotte" in refused.text
    assert "est chez son partenaire hébergeur" in refused.text
    assert re.search(rf'<button class="little">{free}</button>', refused.text)
    assert await world.team(campaign) == team
    assert (await world.plan(campaign))["version"] == 1


async def test_a_seat_left_empty_stays_empty_until_the_plan_may_fill_it(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    (first, *_) = (await world.plan(campaign))["tasks"]
    task, amina = first["task_id"], str(world.ids["Amina"])

    emptied = await seat(world, campaign, task, take_from=amina)
    await recalculated(world, campaign)
    left = await world.team(campaign)
    page = await opened(world.coordination, f"{desk(campaign)}/tasks/{task}")
    await world.coordination.post(f"{desk(campaign)}/keep", data={"task_id": task})
    await keep(world, campaign, "Samir", "0")
    await recalculated(world, campaign)

    assert emptied.status_code == 303
    assert set(left) == {"Samir"}
    assert "Cette place reste vide" in page
    assert set(await world.team(campaign)) == {"Amina", "Samir"}


async def test_what_is_kept_is_kept_and_a_conflict_cannot_be(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    away = {"from_on": str(world.monday), "until_on": str(world.monday)}

    kept = await keep(world, campaign, "Amina")
    for name in ("Lotte", "Karim"):
        await world.hire(name, languages=[{"language": "ar", "confirmed_on": "2021-11-02"}])
    absence = f"/dispatch/api/workers/{world.ids['Samir']}/absences/{world.ids['Samir']}"
    await world.coordination.put(absence, json=away)
    page = await opened(world.coordination, desk(campaign))
    refused = await keep(world, campaign, "Samir")
    await recalculated(world, campaign)

    assert kept.status_code == 303
    assert "1 conflit à régler" in page
    assert "Est absent·e" in page
    assert refused.status_code == 409
    assert "Un conflit ne se garde pas" in refused.text
    assert "Amina" in await world.team(campaign)
    assert "Samir" not in await world.team(campaign)


async def test_a_plan_that_changed_meanwhile_or_a_task_that_was_sent_is_not_changed_by_hand(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir", "Lotte")
    campaign = await world.target()
    task, member, other = await left_out(world, campaign)
    given = {"take_from": str(world.ids[member]), "give_to": str(world.ids[other])}

    stale = await seat(world, campaign, task, **given, version="7")
    await world.confirm(campaign, until_day=0)
    sent = await seat(world, campaign, task, **given)
    theirs = await world.workers["Amina"].post(f"{desk(campaign)}/seats", data=given)

    assert (stale.status_code, sent.status_code, theirs.status_code) == (409, 409, 403)
    assert "Le plan a changé entre-temps" in stale.text
    assert "Cette tâche est déjà diffusée" in sent.text


async def test_the_grid_shows_hours_left_and_no_content_of_what_is_ones_own(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    own = {
        "starts_at": world.at(1, "09:00"),
        "ends_at": world.at(1, "12:00"),
        "zone_id": world.zone,
    }
    commitment = f"/dispatch/api/workers/{world.ids['Amina']}/commitments/{world.ids['Amina']}"
    await world.coordination.put(commitment, json=own)
    campaign = await world.target()

    page = await opened(world.coordination, desk(campaign))
    row = page[page.index('data-name="Amina"') :].split("</tr>")[0]

    assert "3\u00a0h cette semaine" in row
    assert '<span class="seat own">pris</span>' in row
    assert row.count(world.zone) == 0


async def test_what_leaves_is_shown_by_person_and_leaves_when_agreed(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    send = f"{desk(campaign)}/send"

    page = await opened(world.coordination, send)
    whole = await opened(world.coordination, f"{send}?until={world.monday + timedelta(days=13)}")
    before = await world.proposals("Amina")
    fields = {"version": "1", "until": str(world.monday + timedelta(days=13))}
    sent = await world.coordination.post(send, data=fields)
    await house.settle()
    afterwards = await opened(world.coordination, sent.headers["location"])

    assert "2 propositions" in page
    assert "réponse avant le" in page
    assert "4 propositions" in whole
    assert before == []
    assert sent.status_code == 303
    assert "4 propositions sont parties." in afterwards
    assert len(await world.proposals("Amina")) == 2
