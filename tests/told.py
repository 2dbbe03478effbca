"""A small campaign, told in facts, for tests that look at what is counted."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from deploy.engines import Engines
from shared.bus import SERVICES, Bus
from shared.events import (
    CampaignDeclared,
    CampaignResumed,
    CampaignSuspended,
    Event,
    InvitationDecided,
    InvitationReceived,
    MatchedTask,
    NeighbourhoodsTargeted,
    OutcomeCorrected,
    OutcomeRecorded,
    PlannedAction,
    RaqNotified,
    RaqsMatched,
    RelayCount,
    SignalAnswered,
    SignalRaised,
    TaskAccepted,
    TaskCountered,
    TaskDeclined,
    TaskDone,
    TaskExpired,
    TaskHandedBack,
    TaskProposed,
    TaskWithdrawn,
)
from tests.house import House, a_house

NOW = datetime(2022, 2, 1, 9, 0, tzinfo=UTC)
ZONES = ("RAQ01", "RAQ02", "RAQ03a")


def new_id() -> Any:
    return uuid4()


def a_campaign_of_facts(seed: int = 1) -> tuple[UUID, list[Event]]:
    """Tell a whole small campaign: three zones, pairs, every answer, corrections, signals, a pause.

    Expected: 6 tasks planned in the last plan, 12 proposals, 6 accepted, 1 of each other answer,
    3 tasks done, 6 contributions with the corrected counts.
    """
    dice = random.Random(seed)  # noqa: S311 - a story, not a secret
    campaign, invitation, plan = new_id(), new_id(), new_id()
    told: list[Event] = [
        InvitationReceived(
            occurred_at=NOW,
            invitation_id=invitation,
            asked_by="partner",
            crisis="energy",
            wanted_from=date(2022, 2, 1),
            wanted_until=date(2022, 7, 31),
        ),
        InvitationDecided(
            occurred_at=NOW, invitation_id=invitation, decision="accept", charter="2022-09"
        ),
        CampaignDeclared(
            occurred_at=NOW,
            campaign_id=campaign,
            invitation_id=invitation,
            name_fr="Hausse des prix",
            name_nl="Stijgende prijzen",
            crisis="energy",
            starts_on=date(2022, 2, 1),
            ends_on=date(2022, 7, 31),
        ),
        NeighbourhoodsTargeted(
            occurred_at=NOW,
            campaign_id=campaign,
            zone_ids=ZONES,
            starts_on=date(2022, 2, 1),
            ends_on=date(2022, 7, 31),
            publics=(),
            languages_wanted=(),
            languages_required=(),
            actions=(
                PlannedAction(
                    kind="market_stall",
                    zone_ids=ZONES,
                    per_zone_per_week=1,
                    weekdays=("mon",),
                    starts_min=540,
                    duration_min=180,
                    people_wanted=2,
                ),
            ),
            share_max_pct=40,
        ),
        CampaignSuspended(occurred_at=NOW + timedelta(days=2), campaign_id=campaign),
        CampaignResumed(occurred_at=NOW + timedelta(days=2), campaign_id=campaign),
    ]
    tasks = [
        MatchedTask(
            task_id=new_id(),
            zone_id=ZONES[number % 3],
            kind="market_stall" if number < 4 else "drop_in",
            starts_at=NOW + timedelta(days=7 * number),
            ends_at=NOW + timedelta(days=7 * number, hours=3),
            people_wanted=2,
            people_matched=2,
        )
        for number in range(6)
    ]
    dropped = tasks[0].model_copy(update={"task_id": new_id()})
    for version, planned in ((1, (*tasks, dropped)), (2, tuple(tasks))):
        told.append(
            RaqsMatched(
                occurred_at=NOW, campaign_id=campaign, plan_id=plan, version=version, tasks=planned
            )
        )
    told += asked_and_answered(tasks, campaign, dice)
    signal, author = new_id(), new_id()
    told += [
        SignalRaised(
            occurred_at=NOW,
            signal_id=signal,
            campaign_id=campaign,
            zone_id="RAQ02",
            worker_id=author,
            kind="saturated_service",
            theme="energy",
        ),
        SignalAnswered(
            occurred_at=NOW, signal_id=signal, worker_id=author, answer="carried_upwards"
        ),
    ]
    seen: set[UUID] = set()
    for number, fact in enumerate(told):  # a pair says `task.done` once
        if isinstance(fact, TaskDone):
            if fact.task_id in seen:
                told[number] = told[0]
            seen.add(fact.task_id)
    return campaign, list(dict.fromkeys(told))


def asked_and_answered(
    tasks: Sequence[MatchedTask], campaign: UUID, dice: random.Random
) -> list[Event]:
    """Propose each task to two workers: six say yes, one hands back, the others say no."""
    told: list[Event] = []
    answers = [
        TaskAccepted,
        TaskAccepted,
        TaskAccepted,
        TaskAccepted,
        TaskAccepted,
        TaskAccepted,
        TaskDeclined,
        TaskCountered,
        TaskExpired,
        None,
        None,
        None,
    ]
    for number, answer in enumerate(answers):
        task = tasks[number // 2]
        worker, proposal = new_id(), new_id()
        of = {
            "occurred_at": NOW,
            "task_id": task.task_id,
            "campaign_id": campaign,
            "zone_id": task.zone_id,
            "proposal_id": proposal,
        }
        appointment = {
            "worker_id": worker,
            "kind": task.kind,
            "starts_at": task.starts_at,
            "ends_at": task.ends_at,
        }
        told.append(TaskProposed(**of, **appointment, answer_by=NOW + timedelta(days=2)))
        told.append(
            RaqNotified(
                occurred_at=NOW, delivery_id=new_id(), proposal_id=proposal, channel="inbox"
            )
        )
        if answer is TaskAccepted:
            told.append(TaskAccepted(**of, **appointment))
            told += done(task, campaign, worker, dice)
        elif answer is TaskDeclined:
            told.append(TaskDeclined(**of, reason="busy"))
        elif answer is TaskCountered:
            told.append(TaskCountered(**of, wished_at=NOW + timedelta(days=3)))
        elif answer is TaskExpired:
            told.append(TaskExpired(**of))
        if number == 5:
            told.append(TaskHandedBack(**of))
        if number == 11:
            told.append(TaskWithdrawn(**of, reason="no_longer_needed"))
    return told


def done(task: MatchedTask, campaign: UUID, worker: UUID, dice: random.Random) -> list[Event]:
    """Tell what one worker counted at a task: 3 people, then corrected to 10."""
    counted: dict[str, Any] = {
        "outcome_id": UUID(int=task.task_id.int ^ 1),
        "contribution_id": new_id(),
        "task_id": task.task_id,
        "campaign_id": campaign,
        "zone_id": task.zone_id,
        "worker_id": worker,
        "happened_on": task.starts_at.date(),
        "mission": "collective_information",
        "kind": task.kind,
        "themes": ("energy", "debt"),
        "languages": ("fr", dice.choice(("nl", "ar"))),
        "non_take_up": ("non_knowledge",),
    }
    return [
        TaskDone(
            occurred_at=NOW,
            task_id=task.task_id,
            campaign_id=campaign,
            zone_id=task.zone_id,
            kind=task.kind,
            done_on=task.starts_at.date(),
        ),
        OutcomeRecorded(occurred_at=NOW, version=1, people_reached=3, **counted),
        OutcomeCorrected(
            occurred_at=NOW,
            version=2,
            people_reached=10,
            reason="miscounted",
            relays=(RelayCount(kind="energy_advice", made=2, took_hold=1),),
            **counted,
        ),
    ]


@asynccontextmanager
async def a_house_where_only(
    service: str, engines: Engines, **settings: object
) -> AsyncIterator[House]:
    """Start the whole system, but let one service alone hear what is told.

    The others would rightly refuse facts about tasks and campaigns that they never made.
    """
    async with a_house(engines, **settings) as house:
        for other in SERVICES:
            if other == service:
                continue
            await house.buses[other].stop()
            mouth = Bus(other, house.settings.nats_url, house.databases[other])
            await mouth.start()
            house.buses[other] = mouth
        try:
            yield house
        finally:
            for other in SERVICES:
                if other != service:
                    await house.buses[other].stop()
