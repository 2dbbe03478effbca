"""The recipe "add a matching constraint", followed word for word in a copy."""

from pathlib import Path

from tests.recipes import follow


def test_one_function_is_a_new_constraint(tmp_path: Path) -> None:
    followed = follow("add-a-matching-constraint.md", tmp_path)

    assert followed.commands
    assert set(followed.codes) == {0}, followed.printed
