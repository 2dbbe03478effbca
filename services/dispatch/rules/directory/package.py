"""HSDS as a tabular data package: a ZIP with a table per object and `datapackage.json`.

Source: HSDS 3.1, "Serialization and Publication Formats" and its package descriptor (names of files
and columns, what is required, which column refers to which table). Only the columns that we fill
are written, and only the tables that we read are read: `contact` is a person, and neither.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.dispatch.rules.directory.table import shown

DESCRIPTOR = "datapackage.json"
SAYS_NUMBERS = {"number"}  # a telephone number begins with a plus, and runs nothing


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its file, the columns that we write, those never empty, and those that refer."""

    file: str
    columns: tuple[str, ...]
    required: tuple[str, ...] = ("id",)
    refers: tuple[tuple[str, str], ...] = ()
    other_files: tuple[str, ...] = ()


TABLES: dict[str, Table] = {
    "organization": Table(
        "organizations.csv", ("id", "name", "description"), ("id", "name", "description")
    ),
    "service": Table(
        "services.csv",
        ("id", "organization_id", "name", "description", "url", "email", "status"),
        ("id", "organization_id", "name", "status"),
        (("organization_id", "organization"),),
    ),
    "service_at_location": Table(
        "service_at_location.csv",
        ("id", "service_id", "location_id"),
        ("id", "service_id", "location_id"),
        (("service_id", "service"), ("location_id", "location")),
        ("service_at_locations.csv",),
    ),
    "location": Table(
        "locations.csv",
        ("id", "location_type", "organization_id", "name"),
        ("id", "location_type"),
        (("organization_id", "organization"),),
    ),
    "phone": Table(
        "phones.csv",
        ("id", "service_id", "number", "type"),
        ("id", "number"),
        (("service_id", "service"),),
    ),
    "address": Table(
        "addresses.csv",
        (
            "id",
            "location_id",
            "address_1",
            "city",
            "state_province",
            "postal_code",
            "country",
            "address_type",
        ),
        ("id", "state_province", "country", "address_type"),
        (("location_id", "location"),),
        ("addresss.csv",),  # as version 3.0 of the descriptor has it
    ),
    "schedule": Table(
        "schedules.csv", ("id", "service_id", "description"), refers=(("service_id", "service"),)
    ),
    "service_area": Table(
        "service_areas.csv",
        ("id", "service_id", "name", "extent", "extent_type"),
        refers=(("service_id", "service"),),
    ),
    "language": Table(
        "languages.csv", ("id", "service_id", "code"), refers=(("service_id", "service"),)
    ),
    "attribute": Table(
        "attributes.csv",
        ("id", "link_id", "taxonomy_term_id", "link_type", "link_entity", "value"),
        ("id", "link_id", "taxonomy_term_id", "link_type", "link_entity"),
        (("taxonomy_term_id", "taxonomy_term"),),
    ),
    "taxonomy": Table(
        "taxonomies.csv", ("id", "name", "description"), ("id", "name", "description")
    ),
    "taxonomy_term": Table(
        "taxonomy_terms.csv",
        ("id", "code", "name", "description", "taxonomy", "taxonomy_id"),
        ("id", "name", "description"),
        (("taxonomy_id", "taxonomy"),),
    ),
}
ALWAYS = ("organization", "service")


def write_package(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> bytes:
    """Pack rows by table into a ZIP; the same rows give the same bytes."""
    tables = {name: list(rows.get(name, ())) for name in TABLES}
    written = [name for name in TABLES if tables[name] or name in ALWAYS]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        described = json.dumps(_descriptor(written), ensure_ascii=False, indent=1)
        archive.writestr(_entry(DESCRIPTOR), described)
        for name in written:
            archive.writestr(_entry(TABLES[name].file), _as_csv(TABLES[name], tables[name]))
    return packed.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # of 1980: the day of an export is not in it
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _as_csv(table: Table, rows: Iterable[Mapping[str, Any]]) -> str:
    """Write a table after RFC 4180; who opens it in a spreadsheet runs no formula of it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in rows:
        cells = [(column, str(row.get(column, ""))) for column in table.columns]
        writer.writerow([cell if name in SAYS_NUMBERS else shown(cell) for name, cell in cells])
    return text.getvalue()


def _descriptor(written: Sequence[str]) -> dict[str, Any]:
    return {
        "name": "human_services_data",
        "title": "Human Services Data Specification",
        "profile": "tabular-data-package",
        "version": "3.1",
        "homepage": "http://docs.openreferral.org",
        "resources": [_resource(name, TABLES[name], written) for name in written],
    }


def _resource(name: str, table: Table, written: Sequence[str]) -> dict[str, Any]:
    fields = [
        {
            "name": column,
            "type": "string",
            "constraints": {"required": column in table.required, "unique": column == "id"},
        }
        for column in table.columns
    ]
    keys = [
        {"fields": column, "reference": {"resource": other, "fields": "id"}}
        for column, other in table.refers
        if other in written
    ]
    return {
        "name": name,
        "path": table.file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "profile": "tabular-data-resource",
        "schema": {"primaryKey": "id", "fields": fields, "foreignKeys": keys},
    }
