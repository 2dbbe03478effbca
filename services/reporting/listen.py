"""The facts' door of reporting: which fact wakes which step."""

from services.reporting.steps.freeze_figures import freeze_figures
from services.reporting.steps.project_facts import project_facts
from services.reporting.store import PROJECTED
from shared.bus import Bus
from shared.events import CampaignClosed


def listen(bus: Bus) -> None:
    """Register what reporting hears."""
    bus.project(PROJECTED, project_facts)
    bus.on(CampaignClosed, freeze_figures)
