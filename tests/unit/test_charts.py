"""Charts drawn by the server: sound SVG, whatever the numbers and the words."""

from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from shared.web.charts import COLUMNS_HEIGHT, COLUMNS_WIDTH, Column, bars, columns, share, strip

WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), max_size=30)
AMOUNTS = st.integers(0, 100_000)


def drawn(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - ours


@given(st.lists(st.builds(Column, WORDS, AMOUNTS, AMOUNTS), max_size=60), WORDS)
def test_columns_stay_inside_their_frame(rows: list[Column], says: str) -> None:
    picture = drawn(columns(rows, "Semaine après semaine", says))

    for bar in picture.iter("rect"):
        top, tall = float(bar.attrib["y"]), float(bar.attrib["height"])
        assert 0 <= top <= top + tall <= COLUMNS_HEIGHT
        assert 0 <= float(bar.attrib["x"]) <= COLUMNS_WIDTH
    assert len(list(picture.iter("rect"))) == len(rows)
    assert picture.attrib["aria-label"] == f"Semaine après semaine. {says}"


@given(st.lists(st.tuples(WORDS, AMOUNTS), max_size=20))
def test_a_bar_is_as_long_as_its_number(rows: list[tuple[str, int]]) -> None:
    found = [float(bar.attrib["width"]) for bar in drawn(bars(rows, "T", "S")).iter("rect")]
    amounts = [amount for _, amount in rows]

    assert len(found) == len(amounts)
    if max(amounts, default=0):
        longest = max(found)
        for length, amount in zip(found, amounts, strict=True):
            assert abs(length - longest * amount / max(amounts)) < 0.2


def test_labels_make_room_for_each_other() -> None:
    rows = [Column(f"{week} janv.", 1, 2) for week in range(52)]
    labels = [
        text for text in drawn(columns(rows, "T", "S")).iter("text") if text.get("class") == "axis"
    ]
    places = [float(text.attrib["x"]) for text in labels]

    assert min(b - a for a, b in pairwise(places)) >= 60


def test_nothing_is_markup_that_was_a_word() -> None:
    picture = bars([("<script>", 1)], 'a"b', "<b>")

    assert "<script>" not in picture
    assert drawn(picture).attrib["aria-label"] == 'a"b. <b>'


def test_a_share_of_nothing_is_nothing_and_more_than_all_is_all() -> None:
    assert 'width="0.0"' in share(3, 0)
    assert 'width="100.0"' in share(7, 5)
    assert list(drawn(strip([0, 0])).iter("rect")) == []
