"""Sentences for people: French source strings, translated where they are shown."""

from collections.abc import Callable

from shared.errors import Problem

Translate = Callable[[str], str]


def N_(text: str) -> str:  # noqa: N802 -- gettext's own name for "translate this later"
    """Mark a French source string for translation, and return it unchanged."""
    return text


def in_french(text: str) -> str:
    """Translate nothing: the source strings are French."""
    return text


def say(problem: Problem, translate: Translate = in_french) -> str:
    """Write one problem as a line: where it is, then what is wrong."""
    sentence = translate(problem.message) % problem.values
    return f"{problem.place} : {sentence}" if problem.place else sentence
