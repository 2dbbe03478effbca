"""The clock's door: Celery runs chores, and a chore is a sweep over rows that are due.

A lost job or a doubled one is harmless, because the row is the queue. No job carries data, none
has an ETA, and none talks to NATS: what a sweep wants to say goes into the outbox.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from celery import Celery

from shared.db import Database, Tx, swept
from shared.log import bound
from shared.settings import HouseSettings

log = logging.getLogger(__name__)

Sweep = Callable[[Tx], Awaitable[int]]
"""Does what is due, at most one page of it; returns how many rows it did. 0 ends the sweep."""
Errand = Callable[[Database], Awaitable[None]]
"""Slow work with the outside world; opens short transactions of its own."""

SOFT_LIMIT_S, HARD_LIMIT_S = 110, 120
ALL_AT_ONCE = ".all"
PAGES_MAX = 200  # a sweep that is still busy after this many pages goes on at its next turn


@dataclass(frozen=True, slots=True)
class Chore:
    """One line of a service's `jobs.py`: what to do, and every how many seconds.

    `role` is the database role that does it, when it is not the service's own.
    """

    name: str
    every_s: float
    errand: Errand
    role: str = ""


def every(every_s: float, sweep: Sweep, *, role: str = "") -> Chore:
    """Repeat a sweep until nothing is due, one transaction per page, one runner at a time."""
    name = getattr(sweep, "__name__", "sweep")

    async def errand(database: Database) -> None:
        for _ in range(PAGES_MAX):
            async with database.transaction() as tx:
                await tx.wait_for_lock(f"chore {name}")
                if not await sweep(tx):
                    await swept(tx, name)
                    return

    return Chore(name, every_s, errand, role)


def every_errand(every_s: float, errand: Errand) -> Chore:
    """Run slow outside work; it claims its rows itself, so that two runners do not meet."""
    name = getattr(errand, "__name__", "errand")

    async def noted(database: Database) -> None:
        async with database.reading() as tx:
            began = tx.now
        await errand(database)
        async with database.transaction() as tx:
            tx.now = min(tx.now, began)
            await swept(tx, name)

    return Chore(name, every_s, noted)


def make_celery(settings: HouseSettings, chores: dict[str, tuple[Chore, ...]]) -> Celery:
    """Build the Celery app that runs the chores of the given services."""
    app = Celery("relais", broker=settings.valkey_url, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": HARD_LIMIT_S * 2},
        task_default_queue=f"relais-{'-'.join(sorted(chores))}",
        timezone="UTC",
        beat_schedule={},
    )
    clockwork = Clockwork(settings)
    for service, theirs in chores.items():
        for chore in theirs:
            name = f"{service}.{chore.name}"
            _register(app, clockwork, service, name, (chore,))
            app.conf.beat_schedule[name] = {
                "task": name,
                "schedule": chore.every_s,
                # A job that waited longer than its own period is pointless: its successor is there.
                "options": {"expires": max(10.0, chore.every_s)},
            }
        if theirs:
            _register(app, clockwork, service, service + ALL_AT_ONCE, theirs)
    return app


def _register(
    app: Celery, clockwork: "Clockwork", service: str, name: str, chores: Sequence[Chore]
) -> None:
    def job() -> None:
        for chore in chores:
            with bound(service=service, step=chore.name):
                try:
                    clockwork.do(service, chore)
                except Exception:
                    log.exception("chore failed; its rows wait for the next turn")

    app.task(
        name=name,
        shared=False,  # not for other apps of this process
        soft_time_limit=SOFT_LIMIT_S,
        time_limit=HARD_LIMIT_S,
    )(job)


class Clockwork:
    """One event loop in a thread of its own, with one pool of connections per service.

    A pooled engine belongs to the loop that made it: `asyncio.run` in each job would break the
    pool, or sign in to the database for every job. Made at the first job, after any fork.
    """

    def __init__(self, settings: HouseSettings) -> None:
        self._settings = settings
        self._making = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._databases: dict[str, Database] = {}

    def do(self, service: str, chore: Chore) -> None:
        """Run one chore to its end, whichever thread asks."""
        done = asyncio.run_coroutine_threadsafe(self._run(service, chore), self._running_loop())
        done.result(HARD_LIMIT_S)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._making:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="clockwork", daemon=True
                ).start()
            return self._loop

    async def _run(self, service: str, chore: Chore) -> None:
        role = chore.role or service
        if role not in self._databases:
            url = self._settings.database_url_of(role)
            self._databases[role] = Database(url, service, self._settings.clock, pool_size=2)
        await chore.errand(self._databases[role])


def poke(app: Celery) -> None:
    """Ask for every chore now: a hint, sent when a played clock was moved. One job per service."""
    for name in app.tasks:
        if name.endswith(ALL_AT_ONCE):
            app.send_task(name, ignore_result=True, expires=60)
