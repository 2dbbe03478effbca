"""The clock's door: chores of one service, or of all four, in one process."""

from collections.abc import Sequence

from celery import Celery

from deploy.wiring import CHORES
from shared.jobs import make_celery
from shared.log import start_logging
from shared.settings import HouseSettings


def celery_app(settings: HouseSettings, services: Sequence[str]) -> Celery:
    """Build the Celery app with the chores of these services."""
    return make_celery(settings, {name: CHORES[name] for name in services})


def jobs(services: Sequence[str], schedule_file: str) -> None:
    """Keep the clock until told to stop: beat and worker in one process.

    With several replicas, exactly one of them may have the beat.
    """
    start_logging()
    app = celery_app(HouseSettings(), services)
    app.worker_main(
        [
            "worker",
            "--beat",
            f"--schedule={schedule_file}",
            "--pool=threads",
            "--concurrency=4",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=WARNING",
        ]
    )
