"""The facts' door of intake: which fact wakes which step."""

from services.intake.steps.hear_opinion import hear_opinion
from services.intake.steps.hear_signal import hear_signal
from services.intake.steps.note_progress import note_progress
from services.intake.steps.target_neighbourhoods import target_neighbourhoods
from shared.bus import Bus
from shared.events import CampaignDeclared, OpinionGiven, RaqsMatched, SignalRaised, TaskProposed


def listen(bus: Bus) -> None:
    """Register what intake hears."""
    bus.on(OpinionGiven, hear_opinion)
    bus.on(SignalRaised, hear_signal)
    bus.on(CampaignDeclared, target_neighbourhoods)
    bus.on(RaqsMatched, note_progress)
    bus.on(TaskProposed, note_progress)
