"""Who was asked about an invitation, and who answered: never what, which intake alone tells.

Intake's page of an invitation takes this part in; it knows opinions, but nobody's name.
"""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from services.dispatch import store
from shared.db import Tx
from shared.errors import MissingError
from shared.web import Coordinator, Db, live, page

router = APIRouter(
    prefix="/desk/consultations",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)


@router.get("/{consultation_id}")
async def show_asked(
    request: Request, database: Db, _: Coordinator, consultation_id: UUID
) -> Response:
    """List those who may answer, by name, and tell who did; htmx asks for the list alone."""
    async with database.reading() as tx:
        found = await store.list_consultations(tx, consultation_id)
        if not found:
            raise MissingError("consultation")
        names = await store.worker_names(tx)
        answered = await store.who_answered(tx, consultation_id)
        is_open = found[0].is_open(tx.now)
    in_part = "hx-request" in request.headers
    seen_open = request.query_params.get("seen") == "open"
    return page(
        request,
        "asked.html" if in_part else "consultation.html",
        consultation=found[0],
        is_open=is_open,
        answered=sorted(names[who] for who in answered if who in names),
        silent=sorted(name for who, name in names.items() if who not in answered),
        inside="inside" in request.query_params,  # of another page, under a heading of that page
        just_closed=in_part and seen_open and not is_open,
    )


@router.get("/{consultation_id}/live")
async def follow_asked(
    request: Request, database: Db, _: Coordinator, consultation_id: UUID
) -> StreamingResponse:
    """Say when somebody answered, or when the window closed."""
    async with database.reading() as tx:
        if not await store.list_consultations(tx, consultation_id):
            raise MissingError("consultation")

    async def mark(tx: Tx) -> str:
        found = await store.list_consultations(tx, consultation_id)
        answered = await store.who_answered(tx, consultation_id)
        is_open = any(one.is_open(tx.now) for one in found)
        return f"{len(answered)}/{len(await store.worker_names(tx))}/{is_open}"

    return live(request, database, mark)
