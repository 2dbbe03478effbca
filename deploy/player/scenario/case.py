"""What is asked of the team: from an invitation to the campaign that comes of it, if one does."""

from typing import Self

from pydantic import Field, model_validator

from deploy.player.parts import Moment, Part
from deploy.player.scenario.campaign import Campaign
from deploy.player.scenario.judged import Consultation, Invitation, Judgement, Ruling
from shared.words import Decision


class Case(Part):
    """A refusal needs neither an answered charter nor a consultation; anything else needs all."""

    invitation: Invitation
    judgement: Judgement | None = None
    consultation: Consultation | None = None
    decision: Ruling
    campaign: Campaign | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        refused = self.decision.decision is Decision.REFUSE
        if refused and self.campaign is not None:
            msg = "what is refused has no campaign"
            raise ValueError(msg)
        if not refused and None in (self.judgement, self.consultation, self.campaign):
            msg = "what is accepted has a judgement, a consultation and a campaign"
            raise ValueError(msg)
        return self


class Waiver(Part):
    """A worker agrees that the total of a campaign of fewer than three is published."""

    at: Moment
    who: str


class Extension(Case):
    """What the funder asks for after the campaign: a new invitation, judged like any other."""

    waivers: tuple[Waiver, ...] = Field(())
    """Given where so few work that nothing else may be published; one of each who works."""
