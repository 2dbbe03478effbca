"""What a pack would change, what describing a zone refuses, and what an upload is taken for."""

import json
from dataclasses import replace

import pytest

from deploy.settings import PROJECT_ROOT
from services.intake.gateways.territory_files.folder import FileWishes
from services.intake.gateways.territory_files.packs import pack_files, read_pack
from services.intake.gateways.territory_files.upload import pack_as_zip, read_upload
from services.intake.rules.territory.changes import Aspect, changes_between
from services.intake.rules.territory.importing import ImportWishes
from services.intake.rules.territory.model import TerritoryPack
from services.intake.rules.territory.payload import pack_as_payload
from services.intake.rules.territory.zones import ZoneDescription, describe_zone
from shared.errors import MissingError, RefusedError

NO_WISHES = (ImportWishes(), FileWishes())


@pytest.fixture(scope="module")
def pack() -> TerritoryPack:
    return read_pack(PROJECT_ROOT / "deploy" / "territories" / "brussels")


def test_a_pack_changes_nothing_in_itself_and_all_where_there_was_none(pack: TerritoryPack) -> None:
    same, first = changes_between(pack, pack), changes_between(None, pack)

    assert same.nothing
    assert same.unchanged == len(pack.zones)
    assert (len(first.added), first.changed, first.removed) == (len(pack.zones), (), ())
    assert {each.zones_before for each in first.indicators} == {0}


def test_each_aspect_of_a_zone_that_changes_is_named(pack: TerritoryPack) -> None:
    renamed = replace(pack.zones[0], name_nl="Elders", host_partners=("Iemand",), x_km=1.5)
    values = tuple(
        replace(value, value=value.value + 1)
        if (value.code, value.indicator) == (renamed.id, "median_income_eur")
        else value
        for value in pack.values
    )
    after = replace(pack, zones=(renamed, *pack.zones[1:]), values=values)

    changes = changes_between(pack, after)

    [change] = changes.changed
    assert change.aspects == (Aspect.NAME, Aspect.HOST_PARTNERS, Aspect.PLACE, Aspect.FIGURES)
    [indicator] = changes.indicators
    assert (indicator.code, indicator.changed) == ("median_income_eur", 1)
    assert indicator.zones_before == indicator.zones_after


def test_a_zone_is_described_or_refused_and_nothing_else_moves(pack: TerritoryPack) -> None:
    said = ZoneDescription(" Ici ", "Hier", (" Une maison ", ""), "RAQ01")

    described = describe_zone(pack, "RAQ01", said)

    [zone] = [zone for zone in described.zones if zone.id == "RAQ01"]
    assert (zone.name_fr, zone.host_partners) == ("Ici", ("Une maison",))
    assert described.values == pack.values
    with pytest.raises(RefusedError):
        describe_zone(pack, "RAQ01", replace(said, name_nl=" "))
    with pytest.raises(MissingError):
        describe_zone(pack, "NOWHERE", said)


def test_a_pack_is_read_from_its_zip_its_files_or_its_payload(pack: TerritoryPack) -> None:
    files = {f"C:\\dossier\\{name}": text.encode() for name, text in pack_files(pack).items()}
    payload = json.dumps(pack_as_payload(pack)).encode()

    for sent in ({"x.zip": pack_as_zip(pack)}, files, {"pack.json": payload}):
        read, report = read_upload(sent, *NO_WISHES)
        assert (changes_between(pack, read).nothing, report) == (True, None)


def test_an_upload_may_not_be_empty_or_damaged() -> None:
    for sent in ({}, {"x.zip": b"PK\x03\x04 nothing"}, {"x.bin": b"\0\1"}):
        with pytest.raises(RefusedError):
            read_upload(sent, *NO_WISHES)
