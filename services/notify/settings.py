"""Settings of notify."""

from shared.settings import HouseSettings, MailServerSettings


class MailSettings(MailServerSettings):
    """What the ways to reach people need; without a mail server nobody is offered e-mail."""


class NotifySettings(HouseSettings):
    """What notify may be told from outside; read from variables that begin with `RELAIS_`."""
