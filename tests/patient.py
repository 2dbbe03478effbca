"""Asks the running house in-process, and does not wait for the end of a stream that has none."""

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

LIMIT_S = 30.0


class PatientTransport(httpx.AsyncBaseTransport):
    """Like `httpx.ASGITransport`: an error of ours is answered, and a stream is left once begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query,
            "server": (request.url.host, request.url.port),
            "client": ("10.0.0.1", 1234),
            "root_path": "",
        }
        told: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        status, headers, parts = 500, [], list[bytes]()
        enough = asyncio.Event()

        async def receive() -> Message:
            if told:
                return told.pop()
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message["headers"])
                return
            parts.append(message.get("body", b""))
            endless = dict(headers).get(b"content-type", b"").startswith(b"text/event-stream")
            if endless or not message.get("more_body", False):
                enough.set()

        running = asyncio.ensure_future(self._app(scope, receive, send))
        waiting = asyncio.ensure_future(enough.wait())
        try:
            async with asyncio.timeout(LIMIT_S):
                await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if dict(headers).get(b"content-type", b"").startswith(b"text/event-stream"):
                    running.cancel()
                await asyncio.gather(running, return_exceptions=True)  # noqa: TID251 - one task
        finally:
            running.cancel()
            waiting.cancel()
        return httpx.Response(
            status, headers=headers, stream=httpx.ByteStream(b"".join(parts)), request=request
        )
