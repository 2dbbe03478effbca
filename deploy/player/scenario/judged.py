"""From the invitation to the decision: what is asked, what the charter says, what the team says."""

from datetime import date

from deploy.player.parts import Moment, Part
from shared.words import Boundary, Decision, Ground, Law, Public, Requester, Stance, ZoneId


class Invitation(Part):
    """Who asks what. The words stay in intake."""

    at: Moment
    asked_by: Requester
    requester: str
    wanted: str
    publics: tuple[Public, ...]
    wanted_from: date
    wanted_until: date
    where: str
    zone_ids: tuple[ZoneId, ...] = ()


class Verdict(Part):
    holds: bool
    sentence: str


class Judgement(Part):
    """The coordination's answers to the charter."""

    boundaries: dict[Boundary, Verdict]
    laws: dict[Law, Verdict]
    arguments: str


class Opinion(Part):
    who: str
    at: Moment
    stance: Stance
    grounds: tuple[Ground, ...] = ()
    reply: str | None = None
    """What the coordination answers to an objection or a condition."""


class Consultation(Part):
    opens_at: Moment
    closes_at: Moment
    accelerated_because: str | None = None
    opinions: tuple[Opinion, ...]


class Ruling(Part):
    at: Moment
    decision: Decision
    reason: str
    changes: tuple[str, ...] = ()
