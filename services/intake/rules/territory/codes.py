"""Sector codes: their form, their two vintages, and the crosswalk between these.

Statbel cut the Brussels sectors anew on 1 January 2025: 724 became 749. The first eight characters
nest, so each new sector lies in one old one; the new codes end in K, L, M or O.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SECTOR_CODE = re.compile(r"\d{5}[0-9A-Z][0-9A-Z_-]{3}")
MUNICIPALITY_CODE = re.compile(r"\d{5}")
UNLOCATED = "ZZZZ"  # people whom the register places in the municipality but in no sector
_SHORT_CODE = 4
_NEW_ENDING = re.compile(r"[KLMO]$")


class Vintage(StrEnum):
    """Which cut of the statistical sectors: before or since 1 January 2025."""

    BEFORE_2025 = "724"
    SINCE_2025 = "749"

    @property
    def other(self) -> "Vintage":
        return Vintage.SINCE_2025 if self is Vintage.BEFORE_2025 else Vintage.BEFORE_2025


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """Which old sector each new one lies in, and which pairs had their limits moved."""

    old_of_new: Mapping[str, str] = field(default_factory=dict)
    adjusted: frozenset[str] = frozenset()  # new codes

    def parts(self) -> dict[str, tuple[str, ...]]:
        """Return the new sectors of each old one, in order of their codes."""
        parts: dict[str, list[str]] = {}
        for new, old in sorted(self.old_of_new.items()):
            parts.setdefault(old, []).append(new)
        return {old: tuple(news) for old, news in parts.items()}

    def codes(self, vintage: Vintage) -> frozenset[str]:
        if vintage is Vintage.SINCE_2025:
            return frozenset(self.old_of_new)
        return frozenset(self.old_of_new.values())


@dataclass(frozen=True, slots=True)
class VintageReading:
    """The vintage that codes betray (None when all of them exist in both), and the odd ones out."""

    vintage: Vintage | None
    contradicting: tuple[str, ...] = ()


def sector_code(code: str, municipality: str = "") -> str:
    """Return the nine characters of a sector; files up to 2017 gave the last four only."""
    code = code.strip().upper()
    if len(code) <= _SHORT_CODE and municipality:
        return municipality.strip() + code.ljust(_SHORT_CODE, "-")
    return code


def is_unlocated(code: str) -> bool:
    """Say whether a code stands for the people of a municipality who are in no sector."""
    return UNLOCATED in code


def read_vintage(codes: Iterable[str], crosswalk: Crosswalk | None = None) -> VintageReading:
    """Find the vintage of sector codes: from the crosswalk where there is one, else their ending.

    Codes that both vintages know say nothing. Where codes of both are mixed, the more frequent
    vintage wins and the others are returned as contradicting.
    """
    if crosswalk is not None and not crosswalk.old_of_new:
        crosswalk = None
    found: dict[Vintage, list[str]] = {vintage: [] for vintage in Vintage}
    old = crosswalk.codes(Vintage.BEFORE_2025) if crosswalk else frozenset()
    new = crosswalk.codes(Vintage.SINCE_2025) if crosswalk else frozenset()
    ends_as_new = False
    distinct = sorted(set(codes))
    for code in distinct:
        if crosswalk and (code in old) != (code in new):
            found[Vintage.BEFORE_2025 if code in old else Vintage.SINCE_2025].append(code)
        elif not crosswalk and _NEW_ENDING.search(code):
            ends_as_new = True
    if not crosswalk:
        if not distinct:
            return VintageReading(None)
        return VintageReading(Vintage.SINCE_2025 if ends_as_new else Vintage.BEFORE_2025)
    before, since = found[Vintage.BEFORE_2025], found[Vintage.SINCE_2025]
    if not before and not since:
        return VintageReading(None)
    if len(before) >= len(since):
        return VintageReading(Vintage.BEFORE_2025, tuple(since))
    return VintageReading(Vintage.SINCE_2025, tuple(before))


def convert_codes(codes: Iterable[str], crosswalk: Crosswalk, to: Vintage) -> tuple[str, ...]:
    """Return the sectors of the other vintage that cover the same ground, sorted.

    A new sector becomes the old one that it lies in, which may be larger.
    """
    known = crosswalk.codes(to)
    if to is Vintage.BEFORE_2025:
        converted = {crosswalk.old_of_new.get(code, code) for code in codes}
    else:
        parts = crosswalk.parts()
        converted = {new for code in codes for new in parts.get(code, (code,))}
    return tuple(sorted(code for code in converted if code in known))
