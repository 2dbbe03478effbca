"""AsyncAPI and OpenAPI documents, built from the code, for whoever integrates with Relais."""

import json
from pathlib import Path
from typing import Any

from deploy.wiring import buses, webs
from shared.events import FACTS
from shared.settings import HouseSettings

ASYNCAPI_VERSION = "3.0.0"


def asyncapi(settings: HouseSettings) -> dict[str, Any]:
    """Describe every fact: its subject, its headers and body, who says and who hears it."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for fact in FACTS:
        name = fact.__name__
        schema = fact.model_json_schema(ref_template=f"#/components/schemas/{name}/$defs/{{model}}")
        messages[name] = {
            "name": fact.type_name(),
            "summary": (fact.__doc__ or "").strip().splitlines()[0] if own_doc(fact) else "",
            "contentType": "application/json",
            "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
            "payload": {"$ref": f"#/components/schemas/{name}"},
        }
        channels[name] = {
            "address": f"{fact.said_by}.v{fact.major}.{fact.noun}.{{id}}.{fact.verb}",
            "parameters": {"id": {"description": f"the fact's {fact.about}"}},
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        }
        operations[f"{fact.said_by}.says.{name}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
        }
        messages[name]["x-schema"] = schema
    for service, bus in buses(settings).items():
        for hearing in bus.hearings:
            for fact in hearing.facts:
                operations[f"{service}.hears.{fact.__name__}.{hearing.durable}"] = {
                    "action": "receive",
                    "channel": {"$ref": f"#/channels/{fact.__name__}"},
                }
    schemas = {name: message.pop("x-schema") for name, message in messages.items()}
    schemas["CloudEventHeaders"] = cloud_event_headers()
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "Relais: the facts",
            "version": "1",
            "description": "CloudEvents 1.0 over NATS JetStream; one stream per saying service.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def own_doc(fact: type) -> bool:
    """Tell whether a fact has a docstring of its own, not one that it inherits."""
    return "__doc__" in vars(fact) and bool(vars(fact)["__doc__"])


def cloud_event_headers() -> dict[str, Any]:
    """Describe the headers of every message."""
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["ce-specversion", "ce-id", "ce-type", "ce-source", "ce-time"],
        "properties": {
            "ce-specversion": {"const": "1.0"},
            "ce-id": {"type": "string", "format": "uuid"},
            "ce-type": {"enum": sorted(fact.type_name() for fact in FACTS)},
            "ce-source": text,
            "ce-time": {"type": "string", "format": "date-time"},
            "ce-datacontenttype": {"const": "application/json"},
            "ce-causationid": {
                "type": "string",
                "format": "uuid",
                "description": "the fact that was being heard when this one was said",
            },
            "Nats-Msg-Id": {"type": "string", "format": "uuid"},
        },
    }


def openapi(settings: HouseSettings) -> dict[str, dict[str, Any]]:
    """Describe the people's door of every service."""
    return {service: app.openapi() for service, app in webs(settings).items()}


def write(settings: HouseSettings, folder: Path) -> list[Path]:
    """Write all documents into a folder; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = {"asyncapi": asyncapi(settings)}
    documents |= {f"openapi-{service}": doc for service, doc in openapi(settings).items()}
    paths = []
    for name, document in documents.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
        paths.append(path)
    return paths
