"""PostgreSQL, NATS with JetStream, Valkey and Caddy as child processes, from their wheels."""

from deploy.engines.caddy import Upstream
from deploy.engines.errors import EngineError
from deploy.engines.guarded import Guarded, Spawn
from deploy.engines.state import State, temporary_folder
from deploy.engines.system import Engines, Gateway, start_engines

__all__ = [
    "EngineError",
    "Engines",
    "Gateway",
    "Guarded",
    "Spawn",
    "State",
    "Upstream",
    "start_engines",
    "temporary_folder",
]
