"""The field app's shell: the same for everybody, so that a phone may keep it without network.

Who is signed in decides what `/api/day` answers; the shell holds no person's data and asks for no
session, and neither do the manifest and the service worker.
"""

import json
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from services.dispatch.rules.notes import NOTE_MAX
from shared.errors import OutsideError
from shared.web import page, see_other
from shared.web.languages import UI
from shared.words import (
    CorrectionReason,
    DeclineReason,
    Ground,
    Language,
    NonTakeUp,
    RelayKind,
    SignalKind,
    Stance,
    Theme,
)

router = APIRouter(include_in_schema=False)
BUILT = UI / "static" / "built"
APP = "/dispatch/app/"
PLAIN_DAY = "/dispatch/"
ICONS = (("icon-192.png", "192x192"), ("icon-512.png", "512x512"))
NEEDS_GROUNDS = (Stance.WITH_CONDITIONS, Stance.AGAINST)
SIMPLE_STANCES = (Stance.FOR, Stance.NO_OPINION)
REASONS_TO_CORRECT = tuple(r for r in CorrectionReason if r is not CorrectionReason.NEVER_HAPPENED)


def built(name: str) -> Path:
    """Return a file of the bundle.

    Raises:
        OutsideError: it was not bundled; `relais up`, `demo` and `bundle` do that.
    """
    path = BUILT / name
    if not path.exists():
        raise OutsideError("bundle")
    return path


@router.get("/app/", response_class=HTMLResponse)
async def show_app(request: Request) -> Response:
    """Show the shell; its service worker keeps it for the time without network.

    Where nothing was bundled the plain page takes its place: workers land here.
    """
    if not (BUILT / "assets.json").exists():
        return see_other(PLAIN_DAY)
    assets: dict[str, str] = json.loads(built("assets.json").read_text())
    return page(
        request,
        "app.html",
        script=assets["app.js"],
        style=assets["field.css"],
        font=assets["font"],
        decline_reasons=tuple(DeclineReason),
        themes=tuple(Theme),
        tongues=tuple(Language),
        forms=tuple(NonTakeUp),
        relay_kinds=tuple(RelayKind),
        signal_kinds=tuple(SignalKind),
        simple_stances=SIMPLE_STANCES,
        stances_with_grounds=NEEDS_GROUNDS,
        grounds=tuple(Ground),
        reasons=REASONS_TO_CORRECT,
        note_max=NOTE_MAX,
    )


@router.get("/app/sw.js")
async def get_service_worker() -> Response:
    """Return the service worker; browsers look for a newer one at every visit."""
    return FileResponse(
        built("sw.js"), media_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )


@router.get("/app/app.webmanifest")
async def get_manifest() -> Response:
    """Say how the app appears on a home screen."""
    icons = [
        {
            "src": f"/dispatch/static/{name}",
            "sizes": sizes,
            "type": "image/png",
            "purpose": "any maskable",
        }
        for name, sizes in ICONS
    ]
    return JSONResponse(
        {
            "name": "Relais d’Action de Quartier",
            "short_name": "RAQ",
            "id": APP,
            "start_url": APP,
            "scope": APP,
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#1b3f78",
            "icons": icons,
        },
        media_type="application/manifest+json",
    )
