"""All four services side by side: what one embedded process per door is made of."""

from typing import TYPE_CHECKING, TypeVar

from services.dispatch import main as dispatch
from services.dispatch.settings import DispatchSettings
from services.intake import main as intake
from services.intake.settings import IntakeSettings
from services.notify import main as notify
from services.notify.settings import NotifySettings
from services.reporting import main as reporting
from services.reporting.settings import ReportingSettings
from shared.bus import Bus
from shared.jobs import Chore
from shared.settings import HouseSettings

if TYPE_CHECKING:
    from fastapi import FastAPI

S = TypeVar("S", bound=HouseSettings)

CHORES: dict[str, tuple[Chore, ...]] = {
    "intake": intake.CHORES,
    "dispatch": dispatch.CHORES,
    "notify": notify.CHORES,
    "reporting": reporting.CHORES,
}


def own(kind: type[S], settings: HouseSettings) -> S:
    """Read a service's own settings, with what all services share taken from `settings`."""
    return kind(**settings.model_dump())


def buses(settings: HouseSettings) -> dict[str, Bus]:
    """Build the facts' door of every service."""
    return {
        "intake": intake.worker(own(IntakeSettings, settings)),
        "dispatch": dispatch.worker(own(DispatchSettings, settings)),
        "notify": notify.worker(own(NotifySettings, settings)),
        "reporting": reporting.worker(own(ReportingSettings, settings)),
    }


def webs(settings: HouseSettings) -> "dict[str, FastAPI]":
    """Build the people's door of every service."""
    return {
        "intake": intake.web(own(IntakeSettings, settings)),
        "dispatch": dispatch.web(own(DispatchSettings, settings)),
        "notify": notify.web(own(NotifySettings, settings)),
        "reporting": reporting.web(own(ReportingSettings, settings)),
    }
