"""What a scenario file says: a crisis, its people, how they behave, and what the street gives.

The format is described in `docs/scenarios.md`. Unknown keys are refused with their place.
"""

from deploy.player.parts import Said
from deploy.player.scenario.campaign import Campaign, Zones
from deploy.player.scenario.case import Case, Waiver
from deploy.player.scenario.following import Accounts, Funder, Letters
from deploy.player.scenario.hours import Hours
from deploy.player.scenario.judged import Opinion
from deploy.player.scenario.people import Person, Temper
from deploy.player.scenario.reading import FOLDER, ScenarioError, read_scenario, scenario_names
from deploy.player.scenario.street import Signal
from deploy.player.scenario.whole import Scenario

__all__ = [
    "FOLDER",
    "Accounts",
    "Campaign",
    "Case",
    "Funder",
    "Hours",
    "Letters",
    "Opinion",
    "Person",
    "Said",
    "Scenario",
    "ScenarioError",
    "Signal",
    "Temper",
    "Waiver",
    "Zones",
    "read_scenario",
    "scenario_names",
]
