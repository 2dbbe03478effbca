"""What a message can say: every kind in every language, and nobody's own words."""

from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_type_hints
from uuid import UUID, uuid4

import pytest

from services.notify.jobs import tongue_of
from services.notify.rules.messages import Matter, MessageKind, write
from shared.words import (
    ActionKind,
    CampaignId,
    CrisisKind,
    Decision,
    SignalAnswer,
    SignalKind,
    Theme,
    WithdrawalReason,
)

EVERYTHING = Matter(
    campaign_id=CampaignId(uuid4()),
    zone_id="RAQ03a",
    action=ActionKind.MARKET_STALL,
    starts_at=datetime(2022, 2, 7, 8, tzinfo=UTC),
    ends_at=datetime(2022, 2, 7, 11, tzinfo=UTC),
    until=datetime(2022, 2, 5, 16, tzinfo=UTC),
    from_on=date(2022, 2, 1),
    until_on=date(2022, 7, 31),
    crisis=CrisisKind.ENERGY,
    decision=Decision.ACCEPT,
    withdrawal=WithdrawalReason.TASK_CHANGED,
    signal=SignalKind.RUMOUR,
    theme=Theme.ENERGY,
    answer=SignalAnswer.NOTED,
    accelerated=True,
)
NAMES = {"fr": {"RAQ03a": "Cureghem"}, "nl": {"RAQ03a": "Kuregem"}, "en": {"RAQ03a": "Cureghem"}}


@pytest.mark.parametrize("kind", MessageKind)
def test_every_message_is_written_in_three_languages(kind: MessageKind) -> None:
    said = {
        language: write(kind, EVERYTHING, tongue_of(language, names))
        for language, names in NAMES.items()
    }

    assert len({message.subject for message in said.values()}) == 3
    assert len({message.body for message in said.values()}) == 3
    for message in said.values():
        assert "%(" not in message.subject + message.body
        assert "\n" not in message.subject
        assert message.path.startswith("/")


def test_hours_are_those_of_brussels_in_winter_and_in_summer() -> None:
    summer = Matter(
        zone_id="RAQ03a",
        action=ActionKind.DROP_IN,
        starts_at=datetime(2022, 7, 4, 8, tzinfo=UTC),
        ends_at=datetime(2022, 7, 4, 11, tzinfo=UTC),
    )

    told = [
        write(MessageKind.TASK_CONFIRMED, matter, tongue_of("fr", NAMES["fr"])).body
        for matter in (EVERYTHING, summer)
    ]

    assert "lundi 7 février, 09:00–12:00" in told[0]
    assert "lundi 4 juillet, 10:00–13:00" in told[1]


def test_a_message_has_no_place_for_anybodys_own_words() -> None:
    closed = (Enum, UUID, datetime, date, bool, int)
    hints: dict[str, Any] = get_type_hints(Matter)
    del hints["zone_id"]  # an id of the territory, held to its pattern by the facts

    for name, hint in hints.items():
        for part in get_args(hint) or (hint,):
            kind = getattr(part, "__supertype__", part)
            assert kind is NoneType or issubclass(kind, closed), name
