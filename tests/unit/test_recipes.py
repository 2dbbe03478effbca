"""The recipes of `docs/how-to` that change code, followed word for word in a copy."""

from pathlib import Path

import pytest

from tests.recipes import follow

pytestmark = pytest.mark.slow

RECIPES = (
    "add-a-figure.md",
    "add-a-funder-report.md",
    "add-a-notification-channel.md",
    "add-a-view.md",
    "add-an-outcome-kind.md",
)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_newcomer_who_follows_the_recipe_gets_there(recipe: str, tmp_path: Path) -> None:
    followed = follow(recipe, tmp_path)

    assert followed.commands, "the recipe has no command to see it work"
    assert set(followed.codes) == {0}, followed.printed
