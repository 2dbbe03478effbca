"""A local actor: an organisation or a service of the neighbourhood, and never a person."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from shared.errors import Problem
from shared.words import ActorCategory, ActorGroup, Language, Saturation

LONGEST = {
    "name": 120,
    "street": 120,
    "postal_code": 10,
    "city": 60,
    "phone": 30,
    "email": 120,
    "website": 200,
    "hours": 200,
}
"""How many characters each text may have."""
SHORTEST_NAME = 2
PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{5,28}")
EMAIL = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+\.[A-Za-z]{2,}")
WEBSITE = re.compile(r"https?://[^\s/?#@]+\.[^\s/?#@]{2,}([/?#]\S*)?", re.IGNORECASE)
SCHEMELESS = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?", re.IGNORECASE)
JOINED = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": "'", "ʼ": "'"})

_C = ActorCategory
CATEGORIES: dict[ActorGroup, tuple[ActorCategory, ...]] = {
    ActorGroup.CARE_AND_SUPPORT: (
        _C.MEDICAL_CENTRE,
        _C.MENTAL_HEALTH,
        _C.FAMILY_PLANNING,
        _C.HOME_CARE,
        _C.NURSING_HOME,
        _C.HOMELESS_SUPPORT,
        _C.DISABILITY_SUPPORT,
        _C.DRUG_SUPPORT,
    ),
    ActorGroup.CULTURE: (
        _C.CULTURAL_CENTRE,
        _C.CULTURAL_ASSOCIATION,
        _C.LIBRARY,
        _C.CONTINUING_EDUCATION,
    ),
    ActorGroup.CHILDHOOD_AND_SCHOOL: (_C.SCHOOL, _C.AFTER_SCHOOL, _C.EARLY_CHILDHOOD),
    ActorGroup.SOCIAL_SERVICES: (
        _C.GENERAL_SOCIAL_SERVICE,
        _C.CPAS,
        _C.YOUTH_PROTECTION,
        _C.STREET_EDUCATION,
        _C.LOCAL_HEALTH_CONTRACT,
        _C.SOCIAL_GROCERY,
        _C.TENANTS_UNION,
        _C.EMERGENCY_HOUSING,
        _C.SOCIAL_HOUSING,
        _C.LEGAL_AID,
    ),
    ActorGroup.MUNICIPAL_SERVICES: (_C.MUNICIPALITY, _C.PEACEKEEPERS),
    ActorGroup.COMMUNITY_SERVICES: (_C.YOUTH_CENTRE, _C.NEIGHBOURHOOD_HOUSE),
    ActorGroup.LOCAL_AUTHORITIES: (_C.POLICE,),
    ActorGroup.OTHER_SERVICES: (
        _C.MUTUAL_INSURANCE,
        _C.PHARMACY,
        _C.SUPPORT_CENTRE,
        _C.DIGITAL_INCLUSION,
        _C.CONFLICT_MEDIATION,
        _C.CITIZENS_COLLECTIVE,
    ),
}
"""The categories under the headings of the activity report 2022, in its order."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A local actor. Without `zone_ids` it works for the whole territory.

    `phone`, `email` and `hours` are the service's. `reported_on` is the day of the last report on
    its saturation, None exactly while that is unknown.
    """

    id: UUID
    name: str
    category: ActorCategory
    zone_ids: tuple[str, ...] = ()
    street: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    languages: tuple[Language, ...] = ()
    hours: str = ""
    saturation: Saturation = Saturation.UNKNOWN
    reported_on: date | None = None

    @property
    def address(self) -> str:
        """The address in one line; empty when none is known."""
        place = " ".join(part for part in (self.postal_code, self.city) if part)
        return ", ".join(part for part in (self.street, place) if part)


TEXTS = tuple(LONGEST)


def one_line(text: str) -> str:
    """Write a text in one line, with composed letters and single spaces."""
    seen = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join(unicodedata.normalize("NFC", seen).split())


def tidied(actor: Actor) -> Actor:
    """Write an actor as it is kept: texts in one line, lists sorted, addresses with a scheme."""
    texts: dict[str, Any] = {name: one_line(getattr(actor, name)) for name in TEXTS}
    if SCHEMELESS.fullmatch(texts["website"]):
        texts["website"] = f"https://{texts['website']}"
    return replace(
        actor,
        **texts,
        zone_ids=tuple(sorted(set(actor.zone_ids))),
        languages=tuple(sorted(set(actor.languages))),
    )


def problems_of(actor: Actor, zones: Collection[str], today: date) -> list[Problem]:
    """List everything that is wrong with a tidied actor.

    Args:
        actor: as `tidied` writes it.
        zones: the neighbourhoods that are known.
        today: no report can be of a later day.
    """
    problems = [
        Problem("too_long", "Au plus %(most)s caractères.", place=name, values={"most": most})
        for name, most in LONGEST.items()
        if len(getattr(actor, name)) > most
    ]
    if len(actor.name) < SHORTEST_NAME:
        problems.append(Problem("missing", "Écrivez le nom du service.", place="name"))
    if actor.phone and not PHONE.fullmatch(actor.phone):
        problems.append(Problem("bad_phone", "Ce numéro de téléphone est illisible.", "phone"))
    if actor.email and not EMAIL.fullmatch(actor.email):
        problems.append(Problem("bad_email", "Cette adresse e-mail est illisible.", "email"))
    if actor.website and not WEBSITE.fullmatch(actor.website):
        problems.append(
            Problem("bad_website", "Un site commence par http:// ou https://.", "website")
        )
    problems += [
        Problem(
            "unknown_zone",
            "Le quartier %(zone)s n’est pas connu.",
            place="zone_ids",
            values={"zone": zone},
        )
        for zone in actor.zone_ids
        if zone not in zones
    ]
    if (actor.saturation is Saturation.UNKNOWN) != (actor.reported_on is None):
        problems.append(
            Problem("undated", "Un signalement de saturation a une date.", place="reported_on")
        )
    if actor.reported_on is not None and actor.reported_on > today:
        problems.append(Problem("in_future", "Cette date est à venir.", place="reported_on"))
    return problems


def fold(text: str) -> str:
    """Write a text as it is searched: without accents, in small letters."""
    apart = unicodedata.normalize("NFKD", text.translate(JOINED))
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def words_of(query: str) -> list[str]:
    """Cut what somebody searches into folded words."""
    return re.findall(r"\w+", fold(query))


def matches(haystack: str, query: str) -> bool:
    """Tell whether every word of a query stands in a text, whatever the accents."""
    folded = fold(haystack)
    return all(word in folded for word in words_of(query))


def likeness(actor: Actor) -> tuple[str, str]:
    """Return what two records of one service share: the folded name and street."""
    return " ".join(words_of(actor.name)), " ".join(words_of(actor.street))


def duplicates_of(actor: Actor, others: Collection[Actor]) -> list[Actor]:
    """List the actors that may be the same service: same name, or same street and category."""
    name, street = likeness(actor)
    return [
        other
        for other in others
        if other.id != actor.id
        and (
            likeness(other)[0] == name
            or (street and likeness(other)[1] == street and other.category is actor.category)
        )
    ]


def merged(kept: Actor, gone: Actor) -> Actor:
    """Put two records of one service together.

    The kept one's texts win where it has any, its zones and languages are both's, and the latest
    report on saturation counts. An actor of the whole territory stays one.
    """
    texts = {name: getattr(kept, name) or getattr(gone, name) for name in TEXTS}
    if kept.street or kept.postal_code or kept.city:  # never half an address of each
        texts |= {name: getattr(kept, name) for name in ("street", "postal_code", "city")}
    latest = max(kept, gone, key=lambda one: one.reported_on or date.min)
    everywhere = not kept.zone_ids or not gone.zone_ids
    return tidied(
        replace(
            kept,
            **texts,
            zone_ids=() if everywhere else (*kept.zone_ids, *gone.zone_ids),
            languages=(*kept.languages, *gone.languages),
            saturation=latest.saturation,
            reported_on=latest.reported_on,
        )
    )
