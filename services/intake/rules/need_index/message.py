"""A sentence to show: its French source string and what fills it, translated by the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, Union

Value: TypeAlias = Union[str, int, float, "Message", tuple["Message", ...]]


def write_plainly(value: str | float) -> str:
    """Write a value without a locale; a page brings its own way."""
    return f"{value:.2f}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True)
class Message:
    """A French source string with named parameters.

    A parameter is a proper name, a number, another message, or several (written with commas).
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def render(
        self,
        translate: Callable[[str], str] = lambda text: text,
        show: Callable[[str | float], str] = write_plainly,
    ) -> str:
        """Write the sentence, given gettext and a function that shows a name or a number."""

        def written(value: Value) -> str:
            if isinstance(value, Message):
                return value.render(translate, show)
            if isinstance(value, tuple):
                return ", ".join(part.render(translate, show) for part in value)
            return show(value)

        text = translate(self.text)
        if not self.values:  # somebody's own words may hold a lone percent sign
            return text
        return text % {name: written(value) for name, value in self.values.items()}
