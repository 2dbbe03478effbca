"""The facts' door of intake: which fact wakes which step."""

from services.intake.steps.hear_opinion import hear_opinion
from services.intake.steps.hear_signal import hear_signal
from services.intake.steps.target_neighbourhoods import target_neighbourhoods
from shared.bus import Bus
from shared.events import CampaignDeclared, OpinionGiven, SignalRaised


def listen(bus: Bus) -> None:
    """Register what intake hears."""
    bus.on(OpinionGiven, hear_opinion)
    bus.on(SignalRaised, hear_signal)
    bus.on(CampaignDeclared, target_neighbourhoods)
