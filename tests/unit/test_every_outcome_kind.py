"""Every kind of action can be planned, recorded and named: none is forgotten."""

import pytest

from services.dispatch.rules.outcomes import OUTCOMES
from shared.web import translate, word_id
from shared.words import ActionKind


@pytest.mark.parametrize("kind", ActionKind)
def test_every_kind_of_action_says_what_its_outcome_means(kind: ActionKind) -> None:
    assert OUTCOMES[kind].people_max > 0
    assert OUTCOMES[kind].mission


@pytest.mark.parametrize("kind", ActionKind)
def test_every_kind_of_action_is_named_differently_in_each_list(kind: ActionKind) -> None:
    for language in ("fr", "nl", "en"):
        names = [translate(language, word_id(other)) for other in ActionKind]
        assert names.count(translate(language, word_id(kind))) == 1
