"""Every route of the running house, and the line of tests/architecture/routes.toml that it has."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from shared.words import Role

FILE = Path(__file__).parent / "architecture" / "routes.toml"
SERVER_ERRORS, AWAY = 500, 503
NO_ROLE_NEEDED = {"everybody", "on the way", "set up", "second step"}


@dataclass(frozen=True, slots=True)
class Line:
    """What is expected of a route; see the head of the file."""

    service: str
    method: str
    path: str
    open_to: str | tuple[str, ...]
    others: Literal[403, 404] = 403
    own: bool | str = False
    away: bool = False
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.method} /{self.service}{self.path}"

    def broke(self, status: int) -> bool:
        """Tell whether an answer is an error of ours."""
        return status >= SERVER_ERRORS and not (self.away and status == AWAY)

    @property
    def sends_json(self) -> bool:
        return "/api/" in self.path

    def lets_in(self, role: str) -> bool:
        """Tell whether somebody of this role who is fully in may use it."""
        if isinstance(self.open_to, tuple):
            return role in self.open_to
        return self.open_to in {"everybody", "signed in", "on the way"}


def lines() -> dict[tuple[str, str], Line]:
    """Read the file, by service and `METHOD /path`."""
    found = {}
    for service, routes in tomllib.loads(FILE.read_text()).items():
        for route, said in routes.items():
            method, path = route.split(" ")
            more = dict(said) if isinstance(said, dict) else {"open_to": said}
            open_to = more.pop("open_to")
            open_to = tuple(open_to) if isinstance(open_to, list) else open_to
            found[service, route] = Line(service, method, path, open_to, **more)
    return found


def routes_of(app: Any) -> Iterator[tuple[str, str]]:
    """List the routes of the running house, by service and `METHOD /path`; files are not among."""
    for mount in app.routes:
        if isinstance(mount, Mount):
            for route in iter_route_contexts(mount.app.routes):  # type: ignore[attr-defined]  # ours are apps
                for method in sorted(set(route.methods or ()) - {"HEAD"}):
                    yield mount.path.strip("/"), f"{method} {route.path}"


def problems_of(line: Line) -> str | None:
    """Tell what is wrong with a line itself."""
    known = {role.value for role in Role}
    if isinstance(line.open_to, tuple):
        strange = set(line.open_to) - known
        return f"{line.name}: no such role {sorted(strange)}" if strange else None
    if line.open_to not in {*NO_ROLE_NEEDED, "signed in"}:
        return f"{line.name}: nobody is {line.open_to!r}"
    return None
