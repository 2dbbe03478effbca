"""The need index itself: groups in alphabetical order, and one zone's explanation at a time.

A score, a rank or a share of variants never leaves intake: not in a fact, not in an export, not on
another role's page. `NeedIndex` therefore gives no list that could be sorted, cannot be copied
into JSON or pickled, and prints nothing about any zone.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from services.intake.rules.need_index.weights import Weighting
from shared.errors import MissingError
from shared.words import ZoneId

# Source of both: the founders' method note.
RETAINED_FROM = 0.8
DISCUSSED_FROM = 0.2


class Group(StrEnum):
    """What the index says about a zone for this campaign; the coordination decides."""

    RETAINED = "retained"
    TO_DISCUSS = "to_discuss"
    NOT_A_PRIORITY = "not_a_priority"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True)
class Groups:
    """The zones of each group, in the alphabetical order of their names."""

    retained: tuple[ZoneId, ...]
    to_discuss: tuple[ZoneId, ...]
    not_a_priority: tuple[ZoneId, ...]
    insufficient: tuple[ZoneId, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one indicator adds to one zone's score (0-1), and where its value comes from.

    `own_weight` is the share of the zone's own value that shrinkage kept; 1: nothing was shrunk.
    """

    indicator: str
    value: float
    year: int
    source: str
    weight: float
    normalised: float
    contribution: float
    own_weight: float


@dataclass(frozen=True, slots=True)
class RankInterval:
    """Where a zone came out in 90 % of the variants, and in the middle one; 1 is most need."""

    low: int
    middle: int
    high: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one zone stands where it stands. For intake's page, one zone at a time.

    Contributions come largest first. `interval` and `share_of_variants` are None for a zone with
    insufficient data; `missing_weight` is the share of the weight of what is not known about it.
    """

    zone_id: ZoneId
    name_fr: str
    name_nl: str
    group: Group
    contributions: tuple[Contribution, ...]
    missing: tuple[str, ...]
    missing_weight: float
    share_of_variants: float | None
    interval: RankInterval | None
    zones_ranked: int


@dataclass(frozen=True, slots=True)
class Method:
    """How an index was made: enough to make it again, and to say it outside without any zone.

    `places_moved` is, per indicator, by how many places zones move on average without it;
    `without_data` lists the indicators that no zone of the territory has a value for.
    """

    weighting: Weighting
    first_k: int
    seed: int
    draws: int
    without_data: tuple[str, ...]
    places_moved: Mapping[str, float]
    zones_ranked: int


class NeedIndex:
    """The index of one campaign; it ends with the campaign and is never compared with another."""

    __slots__ = ("_explanations", "method")

    method: Method

    def __init__(self, method: Method, explanations: Mapping[ZoneId, Explanation]) -> None:
        self.method = method
        self._explanations = dict(explanations)

    @property
    def zone_ids(self) -> tuple[ZoneId, ...]:
        """All zones, in the order of their ids."""
        return tuple(sorted(self._explanations))

    def groups(self, language: str = "fr") -> Groups:
        """Group the zones, each group in the alphabetical order of the names in `language`."""
        by_name = sorted(self._explanations.values(), key=lambda e: _reading_order(e, language))

        def of(group: Group) -> tuple[ZoneId, ...]:
            return tuple(e.zone_id for e in by_name if e.group is group)

        return Groups(
            retained=of(Group.RETAINED),
            to_discuss=of(Group.TO_DISCUSS),
            not_a_priority=of(Group.NOT_A_PRIORITY),
            insufficient=of(Group.INSUFFICIENT),
        )

    def explanation(self, zone_id: ZoneId) -> Explanation:
        """Explain one zone.

        Raises:
            MissingError: when the zone is not in this index.
        """
        try:
            return self._explanations[zone_id]
        except KeyError:
            raise MissingError(zone_id) from None

    def __repr__(self) -> str:
        return f"<NeedIndex of {len(self._explanations)} zones>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling and copying: an index stays where it was made.

        Raises:
            TypeError: always.
        """
        raise TypeError("A need index does not travel: keep its inputs and make it again.")


def group_of(share_of_variants: float) -> Group:
    """Say which group a zone is in that was among the k first in this share of the variants."""
    if share_of_variants >= RETAINED_FROM:
        return Group.RETAINED
    if share_of_variants >= DISCUSSED_FROM:
        return Group.TO_DISCUSS
    return Group.NOT_A_PRIORITY


def _reading_order(explanation: Explanation, language: str) -> tuple[str, str]:
    name = explanation.name_nl if language == "nl" else explanation.name_fr
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return plain.casefold(), explanation.zone_id
