"""A pack as JSON-safe data, for an HTTP API, and back with every problem at once."""

import json
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from services.intake.rules.territory.check import check_pack
from services.intake.rules.territory.model import TerritoryPack
from services.intake.rules.territory.text import N_
from shared.errors import Problem, RefusedError

FORMAT = "relais-territory/1"

_ADAPTER = TypeAdapter(
    with_config(ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))(TerritoryPack)
)


def pack_as_payload(pack: TerritoryPack) -> dict[str, Any]:
    """Return a pack as plain JSON values, with the format's name and version."""
    return {"format": FORMAT, **_ADAPTER.dump_python(pack, mode="json", exclude_none=True)}


def pack_from_payload(payload: object) -> TerritoryPack:
    """Build a pack from what `pack_as_payload` made, or from what somebody else sent.

    Raises:
        RefusedError: with every problem, each with its place: first those of shape (a missing
            field, a text for a number, a field that does not exist), else those of `check_pack`.
    """
    if not isinstance(payload, dict) or payload.get("format") != FORMAT:
        raise RefusedError(
            Problem(
                "other_format",
                N_("Le format attendu est « %(wanted)s »."),
                "format",
                {"wanted": FORMAT},
            )
        )
    content = {key: value for key, value in payload.items() if key != "format"}
    try:
        pack = _ADAPTER.validate_json(json.dumps(content))
    except ValidationError as error:
        raise RefusedError(
            *(
                Problem(
                    "bad_shape",
                    N_("Cette information manque ou n'a pas la bonne forme (%(kind)s)."),
                    ".".join(str(part) for part in found["loc"]),
                    {"kind": found["type"]},
                )
                for found in error.errors(include_url=False, include_input=False)
            )
        ) from None
    problems = check_pack(pack)
    if problems:
        raise RefusedError(*problems)
    return pack
