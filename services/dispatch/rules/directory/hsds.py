"""The directory as Open Referral HSDS 3: one service per actor, with the organisation behind it.

Source: the Human Services Data Specification 3.2, schemas `service`, `organization`, `location`,
`address`, `phone`, `language`, `schedule`, `service_area`, `attribute`, `taxonomy_term`; a file is
a page as its API's `GET /services` answers, and `hsds_tables` writes the same as a package of
tables. Category and saturation are attributes, with terms of taxonomies of our own. No `contact` is
written, and none is read: that object is a person.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.dispatch.rules.directory.actor import Actor, fold
from services.dispatch.rules.directory.importing import LINES_MAX, Line
from services.dispatch.rules.directory.table import Named
from shared.errors import Problem, refuse
from shared.words import ActorCategory, Language, Saturation

NAMESPACE = uuid5(NAMESPACE_URL, "relais:directory")
CATEGORY_TAXONOMY = "relais:actor_category"
SATURATION_TAXONOMY = "relais:saturation"
REGION = "Bruxelles-Capitale"
COUNTRY = "BE"
UNCODED = "mis"  # Source: ISO 639-3, a language without a code of its own
CODES = {Language.OTHER: UNCODED}
FROM_CODES = {code: language for language, code in CODES.items()}
UNREADABLE = "«\u00a0%(cell)s\u00a0» n’est pas lisible."


def write_services(
    actors: Iterable[Actor],
    category_names: Mapping[ActorCategory, str],
    zone_names: Mapping[str, str],
) -> dict[str, Any]:
    """Write actors as one page of HSDS services.

    Args:
        actors: in the order in which they are written.
        category_names: how categories are called in the file.
        zone_names: how neighbourhoods are called.
    """
    contents = [_service(actor, category_names[actor.category], zone_names) for actor in actors]
    return {
        "total_items": len(contents),
        "total_pages": 1,
        "page_number": 1,
        "size": len(contents),
        "first_page": True,
        "last_page": True,
        "empty": not contents,
        "contents": contents,
    }


def _service(actor: Actor, category: str, zone_names: Mapping[str, str]) -> dict[str, Any]:
    def own_id(*of: str) -> str:
        return str(uuid5(NAMESPACE, "/".join((str(actor.id), *of))))

    service: dict[str, Any] = {
        "id": str(actor.id),
        "name": actor.name,
        "description": category,
        "status": "active",
        "organization": {
            "id": own_id("organization"),
            "name": actor.name,
            "description": category,
        },
        "attributes": [
            _attribute(own_id("category"), CATEGORY_TAXONOMY, actor.category.value, category)
        ],
    }
    if actor.reported_on is not None:
        attribute = _attribute(
            own_id("saturation"),
            SATURATION_TAXONOMY,
            actor.saturation.value,
            actor.saturation.value,
        )
        service["attributes"].append(attribute | {"value": actor.reported_on.isoformat()})
    if actor.website:
        service["url"] = actor.website
    if actor.email:
        service["email"] = actor.email
    if actor.phone:
        service["phones"] = [{"id": own_id("phone"), "number": actor.phone, "type": "voice"}]
    if actor.hours:
        service["schedules"] = [{"id": own_id("schedule"), "description": actor.hours}]
    if actor.languages:
        service["languages"] = [
            {"id": own_id("language", code), "code": CODES.get(code, code.value)}
            for code in actor.languages
        ]
    if actor.zone_ids:
        service["service_areas"] = [
            {
                "id": own_id("zone", zone),
                "name": zone_names.get(zone, zone),
                "extent": zone,
                "extent_type": "text",
            }
            for zone in actor.zone_ids
        ]
    if actor.address:
        address = {
            "id": own_id("address"),
            "address_1": actor.street,
            "city": actor.city,
            "state_province": REGION,
            "postal_code": actor.postal_code,
            "country": COUNTRY,
            "address_type": "physical",
        }
        location = {
            "id": own_id("location"),
            "location_type": "physical",
            "name": actor.name,
            "addresses": [address],
        }
        service["service_at_locations"] = [{"id": own_id("at_location"), "location": location}]
    return service


def _attribute(own_id: str, taxonomy: str, code: str, name: str) -> dict[str, Any]:
    term_id = str(uuid5(NAMESPACE, f"{taxonomy}/{code}"))
    term = {"id": term_id, "code": code, "name": name, "description": name, "taxonomy": taxonomy}
    return {"id": own_id, "link_entity": "service", "taxonomy_term": term}


def read_services(text: str, named: Named, zones_by_name: Mapping[str, str]) -> list[Line]:
    """Read HSDS services into lines: a page, a list, or organisations with services inside.

    A line says the whole service, for HSDS leaves out what is empty; only saturation, which other
    directories do not know, stays as it is where none is said.

    Args:
        text: JSON.
        named: finds a category by a folded name.
        zones_by_name: neighbourhoods by folded name, for files of others.

    Raises:
        RefusedError: it is no JSON, holds no services, or too many.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refuse(
            "broken_json", "Ce fichier n’est pas du JSON lisible.", place="file"
        ) from error
    services = list(_services(document))
    if not services:
        raise refuse("no_services", "Ce fichier ne contient aucun service HSDS.", place="file")
    if len(services) > LINES_MAX:
        raise refuse("too_many_lines", "Au plus %(most)s lignes.", place="file", most=LINES_MAX)
    return [
        ServiceReader(service, named, zones_by_name).line(number)
        for number, service in enumerate(services, 1)
    ]


def _services(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict) and isinstance(document.get("contents"), list):
        document = document["contents"]
    for item in document if isinstance(document, list) else [document]:
        if not isinstance(item, dict):
            continue
        if isinstance(item.get("services"), list):
            own = {key: item[key] for key in ("id", "name", "url", "email") if key in item}
            for service in item["services"]:
                if isinstance(service, dict):
                    yield {"organization": own} | service
        elif "name" in item and "taxonomy" not in item:
            yield item


class ServiceReader:
    """Reads one service; what cannot be read becomes a problem of its line."""

    def __init__(
        self, service: Mapping[str, Any], named: Named, zones_by_name: Mapping[str, str]
    ) -> None:
        self.service, self.named, self.zones_by_name = service, named, zones_by_name
        self.problems: list[Problem] = []

    def line(self, number: int) -> Line:
        """Say what the service says, as the line of this number."""
        address = next(iter(self._addresses()), {})
        said: dict[str, Any] = {
            "name": self._text(self.service, "name"),
            "website": self._text(self.service, "url"),
            "email": self._text(self.service, "email"),
            "phone": self._text(next(self._objects(self.service, "phones"), {}), "number"),
            "hours": self._hours(),
            "street": self._text(address, "address_1"),
            "postal_code": self._text(address, "postal_code"),
            "city": self._text(address, "city"),
            "languages": tuple(self._languages()),
            "zone_ids": tuple(self._zones()),
        }
        said |= self._categorised()
        return Line(number, self._id(), said, tuple(self.problems))

    def _unreadable(self, place: str, cell: object) -> None:
        problem = Problem("unreadable", UNREADABLE, place=place, values={"cell": str(cell)[:60]})
        self.problems.append(problem)

    def _text(self, holder: Mapping[str, Any], key: str) -> str:
        value = holder.get(key)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        self._unreadable(key, value)
        return ""

    @staticmethod
    def _objects(holder: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
        inside = holder.get(key)
        return (
            one for one in (inside if isinstance(inside, list) else []) if isinstance(one, dict)
        )

    def _id(self) -> UUID | None:
        value = self._text(self.service, "id")
        try:
            return UUID(value) if value else None
        except ValueError:  # others may name a service as they like
            return uuid5(NAMESPACE, f"other/{value}")

    def _addresses(self) -> Iterator[Mapping[str, Any]]:
        for there in self._objects(self.service, "service_at_locations"):
            location = there.get("location")
            if isinstance(location, dict):
                yield from self._objects(location, "addresses")

    def _hours(self) -> str:
        told = (self._text(one, "description") for one in self._objects(self.service, "schedules"))
        return ", ".join(filter(None, told))

    def _languages(self) -> Iterator[Language]:
        for spoken in self._objects(self.service, "languages"):
            code = self._text(spoken, "code").lower()
            if code in FROM_CODES:
                yield FROM_CODES[code]
            elif code in set(Language):
                yield Language(code)
            elif code or self._text(spoken, "name"):
                yield Language.OTHER

    def _zones(self) -> Iterator[str]:
        for area in self._objects(self.service, "service_areas"):
            named = self.zones_by_name.get(fold(self._text(area, "name")))
            extent = area.get("extent")
            if area.get("extent_type") == "text" and isinstance(extent, str) and extent:
                yield extent
            elif named is not None:
                yield named

    def _categorised(self) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for attribute in self._objects(self.service, "attributes"):
            term = attribute.get("taxonomy_term")
            if not isinstance(term, dict):
                continue
            code, name = self._text(term, "code"), self._text(term, "name")
            if term.get("taxonomy") == SATURATION_TAXONOMY:
                said |= self._saturation(code, self._text(attribute, "value"))
            elif term.get("taxonomy") == CATEGORY_TAXONOMY and code in set(ActorCategory):
                said["category"] = ActorCategory(code)
            elif "category" not in said and (found := self.named(fold(name))) is not None:
                said["category"] = found
        return said

    def _saturation(self, code: str, day: str) -> dict[str, Any]:
        try:
            return {"saturation": Saturation(code), "reported_on": date.fromisoformat(day)}
        except ValueError:
            self._unreadable("saturation", f"{code} {day}")
            return {}
