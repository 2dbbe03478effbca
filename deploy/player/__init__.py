"""The scenario player: a crisis from a file, played through the front door like any other use."""

from deploy.player.backstage import Backstage, open_backstage
from deploy.player.front_door import FrontDoor
from deploy.player.play import Play, Territory
from deploy.player.scenario import Scenario, ScenarioError, read_scenario, scenario_names

__all__ = [
    "Backstage",
    "FrontDoor",
    "Play",
    "Scenario",
    "ScenarioError",
    "Territory",
    "open_backstage",
    "read_scenario",
    "scenario_names",
]
