"""The facts' door of intake: which fact wakes which step."""

from shared.bus import Bus


def listen(bus: Bus) -> None:
    """Register what intake hears."""
