"""What every endpoint may answer besides what it is for, written into each OpenAPI document once.

A route says nothing of this: its guard, the errors that it raises and the framework decide, and
`shared/web/answers.py` gives them all the form of `ProblemDocument`.
"""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

PROBLEM_TYPE = "application/problem+json"
REF = "#/components/schemas/ProblemDocument"

ANSWERS = {
    "400": "The body cannot be read.",
    "401": "Nobody is signed in, or not far enough; or what was shown proves nothing.",
    "403": "Not open to this role, or sent by another site.",
    "404": "Not there, or not for this person.",
    "409": "The rules say no, and say why.",
    "422": "A value is missing or malformed.",
    "429": "Too many tries; `Retry-After` says how long to wait, in seconds.",
    "503": "Somebody else does not answer: try again.",
}


class ToldProblem(BaseModel):
    """One thing that is wrong. `slug` names the rule, `place` says where in what was sent."""

    slug: str
    place: str
    message: str = Field(description="In the reader's language: what to do.")


class ProblemDocument(BaseModel):
    """What is wrong, after RFC 9457."""

    status: int
    title: str = Field(description="In the reader's language.")
    problems: list[ToldProblem]


class Door(FastAPI):
    """A service's web app, whose document tells every answer that the house gives."""

    def openapi(self) -> dict[str, Any]:
        """Describe the endpoints."""
        if self.openapi_schema is None:
            self.openapi_schema = with_answers(super().openapi())
        return self.openapi_schema


def with_answers(document: dict[str, Any]) -> dict[str, Any]:
    """Add the house's answers to every operation of a document. Pages are for people: not here."""
    document["paths"] = {
        path: operations for path, operations in document["paths"].items() if "/api/" in path
    }
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):  # the framework's, which nobody sends
        schemas.pop(name, None)
    schemas["ToldProblem"] = ToldProblem.model_json_schema()
    schemas["ProblemDocument"] = ProblemDocument.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    schemas["ProblemDocument"].pop("$defs", None)
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].update(
                {
                    status: {
                        "description": said,
                        "content": {PROBLEM_TYPE: {"schema": {"$ref": REF}}},
                    }
                    for status, said in ANSWERS.items()
                }
            )
    return document
