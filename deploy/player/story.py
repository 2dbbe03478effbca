"""What happens, as sentences. French is the source; a reader gets them in their own language.

Sentences say what the campaign does. They never say who declined, nor how much one person did.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from deploy.player.parts import Said
from shared.db import ZoneName
from shared.web.languages import local_formats, translate

KEPT = 400


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark a French source string for translation, and return it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that happened; `text` is a French source string with `%(name)s` places."""

    at: datetime
    text: str
    values: Mapping[str, object]

    def within(self, language: str) -> str:
        """Write the sentence in a language."""
        shown = {name: show(value, language) for name, value in self.values.items()}
        return translate(language, self.text, shown)


def show(value: object, language: str) -> str:
    """Write a value in a language: a zone's name, a word of a closed list, a date, a number."""
    formats = local_formats(language)
    match value:
        case ZoneName() | Said():
            return value.name(language)
        case Enum():
            return formats["word"](value)
        case datetime() | date():
            return formats["day"](value)
        case int():
            return formats["number"](value)
        case tuple():
            return ", ".join(show(part, language) for part in value)
        case _:
            return str(value)


class Story:
    """Keeps the last sentences, and tells each to whoever listens."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.sentences: deque[Sentence] = deque(maxlen=KEPT)
        self.listeners: list[Callable[[Sentence], None]] = []

    def tell(self, text: str, **values: object) -> None:
        """Say what happened now."""
        sentence = Sentence(self._now(), text, values)
        self.sentences.append(sentence)
        for listener in self.listeners:
            listener(sentence)
