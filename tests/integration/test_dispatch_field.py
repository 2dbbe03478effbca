"""In the street and after: starting, counting, correcting, signalling, and a campaign's end."""

from datetime import timedelta
from uuid import UUID, uuid4

from shared.events import (
    CampaignClosed,
    CampaignResumed,
    CampaignSuspended,
    ConsultationOpened,
    InvitationDecided,
    NotificationFailed,
    RaqNotified,
)
from shared.words import CampaignId, ConsultationId, DeliveryId, InvitationId
from tests.dispatch_world import a_world, got, slugs
from tests.house import House, a_client_id


async def test_a_task_starts_only_with_that_workers_own_yes(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    task_id = await world.accepted_task("Amina", campaign)
    path = f"/dispatch/api/tasks/{task_id}/start"

    too_early = await world.workers["Amina"].post(path)
    await world.go(0, "08:55")
    without_a_yes = await world.workers["Samir"].post(path)
    started = await world.workers["Amina"].post(path)
    again = await world.workers["Amina"].post(path)
    back = await world.answer("Amina", (await world.proposals("Amina", "accepted"))[0], "hand-back")

    assert slugs(too_early) == ["too_early"]
    assert slugs(without_a_yes) == ["not_accepted"]
    assert (started.status_code, again.status_code) == (200, 200)
    assert slugs(back) == ["already_started"]
    assert (await world.plan(campaign))["tasks"][0]["state"] == "started"


async def test_an_outcome_sent_twice_counts_once_and_a_correction_is_a_new_version(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    task_id, own = await world.accepted_task("Amina", campaign), a_client_id()

    before = await world.record("Amina", task_id, own)
    await world.go(0, "12:10")
    first = await world.record("Amina", task_id, own)
    again = await world.record("Amina", task_id, own)
    corrected = await world.record("Amina", task_id, own, people_reached=21, reason="forgotten")
    late_repetition = await world.record("Amina", task_id, own)
    await house.settle()

    (done,) = await world.facts_of(campaign, "done")
    (recorded,) = await world.facts_of(campaign, "recorded")
    (correction,) = await world.facts_of(campaign, "corrected")
    repeats = await house.rows(
        "dispatch",
        "select version, repeats from contribution_version where contribution_id = :own"
        " order by version",
        own=own,
    )
    assert slugs(before) == ["too_early"]
    assert (first.status_code, again.status_code, corrected.status_code) == (201, 200, 200)
    assert first.json()["version"] == again.json()["version"] == 1
    assert corrected.json()["version"] == late_repetition.json()["version"] == 2
    assert (done["task_id"], done["done_on"]) == (task_id, str(world.monday))
    assert (recorded["version"], recorded["mission"]) == (1, "collective_information")
    assert (correction["version"], correction["reason"]) == (2, "forgotten")
    assert correction["people_reached"] == 21
    assert [(row["version"], row["repeats"]) for row in repeats] == [(1, 2), (2, 0)]


async def test_a_pair_shares_one_outcome_and_gives_two_contributions(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    task_id = await world.accepted_task("Amina", campaign)
    assert await world.accepted_task("Samir", campaign) == task_id
    await world.go(0, "12:10")

    one = await world.record("Amina", task_id, a_client_id())
    other = await world.record("Samir", task_id, a_client_id(), people_reached=5)
    under_another_id = await world.record("Samir", task_id, a_client_id(), people_reached=5)

    assert one.json()["outcome_id"] == other.json()["outcome_id"]
    assert (one.status_code, other.status_code) == (201, 201)
    assert slugs(under_another_id) == ["recorded_already"]
    assert len(await world.facts_of(campaign, "done")) == 1


async def test_an_outcome_needs_that_workers_own_yes_and_counts_that_can_be(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    task_id = await world.accepted_task("Amina", campaign)
    await world.go(0, "12:10")
    held = {"kind": "cpas", "made": 1, "took_hold": 3}

    without = await world.record("Samir", task_id, a_client_id())
    impossible = await world.record(
        "Amina",
        task_id,
        a_client_id(),
        people_reached=4000,
        happened_on=str(world.monday + timedelta(days=2)),
        relays=[held, held],
    )
    with_a_name = await world.record("Amina", task_id, a_client_id(), themes=["Madame Dupont"])

    assert slugs(without) == ["not_accepted"]
    assert slugs(impossible) == [
        "people_out_of_bounds",
        "in_the_future",
        "relay_twice",
        "more_held_than_made",
    ]
    assert with_a_name.status_code == 422
    assert "Dupont" not in with_a_name.text
    assert await world.facts_of(campaign, "recorded") == []


async def test_silence_ends_a_question_and_is_forgotten_with_the_task(house: House) -> None:
    world = await a_world(house, "Amina", "Samir", "Lotte")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    (name, *_) = await world.team(campaign)
    (first,) = await world.proposals(name)

    await house.at(first["answer_by"])
    (gap,) = await world.gaps(campaign)
    await world.go(1, "08:00")
    known = await house.rows(
        "dispatch", "select worker_id from proposal where task_id = :task", task=first["task_id"]
    )
    (task, _) = (await world.plan(campaign))["tasks"]

    assert len(await world.facts_of(campaign, "expired")) == 2
    assert (gap["missing"], len(gap["suggestions"])) == (2, 0)  # one alone is no pair
    assert [row["worker_id"] for row in known] == [None, None]
    assert (task["state"], task["team"]) == ("not_done", [])


async def test_a_late_outcome_takes_back_that_nothing_was_heard(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    task_id = await world.accepted_task("Amina", campaign)

    await world.go(8, "08:00")
    unheard = (await world.plan(campaign))["tasks"][0]["state"]
    recorded = await world.record("Amina", task_id, a_client_id())
    heard = (await world.plan(campaign))["tasks"][0]["state"]

    assert (unheard, recorded.status_code, heard) == ("not_done", 201, "done")


async def test_a_campaigns_end_gives_everybody_their_time_back(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    past_task = await world.accepted_task("Amina", campaign)
    (_, second) = [*await world.proposals("Amina", "accepted"), *await world.proposals("Amina")]
    await world.answer("Amina", second, "accept")
    await world.go(0, "12:10")

    await world.say(
        CampaignClosed(
            occurred_at=await world.now(),
            campaign_id=CampaignId(UUID(campaign)),
            reason="ended_early",
        )
    )
    state, tasks = (
        await world.plan(campaign),
        await got(world.workers["Amina"], "/dispatch/api/tasks"),
    )
    asked = await world.propose(second["task_id"], "Amina")
    late = await world.record("Amina", past_task, a_client_id())
    account = await got(world.workers["Amina"], "/dispatch/api/time-account")

    reasons = {fact["reason"] for fact in await world.facts_of(campaign, "withdrawn")}
    assert reasons == {"campaign_closed"}
    assert [task["state"] for task in state["tasks"]][1] == "withdrawn"
    assert [task["task_id"] for task in tasks] == [past_task]
    assert slugs(asked) == ["campaign_closed"]
    assert late.status_code == 201
    assert [week["campaigns_min"] for week in account["weeks"]] == [180, 0, 0, 0]


async def test_an_end_that_is_heard_before_the_beginning_plans_nothing(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    closed = CampaignClosed(
        occurred_at=await world.now(), campaign_id=CampaignId(UUID(campaign)), reason="ended_early"
    )
    resumed = CampaignResumed(occurred_at=await world.now(), campaign_id=CampaignId(UUID(campaign)))

    await world.say(closed)
    await world.say(resumed)
    plan = await world.plan(campaign)

    assert {task["state"] for task in plan["tasks"]} == {"withdrawn"}
    assert plan["version"] == 1


async def test_a_pause_gives_time_back_and_going_on_needs_a_new_yes(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.accepted_task("Amina", campaign)
    now = await world.now()

    await world.say(CampaignSuspended(occurred_at=now, campaign_id=CampaignId(UUID(campaign))))
    paused = await world.proposals("Amina"), await world.proposals("Amina", "accepted")
    await world.say(
        CampaignResumed(
            occurred_at=now + timedelta(hours=1), campaign_id=CampaignId(UUID(campaign))
        )
    )
    resumed = await world.plan(campaign)
    asked = await world.confirm(campaign)

    assert paused == ([], [])
    assert (resumed["state"], resumed["version"]) == ("ready", 2)
    assert asked == 4


async def test_the_coordination_sees_who_could_not_be_reached(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    now = await world.now()
    (hers,), (his,) = await world.proposals("Amina"), await world.proposals("Samir")

    await world.say(
        RaqNotified(
            occurred_at=now,
            delivery_id=DeliveryId(uuid4()),
            proposal_id=hers["proposal_id"],
            channel="inbox",
        )
    )
    await world.say(
        NotificationFailed(
            occurred_at=now,
            delivery_id=DeliveryId(uuid4()),
            proposal_id=his["proposal_id"],
            channel="email",
            reason="no_contact_point",
        )
    )
    (task, _) = (await world.plan(campaign))["tasks"]

    assert {person["name"]: person["told"] for person in task["team"]}["Amina"] is True
    assert {p["name"]: p["not_told_because"] for p in task["team"]}["Samir"] == "no_contact_point"


async def test_a_signal_is_sent_once_however_often_it_is_sent(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    signal = {"id": a_client_id(), "zone_id": world.zone, "kind": "rumour", "theme": "energy"}

    once = await world.workers["Amina"].post("/dispatch/api/signals", json=signal)
    twice = await world.workers["Amina"].post("/dispatch/api/signals", json=signal)
    other = await world.workers["Amina"].post(
        "/dispatch/api/signals", json=signal | {"theme": "food"}
    )
    unknown = await world.workers["Amina"].post(
        "/dispatch/api/signals", json=signal | {"id": a_client_id(), "zone_id": "nowhere"}
    )

    said = await house.facts("dispatch.v1.signal.raised")
    assert [fact["signal_id"] for fact in said].count(signal["id"]) == 1
    assert (once.status_code, twice.status_code) == (201, 200)
    assert (slugs(other), slugs(unknown)) == (["other_signal"], ["unknown_zone"])


async def test_an_opinion_is_given_and_changed_while_the_window_is_open(house: House) -> None:
    world = await a_world(house, "Amina")
    closes_at = world.at(-9, "08:00")
    invited = await world.coordination.post(
        "/intake/api/invitations",
        json={
            "asked_by": "funder",
            "requester": "COCOM",
            "crisis": "energy",
            "wanted": "Informer sur les prix",
            "publics": ["everyone"],
            "wanted_from": str(world.monday),
            "wanted_until": str(world.monday + timedelta(days=20)),
            "where": "Bruxelles",
        },
    )
    await world.coordination.post(
        f"/intake/api/invitations/{invited.json()['id']}/consultation",
        json={"closes_at": closes_at, "accelerated_because": "Les prix montent maintenant."},
    )
    await house.settle()
    amina = world.workers["Amina"]
    (asked,) = await got(amina, "/dispatch/api/consultations")
    path = f"/dispatch/api/consultations/{asked['consultation_id']}/opinion"

    groundless = await amina.post(path, json={"stance": "against"})
    first = await amina.post(path, json={"stance": "against", "grounds": ["ethics"]})
    again = await amina.post(path, json={"stance": "against", "grounds": ["ethics"]})
    changed = await amina.post(path, json={"stance": "for"})
    (mine,) = await got(amina, "/dispatch/api/consultations")
    await house.at(closes_at)
    late = await amina.post(path, json={"stance": "for"})

    assert slugs(groundless) == ["no_grounds"]
    assert [answer.json()["version"] for answer in (first, again, changed)] == [1, 1, 2]
    assert (asked["my_stance"], mine["my_stance"]) == (None, "for")
    assert slugs(late) == ["window_closed"]
    assert await got(amina, "/dispatch/api/consultations") == []


async def test_a_decision_ends_its_consultation_whichever_is_heard_first(house: House) -> None:
    world = await a_world(house, "Amina")
    consultation, invitation = ConsultationId(uuid4()), InvitationId(uuid4())
    now = await world.now()

    await world.say(
        InvitationDecided(
            occurred_at=now, invitation_id=invitation, decision="accept", charter="2022-09"
        )
    )
    await world.say(
        ConsultationOpened(
            occurred_at=now,
            consultation_id=consultation,
            invitation_id=invitation,
            crisis="energy",
            closes_at=now + timedelta(days=3),
            accelerated=True,
        )
    )
    asked = await got(world.workers["Amina"], "/dispatch/api/consultations")

    assert str(consultation) not in {c["consultation_id"] for c in asked}


async def test_one_sees_ones_own_time_and_nobody_elses(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.accepted_task("Amina", campaign)
    await world.workers["Amina"].put(
        f"/dispatch/api/workers/{world.ids['Amina']}/commitments/{a_client_id()}",
        json={"starts_at": world.at(1, "13:00"), "ends_at": world.at(1, "15:30")},
    )
    await world.go(0, "08:00")

    (week, *_) = (await got(world.workers["Amina"], "/dispatch/api/time-account"))["weeks"]
    (theirs, *_) = (await got(world.workers["Samir"], "/dispatch/api/time-account"))["weeks"]

    assert week == {
        "monday": str(world.monday),
        "weekly_min": 2280,
        "host_partner_min": 456,
        "commitments_min": 150,
        "campaigns_min": 180,
        "campaigns_four_weeks_min": 180,
        "left_min": 1494,
    }
    assert (theirs["commitments_min"], theirs["campaigns_min"]) == (0, 0)


async def test_the_roster_is_saved_whole_and_every_mistake_is_told_at_once(house: House) -> None:
    world = await a_world(house, "Amina")
    (amina,) = [
        w
        for w in await got(world.coordination, "/dispatch/api/workers")
        if w["name"] == "Amina" and w["home_zone"] == world.zone
    ]
    wrong = {
        **amina,
        "home_zone": "nowhere",
        "host_share_pct": 10,
        "working": [{"weekday": "mon", "starts_min": 600, "ends_min": 540}],
    }

    refused = await world.coordination.put(
        f"/dispatch/api/workers/{world.ids['Amina']}", json=wrong
    )
    by_herself = await world.workers["Amina"].put(
        f"/dispatch/api/workers/{world.ids['Amina']}", json=amina
    )

    assert slugs(refused) == ["unknown_zone", "host_share", "bad_periods"]
    assert by_herself.status_code == 403
    assert amina["languages"] == [{"language": "fr", "confirmed_on": "2021-11-02"}]
