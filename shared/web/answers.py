"""Errors become answers, once for all services."""

import logging
from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from shared.access import Identity
from shared.db import does_not_fit, is_away
from shared.errors import (
    DeniedError,
    MissingError,
    Problem,
    RefusedError,
    RelaisError,
    TooOftenError,
)
from shared.log import bound
from shared.web.guard import identify_on_the_way
from shared.web.headers import closed
from shared.web.languages import language_of, translate
from shared.web.openapi import PROBLEM_TYPE, ProblemDocument
from shared.web.pages import page

log = logging.getLogger(__name__)


def wants_json(request: Request) -> bool:
    """Tell a program from a browser: programs use the paths under `/api/`."""
    return "/api/" in request.url.path or request.url.path.endswith("/api")


def answer_problem(
    request: Request, status: int, title: str, problems: Sequence[Problem] = ()
) -> Response:
    """Say what is wrong and what to do, in the reader's language, as JSON or as a page."""
    language = language_of(request)
    told = [
        {"slug": p.slug, "place": p.place, "message": translate(language, p.message, p.values)}
        for p in problems
    ]
    if wants_json(request):
        document = ProblemDocument.model_validate(
            {"status": status, "title": translate(language, title), "problems": told}
        )
        return JSONResponse(document.model_dump(), status, media_type=PROBLEM_TYPE)
    return page(
        request,
        "problem.html",
        status,
        title=translate(language, title),
        problems=told,
        enter=status == NOT_SIGNED_IN,
        sent=request.method != "GET",
    )


AWAY = "Un service ne répond pas. Réessayez dans un instant."
NOT_HERE = "Cette page n’existe pas, ou plus."
NOT_FOUND = 404
NOT_SIGNED_IN = 401
WRONG_METHOD = 405


def add_error_answers(app: FastAPI) -> None:
    """Map the types of errors to answers, once for all services."""
    app.add_exception_handler(RelaisError, answer_ours)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.add_exception_handler(HTTPException, answer_http)
    app.add_exception_handler(DBAPIError, answer_beyond_measure)
    app.add_exception_handler(OverflowError, answer_beyond_measure)
    app.add_exception_handler(Exception, answer_unexpected)


async def answer_ours(request: Request, error: Exception) -> Response:
    """Answer what Relais raised on purpose: the type is the policy."""
    match error:
        case RefusedError():
            return answer_problem(request, 409, "Cela n’est pas possible.", error.problems)
        case DeniedError(signed_in=True):
            log_denied(request)
            return answer_problem(request, 403, "Ceci n’est pas ouvert à votre rôle.")
        case DeniedError():
            return answer_problem(request, NOT_SIGNED_IN, "Entrez d’abord.")
        case TooOftenError():
            wait_min = -(-error.wait_s // 60)
            message = "Trop d’essais. Réessayez dans %(minutes)s min."
            problem = Problem("too_often", message, values={"minutes": wait_min})
            answer = answer_problem(request, 429, "Cela n’est pas possible.", [problem])
            answer.headers["Retry-After"] = str(error.wait_s)
            return answer
        case MissingError():
            return answer_problem(request, NOT_FOUND, NOT_HERE)
        case _:
            return answer_problem(request, 503, AWAY)


def log_denied(request: Request) -> None:
    """Log who was refused what: the route, never the address, which may hold somebody's id."""
    who: Identity | None = getattr(request.state, "who", None)
    route = getattr(request.scope.get("route"), "path", "")
    with bound(
        service=request.app.state.service,
        person_id=who.person_id if who else "",
        role=who.role.value if who else "",
        route=f"{request.method} {route}",
    ):
        log.warning("access denied")


async def answer_invalid(request: Request, error: Exception) -> Response:
    """Name every field that is missing or malformed, without repeating what was sent."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    places = [(str(f["type"]), ".".join(str(part) for part in f["loc"][1:])) for f in found]
    problems = [
        Problem(
            slug=slug,
            message="Vérifiez « %(field)s »\u00a0: la valeur manque ou n’a pas la bonne forme.",
            place=place,
            values={"field": place},
        )
        for slug, place in places
    ]
    return answer_problem(request, 422, "Ces données ne sont pas complètes.", problems)


async def answer_beyond_measure(request: Request, error: Exception) -> Response:
    """Refuse a value of the right form that nothing can count with or keep.

    A NUL character, a number of thirty digits, a period that ends after the year 9999.
    """
    if isinstance(error, DBAPIError) and not does_not_fit(error):
        raise error  # the database is away, or an error of ours
    log.warning("a value beyond measure was refused", exc_info=error)
    problem = Problem(
        "beyond_measure",
        "Une valeur est hors de toute mesure : un nombre trop grand, une date trop lointaine ou un"
        " caractère invisible. Corrigez-la et renvoyez.",
    )
    return answer_problem(request, 422, "Ces données ne sont pas complètes.", [problem])


async def answer_http(request: Request, error: Exception) -> Response:
    """Answer what the framework refused: no such path, no such method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if not wants_json(request):
        await know_the_reader(request)
    title = NOT_HERE if status == NOT_FOUND else "Cela n’est pas possible."
    answer = answer_problem(request, status, title)
    if status == WRONG_METHOD:
        answer.headers["Allow"] = ", ".join(sorted(methods_here(request)))
    return answer


async def know_the_reader(request: Request) -> None:
    """Find out who reads a page that no route answers, so that it has their menu."""
    try:
        await identify_on_the_way(request)
    except Exception as error:
        if not is_away(error):
            raise


def methods_here(request: Request) -> set[str]:
    """List the methods of a path; the framework knows those of the first route with it only."""
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    return {
        method
        for route in iter_route_contexts(request.app.routes)
        if route.path is not None and compile_path(route.path)[0].match(path)
        for method in route.methods or ()
    }


async def answer_unexpected(request: Request, error: Exception) -> Response:
    """Answer an error of ours; or an engine that is away, which is worth another try.

    Nothing else runs after this: the security headers are added here too.
    """
    if is_away(error):
        return closed(answer_problem(request, 503, AWAY), request.url.path)
    log.error("unexpected error", exc_info=error)
    ours = answer_problem(request, 500, "C’est notre faute. Rien n’est perdu\u00a0: réessayez.")
    return closed(ours, request.url.path)
