"""Finds a Chromium: this machine's, or the one that Playwright installed."""

import shutil
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def find_chromium() -> Path | None:
    """Return a Chromium of this machine or of Playwright, None where there is neither."""
    for name in CHROMIUM_NAMES:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    installed = sorted((Path.home() / ".cache" / "ms-playwright").glob("chromium*/*/chrome*"))
    return next((path for path in reversed(installed) if path.is_file()), None)
