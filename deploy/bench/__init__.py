"""`relais bench`: how fast the system is, each figure beside a bare one from the same run."""

from deploy.bench.rebuilding import Bench, bench_rebuild
from deploy.bench.run import Found, Length, Line, bench

__all__ = ["Bench", "Found", "Length", "Line", "bench", "bench_rebuild"]
