"""The facts' door of reporting: which fact wakes which step."""

from shared.bus import Bus


def listen(bus: Bus) -> None:
    """Register what reporting hears."""
