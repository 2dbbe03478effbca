"""Rules of the reports: what 2022 printed, names for DHIS2, corrections that are told once."""

from datetime import date
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as ET

from services.reporting.rules.ledger import Adjustment, not_yet_told
from services.reporting.rules.published import PublicCampaign, Sum
from services.reporting.rules.reports import printed_2022 as printed
from services.reporting.rules.reports.annual import INDIVIDUAL, printed_by_group
from services.reporting.rules.reports.dhis2 import data_values
from services.reporting.web.zone_map import Area, draw_areas
from shared.words import PublishedRelay, RelayKind

DHIS2_CODE_MAX = 50  # letters of a `code`; source: DHIS2, identifiable objects
ROOT = Path(__file__).parents[2]


def campaign() -> PublicCampaign:
    return PublicCampaign(
        UUID(int=7),
        None,
        "a",
        "b",
        "energy",
        date(2022, 1, 10),
        date(2022, 4, 1),
        None,
        None,
        4,
        None,
    )


def test_the_eleven_printed_shares_are_whole_numbers_of_143_and_one_of_them_is_one_person() -> None:
    counts = {
        kind: printed.of(printed.BASE, share) for kind, share in printed.RELAY_PERMILLE.items()
    }

    assert sum(counts.values()) == printed.BASE
    assert all(
        round(1000 * count / printed.BASE) == printed.RELAY_PERMILLE[kind]
        for kind, count in counts.items()
    )
    assert counts[RelayKind.DISABILITY_RECOGNITION] == 1
    assert printed.of(printed.RELAYED, 7) == 4
    assert sum(printed_by_group().values()) == sum(printed.RELAY_PERMILLE.values())
    assert printed_by_group()[PublishedRelay.HEALTH] == 77


def test_the_printed_collective_lines_leave_forty_eight_actions_unnamed() -> None:
    assert printed.COLLECTIVE - sum(printed.COLLECTIVE_LINES.values()) == 48
    assert not set(INDIVIDUAL) & set(printed.COLLECTIVE_LINES)


def test_sums_of_one_week_are_one_value_and_zones_never_count_in_their_parent() -> None:
    sums = [
        Sum(1, date(2022, 1, 3), "total", "*", 12, 40),
        Sum(2, date(2022, 1, 6), "total", "*", 8, 20),
        Sum(2, date(2022, 1, 6), "zone", "F01", 6, 9),
        Sum(3, date(2022, 1, 10), "theme", "energy", 7, 11),
    ]

    told = [(v.data_element, v.period, v.org_unit, v.value) for v in data_values(campaign(), sums)]

    assert told == [
        ("RELAIS_ACTIONS", "2022W1", "RELAIS", "20"),
        ("RELAIS_CONTACTS", "2022W1", "RELAIS", "60"),
        ("RELAIS_ACTIONS_BY_ZONE", "2022W1", "RELAIS_2022_F01", "6"),
        ("RELAIS_CONTACTS_BY_ZONE", "2022W1", "RELAIS_2022_F01", "9"),
        ("RELAIS_ACTIONS_BY_THEME", "2022W2", "RELAIS", "7"),
        ("RELAIS_CONTACTS_BY_THEME", "2022W2", "RELAIS", "11"),
    ]


def test_codes_for_dhis2_are_short_enough_and_documented() -> None:
    views = {"theme": "family_and_isolation", "relay": "interpreting_and_mediation"}
    sums = [Sum(1, date(2022, 1, 3), view, code, 5, 5) for view, code in views.items()]
    document = (ROOT / "docs" / "dhis2.md").read_text()

    for value in data_values(campaign(), sums):
        codes = (value.data_element, value.category_option_combo, value.attribute_option_combo)
        assert all(code and len(code) <= DHIS2_CODE_MAX for code in codes)
    for pattern in ("RELAIS_ACTIONS_BY_<VIEW>", "RELAIS_<VIEW>_<CODE>", "RELAIS_<campaign id>"):
        assert pattern in document


def test_a_correction_is_told_once_and_taken_back_once() -> None:
    first = [Adjustment("a", "w1", 0, 4), Adjustment("b", "w2", -1, 0)]

    assert not_yet_told(first, []) == tuple(first)
    assert not_yet_told(first, first) == ()
    assert not_yet_told([first[0]], first) == (Adjustment("b", "w2", 1, 0),)
    assert not_yet_told(first, [first[1]]) == (first[0],)


def test_the_map_draws_one_area_for_each_zone_with_its_figure_and_no_picture_of_one() -> None:
    here, there = [(0.0, 0.0), (0.9, 0.0), (0.0, 0.8)], [(3.0, 0.0), (3.0, 0.9), (4.0, 0.2)]
    areas = [Area("F01", here, 12, "12"), Area("F02", there, None, "<non publié>")]

    picture = ET.fromstring(draw_areas(areas, "Zone par zone", "F01\u00a0: 12"))  # noqa: S314 - ours

    kinds = [path.attrib["class"] for path in picture.iter("path")]
    assert kinds == ["area k0", "area kz"]
    assert [text.text for text in picture.iter("text")] == ["F01", "12", "F02", "<non publié>"]
    assert draw_areas(areas[:1], "Zone par zone", "") == ""
