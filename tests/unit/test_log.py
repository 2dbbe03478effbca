"""What is logged is one line each, with its context, and never what an error says."""

import json
import logging
import sys
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter

from shared.log import JsonLines, bound
from shared.settings import HouseSettings
from shared.web import create_app

SECRET = "a secret of twenty-four characters"
TEXT = "what somebody wrote"


def written(message: str, *, failed: bool = False) -> str:
    record = logging.LogRecord("relais", logging.WARNING, "", 0, message, (), None)
    if failed:
        record.exc_info = sys.exc_info()
    return JsonLines().format(record)


def test_a_line_names_when_where_and_about_what() -> None:
    event = uuid4()
    with bound(service="intake", event_id=event):
        line = json.loads(written("heard"))

    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "relais",
        "message": "heard",
        "service": "intake",
        "event_id": str(event),
    }


def test_nobody_writes_a_second_line() -> None:
    line = written('heard\r\n{"level": "ERROR"}\x1b[2J')

    assert not {"\n", "\r", "\x1b"} & set(line)


def test_an_error_is_logged_by_its_type_and_place_and_not_by_its_text() -> None:
    try:
        int(TEXT)
    except ValueError:
        line = written("failed", failed=True)

    assert json.loads(line)["error"] == "ValueError"
    assert "test_log.py" in json.loads(line)["where"]
    assert TEXT not in line


@pytest.mark.parametrize("path", ["/broken", "/api/broken"])
async def test_an_error_of_ours_is_told_without_what_it_says(path: str) -> None:
    router = APIRouter()

    @router.get(path)
    async def broken() -> None:
        raise ValueError(TEXT)

    settings = HouseSettings(database_url="postgresql://nowhere", secret=SECRET)
    transport = httpx.ASGITransport(
        create_app("access", settings, [router]), raise_app_exceptions=False
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://relais.test") as stranger:
        answer = await stranger.get(path)

    assert answer.status_code == 500
    assert "C’est notre faute" in answer.text
    assert TEXT not in answer.text
    assert "Traceback" not in answer.text
