"""Every endpoint and every page, as every role and as nobody, asked what nobody would ask.

Endpoints: no error of ours, no answer that the OpenAPI document does not tell. Pages: no error of
ours, and always a page of the house that says what is wrong. What is new is asked without anybody
adding a line (`tests/fuzzing.py`, `tests/forms.py`). `--examples 300` asks the endpoints longer;
values are the same at every run.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from shared.access import Stage
from shared.bus import SERVICES
from shared.words import Role
from tests.forms import SECRETS, fields_of_forms, hostile_requests, send, what_is_wrong
from tests.fuzzing import Fuzzer, Operation
from tests.house import House
from tests.lived_in import LivedIn, a_lived_in_house
from tests.routes import lines

FEW, OF_THE_REFUSED, EDGES = 2, 1, 16
IN_EVERY_SERVICE = {"/api/zones", "/api/pulse"}  # one code: its edges are tried in one service


@dataclass(frozen=True)
class Actor:
    """Who asks, and what their client sends with every request."""

    name: str
    role: Role | None
    headers: Mapping[str, str]


@pytest.fixture(scope="module")
async def lived_in(house: House) -> LivedIn:
    return await a_lived_in_house(house)


@pytest.fixture(scope="module")
def actors(lived_in: LivedIn) -> list[Actor]:
    return [Actor("nobody", None, {})] + [
        Actor(role.value, role, {"Authorization": lived_in.people[role].headers["Authorization"]})
        for role in Role
    ]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("service", [*SERVICES, "access"])
async def test_every_endpoint_answers_as_its_document_says(
    lived_in: LivedIn, actors: list[Actor], service: str, pytestconfig: pytest.Config
) -> None:
    examples = pytestconfig.getoption("examples")
    fuzzer = Fuzzer(asyncio.get_running_loop(), lived_in.house.transport.app, lived_in.ids)
    document = lived_in.house.door(service).openapi()

    complaints = await asyncio.to_thread(
        lambda: list(complaints_of(fuzzer, service, document, actors, examples))
    )

    assert not complaints, "\n\n".join(complaints)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_every_page_and_form_answers_what_is_hostile_with_a_page(
    lived_in: LivedIn, actors: list[Actor]
) -> None:
    fields = await fields_of_forms(lived_in)
    wrong = []
    for line in [line for line in lines().values() if not line.sends_json]:
        tried = False
        for actor in actors:
            opens = line.lets_in(actor.role) if actor.role else line.open_to == "everybody"
            headers, everything = actor.headers, opens and not tried
            tried |= opens
            if opens and line.service == "access" and actor.role and line.method == "POST":
                somebody = await lived_in.house.enter(actor.role, "Somebody")  # may be sent out
                headers = {"Authorization": somebody.headers["Authorization"]}
            names = fields.get(line.name, set())
            for asked in hostile_requests(line, lived_in.ids, names, opens=everything):
                answer = await send(lived_in.house.transport.app, asked, headers)
                wrong += [f"{asked} as {actor.name}: {w}" for w in what_is_wrong(line, answer)]

    assert not wrong, "\n".join(wrong)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("stage", [Stage.SET_UP, Stage.SECOND_STEP])
async def test_the_way_in_answers_what_is_hostile_with_a_page(
    lived_in: LivedIn, stage: Stage
) -> None:
    wrong = []
    for line in lines().values():
        if line.open_to == stage.value.replace("_", " ") and not line.sends_json:
            for asked in hostile_requests(line, lived_in.ids, SECRETS, opens=True):
                half_in = await lived_in.house.enter_half(stage)
                headers = {"Authorization": half_in.headers["Authorization"]}
                answer = await send(lived_in.house.transport.app, asked, headers)
                wrong += [f"{asked}: {w}" for w in what_is_wrong(line, answer)]

    assert not wrong, "\n".join(wrong)


def complaints_of(
    fuzzer: Fuzzer,
    service: str,
    document: dict[str, Any],
    actors: list[Actor],
    examples: int | None,
) -> Iterator[str]:
    known = lines()
    for operation in fuzzer.operations_of(service, document):
        line = known[service, f"{operation.method.upper()} {operation.path}"]
        edges_tried = operation.path in IN_EVERY_SERVICE and service != "reporting"
        edges = fuzzer.edges_of(operation)
        for actor in actors:
            opens = line.lets_in(actor.role) if actor.role else line.open_to == "everybody"
            if not opens:  # the guard answers before anything is read
                asked = fuzzer.try_each(edges[:OF_THE_REFUSED], actor.headers)
                yield from (told(operation, actor, complaint) for complaint in asked)
                continue
            asked = fuzzer.try_at_random(operation, actor.headers, examples or FEW)
            yield from (told(operation, actor, complaint) for complaint in asked)
            if not edges_tried:
                edges_tried = True
                some = edges if examples else edges[:: max(1, len(edges) // EDGES)]
                asked = fuzzer.try_each(some, actor.headers)
                yield from (told(operation, actor, complaint) for complaint in asked)


def told(operation: Operation, actor: Actor, complaint: str) -> str:
    return f"{operation.label} as {actor.name}: {complaint}"
