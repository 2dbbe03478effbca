"""Campaigns told in facts week by week, for tests that look at what is sealed of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from random import Random
from typing import Any
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from shared.db import ZoneName, save_zones
from shared.events import (
    CampaignClosed,
    CampaignDeclared,
    Event,
    MatchedTask,
    NeighbourhoodsTargeted,
    OutcomeCorrected,
    OutcomeRecorded,
    PlannedAction,
    RaqsMatched,
    RelayCount,
    SignalAnswered,
    SignalRaised,
)
from shared.words import CampaignId, SignalAnswer, SignalId, SignalKind, Theme, WorkerId
from tests.house import House

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY = date(2022, 1, 10)
ZONES = tuple(f"RAQ{number:02}" for number in range(1, 17))
KINDS = ("market_stall", "drop_in", "street_round", "discussion_table")
THEMES = ("energy", "debt", "housing", "administrative", "food")
LANGUAGES = ("fr", "ar", "nl", "tr")
FORMS = ("non_knowledge", "non_demand", "non_receipt")
RELAYS = ("cpas", "energy_advice", "legal_aid")


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=BRUSSELS)


async def with_a_territory(house: House) -> None:
    """Tell reporting of sixteen neighbourhoods in four municipalities: four funder zones."""
    async with house.databases["reporting"].transaction() as tx:
        await save_zones(
            tx,
            [
                ZoneName(
                    zone_id, f"Rue {zone_id}", f"Straat {zone_id}", f"C{i // 4}", i % 4, i // 4
                )
                for i, zone_id in enumerate(ZONES)
            ],
        )


@dataclass
class Campaign:
    """A campaign that goes on for weeks; `recorded` keeps what was told, to be corrected."""

    house: House
    workers: Sequence[UUID]
    campaign_id: UUID = field(default_factory=uuid4)
    dice: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - a story, not a secret
    recorded: list[dict[str, Any]] = field(default_factory=list)
    kinds: Sequence[str] = KINDS
    relays: Sequence[str] = RELAYS
    crisis: str = "energy"

    async def say(self, *facts: Event) -> None:
        for service, told in groupby(facts, key=attrgetter("said_by")):
            async with self.house.databases[service].transaction() as tx:
                await tx.emit(*told)
        await self.house.settle()

    async def begin(self, starts_on: date = MONDAY, zones: Sequence[str] = ZONES) -> None:
        ends_on = starts_on + timedelta(weeks=12)
        await self.house.at(at(starts_on - timedelta(days=1)))
        await self.say(
            CampaignDeclared(
                occurred_at=at(starts_on),
                campaign_id=self.campaign_id,
                invitation_id=uuid4(),
                name_fr="Hausse des prix",
                name_nl="Stijgende prijzen",
                crisis=self.crisis,
                starts_on=starts_on,
                ends_on=ends_on,
            ),
            NeighbourhoodsTargeted(
                occurred_at=at(starts_on),
                campaign_id=self.campaign_id,
                zone_ids=tuple(zones),
                starts_on=starts_on,
                ends_on=ends_on,
                publics=(),
                languages_wanted=(),
                languages_required=(),
                actions=(
                    PlannedAction(
                        kind="market_stall",
                        zone_ids=tuple(zones),
                        per_zone_per_week=1,
                        weekdays=("mon",),
                        starts_min=540,
                        duration_min=180,
                        people_wanted=2,
                    ),
                ),
                share_max_pct=40,
            ),
            self.planned(starts_on, zones, version=1, tasks=16),
        )

    async def plan_again(self, day: date, zones: Sequence[str] = ZONES) -> None:
        """Plan the campaign anew, with half as much."""
        await self.say(self.planned(day, zones, version=2, tasks=8))

    def planned(self, day: date, zones: Sequence[str], *, version: int, tasks: int) -> RaqsMatched:
        return RaqsMatched(
            occurred_at=at(day),
            campaign_id=self.campaign_id,
            plan_id=uuid5(self.campaign_id, "plan"),
            version=version,
            tasks=tuple(
                MatchedTask(
                    task_id=uuid4(),
                    zone_id=zones[number % len(zones)],
                    kind=self.kinds[number % len(self.kinds)],
                    starts_at=at(day),
                    ends_at=at(day, 15),
                    people_wanted=2,
                    people_matched=2,
                )
                for number in range(tasks)
            ),
        )

    async def outcomes(self, day: date, number: int) -> None:
        """Tell so many contributions on a day, each worker in turn."""
        told: list[Event] = []
        for n in range(number):
            worker = n % len(self.workers)
            body: dict[str, Any] = {
                "outcome_id": uuid4(),
                "contribution_id": uuid4(),
                "task_id": uuid4(),
                "campaign_id": self.campaign_id,
                "zone_id": ZONES[worker % len(ZONES)],
                "worker_id": self.workers[worker],
                "happened_on": day,
                "mission": "collective_information",
                "kind": self.dice.choice(self.kinds),
                "people_reached": self.dice.randint(2, 9),
                "themes": (self.dice.choice(THEMES),),
                "languages": (self.dice.choice(LANGUAGES),),
                "non_take_up": (self.dice.choice(FORMS),),
                "relays": (RelayCount(kind=self.dice.choice(self.relays), made=1),),
            }
            self.recorded.append(body)
            told.append(OutcomeRecorded(occurred_at=at(day, 10), version=1, **body))
        await self.say(*told)

    async def correct(self, number: int, day: date, people_reached: int) -> None:
        """Correct one contribution that was told."""
        await self.correct_all({number: people_reached}, day)

    async def correct_all(self, people_reached: Mapping[int, int], day: date) -> None:
        """Correct how many people were met, of contributions that were told."""
        told: list[Event] = []
        for number, people in people_reached.items():
            body = self.recorded[number]
            body["people_reached"] = people
            told.append(
                OutcomeCorrected(occurred_at=at(day, 11), version=2, reason="miscounted", **body)
            )
        await self.say(*told)

    async def signal(self, kind: SignalKind, theme: Theme, workers: int, day: date) -> None:
        """Raise a signal by so many workers; the coordination answers the first."""
        told: list[Event] = []
        for number, worker in enumerate(self.workers[:workers]):
            who: dict[str, Any] = {"signal_id": SignalId(uuid4()), "worker_id": WorkerId(worker)}
            told.append(
                SignalRaised(
                    occurred_at=at(day),
                    campaign_id=CampaignId(self.campaign_id),
                    zone_id=ZONES[number],
                    kind=kind,
                    theme=theme,
                    **who,
                )
            )
            if not number:
                answer = SignalAnswer.CARRIED_UPWARDS
                told.append(SignalAnswered(occurred_at=at(day, 13), answer=answer, **who))
        await self.say(*told)

    async def close(self, day: date) -> None:
        await self.say(
            CampaignClosed(
                occurred_at=at(day, 18), campaign_id=self.campaign_id, reason="reached_its_end"
            )
        )

    @property
    def true_total(self) -> tuple[int, int]:
        return len(self.recorded), sum(body["people_reached"] for body in self.recorded)

    async def blocks(self) -> list[dict[str, Any]]:
        """Read what the funder may read."""
        rows = await self.house.rows(
            "reporting",
            "select number, seq, day, view, code, actions, contacts from ledger_block"
            " where ledger_id = :ledger order by number",
            ledger=str(self.campaign_id),
        )
        return [dict(row) for row in rows]

    async def total(self) -> tuple[int, int]:
        whole = [block for block in await self.blocks() if block["view"] == "total"]
        return sum(b["actions"] for b in whole), sum(b["contacts"] for b in whole)

    async def audit(self) -> list[dict[str, Any]]:
        """Read the sealer's audit, as the sealer."""
        rows = await self.house.rows(
            "sealer",
            "select * from ledger_audit where ledger_id = :ledger order by number",
            ledger=str(self.campaign_id),
        )
        return [dict(row) for row in rows]


def team(size: int) -> list[UUID]:
    return [UUID(int=number + 1) for number in range(size)]
