"""Marking French source strings, so that gettext finds what the pages translate later."""


def N_(text: str) -> str:  # noqa: N802 -- gettext's own name for "translate this later"
    """Mark a French source string for translation, and return it unchanged."""
    return text
