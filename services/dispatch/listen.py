"""The facts' door of dispatch: which fact wakes which step."""

from services.dispatch.steps.close_campaign import close_campaign
from services.dispatch.steps.close_consultation import close_consultation
from services.dispatch.steps.match_raqs import match_raqs
from services.dispatch.steps.name_campaign import name_campaign
from services.dispatch.steps.note_answer import note_answer
from services.dispatch.steps.note_gap import note_gap
from services.dispatch.steps.note_told import note_told
from services.dispatch.steps.note_unreachable import note_unreachable
from services.dispatch.steps.open_consultation import open_consultation
from services.dispatch.steps.resume_campaign import resume_campaign
from services.dispatch.steps.suspend_campaign import suspend_campaign
from shared.bus import Bus
from shared.events import (
    CampaignClosed,
    CampaignDeclared,
    CampaignResumed,
    CampaignSuspended,
    ConsultationOpened,
    InvitationDecided,
    NeighbourhoodsTargeted,
    NotificationFailed,
    RaqNotified,
    SignalAnswered,
    TaskDeclined,
    TaskExpired,
    TaskHandedBack,
)


def listen(bus: Bus) -> None:
    """Register what dispatch hears, in the order it happens."""
    bus.on(ConsultationOpened, open_consultation)
    bus.on(InvitationDecided, close_consultation)
    bus.on(CampaignDeclared, name_campaign)
    bus.on(NeighbourhoodsTargeted, match_raqs)
    bus.on(RaqNotified, note_told)
    bus.on(NotificationFailed, note_unreachable)
    bus.on(TaskDeclined, note_gap)
    bus.on(TaskExpired, note_gap)
    bus.on(TaskHandedBack, note_gap)
    bus.on(SignalAnswered, note_answer)
    bus.on(CampaignSuspended, suspend_campaign)
    bus.on(CampaignResumed, resume_campaign)
    bus.on(CampaignClosed, close_campaign)
