"""The ways to reach people. A new way is one file here and one entry in `CHANNELS`."""

from services.notify.gateways.contract import Gateway
from services.notify.gateways.email import Email
from services.notify.gateways.inbox import Inbox
from services.notify.settings import MailSettings
from shared.words import Channel

CHANNELS: tuple[type[Inbox] | type[Email], ...] = (Inbox, Email)


def offered(settings: MailSettings) -> dict[Channel, Gateway]:
    """Open every channel that the settings configure; the others are not offered to anybody."""
    opened = (channel.open(settings) for channel in CHANNELS)
    return {gateway.name: gateway for gateway in opened if gateway is not None}


__all__ = ["CHANNELS", "Gateway", "offered"]
