"""The facts' door of notify: which fact wakes which step."""

from services.notify.steps.confirm_task import confirm_task
from services.notify.steps.tell_answer import tell_answer
from services.notify.steps.tell_campaign_change import tell_campaign_change
from services.notify.steps.tell_coordination import tell_coordination
from services.notify.steps.tell_gap import tell_gap
from services.notify.steps.tell_proposal import tell_proposal
from services.notify.steps.tell_reader import tell_reader
from services.notify.steps.tell_withdrawal import tell_withdrawal
from services.notify.steps.tell_workers import tell_workers
from shared.bus import Bus
from shared.events import (
    CampaignClosed,
    CampaignResumed,
    CampaignSuspended,
    ConsultationOpened,
    ExportMade,
    InvitationDecided,
    InvitationReceived,
    SignalAnswered,
    SignalRaised,
    SnapshotPublished,
    TaskAccepted,
    TaskCountered,
    TaskDeclined,
    TaskExpired,
    TaskHandedBack,
    TaskProposed,
    TaskWithdrawn,
)


def listen(bus: Bus) -> None:
    """Register what notify hears."""
    bus.on(InvitationReceived, tell_coordination)
    bus.on(ConsultationOpened, tell_workers)
    bus.on(InvitationDecided, tell_workers)
    bus.on(TaskProposed, tell_proposal)
    bus.on(TaskAccepted, confirm_task)
    bus.on(TaskDeclined, tell_gap)
    bus.on(TaskCountered, tell_gap)
    bus.on(TaskExpired, tell_gap)
    bus.on(TaskHandedBack, tell_gap)
    bus.on(TaskWithdrawn, tell_withdrawal)
    bus.on(SignalRaised, tell_coordination)
    bus.on(SignalAnswered, tell_answer)
    bus.on(CampaignSuspended, tell_campaign_change)
    bus.on(CampaignResumed, tell_campaign_change)
    bus.on(CampaignClosed, tell_campaign_change)
    bus.on(SnapshotPublished, tell_coordination)
    bus.on(ExportMade, tell_reader)
