"""What is asked of the team in a play, and the ids of what comes of it."""

from dataclasses import dataclass
from uuid import UUID

from deploy.player.scenario import Case, Scenario
from shared.words import Requester

EXTENSION = "extension"


@dataclass(frozen=True, slots=True)
class Asked:
    """A case of a scenario. `extends` is the campaign after which it would go on."""

    scenario: Scenario
    case: Case
    key: str = ""
    extends: UUID | None = None

    @property
    def by_the_funder(self) -> bool:
        """Whether the funder writes it at its own page; others ask the coordination."""
        return self.case.invitation.asked_by is Requester.FUNDER

    @property
    def invitation_id(self) -> UUID:
        return self._id_of("invitation")

    @property
    def consultation_id(self) -> UUID:
        return self._id_of("consultation")

    @property
    def campaign_id(self) -> UUID:
        return self._id_of("campaign")

    def _id_of(self, what: str) -> UUID:
        return self.scenario.id_of(*([self.key] if self.key else []), what)


def asked_of(scenario: Scenario) -> tuple[Asked, ...]:
    """List what is asked: what the crisis begins with, and the extension if there is one."""
    first = Asked(scenario, scenario.case)
    if scenario.extension is None:
        return (first,)
    return (first, Asked(scenario, scenario.extension, EXTENSION, first.campaign_id))
