"""One outreach worker: reads proposals, answers, works, and sends what the street gave.

The phone keeps what it could not send and sends it when there is a network again, sometimes twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from deploy.player.agenda import Rank
from deploy.player.front_door import RefusalError, Visitor
from deploy.player.scenario import Person, Temper
from deploy.player.street import Body
from deploy.player.world import World
from shared.web import BRUSSELS
from shared.words import ActionKind, DeclineReason, WithdrawalReason

COUNTER_BY = timedelta(days=1)
CORRECTS_AFTER = timedelta(hours=20)
HUNDRED = 100


class Phone:
    """A worker with a temper, and what their phone remembers."""

    def __init__(self, world: World, person: Person, visitor: Visitor) -> None:
        self.world = world
        self.person = person
        self.visitor = visitor
        self.temper: Temper = world.scenario.tempers[person.temper]
        self.listeners: list[Callable[[datetime], None]] = []
        self._seen: set[str] = set()
        self.last_sent: dict[str, tuple[str, Body]] = {}

    def on_change(self, at: datetime) -> None:
        """Let those who keep the plan know that a place is, or will be, free."""
        for listener in self.listeners:
            listener(at)

    async def look(self) -> None:
        """Read the proposals; decide now what to answer, and when."""
        proposals = await self.visitor.get("/dispatch/api/proposals")
        for proposal in sorted(proposals, key=lambda p: (p["starts_at"], p["task_id"])):
            if proposal["state"] == "proposed" and proposal["proposal_id"] not in self._seen:
                self._seen.add(proposal["proposal_id"])
                self._plan_answer(proposal)

    def _plan_answer(self, proposal: dict[str, Any]) -> None:
        world, temper = self.world, self.temper
        key = self._key(proposal)
        answer_by = _moment(proposal["answer_by"])
        after_h = world.chance.between(temper.answer_after_h, "answer after", key)
        at = min(
            world.agenda.moment_from(world.now + timedelta(hours=after_h)),
            world.agenda.moment_before(answer_by),
        )
        what = self._what(world.chance.of("answer", key).random() * HUNDRED)
        if what == "silence":
            self.on_change(answer_by)
            return

        async def answer() -> None:
            await self._answer(proposal, what)

        world.agenda.put(at, Rank.ANSWER, key, answer)

    def _what(self, roll: float) -> str:
        temper = self.temper
        for what, pct in (
            ("silence", temper.silent_pct),
            ("decline", temper.decline_pct),
            ("counter", temper.counter_pct),
        ):
            if roll < pct:
                return what
            roll -= pct
        return "accept"

    async def _answer(self, proposal: dict[str, Any], what: str) -> None:
        path, key = f"/dispatch/api/proposals/{proposal['proposal_id']}", self._key(proposal)
        try:
            if what == "accept":
                answered = await self.visitor.post(f"{path}/accept")
                if answered["state"] != "accepted":
                    return  # it came late: kept for the next free place
                self._plan_work(proposal | {"proposal_id": answered["proposal_id"]})
                self.world.count("accepted")
                return
            if what == "counter":
                wished_at = _moment(proposal["starts_at"]) + COUNTER_BY
                await self.visitor.post(f"{path}/counter", {"wished_at": wished_at.isoformat()})
            else:
                reason = self.world.chance.one_of(self.temper.decline_reasons, "reason", key)
                await self._decline(path, reason)
        except RefusalError as refusal:
            await self._answer_otherwise(path, what, refusal)
            return
        self.world.count("countered" if what == "counter" else "declined")
        self.on_change(self.world.now)

    async def _decline(self, path: str, reason: DeclineReason) -> None:
        await self.visitor.post(f"{path}/decline", {"reason": reason.value})

    async def _answer_otherwise(self, path: str, what: str, refusal: RefusalError) -> None:
        """Say no where a yes or another time is refused, unless the question is gone."""
        if GONE & set(refusal.slugs) or what == "decline":
            return
        try:
            await self._decline(path, DeclineReason.BUSY)
        except RefusalError:
            return
        self.world.count("declined")
        self.on_change(self.world.now)

    # --- the day itself ---

    def _plan_work(self, proposal: dict[str, Any]) -> None:
        world, temper, key = self.world, self.temper, self._key(proposal)
        starts_at, ends_at = _moment(proposal["starts_at"]), _moment(proposal["ends_at"])
        if world.chance.happens(temper.hand_back_pct, "hand back", key):
            share = world.chance.of("hand back at", key).uniform(0.2, 0.9)
            at = world.now + (starts_at - world.now) * share
            before = world.agenda.moment_before(starts_at)

            async def hand_back() -> None:
                await self._hand_back(proposal)

            world.agenda.put(min(max(at, world.now), before), Rank.ANSWER, key, hand_back)
            return
        back_at = None
        if world.chance.happens(temper.offline_pct, "offline", key):
            hours = world.chance.between(temper.offline_h, "offline for", key)
            last = world.last_moment_of(proposal["campaign_id"])
            back_at = min(ends_at + timedelta(hours=hours), last)
            back_at = max(back_at, ends_at)

        async def start() -> None:
            await self._start(proposal)

        async def record() -> None:
            await self._record(proposal, back_at)

        if back_at is None:
            world.agenda.put(starts_at, Rank.START, key, start)
        world.agenda.put(ends_at, Rank.RECORD, key, record)

    async def _hand_back(self, proposal: dict[str, Any]) -> None:
        try:
            await self.visitor.post(f"/dispatch/api/proposals/{proposal['proposal_id']}/hand-back")
        except RefusalError:
            return  # it was withdrawn meanwhile
        self.world.count("handed_back")
        self.on_change(self.world.now)

    async def _start(self, proposal: dict[str, Any]) -> bool:
        try:
            await self.visitor.post(f"/dispatch/api/tasks/{proposal['task_id']}/start")
        except RefusalError as refusal:
            return not GONE & set(refusal.slugs)
        return True

    async def _record(self, proposal: dict[str, Any], back_at: datetime | None) -> None:
        """Write down what the street gave: at once on the phone, and sent when it can be."""
        world, task_id, key = self.world, proposal["task_id"], self._key(proposal)
        if not await self._still_mine(proposal):
            return
        kind = ActionKind(proposal["kind"])
        happened_on = _moment(proposal["starts_at"]).astimezone(BRUSSELS).date()
        body = world.street.contribution(
            kind, happened_on, f"{task_id}/{self.person.key}", tasks_left=world.tasks_left(task_id)
        )
        times = 1 + world.chance.happens(self.temper.sends_twice_pct, "twice", key)

        async def send() -> None:
            if back_at is not None:
                await self._start(proposal)
            await self._send(task_id, body, times)
            world.count("late" if back_at is not None else "sent")
            world.done(task_id, kind, proposal["zone_id"])

        if back_at is None:
            await send()
        else:
            world.agenda.put(back_at, Rank.RECORD, key, send)
        self._plan_correction(proposal, body, back_at or world.now)

    async def _still_mine(self, proposal: dict[str, Any]) -> bool:
        """Tell whether the task still stands: it may have been withdrawn."""
        today = await self.visitor.get("/dispatch/api/tasks")
        return any(task["proposal_id"] == proposal["proposal_id"] for task in today)

    def _plan_correction(self, proposal: dict[str, Any], body: Body, sent_at: datetime) -> None:
        world, task_id, key = self.world, proposal["task_id"], self._key(proposal)
        at = sent_at + CORRECTS_AFTER
        if not world.chance.happens(self.temper.corrects_pct, "corrects", key):
            return

        async def correct() -> None:
            await self._send(task_id, world.street.corrected(body, key), 1)
            world.count("corrected")

        if world.agenda.moment_from(at) < world.last_moment_of(proposal["campaign_id"]):
            world.agenda.put(at, Rank.RECORD, f"{key}/corrected", correct)

    async def _send(self, task_id: str, body: Body, times: int) -> None:
        contribution_id = self.world.scenario.id_of("contribution", task_id, self.person.key)
        path = f"/dispatch/api/tasks/{task_id}/contributions/{contribution_id}"
        for _ in range(times):
            await self.visitor.put(path, body)
        self.world.retold += times - 1
        self.last_sent[task_id] = (path, body)

    async def add_forgotten_relays(self, task_id: str) -> None:
        """Correct what was sent about a task with relays that nobody had written down yet."""
        path, body = self.last_sent[task_id]
        more = self.world.street.with_more_relays(body)
        await self.visitor.put(path, more)
        self.last_sent[task_id] = (path, more)

    def _key(self, proposal: dict[str, Any]) -> str:
        return f"{proposal['task_id']}/{proposal['starts_at']}/{self.person.key}"


GONE = frozenset(
    {
        "already_withdrawn",
        "already_expired",
        "already_accepted",
        "already_declined",
        "too_late",
        "not_accepted",
        *(f"campaign_{reason.value}" for reason in WithdrawalReason),
    }
)
"""Refusals that mean that the question no longer stands."""


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
