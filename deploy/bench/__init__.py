"""`relais bench`: how fast the system is, each figure beside a bare one from the same run."""

from deploy.bench.run import Length, Line, bench

__all__ = ["Length", "Line", "bench"]
