"""`relais bench`: how fast the system is, each figure beside a bare one from the same run."""

from deploy.bench.run import Line, bench

__all__ = ["Line", "bench"]
