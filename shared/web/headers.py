"""What every answer of this house tells the browser not to do."""

from starlette.responses import Response

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; form-action 'self'; manifest-src 'self';"
        " worker-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # No place and no picture of anybody is recorded here: no page may ever ask for them.
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def closed(answer: Response, path: str) -> Response:
    """Add the security headers; keep what is not a file out of caches."""
    for name, value in SECURITY_HEADERS.items():
        answer.headers.setdefault(name, value)
    if "/static/built/" in path:  # its name changes with its content
        answer.headers.setdefault("Cache-Control", "public, max-age=31536000, immutable")
    elif "/static/" not in path:
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer
