"""The map of a pack: every zone by name, for eyes and screen readers, safe under a strict CSP."""

from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from deploy.territory import load_pack
from services.intake.rules.territory.drawing import MapLook, draw_map
from services.intake.rules.territory.model import DrawingKind

SVG = "{http://www.w3.org/2000/svg}"


def drawn(language: str = "fr", look: MapLook | None = None) -> Element:
    pack = load_pack("brussels")
    return fromstring(draw_map(pack, language, look or MapLook()))


def zones_in(svg: Element) -> dict[str, Element]:
    return {found.attrib["data-zone"]: found for found in svg.iter() if "data-zone" in found.attrib}


@pytest.mark.parametrize(("language", "name"), [("fr", "Porte de Hal"), ("nl", "Hallepoort")])
def test_every_zone_is_drawn_with_its_name_in_the_readers_language(
    language: str, name: str
) -> None:
    zones = zones_in(drawn(language))

    assert len(zones) == 28
    assert name in zones["RAQ16"].attrib["aria-label"]
    assert " ".join(span.text or "" for span in zones["RAQ16"].iter(f"{SVG}tspan")) == name


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_a_screen_reader_hears_what_the_map_is(language: str) -> None:
    svg = drawn(language, MapLook(element_id="desk"))

    ids = {found.attrib.get("id"): found.text for found in svg.iter()}
    named_by = svg.attrib["aria-labelledby"].split()

    assert named_by == ["desk-title", "desk-desc"]
    assert all(ids[named] for named in named_by)
    assert svg.attrib["lang"] == language


def test_nothing_in_the_map_needs_an_exception_to_a_strict_content_policy() -> None:
    svg = drawn(look=MapLook(classes={"RAQ01": "is-targeted"}))

    for element in svg.iter():
        assert element.tag not in {f"{SVG}script", f"{SVG}style", f"{SVG}foreignObject"}
        assert "style" not in element.attrib
        assert not any(name.startswith("on") for name in element.attrib)


def test_no_two_tiles_overlap_and_all_lie_inside() -> None:
    svg = drawn()
    _, _, width, height = (float(part) for part in svg.attrib["viewBox"].split())
    boxes = [
        tuple(float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        for rect in svg.iter(f"{SVG}rect")
    ]

    for at, (x, y, wide, high) in enumerate(boxes):
        assert x >= 0
        assert y >= 0
        assert x + wide <= width
        assert y + high <= height
        for other_x, other_y, other_wide, other_high in boxes[at + 1 :]:
            apart = x + wide <= other_x or other_x + other_wide <= x
            assert apart or y + high <= other_y or other_y + other_high <= y


def test_a_page_says_which_zones_are_targeted_in_words_not_by_colour_alone() -> None:
    look = MapLook(
        classes={"RAQ01": "is-targeted"},
        notes={"RAQ01": "retenu"},
        links={"RAQ01": "/zones/RAQ01?a=1&b=2"},
    )

    zone = zones_in(drawn(look=look))["RAQ01"]

    assert zone.tag == f"{SVG}a"
    assert zone.attrib["class"] == "zone is-targeted"
    assert zone.attrib["href"] == "/zones/RAQ01?a=1&b=2"
    assert zone.attrib["aria-label"].endswith("retenu")


def test_a_name_cannot_break_out_of_the_drawing() -> None:
    pack = load_pack("brussels")
    sly = replace(pack.zones[0], name_fr='<script>"x"</script>')

    svg = fromstring(draw_map(replace(pack, zones=(sly, *pack.zones[1:]))))

    assert '<script>"x"</script>' in zones_in(svg)[sly.id].attrib["aria-label"]


def test_outlines_are_drawn_where_a_pack_has_them(tmp_path: Path) -> None:
    pack = load_pack("brussels")
    outlined = replace(
        pack,
        zones=tuple(replace(z, tile=None, outline="M0 0L9 0L9 9Z") for z in pack.zones),
        drawing=replace(
            pack.drawing, kind=DrawingKind.OUTLINES, landmarks=(), width=1000, height=800
        ),
    )

    svg = fromstring(draw_map(outlined))

    assert len(list(svg.iter(f"{SVG}path"))) == 28
    assert svg.attrib["viewBox"] == "0 0 1000 800"
