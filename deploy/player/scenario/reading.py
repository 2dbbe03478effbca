"""Reads a scenario's file, and those that it shares with others: teams, directories, kits."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from deploy.player.parts import Part
from deploy.player.scenario.whole import Scenario
from shared.errors import RelaisError

FOLDER = Path(__file__).resolve().parent.parent.parent / "scenarios"


class ScenarioError(RelaisError):
    """A scenario cannot be read; the message says where and why."""


def scenario_names(folder: Path = FOLDER) -> list[str]:
    """List the scenarios that can be played, by name."""
    return sorted(file.stem for file in folder.glob("*.toml"))


def read_scenario(name: str, folder: Path = FOLDER) -> Scenario:
    """Read a scenario by its name.

    Raises:
        ScenarioError: there is none of this name, or it breaks the format; every place is named.
    """
    file = folder / f"{name}.toml"
    if name not in scenario_names(folder):
        known = ", ".join(scenario_names(folder))
        raise ScenarioError(f"There is no scenario {name!r}; choose one of: {known}.")
    try:
        return Scenario.model_validate({"name": name, **_whole(_toml(file), folder)})
    except ValidationError as error:
        raise ScenarioError(_complaint(file, error)) from error


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{file.name} cannot be read: {error}") from error


def _complaint(file: Path, error: ValidationError) -> str:
    found = [
        f"  {'.'.join(map(str, each['loc'])) or 'the whole'}: {each['msg']}"
        for each in error.errors(include_url=False)
    ]
    return "\n".join([f"{file.name} is not a scenario:", *found])


def _whole(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Replace what a scenario shares with others by what their files say."""
    if isinstance(named := values.get("directory"), str):
        values |= {"directory": _toml(folder / "directories" / f"{named}.toml").get("actors", ())}
    if isinstance(named := values.get("kit"), str):
        values |= {"kit": _toml(folder / "kits" / f"{named}.toml")}
    return _with_team(values, folder)


class Team(Part):
    """Who of a team's file takes part: everybody but `without`."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    without: tuple[str, ...] = ()


def _with_team(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Replace `team` by its people. What `[everybody]` says holds unless a person says otherwise.

    A person of the scenario's own `roster` replaces the one of the same key.
    """
    named = values.pop("team", None)
    if named is None:
        return values
    try:
        team = Team.model_validate({"name": named} if isinstance(named, str) else named)
    except ValidationError as error:
        raise ScenarioError(_complaint(Path("team"), error)) from error
    found = _toml(folder / "teams" / f"{team.name}.toml")
    everybody = found.get("everybody", {})
    people = {person.get("key"): everybody | person for person in found.get("roster", [])}
    people |= {person.get("key"): everybody | person for person in values.get("roster", [])}
    meets = {"meeting": found["meeting"]} if "meeting" in found else {}
    return meets | values | {"roster": [p for key, p in people.items() if key not in team.without]}
