"""The directory as the tables of HSDS, and back: rows that refer to each other by `id`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import uuid5

from services.dispatch.rules.directory.actor import Actor
from services.dispatch.rules.directory.hsds import (
    CATEGORY_TAXONOMY,
    NAMESPACE,
    SATURATION_TAXONOMY,
    ServiceReader,
    write_services,
)
from services.dispatch.rules.directory.importing import Line
from services.dispatch.rules.directory.package import write_package
from services.dispatch.rules.directory.table import Named
from services.dispatch.rules.directory.unpacking import Row, Tables, read_package
from shared.errors import Problem, refuse
from shared.words import ActorCategory

TAXONOMIES = {
    CATEGORY_TAXONOMY: ("category", "Categories of the activity report 2022 of the RAQ"),
    SATURATION_TAXONOMY: ("saturation", "Whether a service still takes people, as last reported"),
}
"""What each of our taxonomies says of a service, and what it is."""


def write_directory(
    actors: Iterable[Actor],
    category_names: Mapping[ActorCategory, str],
    zone_names: Mapping[str, str],
) -> bytes:
    """Write actors as a tabular data package, from what `write_services` writes of them."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    terms: dict[str, dict[str, Any]] = {}
    for service in write_services(actors, category_names, zone_names)["contents"]:
        own, organization = {"service_id": service["id"]}, service["organization"]
        rows["organization"].append(organization)
        rows["service"].append(service | {"organization_id": organization["id"]})
        for table, inside in (
            ("phone", "phones"),
            ("schedule", "schedules"),
            ("service_area", "service_areas"),
            ("language", "languages"),
        ):
            rows[table] += [one | own for one in service.get(inside, ())]
        for there in service.get("service_at_locations", ()):
            place = {"location_id": there["location"]["id"]}
            rows["service_at_location"].append(there | own | place)
            rows["location"].append(there["location"] | {"organization_id": organization["id"]})
            rows["address"] += [one | place for one in there["location"]["addresses"]]
        for attribute in service["attributes"]:
            term = attribute["taxonomy_term"]
            terms[term["id"]] = term | {"taxonomy_id": _taxonomy_id(term["taxonomy"])}
            link_type, _ = TAXONOMIES[term["taxonomy"]]
            link = {"link_id": service["id"], "link_type": link_type}
            rows["attribute"].append(attribute | link | {"taxonomy_term_id": term["id"]})
    rows["taxonomy_term"] = list(terms.values())
    used = {term["taxonomy"] for term in terms.values()}
    rows["taxonomy"] = [
        {"id": _taxonomy_id(name), "name": name, "description": said}
        for name, (_, said) in TAXONOMIES.items()
        if name in used
    ]
    return write_package(rows)


def _taxonomy_id(name: str) -> str:
    return str(uuid5(NAMESPACE, name))


def read_directory(content: bytes, named: Named, zones_by_name: Mapping[str, str]) -> list[Line]:
    """Read the services of a package into lines; a line's number is that in `services.csv`.

    Args:
        content: a ZIP.
        named: finds a category by a folded name.
        zones_by_name: neighbourhoods by folded name, for files of others.

    Raises:
        RefusedError: it cannot be read as a whole, or holds no service.
    """
    joined = _Joined(read_package(content))
    lines = [joined.line(row, named, zones_by_name) for row in joined.tables["service"]]
    if not lines:
        raise refuse("no_services", "Ce fichier ne contient aucun service HSDS.", place="file")
    return lines


class _Joined:
    """Puts the rows of a package together again, service by service."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.by_id = {
            name: {row["id"]: row for row in rows if row["id"]} for name, rows in tables.items()
        }
        self.by_link: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for name, rows in tables.items():
            for row in rows:
                for column in (c for c in row.cells if c.endswith("_id") and row[c]):
                    self.by_link[name, column, row[column]].append(row)

    def line(self, row: Row, named: Named, zones_by_name: Mapping[str, str]) -> Line:
        dangling: list[Problem] = []
        reader = ServiceReader(self._service(row, dangling), named, zones_by_name)
        line = reader.line(row.line)
        return Line(line.number, line.id, line.said, (*line.problems, *dangling))

    def _service(self, row: Row, dangling: list[Problem]) -> dict[str, Any]:
        """Nest what belongs to a service, as HSDS does in JSON."""
        there = self._of("service_at_location", "service_id", row["id"])
        of_place = {"service_at_location_id": [one["id"] for one in there]}
        places = [one["location_id"] for one in there]
        own = {"service_id": [row["id"]]}
        far = of_place | {"location_id": places, "organization_id": [row["organization_id"]]}
        return {
            **row.cells,
            "phones": self._first("phone", own | far),
            "languages": self._first("language", own | {"location_id": places}),
            "schedules": self._first("schedule", own | of_place | {"location_id": places}),
            "service_areas": self._first("service_area", own | of_place),
            "service_at_locations": list(self._locations(there, dangling)),
            "attributes": list(self._attributes(row, dangling)),
        }

    def _of(self, table: str, column: str, value: str) -> list[Row]:
        return self.by_link.get((table, column, value), [])

    def _first(self, table: str, columns: Mapping[str, Iterable[str]]) -> list[Mapping[str, str]]:
        """Return the rows that are nearest to a service: its own, else those of where it is."""
        for column, values in columns.items():
            found = [row.cells for value in values for row in self._of(table, column, value)]
            if found:
                return found
        return []

    def _locations(self, there: Iterable[Row], dangling: list[Problem]) -> Iterator[dict[str, Any]]:
        for one in there:
            location = self.by_id.get("location", {}).get(one["location_id"])
            if location is None:
                dangling.append(_missing("locations.csv", one["location_id"], "street"))
                continue
            addresses = [row.cells for row in self._of("address", "location_id", location["id"])]
            yield {"location": {"addresses": addresses}}

    def _attributes(self, row: Row, dangling: list[Problem]) -> Iterator[dict[str, Any]]:
        for one in self._of("attribute", "link_id", row["id"]):
            term = self.by_id.get("taxonomy_term", {}).get(one["taxonomy_term_id"])
            if one["link_entity"] not in {"", "service"}:
                continue
            if term is None:
                dangling.append(_missing("taxonomy_terms.csv", one["taxonomy_term_id"], "category"))
                continue
            taxonomy = self.by_id.get("taxonomy", {}).get(term["taxonomy_id"])
            name = term["taxonomy"] or (taxonomy["name"] if taxonomy else "")
            yield {**one.cells, "taxonomy_term": {**term.cells, "taxonomy": name}}


def _missing(file: str, row_id: str, place: str) -> Problem:
    return Problem(
        "dangling",
        "«\u00a0%(id)s\u00a0» n’est pas dans «\u00a0%(file)s\u00a0».",
        place=place,
        values={"file": file, "id": row_id[:60]},
    )
