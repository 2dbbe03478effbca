"""Every text that somebody can write: found in the OpenAPI documents, so that none is forgotten."""

from collections.abc import Iterator, Mapping
from typing import Any

CLOSED = {"enum", "const", "format", "pattern"}


def free_fields(service: str, document: Mapping[str, Any]) -> Iterator[str]:
    """List the free texts of a service's requests: `dispatch PUT /api/actors/{actor_id} name`."""
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            route = f"{service} {method.upper()} {path}"
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for place in sorted(set(texts_of(content["schema"], schemas, (), ()))):
                    yield f"{route} {place}"
            for parameter in operation.get("parameters", []):
                for _ in texts_of(parameter["schema"], schemas, (), ()):
                    yield f"{route} ?{parameter['name']}"


def texts_of(
    schema: Mapping[str, Any],
    schemas: Mapping[str, Any],
    at: tuple[str, ...],
    seen: tuple[str, ...],
) -> Iterator[str]:
    """Walk a schema; `[]` stands for an item and `*` for a key."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        if name not in seen:
            yield from texts_of(schemas[name], schemas, at, (*seen, name))
        return
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from texts_of(one, schemas, at, seen)
    if schema.get("type") == "string" and not CLOSED & schema.keys():
        yield ".".join(at)
    for part, inside in schema.get("properties", {}).items():
        yield from texts_of(inside, schemas, (*at, part), seen)
    if "items" in schema:
        yield from texts_of(schema["items"], schemas, (*at, "[]"), seen)
    for inside in schema.get("patternProperties", {}).values():
        yield from texts_of(inside, schemas, (*at, "*"), seen)
    anything = schema.get("additionalProperties")
    if isinstance(anything, Mapping):
        yield from texts_of(anything, schemas, (*at, "*"), seen)
    elif anything is True:
        yield ".".join((*at, "**"))
