"""Attacks on an implementation of the ledger. Each must fail for the attacker.

An attack gets the films of some worlds and says how many things it tried and which of them told it
something. Special worlds (two workers, a quarter as a view, a tampered ledger) it makes itself.
"""

from collections.abc import Callable, Iterable

from deploy.ledger.attacks.figures import (
    closing_table,
    differences,
    exact_sums,
    hidden_cells,
    insider,
    overlapping_views,
    remainders,
    rule_of_the_threshold,
    slack,
)
from deploy.ledger.attacks.files import (
    bad_outcomes,
    guessing_members,
    last_gate,
    members_in_public,
    screen_and_export,
    tampering,
)
from deploy.ledger.attacks.order import (
    arrival_order,
    corrections,
    exact_at_close,
    late_outcomes,
    too_often,
)
from deploy.ledger.attacks.stage import Result, Stage, quick_worlds
from deploy.ledger.attacks.teams import (
    funder_zones,
    laxer_policy,
    quarter_as_view,
    two_workers,
    waiver_after_seals,
)

__all__ = ["ATTACKS", "WITHOUT_FILMS", "Result", "Stage", "quick_worlds", "run"]

ATTACKS: tuple[Callable[[Stage], Result], ...] = (
    laxer_policy,
    last_gate,
    quarter_as_view,
    two_workers,
    waiver_after_seals,
    funder_zones,
    exact_sums,
    differences,
    remainders,
    slack,
    exact_at_close,
    arrival_order,
    too_often,
    late_outcomes,
    corrections,
    hidden_cells,
    insider,
    overlapping_views,
    closing_table,
    rule_of_the_threshold,
    members_in_public,
    screen_and_export,
    guessing_members,
    bad_outcomes,
    tampering,
)

WITHOUT_FILMS = (laxer_policy, last_gate, quarter_as_view, two_workers, funder_zones, bad_outcomes)
"""Attacks that bring their own world: once is enough."""


def run(stage: Stage, attacks: Iterable[Callable[[Stage], Result]] = ATTACKS) -> dict[str, Result]:
    """Run attacks. An implementation that stops with an error is told as such."""
    found = {}
    for attack in attacks:
        try:
            found[attack.__name__] = attack(stage)
        except Exception as error:  # noqa: BLE001 -- whatever a broken implementation does
            found[attack.__name__] = Result(1, [f"stopped: {type(error).__name__}: {error}"])
    return found
