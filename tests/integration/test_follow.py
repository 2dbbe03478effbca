"""A campaign is followed, and its gaps are filled, by name and never over anybody's head."""

import re
from html import unescape
from uuid import UUID, uuid4

import httpx

from shared.events import CampaignSuspended, NotificationFailed, RaqNotified
from shared.words import CampaignId, Channel, DeliveryId, NotifyFailure, ProposalId
from tests.dispatch_world import World, a_world
from tests.house import House

MORNING = "/dispatch/desk/morning"


async def opened(client: httpx.AsyncClient, path: str) -> str:
    """Open a page and read it without its tags."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return as_read(answer)


def as_read(answer: httpx.Response) -> str:
    text = unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text.replace("\u202f", " "))


def follow(campaign: str) -> str:
    return f"/dispatch/desk/campaigns/{campaign}/follow"


async def one_said_no(house: House) -> tuple[World, str, str]:
    """A stand for two on Monday: Amina accepts, Samir declines; Lotte could come."""
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target(ends_on=world.monday)
    await world.confirm(campaign, until_day=0)
    await world.hire("Lotte")
    (hers,), (his,) = await world.proposals("Amina"), await world.proposals("Samir")
    await world.answer("Amina", hers, "accept")
    await world.answer("Samir", his, "decline", reason="ethics")
    return world, campaign, str(his["task_id"])


async def test_who_declined_is_not_named_and_the_reason_is_joined_to_nobody(house: House) -> None:
    world, campaign, _ = await one_said_no(house)

    page = await opened(world.coordination, follow(campaign))
    part = await opened(world.coordination, f"{follow(campaign)}/part")

    assert "Amina a dit oui." in page
    assert "Une personne a décliné." in page
    assert "Il manque une personne." in page
    assert "éthique" not in page.lower()
    assert "Samir a" not in page
    assert "Samir n’" not in page
    assert "Amina a dit oui." in part
    assert "<html" not in (await world.coordination.get(f"{follow(campaign)}/part")).text


async def test_a_gap_is_filled_with_a_name_and_the_page_comes_back_to_its_task(
    house: House,
) -> None:
    world, campaign, task_id = await one_said_no(house)
    page = await opened(world.coordination, follow(campaign))

    asked = await world.coordination.post(
        f"{follow(campaign)}/propose",
        data={"task_id": task_id, "worker_id": str(world.ids["Lotte"])},
    )
    nobody = await world.coordination.post(f"{follow(campaign)}/propose", data={"task_id": task_id})
    again = await world.coordination.post(
        f"{follow(campaign)}/propose",
        data={"task_id": task_id, "worker_id": str(world.ids["Samir"])},
    )
    await house.settle()
    afterwards = await opened(world.coordination, follow(campaign))

    assert "Demander à Lotte" in page
    assert "Pourquoi" in page
    assert asked.headers["location"] == f"{follow(campaign)}#task-{task_id}"
    assert nobody.status_code == 404
    assert again.status_code == 409
    assert "Lotte n’a pas encore répondu" in afterwards
    assert "À compléter" not in afterwards
    assert await world.team(campaign) == {"Amina": "accepted", "Lotte": "proposed"}


async def test_another_time_is_answered_in_one_click_either_way(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target(world.an_action(kind="drop_in"))
    await world.confirm(campaign, until_day=0)
    (first,), (second,) = await world.proposals("Amina"), await world.proposals("Samir")
    await world.answer("Amina", first, "counter", wished_at=world.at(1, "14:00"))

    page = await opened(world.coordination, follow(campaign))
    agreed = await world.coordination.post(
        f"{follow(campaign)}/agree", data={"proposal_id": first["proposal_id"]}
    )
    await house.settle()
    (moved,) = await world.proposals("Amina")
    await world.answer("Amina", moved, "counter", wished_at=world.at(2, "14:00"))
    left = await world.coordination.post(
        f"{follow(campaign)}/withdraw",
        data={"proposal_id": moved["proposal_id"], "reason": "no_longer_needed"},
    )

    assert "Amina viendrait plutôt le" in page
    assert agreed.status_code == left.status_code == 303
    assert moved["starts_at"] > second["starts_at"]
    assert await world.proposals("Amina") == []


async def test_reachability_says_by_what_people_were_told_and_what_to_do(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    (hers,), (his,) = await world.proposals("Amina"), await world.proposals("Samir")
    now = await world.now()
    await world.say(
        RaqNotified(
            occurred_at=now,
            delivery_id=DeliveryId(uuid4()),
            proposal_id=ProposalId(UUID(str(hers["proposal_id"]))),
            channel=Channel.EMAIL,
        )
    )
    await world.say(
        NotificationFailed(
            occurred_at=now,
            delivery_id=DeliveryId(uuid4()),
            proposal_id=ProposalId(UUID(str(his["proposal_id"]))),
            channel=Channel.EMAIL,
            reason=NotifyFailure.NO_CONTACT_POINT,
        )
    )
    page = await opened(world.coordination, follow(campaign))

    assert "Amina n’a pas encore répondu, prévenu·e par e-mail, " in page
    assert "Samir n’a pas encore répondu : pas joint·e ." in page
    assert "Samir n’est pas joint·e." in page
    assert "prévenez de vive voix" in page


async def test_a_suspended_campaign_says_so_and_asks_nobody(house: House) -> None:
    world, campaign, task_id = await one_said_no(house)
    await world.say(
        CampaignSuspended(occurred_at=await world.now(), campaign_id=CampaignId(UUID(campaign)))
    )

    page = await opened(world.coordination, follow(campaign))
    asked = await world.coordination.post(
        f"{follow(campaign)}/propose",
        data={"task_id": task_id, "worker_id": str(world.ids["Lotte"])},
    )

    assert "La campagne est suspendue." in page
    assert "Demander à" not in page
    assert asked.status_code == 409


async def test_the_stream_says_that_something_changed_and_nothing_else(house: House) -> None:
    world, campaign, _ = await one_said_no(house)

    first = await world.coordination.get(f"{follow(campaign)}/live")
    nowhere = await world.coordination.get(f"{follow(str(uuid4()))}/live")
    as_worker = await world.workers["Amina"].get(f"{follow(campaign)}/live")
    of_signals = await world.coordination.get(
        "/intake/signals/live", params={"campaign_id": campaign}
    )

    assert first.headers["content-type"].startswith("text/event-stream")
    assert first.text == "retry: 1000\n\nevent: changed\ndata:\n\n"
    assert of_signals.text == first.text
    assert (nowhere.status_code, as_worker.status_code) == (404, 403)


async def test_signals_of_the_campaign_are_read_with_their_answers(house: House) -> None:
    world, campaign, _ = await one_said_no(house)
    raised = await world.workers["Amina"].post(
        "/dispatch/api/signals",
        json={
            "id": str(uuid4()),
            "zone_id": world.zone,
            "kind": "saturated_service",
            "theme": "energy",
            "campaign_id": campaign,
        },
    )
    assert raised.is_success, raised.text
    await house.settle()
    path = f"/intake/signals/part?campaign_id={campaign}"

    waiting = await opened(world.coordination, path)
    without_scripts = (await world.coordination.get(follow(campaign))).text
    (signal,) = (
        await world.coordination.get("/intake/api/signals", params={"campaign_id": campaign})
    ).json()
    await world.coordination.post(
        f"/intake/api/signals/{signal['id']}/answer",
        json={"answer": "carried_upwards", "words": "Dit au cabinet."},
    )
    answered = await opened(world.coordination, path)
    await house.settle()
    told_to_dispatch = await opened(world.coordination, follow(campaign))
    to = f"/intake/signals?campaign_id={campaign}&amp;back=follow"
    assert f'action="{to}"' in without_scripts
    form = {"signal_id": signal["id"], "answer": "acted_upon", "words": "Le CPAS rappelle."}
    by_a_form = await world.coordination.post(to.replace("&amp;", "&"), data=form)
    by_a_script = await world.coordination.post(
        to.replace("&amp;", "&"), data=form | {"answer": "noted"}, headers={"HX-Request": "true"}
    )
    refused = await world.coordination.post(
        to.replace("&amp;", "&"), data=form | {"answer": "maybe"}, headers={"HX-Request": "true"}
    )

    assert "Attend votre réponse." in without_scripts
    assert "Attend votre réponse." not in told_to_dispatch
    assert "Dit au cabinet." not in told_to_dispatch  # what somebody wrote stays in intake
    assert (by_a_form.status_code, by_a_form.headers["location"]) == (
        303,
        f"{follow(campaign)}#signals",
    )
    assert by_a_script.status_code == 200
    assert "<html" not in by_a_script.text
    assert "Le CPAS rappelle." in by_a_script.text
    assert refused.status_code == 422
    assert ">Le CPAS rappelle.</textarea>" in refused.text
    assert "Attend votre réponse." in waiting
    assert "Attend votre réponse." not in answered
    assert "Dit au cabinet." in answered
    assert "Amina" not in waiting + answered


async def test_a_raised_hand_is_a_question_and_waits_for_the_workers_own_yes(house: House) -> None:
    world, campaign, task_id = await one_said_no(house)
    lotte = world.workers["Lotte"]
    form = {"task_id": task_id, "worker_id": str(world.ids["Lotte"])}

    noted = await world.coordination.post(f"{MORNING}/hands", data=form)
    again = await world.coordination.post(f"{MORNING}/hands", data=form)
    await house.settle()
    screen = await opened(world.coordination, MORNING)
    (asked,) = await world.proposals("Lotte")
    day = (await lotte.get("/dispatch/api/day")).json()
    page = await opened(lotte, "/dispatch/")
    in_between = await world.team(campaign)
    await world.answer("Lotte", asked, "accept")

    assert (noted.status_code, again.status_code) == (303, 303)
    assert in_between == {"Amina": "accepted", "Lotte": "proposed"}
    assert "Mains levées, à confirmer" in screen
    assert [task["raised_hand"] for task in day["tasks"]] == [True]
    assert "Vous avez levé la main en matinée : confirmez." in page
    assert await world.team(campaign) == {"Amina": "accepted", "Lotte": "accepted"}
    assert "Mains levées, à confirmer" not in await opened(world.coordination, MORNING)


async def test_what_is_projected_names_neither_who_is_silent_nor_who_said_no_nor_why(
    house: House,
) -> None:
    world, _, task_id = await one_said_no(house)
    screen = (await world.coordination.get(MORNING)).text
    (place,) = re.findall(rf'<li id="place-{task_id}">(.*?)</details>', screen, re.DOTALL)
    said, names = place.split("<details", 1)

    refused = await world.coordination.post(
        f"{MORNING}/hands", data={"task_id": task_id, "worker_id": str(world.ids["Samir"])}
    )

    assert "Samir" not in said
    assert "a décliné" not in screen
    assert "Amina" in said
    ids = {name: str(person) in names for name, person in world.ids.items()}
    assert ids == {"Amina": False, "Samir": True, "Lotte": True}  # whoever could, or would
    assert refused.status_code == 409
    assert "Ce n’est pas possible pour cette personne à cette heure." in as_read(refused)
    assert "répondu non" not in refused.text
    assert await world.proposals("Samir") == []
