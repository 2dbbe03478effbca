"""What travels on the bus: closed words, ids, dates and counts; samples of it are kept for ever."""

import json
import types
import typing
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import BaseModel

from shared.events import (
    FACTS,
    CampaignDeclared,
    Event,
    TaskCountered,
    TaskDeclined,
    TaskExpired,
    TaskHandedBack,
    TaskWithdrawn,
    fact_class,
)
from shared.words import ID_PATTERN, PublicName

SAMPLES = Path(__file__).parent / "samples"
CLOSED = (Enum, UUID, datetime, date, bool, int, float)
SUSPECT_NAMES = {
    *("resident", "person", "client", "beneficiary", "household", "family", "child", "patient"),
    *(
        "name",
        "email",
        "phone",
        "address",
        "street",
        "niss",
        "birth",
        "age",
        "gender",
        "nationality",
    ),
    *("note", "comment", "remark", "text", "story", "score", "rank"),
}
NOES = (TaskDeclined, TaskExpired, TaskCountered, TaskHandedBack, TaskWithdrawn)
PUBLIC_NAMES = {(CampaignDeclared, "name_fr"), (CampaignDeclared, "name_nl")}


def strings_in(kind: object, metadata: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """List the constraints of every plain string that a type may hold; none is the worst."""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        inner, *own = typing.get_args(kind)
        return strings_in(inner, (*metadata, *own))
    parts = typing.get_args(kind) if origin else ()
    if hasattr(kind, "__supertype__"):  # NewType
        parts = (kind.__supertype__,)
    if parts:
        return [found for part in parts for found in strings_in(part, metadata)]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [found for _, own, extra in fields_of(kind) for found in strings_in(own, extra)]
    closed = isinstance(kind, type) and issubclass(kind, (*CLOSED, types.NoneType))
    aware = getattr(kind, "__name__", "") == "AwareDatetime"
    return [] if closed or aware or kind is Ellipsis else [metadata]


def fields_of(model: type[BaseModel]) -> list[tuple[str, object, tuple[object, ...]]]:
    return [
        (name, field.annotation, tuple(field.metadata))
        for name, field in model.model_fields.items()
    ]


def names_in(model: type[BaseModel]) -> list[str]:
    """List the names of a model's fields, and of the fields of every model inside it."""
    found = []
    waiting: list[object] = [model]
    while waiting:
        kind = waiting.pop()
        waiting += typing.get_args(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += list(kind.model_fields)
            waiting += [annotation for _, annotation, _ in fields_of(kind)]
    return found


def is_an_id(constraints: tuple[object, ...]) -> bool:
    patterns = {getattr(c, "pattern", None) for c in constraints}
    return any(pattern is not None for pattern in patterns)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: str(fact.type_name()))
def test_a_fact_has_no_place_for_free_text(fact: type[Event]) -> None:
    for name, kind, metadata in fields_of(fact):
        if (fact, name) in PUBLIC_NAMES:
            continue
        free = [c for c in strings_in(kind, metadata) if not is_an_id(c)]
        assert not free, f"{fact.__name__}.{name} could hold free text"


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: str(fact.type_name()))
def test_no_field_of_a_fact_is_named_like_a_person_or_a_ranking(fact: type[Event]) -> None:
    for name in names_in(fact):
        if (fact, name) not in PUBLIC_NAMES:
            assert SUSPECT_NAMES.isdisjoint(name.split("_")), name


@pytest.mark.parametrize("no", NOES)
def test_a_no_names_no_worker(no: type[Event]) -> None:
    """A listener that counts refusals per person would have nothing to count by."""
    assert not [name for name in names_in(no) if "worker" in name]


def test_the_walk_finds_a_plain_string_wherever_it_hides() -> None:
    class Hidden(BaseModel):
        words: str

    assert strings_in(tuple[Hidden, ...] | None) == [()]


def test_a_public_name_is_short_and_only_a_campaign_has_one() -> None:
    limits = [c for c in typing.get_args(PublicName)[1:] if getattr(c, "max_length", None)]

    assert limits[0].max_length <= 80
    assert {(CampaignDeclared, "name_fr"), (CampaignDeclared, "name_nl")} == PUBLIC_NAMES


def test_every_identifier_pattern_is_anchored() -> None:
    assert ID_PATTERN.startswith("^")
    assert ID_PATTERN.endswith("$")


def test_types_are_unique_and_can_be_found_again() -> None:
    assert len({fact.type_name() for fact in FACTS}) == len(FACTS)
    assert all(fact_class(fact.type_name()) is fact for fact in FACTS)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: str(fact.type_name()))
def test_every_published_version_of_a_fact_can_still_be_read(fact: type[Event]) -> None:
    """Samples are append-only: a sample that no longer reads means a new version is needed."""
    kept = sorted(SAMPLES.glob(f"{fact.type_name()}*.json"))

    assert kept, f"write tests/contract/samples/{fact.type_name()}.json"
    for path in kept:
        body = path.read_text()
        read = fact.model_validate_json(body)
        assert json.loads(read.model_dump_json()) | json.loads(body) == json.loads(
            read.model_dump_json()
        )
        assert read.subject.startswith(f"{fact.said_by}.v{fact.major}.{fact.noun}.")


def test_a_reader_ignores_what_a_newer_version_adds() -> None:
    path = SAMPLES / f"{CampaignDeclared.type_name()}.json"
    body = json.loads(path.read_text()) | {"added_in_2030": "unknown"}

    assert CampaignDeclared.model_validate(body).name_fr


def test_a_fact_is_frozen() -> None:
    path = SAMPLES / f"{CampaignDeclared.type_name()}.json"
    fact = CampaignDeclared.model_validate_json(path.read_text())

    with pytest.raises(ValueError, match="frozen"):
        fact.occurred_at = datetime.now(UTC)  # type: ignore[misc]  # noqa: TID251 - any value
