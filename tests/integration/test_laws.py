"""The queries that watch over the product's laws: each finds the breach that it is there for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from deploy.engines import Engines
from deploy.laws import LAWS, broken_laws
from tests.servers import drop_database, migrated_database

MONDAY = datetime(2022, 3, 7, 8, tzinfo=UTC)  # nine o'clock in Brussels
HOUR = timedelta(hours=1)
WORKER, TASK, CAMPAIGN = (UUID(int=n) for n in (1, 2, 3))


class Records:
    """Writes rows as nobody can by the doors: as the owner, with every trigger asleep."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("set session_replication_role = replica")

    def close(self) -> None:
        self._connection.close()

    def run(self, statement: str) -> None:
        self._connection.execute(statement.encode())

    def add(self, table: str, **values: object) -> None:
        columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
        self._connection.execute(
            f"insert into {table} ({columns}) values ({places})", list(values.values())
        )

    def broken(self) -> list[str]:
        return sorted(law for law, breaches in broken_laws(self.url).items() if breaches)

    # --- a small lawful world, in which one thing is then wrong ---

    def worker(self, worker_id: UUID = WORKER) -> None:
        self.add(
            "dispatch.worker",
            id=worker_id,
            name="Amina",
            home_zone="RAQ01",
            weekly_min=38 * 60,
            host_share_pct=20,
            travel_max_min=45,
            saved_at=MONDAY,
        )

    def campaign(self, share_max_pct: int = 40, fte: float | None = None) -> None:
        self.add(
            "dispatch.campaign",
            id=CAMPAIGN,
            starts_on=MONDAY.date(),
            ends_on=MONDAY.date() + timedelta(days=60),
            zone_ids=["RAQ01"],
            publics=["everyone"],
            languages_wanted=[],
            languages_required=[],
            share_max_pct=share_max_pct,
            full_time_equivalents_max=fte,
        )

    def task(self, task_id: UUID = TASK, starts_at: datetime = MONDAY, hours: int = 4) -> None:
        self.add(
            "dispatch.task",
            id=task_id,
            campaign_id=CAMPAIGN,
            zone_id="RAQ01",
            kind="market_stall",
            starts_at=starts_at,
            ends_at=starts_at + hours * HOUR,
            people_wanted=2,
            weekdays=["mon"],
            partners=[],
        )

    def proposal(self, starts_at: datetime = MONDAY, hours: int = 4, **values: object) -> None:
        """Add an accepted proposal that reporting knows of; `values` make something else of it."""
        proposal_id, task_id = uuid4(), TASK
        if starts_at != MONDAY:
            task_id = uuid4()
            self.task(task_id, starts_at, hours)
        accepted = {
            "state": "accepted",
            "accepted_at": MONDAY - 2 * HOUR,
            "accepted_by": WORKER,
            "worker_id": WORKER,
        }
        told = accepted | values
        self.add(
            "dispatch.proposal",
            id=proposal_id,
            task_id=task_id,
            starts_at=starts_at,
            ends_at=starts_at + hours * HOUR,
            why=psycopg.types.json.Jsonb([]),
            proposed_at=MONDAY - 20 * HOUR,
            answer_by=MONDAY,
            **told,
        )
        self.add(
            "reporting.proposal",
            proposal_id=proposal_id,
            task_id=task_id,
            campaign_id=CAMPAIGN,
            zone_id="RAQ01",
            proposed=True,
            accepted=told["accepted_at"] is not None,
            declined=told["state"] == "declined",
            countered=told["state"] == "countered",
            expired=told["state"] == "expired",
            handed_back=told["state"] == "handed_back",
            withdrawn=told["state"] == "withdrawn",
        )

    def contribution(self, *, in_reporting: bool = True, worker_id: UUID = WORKER) -> None:
        contribution_id = uuid4()
        counts: dict[str, object] = {
            "version": 1,
            "happened_on": MONDAY.date(),
            "people_reached": 12,
            "themes": ["energy"],
            "languages": ["fr"],
            "non_take_up": [],
            "relays": psycopg.types.json.Jsonb([]),
        }
        self.add(
            "dispatch.contribution",
            id=contribution_id,
            outcome_id=TASK,
            task_id=TASK,
            worker_id=worker_id,
            version=1,
        )
        self.add(
            "dispatch.contribution_version",
            contribution_id=contribution_id,
            fingerprint="f",
            **counts,
        )
        if in_reporting:
            self.add(
                "reporting.contribution",
                contribution_id=contribution_id,
                fact=uuid4(),
                outcome_id=TASK,
                task_id=TASK,
                campaign_id=CAMPAIGN,
                zone_id="RAQ01",
                worker_id=worker_id,
                mission="collective_information",
                kind="market_stall",
                **counts,
            )

    def sealed_alone(self, view: str) -> None:
        """Add a seal of what one worker did alone."""
        told = {"ledger_id": "l", "seq": 1, "day": MONDAY.date()}
        sums = {"actions": 6, "contacts": 40}
        self.add(
            "reporting.ledger_policy",
            ledger_id="l",
            campaign_id=CAMPAIGN,
            described=psycopg.types.json.Jsonb({}),
            opened_at=MONDAY,
        )
        self.add(
            "reporting.ledger_seal",
            **told,
            closes=True,
            sealed_at=MONDAY,
            facts=[],
            waivers=[],
        )
        self.add(
            "reporting.ledger_member",
            **told,
            **sums,
            outcome_id="o",
            worker_id=WORKER,
            codes=psycopg.types.json.Jsonb({}),
        )
        self.add(
            "reporting.ledger_block",
            **told,
            **sums,
            number=1,
            view=view,
            code="all",
            row_hash="0" * 64,
        )

    def fact(self, type_name: str, body: str) -> None:
        self.add(
            f"{type_name.partition('.')[0]}.outbox",
            event_id=uuid4(),
            type=type_name,
            subject="s",
            body=body,
        )

    def clock(self, instant: datetime) -> None:
        self.add("access.clock", id=1, instant=instant)


@pytest.fixture
def records(engines: Engines) -> Iterator[Records]:
    url = migrated_database(engines)
    records = Records(url)
    records.worker()
    records.campaign()
    records.task()
    yield records
    records.close()
    drop_database(engines, url)


def test_a_lawful_world_breaks_nothing(records: Records) -> None:
    records.proposal()
    records.contribution()

    assert records.broken() == []


def test_two_tasks_at_once_are_found(records: Records) -> None:
    records.proposal()
    records.proposal(starts_at=MONDAY + 3 * HOUR)

    assert records.broken() == ["no_overlap"]


def test_a_task_over_a_commitment_is_found(records: Records) -> None:
    records.proposal()
    records.add(
        "dispatch.commitment",
        id=uuid4(),
        worker_id=WORKER,
        starts_at=MONDAY + HOUR,
        ends_at=MONDAY + 2 * HOUR,
        noted_at=MONDAY - 9 * HOUR,
    )

    assert records.broken() == ["commitments_untouched"]


def test_a_task_in_the_host_partners_time_is_found_in_local_time(records: Records) -> None:
    records.proposal()
    records.add(
        "dispatch.host_period", worker_id=WORKER, weekday="mon", starts_min=540, ends_min=600
    )

    assert records.broken() == ["host_partner_untouched"]


def test_the_hour_before_the_host_partners_time_is_free(records: Records) -> None:
    records.proposal()
    records.add(
        "dispatch.host_period", worker_id=WORKER, weekday="mon", starts_min=13 * 60, ends_min=960
    )

    assert records.broken() == []


def test_more_than_the_campaigns_share_of_four_weeks_is_found(records: Records) -> None:
    for day in range(16):  # 64 hours; 40 % of four weeks of 38 hours are 60.8
        records.proposal(starts_at=MONDAY + timedelta(days=day))

    assert records.broken() == ["campaign_share"]


def test_more_full_time_equivalents_than_declared_are_found(records: Records) -> None:
    records.run("update dispatch.campaign set full_time_equivalents_max = 0.1")
    records.proposal()

    assert records.broken() == ["full_time_equivalents"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"accepted_by": UUID(int=9)},
        {"started_at": MONDAY, "accepted_at": None, "accepted_by": None, "state": "proposed"},
        {"started_at": MONDAY - 5 * HOUR},
    ],
    ids=["another's yes", "no yes", "a yes afterwards"],
)
def test_work_without_that_workers_own_yes_is_found(
    records: Records, wrong: dict[str, Any]
) -> None:
    records.run("alter table dispatch.proposal drop constraint proposal_check")
    for number in range(1, 9):
        records.run(
            f"alter table dispatch.proposal drop constraint if exists proposal_check{number}"
        )

    records.proposal(**wrong)

    assert records.broken() == ["own_consent"]


def test_an_outcome_without_a_yes_is_found(records: Records) -> None:
    records.contribution()

    assert records.broken() == ["own_consent"]


def test_a_figure_that_dispatch_does_not_hold_is_found(records: Records) -> None:
    records.proposal()
    records.contribution(in_reporting=False)

    assert records.broken() == ["figures_equal_a_recount"]


def test_free_text_on_the_bus_is_found(records: Records) -> None:
    records.fact("dispatch.v1.signal.raised", '{"signal_id": "x1", "words": "Madame Diallo"}')

    assert records.broken() == ["no_free_text_on_the_bus"]


def test_a_campaigns_public_name_may_travel(records: Records) -> None:
    records.fact("intake.v1.campaign.declared", '{"name_fr": "Hausse des prix, été 2022"}')

    assert records.broken() == []


def test_a_decline_that_names_its_worker_is_found(records: Records) -> None:
    records.fact(
        "dispatch.v1.task.declined", '{"worker_id": "00000000-0000-0000-0000-000000000001"}'
    )

    assert records.broken() == ["no_declines_per_person"]


def test_an_answer_that_still_names_its_worker_long_after_is_found(records: Records) -> None:
    records.clock(MONDAY + timedelta(days=9))

    records.proposal(state="declined", accepted_at=None, accepted_by=None)

    assert records.broken() == ["no_declines_per_person"]


def test_a_no_that_is_remembered_with_its_place_is_found(records: Records) -> None:
    records.run(
        "insert into notify.proposal (proposal_id, zone_id, answered, accepted, forgotten)"
        " values (gen_random_uuid(), 'RAQ01', true, false, true)"
    )

    assert records.broken() == ["no_declines_per_person"]


def test_a_column_for_who_a_resident_is_is_found(records: Records) -> None:
    records.run("alter table dispatch.contribution add column first_name text")

    assert records.broken() == ["no_resident"]


@pytest.mark.parametrize(
    ("view", "given_at", "broken"),
    [
        ("total", MONDAY - HOUR, []),
        ("total", MONDAY + HOUR, ["small_campaigns_by_waiver"]),
        ("total", None, ["small_campaigns_by_waiver"]),
        ("theme", MONDAY - HOUR, ["small_campaigns_by_waiver"]),
    ],
    ids=["agreed", "agreed too late", "not agreed", "more than its total"],
)
def test_what_is_published_of_one_worker_needs_their_waiver(
    records: Records, view: str, given_at: datetime | None, broken: list[str]
) -> None:
    records.sealed_alone(view)
    if given_at is not None:
        records.add(
            "reporting.ledger_waiver",
            id=uuid4(),
            campaign_id=CAMPAIGN,
            worker_id=WORKER,
            given_at=given_at,
        )

    assert records.broken() == broken


def test_every_law_has_a_sentence_of_its_own() -> None:
    assert len({law.slug for law in LAWS}) == len({law.sentence for law in LAWS}) == len(LAWS)
