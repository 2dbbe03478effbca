"""What the pages of the directory show: what was asked for, who fits, and where they are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import Request

from services.dispatch.rules.directory.actor import Actor, fold, words_of
from services.dispatch.rules.directory.drawing import Spot, draw_spots
from shared.db import ZoneName
from shared.web import language_of, translate, word_id
from shared.web.languages import LANGUAGES, translations
from shared.words import ActorCategory, Language, Saturation

STALE_AFTER = timedelta(days=92)
"""A report on saturation that is older is worth asking again: a quarter, as often as the team
meets the local coordination."""
PAGE_SIZE = 50
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody searches: words, and choices of closed lists; None is every one."""

    words: str = ""
    category: ActorCategory | None = None
    zone: str | None = None
    language: Language | None = None
    saturation: Saturation | None = None
    page: int = 1

    def fits(self, actor: Actor, haystack: str) -> bool:
        """Tell whether an actor is among what is searched."""
        return (
            (self.category is None or actor.category is self.category)
            and (self.zone is None or not actor.zone_ids or self.zone in actor.zone_ids)
            and (self.language is None or self.language in actor.languages)
            and (self.saturation is None or actor.saturation is self.saturation)
            and all(word in haystack for word in words_of(self.words))
        )

    @property
    def anything(self) -> bool:
        """Whether the list is narrowed at all."""
        return self.query(page=None) != ""

    def query(self, **but: object) -> str:
        """Write the choices as an address does, some of them replaced."""
        choices: dict[str, object] = {
            "q": self.words,
            "category": self.category,
            "zone": self.zone,
            "language": self.language,
            "saturation": self.saturation,
            "page": self.page if self.page > 1 else None,
        } | but
        return urlencode({key: str(value) for key, value in choices.items() if value})


def asked_of(request: Request) -> Asked:
    """Read the choices from an address; what is on no list is not asked."""
    given = request.query_params
    page = given.get("page", "")
    return Asked(
        words=" ".join(given.get("q", "").split())[:120],
        category=one_of(ActorCategory, given.get("category")),
        zone=given.get("zone") or None,
        language=one_of(Language, given.get("language")),
        saturation=one_of(Saturation, given.get("saturation")),
        page=int(page) if page.isascii() and page.isdigit() and int(page[:6]) > 0 else 1,
    )


def one_of(kind: type[Choice], value: str | None) -> Choice | None:
    """Read a choice of a closed list; None for whatever is not on it."""
    return kind(value) if value in {member.value for member in kind} else None


@dataclass(frozen=True, slots=True)
class ActorShown:
    """An actor with its zones by name; `stale` when its last report is old."""

    actor: Actor
    zones: list[ZoneName]
    stale: bool


def show(actor: Actor, zones: Mapping[str, ZoneName], today: date) -> ActorShown:
    """Put an actor together with what a page says of it."""
    reported = actor.reported_on
    return ActorShown(
        actor,
        [zones[zone] for zone in actor.zone_ids if zone in zones],
        stale=reported is not None and today - reported > STALE_AFTER,
    )


def haystack_of(actor: Actor, zones: Mapping[str, ZoneName]) -> str:
    """Write everything by which an actor can be found, in every language, folded."""
    places = [zones[zone] for zone in actor.zone_ids if zone in zones]
    return fold(
        " ".join(
            (
                actor.name,
                actor.address,
                actor.phone,
                *(name for place in places for name in (place.name_fr, place.name_nl)),
                names_of(actor.category),
                *(names_of(language) for language in actor.languages),
            )
        )
    )


@cache
def names_of(word: ActorCategory | Language) -> str:
    """Return how a word of a closed list is called in every language."""
    return " ".join(translate(language, word_id(word)) for language in LANGUAGES)


@cache
def categories_by_name() -> Mapping[str, ActorCategory]:
    """Return the categories by their folded names in every language."""
    return {
        fold(translate(language, word_id(category))): category
        for language in LANGUAGES
        for category in ActorCategory
    }


def category_named(folded: str) -> ActorCategory | None:
    """Find a category by its folded name."""
    return categories_by_name().get(folded)


def draw_map(
    request: Request, actors: Sequence[Actor], zones: Mapping[str, ZoneName], asked: Asked, at: str
) -> str:
    """Draw how many of the actors found work in each zone; a zone leads to its list."""
    language = language_of(request)
    catalogue = translations(language)
    counted = Counter(zone for actor in actors for zone in actor.zone_ids)
    spots = [
        Spot(
            zone_id=zone.id,
            name=zone.name(language),
            x_km=zone.x_km,
            y_km=zone.y_km,
            number=counted[zone.id],
            said=catalogue.ngettext(
                "%(zone)s : %(n)s service", "%(zone)s : %(n)s services", counted[zone.id]
            )
            % {"zone": zone.name(language), "n": counted[zone.id]},
            link=f"{at}?{asked.query(zone=zone.id, page=None)}",
            current=zone.id == asked.zone,
        )
        for zone in zones.values()
    ]
    return draw_spots(spots, catalogue.gettext("Services par quartier"))
