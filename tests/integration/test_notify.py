"""Telling people: promised with the fact, kept by a job, cancelled when it is pointless."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest
from sqlalchemy import text

from deploy.engines import Engines
from services.notify import store
from shared.events import (
    CampaignClosed,
    CampaignSuspended,
    ConsultationOpened,
    Event,
    InvitationReceived,
    SignalAnswered,
    SignalRaised,
    SnapshotPublished,
    TaskAccepted,
    TaskCountered,
    TaskDeclined,
    TaskHandedBack,
    TaskProposed,
    TaskWithdrawn,
)
from shared.words import Channel, Role
from tests.house import START, House
from tests.mail import Mailbox, a_mail_server
from tests.told import a_house_where_only, new_id

STARTS = datetime(2022, 2, 7, 8, 0, tzinfo=UTC)
ZONE = {
    "id": "RAQ03a",
    "name_fr": "Cureghem",
    "name_nl": "Kuregem",
    "municipality": "Anderlecht",
    "x_km": 1.0,
    "y_km": 2.0,
}


@pytest.fixture(scope="module")
async def house(engines: Engines) -> AsyncIterator[House]:
    async with a_house_where_only("notify", engines) as running:
        yield running


@pytest.fixture
async def mailbox(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailbox]:
    async with a_mail_server() as server:
        monkeypatch.setenv("RELAIS_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("RELAIS_SMTP_PORT", str(server.port))
        monkeypatch.setenv("RELAIS_SMTP_STARTTLS", "false")
        monkeypatch.setenv("RELAIS_SMTP_FROM", "Relais <relais@relais.test>")
        monkeypatch.setenv("RELAIS_PUBLIC_URL", "https://relais.test")
        yield server


class Story:
    """One worker, one coordinator and one proposal."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.name = f"worker {new_id()}"
        self.email = f"w{new_id().hex[:8]}@raq.test"
        self.proposal: dict[str, Any] = {
            "task_id": new_id(),
            "campaign_id": new_id(),
            "zone_id": "RAQ03a",
            "proposal_id": new_id(),
        }
        self.appointment: dict[str, Any] = {
            "kind": "market_stall",
            "starts_at": STARTS,
            "ends_at": STARTS + timedelta(hours=3),
        }

    async def begin(self, language: str = "fr", *, by_mail: bool = True) -> "Story":
        house = self.house
        self.worker = await house.enter(Role.WORKER, self.name)
        self.worker_id: UUID = house.people[self.name]
        self.coordination = await house.enter(Role.COORDINATION, "Inès")
        await self.coordination.put("/notify/api/zones", json=[ZONE])
        await self.reachable(self.worker, self.worker_id, "worker", language, self.email, by_mail)
        return self

    async def reachable(  # noqa: PLR0917 - a form has these fields
        self,
        client: httpx.AsyncClient,
        person_id: UUID,
        role: str,
        language: str,
        email: str,
        by_mail: bool,  # noqa: FBT001 - a tick box
    ) -> None:
        channels = ["inbox", "email"] if by_mail else ["inbox"]
        form = {"role": role, "language": language, "email": email, "channels": channels}
        answer = await client.put(f"/notify/api/contact-points/{person_id}", json=form)
        assert answer.status_code == 200, answer.text

    async def say(self, *facts: Event) -> None:
        for fact in facts:
            async with self.house.databases[fact.said_by].transaction() as tx:
                await tx.emit(fact)
        await self.house.settle()

    def proposed(self) -> TaskProposed:
        return TaskProposed(
            occurred_at=STARTS,
            **self.proposal,
            worker_id=self.worker_id,
            **self.appointment,
            answer_by=STARTS - timedelta(days=2),
        )

    def accepted(self) -> TaskAccepted:
        return TaskAccepted(
            occurred_at=STARTS, **self.proposal, worker_id=self.worker_id, **self.appointment
        )

    def declined(self) -> TaskDeclined:
        return TaskDeclined(occurred_at=STARTS, **self.proposal, reason="busy")

    def withdrawn(self) -> TaskWithdrawn:
        return TaskWithdrawn(occurred_at=STARTS, **self.proposal, reason="no_longer_needed")

    async def inbox(self) -> list[dict[str, Any]]:
        answer = await self.worker.get("/notify/api/inbox")
        found: list[dict[str, Any]] = answer.json()
        return found

    async def kinds(self) -> list[str]:
        return [letter["kind"] for letter in await self.inbox()]

    async def deliveries(self) -> list[dict[str, Any]]:
        return list(
            await self.house.rows(
                "notify",
                "select * from delivery where person_id = :id order by made_at, channel",
                id=self.worker_id,
            )
        )


@pytest.fixture
async def story(house: House) -> Story:
    return await Story(house).begin()


async def test_a_proposal_arrives_in_the_inbox_and_by_mail_in_french(
    story: Story, mailbox: Mailbox
) -> None:
    await story.say(story.proposed())
    await story.house.sweep()

    letter = (await story.inbox())[0]
    mail = mailbox.to(story.email)
    notified = [
        fact
        for fact in await story.house.facts("notify.v1.raq.notified")
        if fact["proposal_id"] == str(story.proposal["proposal_id"])
    ]

    assert letter["subject"] == "Une tâche vous est proposée\u00a0: Stand au marché, Cureghem"
    assert "lundi 7 février, 09:00–12:00" in letter["body"]
    assert "Sans votre oui, rien ne commence." in letter["body"]
    assert len(mail) == 1
    assert mail[0]["Subject"] == letter["subject"]
    assert "https://relais.test/dispatch/" in mail[0].get_content()
    assert sorted(fact["channel"] for fact in notified) == ["email", "inbox"]


async def test_a_proposal_arrives_in_dutch_for_who_reads_dutch(
    house: House, mailbox: Mailbox
) -> None:
    story = await Story(house).begin("nl")

    await story.say(story.proposed())
    await house.sweep()
    mail = mailbox.to(story.email)[0]

    assert "Kuregem" in mail["Subject"]
    assert mail["Subject"].startswith("U krijgt een taak voorgesteld")
    assert "maandag 7 februari" in mail.get_content()


async def test_nothing_is_sent_by_mail_where_no_mail_server_is_configured(story: Story) -> None:
    await story.say(story.proposed())
    await story.house.sweep()

    states = {row["channel"]: row["state"] for row in await story.deliveries()}

    assert states == {"inbox": "sent", "email": "cancelled"}


@pytest.mark.parametrize("answer", ["accepted", "declined", "withdrawn"])
async def test_an_answer_cancels_what_was_not_sent_yet(
    story: Story, mailbox: Mailbox, answer: str
) -> None:
    await story.say(story.proposed())
    await story.say(getattr(story, answer)())
    await story.house.sweep()

    kinds = await story.kinds()
    about_it = [row for row in await story.deliveries() if row["kind"] == "task_proposed"]

    assert about_it == []
    assert kinds == (["task_confirmed"] if answer == "accepted" else [])
    assert len(mailbox.to(story.email)) == len(kinds)


@pytest.mark.parametrize("answer", ["accepted", "declined", "withdrawn"])
async def test_an_answer_that_is_heard_before_the_proposal_cancels_it_as_well(
    story: Story, mailbox: Mailbox, answer: str
) -> None:
    await story.say(getattr(story, answer)())
    await story.say(story.proposed())
    await story.house.sweep()

    kinds = await story.kinds()

    assert "task_proposed" not in kinds
    assert len(mailbox.to(story.email)) == len(kinds)


async def test_who_knew_of_a_proposal_is_told_that_it_is_withdrawn(story: Story) -> None:
    await story.say(story.proposed())
    await story.house.sweep()
    await story.say(story.withdrawn())
    await story.house.sweep()

    letters = await story.inbox()

    assert sorted(letter["kind"] for letter in letters) == ["task_withdrawn"]
    assert "lundi 7 février" in letters[0]["body"]


@pytest.mark.parametrize("heard_first", ["proposed", "declined"])
async def test_nothing_in_notify_or_on_its_way_out_joins_a_no_to_a_person(
    story: Story, heard_first: str
) -> None:
    facts = [story.proposed(), story.declined()]
    for fact in facts if heard_first == "proposed" else reversed(facts):
        await story.say(fact)
        await story.house.sweep()
    proposal_id = str(story.proposal["proposal_id"])

    kept = await story.house.rows(
        "notify", "select * from proposal where proposal_id = :id", id=UUID(proposal_id)
    )
    said = [
        fact
        for fact in await story.house.facts("notify.v1.raq.notified")
        if fact["proposal_id"] == proposal_id
    ]
    ways = [f"{story.worker_id}/{channel.value}" for channel in Channel]
    guesses = {str(uuid5(fact.event_id, way)) for fact in facts for way in ways}

    about_it = {name for name, value in kept[0].items() if value not in {None, False}}
    assert about_it == {"proposal_id", "answered", "forgotten"} | about_it & {"told"}
    assert [row for row in await story.deliveries() if row["kind"] == "task_proposed"] == []
    assert len(said) == (1 if heard_first == "proposed" else 0)
    assert not guesses & {fact["delivery_id"] for fact in said}


async def test_ten_free_places_make_one_message_for_the_coordination(house: House) -> None:
    story = await Story(house).begin()
    boss = await house.enter(Role.COORDINATION, f"boss {new_id()}")

    names = [name for name in house.people if name.startswith("boss")]
    boss_id = house.people[names[-1]]
    await story.reachable(boss, boss_id, "coordination", "fr", "boss@raq.test", by_mail=False)
    facts = [
        fact
        for _ in range(5)
        for fact in (
            TaskDeclined(
                occurred_at=STARTS, **{**story.proposal, "proposal_id": new_id()}, reason="busy"
            ),
            TaskCountered(
                occurred_at=STARTS,
                **{**story.proposal, "proposal_id": new_id()},
                wished_at=STARTS,
            ),
        )
    ]

    await story.say(*facts)
    await house.sweep()
    before = (await boss.get("/notify/api/inbox")).json()
    await house.at(await now(house) + timedelta(minutes=16))
    after = (await boss.get("/notify/api/inbox")).json()

    assert before == []
    assert [letter["kind"] for letter in after] == ["tasks_open"]


async def test_everybody_concerned_is_told_of_each_fact(house: House) -> None:
    story = await Story(house).begin()
    boss = await house.enter(Role.COORDINATION, f"boss {new_id()}")
    boss_id = [i for name, i in house.people.items() if name.startswith("boss")][-1]
    await story.reachable(boss, boss_id, "coordination", "fr", "boss@raq.test", by_mail=False)
    campaign = story.proposal["campaign_id"]

    await story.say(
        InvitationReceived(
            occurred_at=STARTS,
            invitation_id=new_id(),
            asked_by="partner",
            crisis="energy",
            wanted_from=date(2022, 2, 1),
            wanted_until=date(2022, 3, 1),
        ),
        ConsultationOpened(
            occurred_at=STARTS,
            consultation_id=new_id(),
            invitation_id=new_id(),
            crisis="energy",
            closes_at=STARTS,
            accelerated=True,
        ),
        SignalRaised(
            occurred_at=STARTS,
            signal_id=new_id(),
            zone_id="RAQ03a",
            worker_id=story.worker_id,
            kind="rumour",
            theme="energy",
        ),
        SignalAnswered(
            occurred_at=STARTS, signal_id=new_id(), worker_id=story.worker_id, answer="noted"
        ),
        story.accepted(),
        SnapshotPublished(occurred_at=STARTS, snapshot_id=new_id(), campaign_id=campaign),
    )
    await story.say(
        CampaignSuspended(occurred_at=STARTS, campaign_id=campaign),
        CampaignClosed(occurred_at=STARTS, campaign_id=campaign, reason="ended_early"),
    )
    await house.sweep()
    theirs = {letter["kind"] for letter in (await boss.get("/notify/api/inbox")).json()}

    assert set(await story.kinds()) == {
        "consultation_opened",
        "signal_answered",
        "task_confirmed",
        "campaign_suspended",
        "campaign_closed",
    }
    assert {
        "invitation_received",
        "signal_raised",
        "figures_frozen",
        "campaign_suspended",
        "campaign_closed",
    } <= theirs


async def test_a_task_handed_back_is_no_longer_an_appointment(story: Story) -> None:
    await story.say(TaskHandedBack(occurred_at=STARTS, **story.proposal))
    await story.say(story.accepted())
    await story.house.sweep()

    assert await story.kinds() == []


async def test_a_sender_that_died_leaves_its_messages_to_the_next_one_with_the_same_key(
    story: Story, mailbox: Mailbox
) -> None:
    database = story.house.databases["notify"]
    await story.say(story.proposed())
    async with database.transaction() as tx:  # claims, hands over, and dies before it says so
        await store.claim_due(tx, list(Channel), 20, timedelta(minutes=3))

    await story.house.sweep()
    while_leased = list(mailbox.to(story.email))
    await end_leases(story.house)
    await story.house.sweep()
    await story.house.sweep()
    mail = mailbox.to(story.email)
    rows = [row for row in await story.deliveries() if row["channel"] == "email"]

    assert while_leased == []
    assert len(mail) == 1
    assert mail[0]["Message-ID"] == f"<{rows[0]['delivery_id']}@relais.test>"
    assert (rows[0]["state"], rows[0]["attempts"]) == ("sent", 2)


async def test_a_server_that_asks_to_come_back_gets_the_message_later(
    story: Story, mailbox: Mailbox
) -> None:
    mailbox.answers = ["451 come back"]
    await story.say(story.proposed())

    await story.house.sweep()
    before = list(mailbox.to(story.email))
    await story.house.at(await now(story.house) + timedelta(minutes=1))

    assert before == []
    assert len(mailbox.to(story.email)) == 1
    assert len(await story.kinds()) == 1


async def test_an_address_that_is_refused_is_told_to_the_coordination_once(
    story: Story, mailbox: Mailbox
) -> None:
    mailbox.answers = ["550 no such user"]
    await story.say(story.proposed())

    await story.house.sweep()
    await story.house.sweep()
    failed = [
        fact
        for fact in await story.house.facts("notify.v1.notification.failed")
        if fact["proposal_id"] == str(story.proposal["proposal_id"])
    ]

    assert [fact["reason"] for fact in failed] == ["refused_by_provider"]


async def test_after_the_last_attempt_it_is_given_up_and_said(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await Story(house).begin()
    monkeypatch.setenv("RELAIS_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("RELAIS_SMTP_PORT", "1")  # nobody listens there
    await story.say(story.proposed())

    for hours in range(0, 60, 10):
        await house.at(await now(house) + timedelta(hours=hours))
    failed = await house.facts("notify.v1.notification.failed")
    mine = [f for f in failed if f["proposal_id"] == str(story.proposal["proposal_id"])]

    assert [fact["reason"] for fact in mine] == ["gave_up"]


async def test_addresses_are_in_one_table_only_and_erasing_is_a_delete(
    story: Story, mailbox: Mailbox
) -> None:
    await story.say(story.proposed())
    await story.house.sweep()
    assert len(mailbox.to(story.email)) == 1

    before = tables_with(story.house, story.email)
    erased = await story.worker.delete(f"/notify/api/contact-points/{story.worker_id}")
    after = tables_with(story.house, story.email)

    assert before == ["notify.contact_point"]
    assert erased.status_code == 204
    assert after == []
    assert await story.deliveries() == []


async def test_nobody_takes_another_persons_messages_or_another_role(story: Story) -> None:
    other = await story.house.enter(Role.WORKER, "Samir")
    other_id = story.house.people["Samir"]
    await story.say(story.proposed())
    await story.house.sweep()
    letter = (await story.inbox())[0]
    form = {"role": "worker", "language": "fr", "email": "x@raq.test", "channels": ["email"]}

    answers = [
        await other.put(f"/notify/api/contact-points/{story.worker_id}", json=form),
        await other.get(f"/notify/api/contact-points/{story.worker_id}"),
        await other.delete(f"/notify/api/contact-points/{story.worker_id}"),
        await other.put(
            f"/notify/api/contact-points/{other_id}", json=form | {"role": "coordination"}
        ),
        await other.get("/notify/api/deliveries"),
    ]
    read = await other.post(f"/notify/api/inbox/{letter['delivery_id']}/read")
    bad = await other.put(
        f"/notify/api/contact-points/{other_id}", json=form | {"email": "a@b\r\nBcc: c@d.e"}
    )

    assert [answer.status_code for answer in answers] == [403] * 5
    assert read.status_code == 404
    assert bad.status_code == 409


async def test_reading_a_message_is_noted_and_counts_name_nobody(story: Story) -> None:
    await story.say(story.proposed())
    await story.house.sweep()
    letter = (await story.inbox())[0]

    read = await story.worker.post(f"/notify/api/inbox/{letter['delivery_id']}/read")
    again = (await story.inbox())[0]
    counts = (await story.coordination.get("/notify/api/deliveries?state=read")).json()

    assert read.status_code == 204
    assert again["read_at"] is not None
    assert {"state", "channel", "kind", "deliveries"} == set(counts[0])


async def test_pages_show_messages_and_keep_preferences(story: Story, mailbox: Mailbox) -> None:
    await story.say(story.proposed())
    await story.house.sweep()

    inbox = await story.worker.get("/notify/")
    form = {"language": "nl", "email": "new@raq.test", "channels": "email"}
    saved = await story.worker.post("/notify/preferences", data=form)
    page = await story.worker.get("/notify/preferences")

    assert "Stand au marché, Cureghem" in inbox.text
    assert saved.status_code == 303
    assert "new@raq.test" in page.text


async def now(house: House) -> datetime:
    instant: datetime = (await house.rows("access", "select instant from clock"))[0]["instant"]
    return max(instant, START)


async def end_leases(house: House) -> None:
    """Let time pass for leases, which follow the server's own clock."""
    async with house.databases["notify"].transaction() as tx:
        await tx.execute(text("update delivery set lease_until = lease_until - interval '1 hour'"))


def tables_with(house: House, words: str) -> list[str]:
    """Search every table of every schema for some words."""
    tables = house.owner_rows(
        "select table_schema || '.' || table_name as name from information_schema.tables"
        " where table_schema in ('access','intake','dispatch','notify','reporting')"
        " and table_type = 'BASE TABLE' order by 1"
    )
    return [
        table["name"]
        for table in tables
        if house.owner_rows(
            f"select 1 from {table['name']} t where t::text like '%{words}%' limit 1"
        )
    ]
