"""The facts' door of notify: which fact wakes which step."""

from shared.bus import Bus


def listen(bus: Bus) -> None:
    """Register what notify hears."""
