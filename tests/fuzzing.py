"""Requests that nobody meant: made from the OpenAPI documents, sent to the running house.

Schemathesis makes the requests and judges the answers; they go through the house's own loop,
because its connections live there.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, CheckFunction, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from starlette.types import ASGIApp

from tests.patient import PatientTransport

ORIGIN = "http://relais.test"
LIMIT_S = 30.0
JUDGED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
)
Operation = APIOperation[Any, Any, Any, Any]
BOTH_MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@dataclass(frozen=True)
class Fuzzer:
    """Sends what it makes as one person after another, and collects what is wrong.

    `known` names what exists, by the name that it has in a path: half of the requests are about it.
    """

    loop: asyncio.AbstractEventLoop
    app: ASGIApp
    known: Mapping[str, str]

    def operations_of(self, service: str, document: dict[str, Any]) -> Iterator[Operation]:
        """List a service's endpoints."""
        load_all_checks()
        schema = schemathesis.openapi.from_dict(document)
        schema.config.update(base_url=f"{ORIGIN}/{service}")
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            yield found.ok()

    def edges_of(self, operation: Operation) -> list[Case[Any]]:
        """List requests with values at the edges of what the document allows, and just beyond."""
        schema = operation.schema
        return list(
            schema.iter_coverage_cases(
                operation,
                generation_modes=BOTH_MODES,
                generation_config=schema.config.generation,
            )
        )

    def try_each(self, cases: Iterable[Case[Any]], headers: Mapping[str, str]) -> Iterator[str]:
        """Send requests as they are."""
        for case in cases:
            try:
                self.judge(case, headers)
            except FailureGroup as failure:
                yield str(failure)

    def try_at_random(
        self, operation: Operation, headers: Mapping[str, str], examples: int
    ) -> Iterator[str]:
        """Send well-formed and malformed requests, also about what exists; the same every time."""
        about = {
            parameter.name: self.known[parameter.name]
            for parameter in operation.path_parameters
            if parameter.name in self.known
        }
        kinds = [operation.as_strategy(mode) for mode in BOTH_MODES]
        if about:
            kinds.append(operation.as_strategy(path_parameters=about))

        @settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=st.one_of(kinds))
        def ask(case: Case[Any]) -> None:
            self.judge(case, headers)

        try:
            ask()
        except FailureGroup as failure:
            yield str(failure)

    def judge(self, case: Case[Any], headers: Mapping[str, str]) -> None:
        """Send one request, and compare the answer with the document."""
        sent = requests.Request(
            **case.as_transport_kwargs(headers={**headers, "X-Forwarded-For": "10.0.0.1"})
        ).prepare()
        answer = asyncio.run_coroutine_threadsafe(self.send(sent), self.loop).result(LIMIT_S)
        case.validate_response(answer, checks=checks())

    async def send(self, sent: requests.PreparedRequest) -> httpx.Response:
        headers = [
            (as_bytes(name), as_bytes(value)) for name, value in (sent.headers or {}).items()
        ]
        body = as_bytes(sent.body) if isinstance(sent.body, str | bytes) else None
        request = httpx.Request(str(sent.method), str(sent.url), headers=headers, content=body)
        async with httpx.AsyncClient(transport=PatientTransport(self.app)) as client:
            return await client.send(request)


def checks() -> list[CheckFunction]:
    return [cast("CheckFunction", CHECKS.get_one(name)) for name in JUDGED]


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
