"""What the sealed ledger counts of a campaign: one code per view, from short closed lists.

A contribution names several themes or none; a reader of the ledger gets one code for each view,
"several" and "none" included, so that the views add up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from services.reporting.rules.codes import FORMS, KINDS, LANGUAGES, RELAYS, THEMES
from services.reporting.rules.ledger import (
    FLOOR_K,
    FLOOR_MIN_CATS,
    FLOOR_P,
    FLOOR_T,
    Crossed,
    Ledger,
    LedgerError,
    Outcome,
    Place,
    Policy,
    View,
    Zoning,
    closing_table,
)
from shared.words import (
    ActionKind,
    CorrectionReason,
    Language,
    NonTakeUp,
    PublishedLanguage,
    PublishedNonTakeUp,
    PublishedRelay,
    PublishedTheme,
    RelayKind,
    Theme,
)

G = TypeVar("G", bound=StrEnum)
V = TypeVar("V", bound=StrEnum)

POLICY_VERSION = "1"
SENSITIVE_T = 10  # Source: disclosure study: aliens' law and violence wait for ten.
ZONE, THEME, LANGUAGE, KIND = "zone", "theme", "language", "kind"
NON_TAKE_UP, RELAY = "non_take_up", "relay"


@dataclass(frozen=True, slots=True)
class Noted:
    """A contribution as reporting knows it now.

    `encoded_on` is the day it first came in, `fact_id` the fact that told it as it is.
    """

    contribution_id: UUID
    fact_id: UUID
    encoded_on: date
    worker_id: UUID
    zone_id: str
    kind: ActionKind
    people_reached: int
    themes: tuple[Theme, ...]
    languages: tuple[Language, ...]
    non_take_up: tuple[NonTakeUp, ...]
    relays: tuple[RelayKind, ...]
    reason: CorrectionReason | None


@dataclass(frozen=True, slots=True)
class Coded(Generic[V, G]):
    """How a view says with one code what was noted: its group, that there are several, or none."""

    noted: Callable[[Noted], Iterable[V]]
    groups: Mapping[V, G]
    several: G
    none: G

    def code(self, one: Noted) -> str:
        found = {self.groups[value] for value in self.noted(one)}
        return str(found.pop() if len(found) == 1 else self.several if found else self.none)


CODED: Mapping[str, Coded[Any, Any]] = {
    THEME: Coded(attrgetter("themes"), THEMES, PublishedTheme.SEVERAL, PublishedTheme.NONE),
    LANGUAGE: Coded(
        attrgetter("languages"), LANGUAGES, PublishedLanguage.SEVERAL, PublishedLanguage.NONE
    ),
    NON_TAKE_UP: Coded(
        attrgetter("non_take_up"), FORMS, PublishedNonTakeUp.SEVERAL, PublishedNonTakeUp.NONE
    ),
    RELAY: Coded(attrgetter("relays"), RELAYS, PublishedRelay.SEVERAL, PublishedRelay.NONE),
}
"""The views whose codes are grouped from several words, or from none."""


def outcomes_of(noted: Sequence[Noted], zones: Mapping[str, str]) -> tuple[Outcome, ...]:
    """Write contributions as the ledger counts them: one action each, and the people met.

    What a pair did counts for two: each gives its own part. What never happened counts for nothing.

    Args:
        noted: the contributions of one campaign.
        zones: the funder zone of each neighbourhood.
    """
    return tuple(
        Outcome(
            id=str(one.contribution_id),
            day=one.encoded_on,
            worker=str(one.worker_id),
            actions=1,
            contacts=one.people_reached,
            codes={
                **{view: coded.code(one) for view, coded in CODED.items()},
                KIND: KINDS[one.kind].value,
                ZONE: zones.get(one.zone_id, ""),
            },
        )
        for one in noted
        if one.reason is not CorrectionReason.NEVER_HAPPENED
    )


def views_of(zone_codes: Iterable[str], kinds: Iterable[ActionKind]) -> tuple[View, ...]:
    """Choose the views of a campaign, for good: what it may publish is known when it starts.

    A view with codes that cannot occur would only seem to hide something, so kinds and zones are
    those that the campaign plans; with too few of them there is no such view.

    Args:
        zone_codes: the funder zones in which the campaign works.
        kinds: the kinds of action that it plans.
    """
    fixed = (
        View(
            THEME,
            tuple(PublishedTheme),
            {PublishedTheme.ALIENS_LAW.value: SENSITIVE_T},
        ),
        View(LANGUAGE, tuple(PublishedLanguage)),
        View(NON_TAKE_UP, tuple(PublishedNonTakeUp)),
        View(RELAY, tuple(PublishedRelay)),
    )
    planned = (
        View(ZONE, tuple(sorted(set(zone_codes)))),
        View(KIND, tuple(sorted({KINDS[kind].value for kind in kinds}))),
    )
    return (*fixed, *(view for view in planned if len(view.codes) > FLOOR_MIN_CATS))


def policy_of(ledger_id: str, views: tuple[View, ...], key: bytes, *, period_days: int) -> Policy:
    """Build the policy with which a campaign's ledger is sealed from its first seal to its last."""
    return Policy(ledger_id, views, key, period_days=period_days, version=POLICY_VERSION)


def policy_read(described: Mapping[str, object], key: bytes) -> Policy:
    """Build a policy again from what `Policy.described` wrote.

    Raises:
        LedgerError: it was not written by this version of the house.
    """
    try:
        return Policy(
            ledger_id=str(described["ledger_id"]),
            views=tuple(
                View(view["name"], tuple(view["codes"]), dict(view["thresholds"]))
                for view in described["views"]  # type: ignore[attr-defined]  # JSON of our own
            ),
            key=key,
            **{name: int(str(described[name])) for name in ("T", "K", "J", "min_cats")},
            P=float(str(described["P"])),
            period_days=int(str(described["period_days"])),
            min_width=int(str(described["min_width"])),
            version=str(described["version"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerError("the policy that was kept cannot be read") from error


def in_views(outcomes: Sequence[Outcome], policy: Policy) -> tuple[Outcome, ...]:
    """Keep of each outcome the codes of the policy's views; the campaign has no others."""
    names = {view.name for view in policy.views}
    return tuple(
        Outcome(
            o.id,
            o.day,
            o.worker,
            o.actions,
            o.contacts,
            {name: code for name, code in o.codes.items() if name in names},
        )
        for o in outcomes
    )


def zoning_places(zones: Iterable[tuple[str, float, float, str]]) -> list[Place]:
    """Write neighbourhoods for the grouping into funder zones.

    Each neighbourhood is one worker's: "chaque RAQ couvre des territoires distincts" (report 2022),
    so a group of four neighbourhoods is a group of four workers.
    """
    return [
        Place(zone_id, frozenset({zone_id}), x_km, y_km, municipality)
        for zone_id, x_km, y_km, municipality in zones
    ]


def codes_by_zone(zoning: Zoning) -> dict[str, str]:
    """Return the funder zone of each neighbourhood."""
    return {zone_id: zone.code for zone in zoning.zones for zone_id in zone.zone_ids}


def crossed_at_close(ledger: Ledger, policy: Policy) -> Crossed | None:
    """Choose what of the table zone by theme may be shown; None where a campaign has no zones.

    Args:
        ledger: closed, with its members.
        policy: of the ledger.
    """
    views = {view.name: view for view in policy.views}
    if ZONE not in views or THEME not in views:
        return None
    return closing_table(ledger, policy, views[ZONE], views[THEME])


def strictest(described: Iterable[Mapping[str, object]]) -> Policy:
    """Build a policy for a figure over several ledgers: as strict as the strictest of them."""
    known = [policy_read(one, b"no key is needed: nothing waits") for one in described]
    return Policy(
        "over all ledgers",
        (),
        b"no key is needed: nothing waits",
        T=max((policy.T for policy in known), default=FLOOR_T),
        K=max((policy.K for policy in known), default=FLOOR_K),
        P=max((policy.P for policy in known), default=FLOOR_P),
    )
