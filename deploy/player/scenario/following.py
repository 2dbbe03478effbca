"""Who follows a campaign: the funder, whoever receives reports, and what is taken along."""

from typing import Literal

from pydantic import Field

from deploy.player.parts import Moment, Part


class Funder(Part):
    """Whoever follows the campaign for the body that pays: they come in by a mailed link."""

    name: str
    email: str = Field(pattern=r"^[a-z.]+@[a-z.]+\.example$")  # Source: RFC 2606: nobody's
    looks_at: tuple[Moment, ...] = ()
    """When they read what is published so far, and compare it with the pages of others."""


class Letters(Part):
    """Somebody subscribes to reports. At an address of others, whoever reads it says yes first."""

    at: Moment
    who: Literal["funder", "coordination"]
    email: str | None = Field(default=None, pattern=r"^[a-z.]+@[a-z.]+\.example$")
    rhythm: Literal["each_seal", "monthly", "at_close"]
    language: Literal["fr", "nl", "en"] = "fr"


class Accounts(Part):
    """When everything is sealed: every file is taken, and who takes their own data along."""

    at: Moment
    own_data: tuple[str, ...] = ()
