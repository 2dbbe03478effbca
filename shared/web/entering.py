"""What every way in shares: the cookie, where one lands, and from which device one comes."""

from fastapi import Request
from fastapi.responses import Response

from shared import access
from shared.access import Account, Identity, Stage
from shared.access.throttle import (
    FOR_A_NAME,
    FOR_AN_ADDRESS,
    Allowance,
    attempt_key,
    count_try,
    take_back,
)
from shared.db import Tx
from shared.web.guard import (
    SESSION_COOKIE,
    doors_of,
    session_life,
    settings_of,
    shown_token,
)
from shared.web.pages import see_other
from shared.words import Role

HOME_OF = {
    Role.COORDINATION: "/intake/",
    Role.WORKER: "/dispatch/app/",
    Role.HOST_PARTNER: "/dispatch/partner",
    Role.FUNDER: "/reporting/funder",
    Role.ADMINISTRATOR: "/access/people",
}
PAGE_OF = {Stage.SET_UP: "/access/set-up", Stage.SECOND_STEP: "/access/second-step"}

# What a person recognises their devices by, and nothing finer. The order counts: every browser
# claims to be Safari.
BROWSERS = (("Firefox/", "Firefox"), ("Edg", "Edge"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_of(request: Request) -> str:
    """Name the browser and the system that ask; empty when neither is known."""
    said = request.headers.get("user-agent", "")
    found = (
        next((name for mark, name in known if mark in said), "") for known in (BROWSERS, SYSTEMS)
    )
    return " · ".join(name for name in found if name)


async def begin(  # noqa: PLR0913 - what a session is; most by name
    request: Request,
    tx: Tx,
    who: Account,
    *,
    by: str,
    stage: Stage = Stage.FULL,
    reads_only: bool = False,
) -> tuple[str, Identity]:
    """Open a session in the place of the one that this browser had, if any."""
    life = session_life(settings_of(request))
    earlier = shown_token(request)
    if earlier is not None:
        known = await access.identify(tx, earlier, life)
        if known is not None:
            await access.end_session(tx, known.session_id)
    return await access.begin_session(
        tx, who, life, by=by, stage=stage, device=device_of(request), reads_only=reads_only
    )


def home_of(who: Identity) -> str:
    """Tell where somebody belongs, as far as they have come in."""
    return PAGE_OF.get(who.stage) or HOME_OF.get(who.role, "/access/me")


def hand_over(answer: Response, token: str) -> None:
    """Give the browser its session."""
    answer.set_cookie(SESSION_COOKIE, token, secure=True, httponly=True, samesite="lax", path="/")


def welcome(token: str, who: Identity) -> Response:
    """Give the browser its session, and send it where this person belongs."""
    answer = see_other(home_of(who))
    hand_over(answer, token)
    return answer


class Tries:
    """The tries of one request: counted before they are judged, taken back when they were right."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._secret = settings_of(request).secret.get_secret_value()
        client = request.client.host if request.client else ""
        self._counted: list[tuple[bytes, Allowance]] = [
            (self._key("address", client), FOR_AN_ADDRESS)
        ]

    def _key(self, kind: str, value: str) -> bytes:
        return attempt_key(self._secret, kind, value)

    async def count(self, kind: str = "", value: str = "") -> None:
        """Count a try from this address, and on this name if one is given.

        Raises:
            TooOftenError: there were too many.
        """
        if kind:
            self._counted.append((self._key(kind, value), FOR_A_NAME))
        async with doors_of(self._request).transaction() as tx:
            for key, allowance in self._counted:
                await count_try(tx, key, allowance)

    async def were_right(self, tx: Tx) -> None:
        """Forget them."""
        for key, allowance in self._counted:
            await take_back(tx, key, all_of_them=allowance is FOR_A_NAME)
