"""The directory's rules: records, search, duplicates, files that come back unchanged, the map."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from services.dispatch.rules.directory.actor import (
    CATEGORIES,
    LONGEST,
    Actor,
    duplicates_of,
    matches,
    merged,
    problems_of,
    tidied,
)
from services.dispatch.rules.directory.drawing import Spot, draw_spots
from services.dispatch.rules.directory.hsds import read_services, write_services
from services.dispatch.rules.directory.hsds_tables import read_directory, write_directory
from services.dispatch.rules.directory.importing import (
    Effect,
    Judged,
    Known,
    Line,
    digest,
    judge,
    known_now,
)
from services.dispatch.rules.directory.table import COLUMNS, read_table, table_schema, write_table
from services.dispatch.rules.directory.unpacking import UNPACKED_MAX_BYTES
from services.dispatch.web.directory_view import category_named
from shared.errors import RefusedError
from shared.words import ActorCategory, Language, Saturation

TODAY = date(2022, 3, 31)
ZONES = ("RAQ01", "RAQ02", "RAQ12a")
IMPORT = UUID("11111111-2222-4333-8444-555555555555")
NAMES = {category: category.value for category in ActorCategory}
ZONE_NAMES = {zone: f"Quartier {zone}" for zone in ZONES}

CPAS = Actor(
    id=uuid4(),
    name="CPAS de Molenbeek, antenne Étangs Noirs",
    category=ActorCategory.CPAS,
    zone_ids=("RAQ01",),
    street="Rue de l’Avenir 12",
    postal_code="1080",
    city="Molenbeek-Saint-Jean",
    phone="+32 2 412 47 47",
    website="https://cpas.example",
    languages=(Language.AR, Language.FR),
)


def effects(judged: list[Judged]) -> list[Effect]:
    return [one.effect for one in judged]


def judged(lines: list[Line], *actors: Actor, gone: dict[UUID, UUID] | None = None) -> list[Judged]:
    known: Known = known_now(actors, gone or {}, ZONES, TODAY)
    return judge(lines, known, lambda number: uuid5(IMPORT, str(number)))


def from_table(text: str) -> list[Line]:
    return read_table(text, category_named)


def from_hsds(text: str) -> list[Line]:
    return read_services(text, category_named, {"quartier raq01": "RAQ01"})


def from_package(packed: bytes) -> list[Line]:
    return read_directory(packed, category_named, {"quartier raq01": "RAQ01"})


def a_zip(**files: str) -> bytes:
    """Pack files; `services_csv` is called `services.csv`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            stem, _, ending = name.rpartition("_")
            archive.writestr(f"{stem}.{ending}", text)
    return packed.getvalue()


def slugs(one: Judged) -> set[str]:
    return {problem.slug for problem in one.problems}


# --- records -------------------------------------------------------------------------------------


def test_every_category_stands_under_one_heading_of_the_report() -> None:
    listed = [category for group in CATEGORIES.values() for category in group]

    assert sorted(listed) == sorted(ActorCategory)


def test_a_record_has_no_place_for_a_person() -> None:
    assert not {"contact", "contact_name", "person", "first_name"} & set(Actor.__dataclass_fields__)


def test_a_record_is_found_whatever_the_accents_and_the_order_of_the_words() -> None:
    assert matches(CPAS.name, "etangs CPAS")
    assert matches("Œuvre de l’Été", "oeuvre de l'ete")
    assert not matches(CPAS.name, "etangs bleus")


def test_duplicates_are_those_of_one_name_or_of_one_street_and_category() -> None:
    same_name = replace(CPAS, id=uuid4(), name="CPAS de MOLENBEEK antenne Etangs-Noirs", street="")
    same_place = replace(CPAS, id=uuid4(), name="Antenne sociale", street="rue de l'avenir, 12")
    neighbour = replace(same_place, id=uuid4(), category=ActorCategory.PHARMACY)

    assert duplicates_of(CPAS, [CPAS, same_name, same_place, neighbour]) == [same_name, same_place]


def test_merging_keeps_what_each_knows_and_the_latest_report() -> None:
    other = Actor(
        id=uuid4(),
        name="CPAS 1080",
        category=ActorCategory.CPAS,
        zone_ids=("RAQ02",),
        street="Ailleurs 1",
        email="antenne@cpas.example",
        languages=(Language.NL,),
        saturation=Saturation.SLOW,
        reported_on=date(2022, 3, 1),
    )

    together = merged(CPAS, other)

    assert (together.id, together.name, together.street) == (CPAS.id, CPAS.name, CPAS.street)
    assert together.email == "antenne@cpas.example"
    assert together.zone_ids == ("RAQ01", "RAQ02")
    assert set(together.languages) == {Language.AR, Language.FR, Language.NL}
    assert together.saturation is Saturation.SLOW
    assert merged(CPAS, replace(other, zone_ids=())).zone_ids == ()


# --- files ---------------------------------------------------------------------------------------

PLAIN = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cn", "Co")), max_size=20)
AWKWARD = (
    "=1+1",
    "'=1+1",
    "''x",
    "-5",
    "+32",
    "@now",
    'a;b"c',
    "x'",
    "«\u00a0é\u00a0»",
    "e\u0301t",
)
PHONES = st.from_regex(r"(\+32 |0)[1-9][0-9]{1,2}( [0-9]{2}){3}", fullmatch=True) | st.just("")
EMAILS = st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.(be|org)", fullmatch=True) | st.just("")
SITES = st.from_regex(r"https://[a-z]{1,8}\.be(/[a-z;'\"]{0,5})?", fullmatch=True) | st.just("")
REPORTS = st.just((Saturation.UNKNOWN, None)) | st.tuples(
    st.sampled_from([Saturation.OPEN, Saturation.SLOW, Saturation.SATURATED]),
    st.dates(date(2021, 1, 1), TODAY),
)
RECORDS = st.builds(
    lambda report, **given: tidied(Actor(saturation=report[0], reported_on=report[1], **given)),
    report=REPORTS,
    id=st.uuids(),
    name=PLAIN.map(lambda text: f"N{text}") | st.sampled_from(AWKWARD),
    category=st.sampled_from(ActorCategory),
    zone_ids=st.lists(st.sampled_from(ZONES), unique=True).map(tuple),
    street=PLAIN,
    postal_code=st.sampled_from(["", "1000", "1080"]),
    city=PLAIN,
    phone=PHONES,
    email=EMAILS,
    website=SITES,
    languages=st.lists(st.sampled_from(Language), unique=True).map(tuple),
    hours=PLAIN,
).filter(lambda actor: not problems_of(actor, ZONES, TODAY))
DIRECTORIES = st.lists(RECORDS, min_size=1, max_size=6, unique_by=lambda actor: actor.id)


@settings(deadline=None, max_examples=25)
@given(DIRECTORIES)
def test_reading_ones_own_table_again_changes_nothing(actors: list[Actor]) -> None:
    found = judged(from_table(write_table(actors)), *actors)

    assert effects(found) == [Effect.SAME] * len(actors)


@settings(deadline=None, max_examples=25)
@given(DIRECTORIES)
def test_reading_ones_own_hsds_again_changes_nothing(actors: list[Actor]) -> None:
    text = json.dumps(write_services(actors, NAMES, ZONE_NAMES), ensure_ascii=False)

    found = judged(from_hsds(text), *actors)

    assert effects(found) == [Effect.SAME] * len(actors)


@settings(deadline=None, max_examples=25)
@given(DIRECTORIES)
def test_reading_ones_own_hsds_package_again_changes_nothing(actors: list[Actor]) -> None:
    packed = write_directory(actors, NAMES, ZONE_NAMES)

    found = judged(from_package(packed), *actors)

    assert effects(found) == [Effect.SAME] * len(actors)
    assert packed == write_directory(actors, NAMES, ZONE_NAMES)


@settings(deadline=None, max_examples=12)
@given(DIRECTORIES)
def test_a_directory_that_was_emptied_comes_back_whole_from_any_of_the_files(
    actors: list[Actor],
) -> None:
    text = json.dumps(write_services(actors, NAMES, ZONE_NAMES))
    packed = write_directory(actors, NAMES, ZONE_NAMES)

    for lines in (from_table(write_table(actors)), from_hsds(text), from_package(packed)):
        found = judged(lines)
        assert effects(found) == [Effect.ADD] * len(actors)
        assert [one.actor for one in found] == actors


# Required fields and closed lists of the HSDS 3.2 schemas that we write.
UUID_TEXT = {"type": "string", "pattern": "^[0-9a-f-]{36}$"}
PLACE_TYPE = {"enum": ["physical", "postal", "virtual"]}


def an_object(required: str, **properties: Any) -> dict[str, Any]:
    names = required.split()
    texts = {name: {"type": "string"} for name in names if name != "id"}
    return {
        "type": "object",
        "required": names,
        "properties": texts | {"id": UUID_TEXT} | properties,
    }


def many(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


HSDS_TERM = an_object("id name description")
HSDS_ADDRESS = an_object(
    "id address_1 city state_province postal_code country address_type", address_type=PLACE_TYPE
)
HSDS_LOCATION = an_object(
    "id location_type", location_type=PLACE_TYPE, addresses=many(HSDS_ADDRESS)
)
HSDS_SERVICE = an_object(
    "id name status",
    status={"enum": ["active", "inactive", "defunct", "temporarily closed"]},
    organization=an_object("id name description"),
    phones=many(an_object("id number")),
    languages=many(an_object("id")),
    schedules=many(an_object("id")),
    service_areas=many(an_object("id")),
    service_at_locations=many(an_object("id", location=HSDS_LOCATION)),
    attributes=many(an_object("id", taxonomy_term=HSDS_TERM)),
)
HSDS_PAGE = {
    "type": "object",
    "required": ["total_items", "total_pages", "page_number", "size", "contents"],
    "properties": {"contents": many(HSDS_SERVICE)},
}


@settings(deadline=None, max_examples=12)
@given(DIRECTORIES)
def test_what_is_exported_has_what_hsds_requires_and_names_no_contact(actors: list[Actor]) -> None:
    written = write_services(actors, NAMES, ZONE_NAMES)

    Draft202012Validator(HSDS_PAGE).validate(written)
    assert "contacts" not in json.dumps(written)


@settings(deadline=None, max_examples=12)
@given(DIRECTORIES)
def test_a_package_is_what_its_descriptor_says_and_holds_no_contact(actors: list[Actor]) -> None:
    with zipfile.ZipFile(io.BytesIO(write_directory(actors, NAMES, ZONE_NAMES))) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    described = json.loads(files.pop("datapackage.json"))
    tables = {}
    for resource in described["resources"]:
        rows = list(csv.DictReader(io.StringIO(files.pop(resource["path"]), newline="")))
        tables[resource["name"]] = rows
        fields = {field["name"]: field["constraints"] for field in resource["schema"]["fields"]}
        assert all(list(row) == list(fields) for row in rows)
        assert all(row[name] for row in rows for name in fields if fields[name]["required"])
        assert len({row["id"] for row in rows}) == len(rows)

    assert files == {}
    assert "contact" not in tables
    assert {"organization", "service", "attribute", "taxonomy", "taxonomy_term"} <= set(tables)
    for resource in described["resources"]:
        for key in resource["schema"]["foreignKeys"]:
            there = {row["id"] for row in tables[key["reference"]["resource"]]}
            assert {row[key["fields"]] for row in tables[resource["name"]]} <= there


def test_the_table_is_what_its_description_says() -> None:
    schema = table_schema()
    (head, row) = write_table([CPAS]).removeprefix("\ufeff").splitlines()

    assert [one["name"] for one in schema["fields"]] == head.split(";") == list(COLUMNS)
    assert {
        one["constraints"]["maxLength"] for one in schema["fields"] if one["name"] == "city"
    } == {LONGEST["city"]}
    assert "'+32 2 412 47 47" in row  # a spreadsheet would read it as a formula


def test_a_table_from_elsewhere_is_read_by_its_columns_and_by_names_in_any_language() -> None:
    text = (
        "Name,category,phone,remarks\n"
        "OCMW Anderlecht,OCMW,02 529 41 20,x\n"
        "Pharmacie du coin,pharmacie,,\n"
    )

    found = judged(from_table(text))

    assert effects(found) == [Effect.ADD, Effect.ADD]
    categories = [one.actor.category for one in found if one.actor]
    assert categories == [ActorCategory.CPAS, ActorCategory.PHARMACY]


def test_a_bad_line_says_why_and_loses_none_of_the_good_ones() -> None:
    text = (
        "id;name;category;zone_ids;email;reported_on\n"
        ";Bon service;cpas;RAQ01;;\n"
        "pas-un-id;Mauvais id;cpas;;;\n"
        ";Sans catégorie;;;;\n"
        ";Inconnue;boulangerie;;;\n"
        ";Zone;cpas;RAQ99;a@b;\n"
        ";Bon aussi;pharmacy;;;\n"
    )

    found = judged(from_table(text))

    assert effects(found) == [
        Effect.ADD,
        Effect.REFUSED,
        Effect.REFUSED,
        Effect.REFUSED,
        Effect.REFUSED,
        Effect.ADD,
    ]
    assert [one.number for one in found] == [2, 3, 4, 5, 6, 7]
    assert slugs(found[2]) == {"no_category"}
    assert slugs(found[4]) == {"unknown_zone", "bad_email"}


def test_a_column_that_is_missing_leaves_what_is_known() -> None:
    found = judged(from_table(f"id;name;phone\n{CPAS.id};{CPAS.name};02 000 00 00\n"), CPAS)

    assert effects(found) == [Effect.CHANGE]
    assert [(c.field, c.after) for c in found[0].changes] == [("phone", "02 000 00 00")]
    assert found[0].actor == replace(CPAS, phone="02 000 00 00")


def test_a_line_without_id_is_the_record_of_its_name_and_street() -> None:
    text = "name;street;hours\ncpas de molenbeek antenne etangs noirs;Rue de l'Avenir, 12;lundi\n"
    twin = replace(CPAS, id=uuid4())

    found = judged(from_table(text), CPAS)
    unsure = judged(from_table(text), CPAS, twin)

    assert found[0].actor is not None
    assert found[0].actor.id == CPAS.id
    assert slugs(unsure[0]) == {"ambiguous"}


def test_a_record_that_stands_twice_or_was_merged_is_refused() -> None:
    line = f"{CPAS.id};{CPAS.name}\n"
    gone = uuid4()

    found = judged(from_table(f"id;name\n{line}{line}{gone};Ancien\n"), CPAS, gone={gone: CPAS.id})

    assert effects(found) == [Effect.SAME, Effect.REFUSED, Effect.REFUSED]
    assert slugs(found[1]) == {"twice"}
    assert slugs(found[2]) == {"merged"}


def test_an_older_report_in_a_file_does_not_undo_a_newer_one() -> None:
    known = replace(CPAS, saturation=Saturation.SATURATED, reported_on=date(2022, 3, 20))
    old = replace(CPAS, saturation=Saturation.OPEN, reported_on=date(2022, 3, 1))
    new = replace(old, reported_on=date(2022, 3, 25))

    assert effects(judged(from_table(write_table([old])), known)) == [Effect.SAME]
    assert effects(judged(from_table(write_table([CPAS])), known)) == [Effect.SAME]
    assert effects(judged(from_table(write_table([new])), known)) == [Effect.CHANGE]


def test_confirming_twice_adds_once() -> None:
    lines = from_table("name;category\nNouveau;cpas\n")
    (first,) = judged(lines)
    assert first.actor is not None

    assert effects(judged(lines, first.actor)) == [Effect.SAME]
    assert digest([first]) != digest(judged(lines, first.actor))


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("", "no_columns"),
        ("nom;catégorie\nx;y\n", "no_columns"),
        ('name\n"jamais fermé\n', "broken_table"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_as_a_whole(text: str, slug: str) -> None:
    with pytest.raises(RefusedError) as refused:
        from_table(text)
    assert [problem.slug for problem in refused.value.problems] == [slug]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("{", "broken_json"),
        ("[" * 100_000, "broken_json"),
        ("[]", "no_services"),
        ("3", "no_services"),
    ],
)
def test_json_that_holds_no_service_is_refused_as_a_whole(text: str, slug: str) -> None:
    with pytest.raises(RefusedError) as refused:
        from_hsds(text)
    assert [problem.slug for problem in refused.value.problems] == [slug]


def test_hsds_of_another_directory_is_read_and_its_contacts_are_not() -> None:
    text = json.dumps(
        [
            {
                "id": "org-7",
                "name": "Une association",
                "services": [
                    {
                        "id": "svc-9",
                        "name": "Permanence sociale",
                        "status": "active",
                        "contacts": [{"id": "c", "name": "Jeanne Personne"}],
                        "languages": [{"id": "l", "code": "ur", "name": "Urdu"}],
                        "service_areas": [{"id": "a", "name": "Quartier RAQ01"}],
                        "attributes": [
                            {"id": "t", "taxonomy_term": {"id": "x", "name": "Santé mentale"}}
                        ],
                    }
                ],
            }
        ]
    )

    (found,) = judged(from_hsds(text))

    assert found.actor is not None
    assert found.actor.category is ActorCategory.MENTAL_HEALTH
    assert found.actor.zone_ids == ("RAQ01",)
    assert found.actor.languages == (Language.OTHER,)
    assert "Jeanne" not in repr(found.actor)


SERVICES_CSV = "id,organization_id,name,status\nsvc-9,org-7,Permanence sociale,active\n"


def test_a_package_of_another_directory_is_read_and_its_contacts_are_not() -> None:
    packed = a_zip(
        services_csv=SERVICES_CSV,
        organizations_csv="id,name,description\norg-7,Une association,x\n",
        contacts_csv="id,service_id,name\nc,svc-9,Jeanne Personne\n",
        phones_csv="id,organization_id,number\np,org-7,02 555 01 02\n",
        languages_csv="id,service_id,code,name\nl,svc-9,ur,Urdu\n",
        service_areas_csv="id,service_id,name\na,svc-9,Quartier RAQ01\n",
        service_at_location_csv="id,service_id,location_id\ns,svc-9,loc\n",
        locations_csv="id,location_type\nloc,physical\n",
        addresss_csv="id,location_id,address_1,city,postal_code\nq,loc,Rue 1,Bruxelles,1000\n",
        schedules_csv="id,service_at_location_id,description\nh,s,lundi matin\n",
        attributes_csv="id,link_id,taxonomy_term_id,link_entity\nt,svc-9,x,service\n",
        taxonomy_terms_csv="id,name,description\nx,Santé mentale,x\n",
    )

    (found,) = judged(from_package(packed))

    assert found.actor is not None
    assert (found.number, found.actor.name) == (2, "Permanence sociale")
    assert found.actor.category is ActorCategory.MENTAL_HEALTH
    assert (found.actor.zone_ids, found.actor.languages) == (("RAQ01",), (Language.OTHER,))
    assert found.actor.address == "Rue 1, 1000 Bruxelles"
    assert (found.actor.phone, found.actor.hours) == ("02 555 01 02", "lundi matin")
    assert "Jeanne" not in repr(found.actor)


def test_a_row_that_refers_to_nothing_is_refused_and_loses_none_of_the_good_ones() -> None:
    packed = a_zip(
        services_csv=SERVICES_CSV + "svc-10,org-7,Autre,active\n",
        service_at_location_csv="id,service_id,location_id\ns,svc-9,nowhere\n",
        attributes_csv="id,link_id,taxonomy_term_id,link_entity\nt,svc-10,x,service\n",
        taxonomy_terms_csv="id,name,description\nx,Pharmacie,x\n",
    )

    refused, added = judged(from_package(packed))

    assert (refused.effect, slugs(refused)) == (Effect.REFUSED, {"dangling"})
    assert (added.effect, added.number) == (Effect.ADD, 3)


ENDLESS = "id,name\n" + "x" * (UNPACKED_MAX_BYTES + 1)
NAMES_ANOTHER = json.dumps({"resources": [{"name": "service", "path": "../../etc/passwd"}]})


@pytest.mark.parametrize(
    ("packed", "slug"),
    [
        (b"PK\x03\x04 and nothing more", "broken_zip"),
        (a_zip(services_csv=SERVICES_CSV)[:-30], "broken_zip"),
        (a_zip(services_csv=ENDLESS), "too_big_unpacked"),
        (a_zip(**{f"x{number}_csv": "id\n" for number in range(101)}), "too_big_unpacked"),
        (a_zip(readme_txt="x"), "no_services_table"),
        (a_zip(**{"xl/workbook_xml": "<x/>"}), "a_spreadsheet"),
        (a_zip(services_csv="organization_id,status\nx,active\n"), "no_column"),
        (a_zip(services_csv='id,name\n"never closed\n'), "broken_table_of"),
        (a_zip(services_csv="id,name\n"), "no_services"),
        (a_zip(services_csv="id,name\n" + "x,y\n" * 5001), "too_many_lines"),
        (a_zip(services_csv=SERVICES_CSV, datapackage_json="[]"), "broken_descriptor"),
        (a_zip(services_csv=SERVICES_CSV, datapackage_json="{"), "broken_descriptor"),
        (a_zip(services_csv=SERVICES_CSV, datapackage_json=NAMES_ANOTHER), "no_such_file"),
        (
            a_zip(services_csv=SERVICES_CSV, datapackage_json='{"resources": []}'),
            "no_services_table",
        ),
    ],
)
def test_a_package_that_cannot_be_read_is_refused_as_a_whole(packed: bytes, slug: str) -> None:
    with pytest.raises(RefusedError) as refused:
        from_package(packed)
    assert [problem.slug for problem in refused.value.problems] == [slug]


@settings(deadline=None, max_examples=60)
@given(at=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_a_damaged_package_is_refused_or_read_and_nothing_else_happens(at: int, byte: int) -> None:
    packed = bytearray(write_directory([CPAS], NAMES, ZONE_NAMES))
    packed[at % len(packed)] = byte

    try:
        lines = from_package(bytes(packed))
    except RefusedError:
        return
    assert len(lines) >= 1


# --- the map -------------------------------------------------------------------------------------


def test_the_map_links_every_zone_with_its_number_and_runs_nothing() -> None:
    spots = [
        Spot(f"Z{n}", f"Quartier <{n}>", n % 7, n // 7, n, f"Quartier {n}: {n}", f"?zone=Z{n}")
        for n in range(40)
    ]

    drawn = draw_spots(spots, "Services")

    root = fromstring(drawn)  # noqa: S314 - our own drawing
    links = [one for one in root.iter() if one.tag.endswith("}a")]
    assert {link.get("href") for link in links} == {f"?zone=Z{n}" for n in range(40)}
    assert "style=" not in drawn
    assert "<script" not in drawn
    assert draw_spots([], "Services") == ""
    assert "actors-map" in draw_spots([spots[0]], "Services")
