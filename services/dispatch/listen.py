"""The facts' door of dispatch: which fact wakes which step."""

from shared.bus import Bus


def listen(bus: Bus) -> None:
    """Register what dispatch hears."""
