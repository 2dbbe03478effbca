"""Reading the facts once more: every projection rebuilt, every published seal made again."""

from deploy.replay.rebuilding import (
    SHADOW,
    Rebuilt,
    ReplayError,
    catch_up,
    rebuild,
    shadow_tables,
)
from deploy.replay.seals import SealedAgain, check_seals, write_seals
from deploy.replay.sources import Reading, read_stream

__all__ = [
    "SHADOW",
    "Reading",
    "Rebuilt",
    "ReplayError",
    "SealedAgain",
    "catch_up",
    "check_seals",
    "read_stream",
    "rebuild",
    "shadow_tables",
    "write_seals",
]
