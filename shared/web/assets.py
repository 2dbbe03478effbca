"""Where the files of the pages are: what `relais bundle` made, else the sources as they stand."""

import json
from collections.abc import Mapping
from pathlib import Path

from shared.web.languages import UI

BUILT = UI / "static" / "built"
STATIC = "/access/static"
"""One address for every page of the house, so that a browser fetches a file once."""


class Assets(dict[str, str]):
    """Built files by the names of their sources, under `STATIC`; empty for what is not built."""

    def __missing__(self, name: str) -> str:
        return ""


_read: dict[Path, tuple[int, Assets]] = {}


def assets() -> Mapping[str, str]:
    """Return the built files, as `{"desk.js": "built/desk-3KJH2.js"}`; none if not bundled."""
    listing = BUILT / "assets.json"
    try:
        made_at_ns = listing.stat().st_mtime_ns
    except FileNotFoundError:
        return Assets()
    known = _read.get(listing)
    if known is None or known[0] != made_at_ns:
        names: dict[str, str] = json.loads(listing.read_text())
        known = (made_at_ns, Assets({name: f"built/{file}" for name, file in names.items()}))
        _read[listing] = known
    return known[1]
