"""What the street gives: what one person counts at one task."""

from collections import Counter
from datetime import date
from typing import Any

from deploy.player.chance import Chance
from deploy.player.scenario import Scenario
from shared.words import ActionKind, RelayKind

RELAYS_MAX = 24  # of one contribution: dispatch takes it for a slip of the thumb above 30
Body = dict[str, Any]


class Street:
    """Draws contributions from the scenario's distributions, or deals an exact number of relays."""

    def __init__(self, scenario: Scenario, chance: Chance) -> None:
        self.scenario = scenario
        self._chance = chance
        exact = scenario.exact_relays
        cards = [kind for kind, n in exact.counts.items() for _ in range(n)] if exact else []
        self._deck = chance.shuffled(cards, "relays")

    @property
    def left(self) -> int:
        """Count the relays that were not dealt yet."""
        return len(self._deck)

    def counts_exactly(self, kind: ActionKind) -> bool:
        return self.scenario.exact_relays is not None and kind in self.scenario.exact_relays.at

    def contribution(
        self, kind: ActionKind, happened_on: date, key: str, *, tasks_left: int
    ) -> Body:
        """Draw what one person counts. `tasks_left` of this kind are still to come."""
        street, chance = self.scenario.street[kind], self._chance
        relays: list[RelayKind]
        if self.counts_exactly(kind):
            share = self.left / (tasks_left + 1) * chance.of("share", key).uniform(0.5, 1.5)
            relays = self.deal(round(share))
        else:
            number = chance.whole(street.relays_number, "relays", key) if street.relays else 0
            relays = [chance.one_of(street.relays, "relay", key, n) for n in range(number)]

        def some(what: str) -> list[str]:
            number = chance.whole(getattr(street, f"{what}_number"), what, key)
            return [str(v) for v in chance.some_of(getattr(street, what), number, what, key)]

        return {
            "happened_on": happened_on.isoformat(),
            "people_reached": max(
                chance.whole(street.people_reached, "people", key), 1 if relays else 0
            ),
            "themes": some("themes"),
            "languages": some("languages"),
            "non_take_up": some("non_take_up"),
            "relays": self._relays(relays, street.took_hold_pct, key),
        }

    def deal(self, number: int) -> list[RelayKind]:
        """Take relays from the deck, never more than one contribution may hold."""
        return [self._deck.pop() for _ in range(min(number, RELAYS_MAX, len(self._deck)))]

    def with_more_relays(self, body: Body) -> Body:
        """Return the body with relays that were forgotten at first, as far as they fit."""
        known = {RelayKind(relay["kind"]): relay for relay in body["relays"]}
        more = Counter(self.deal(RELAYS_MAX - sum(relay["made"] for relay in known.values())))
        relays = {
            kind: {
                "kind": kind.value,
                "made": known.get(kind, {}).get("made", 0) + more[kind],
                "took_hold": known.get(kind, {}).get("took_hold", 0),
            }
            for kind in sorted({*known, *more})
        }
        return body | {"relays": list(relays.values()), "reason": "forgotten"}

    def corrected(self, body: Body, key: str) -> Body:
        """Return the body as its author corrects it later: a few people more or fewer."""
        by = self._chance.of("correction", key).choice([-3, -2, -1, 1, 2, 3])
        reached = max(1, body["people_reached"] + by)
        return body | {"people_reached": reached, "reason": "miscounted"}

    def _relays(self, made: list[RelayKind], held_pct: float, key: str) -> list[dict[str, Any]]:
        return [
            {
                "kind": kind.value,
                "made": number,
                "took_hold": sum(
                    self._chance.happens(held_pct, "held", key, kind, n) for n in range(number)
                ),
            }
            for kind, number in sorted(Counter(made).items())
        ]
