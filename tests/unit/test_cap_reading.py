"""Reading CAP 1.2: realistic alerts, everything wrong said at once, and nothing but a refusal."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.gateways.cap import ALERT_MAX_BYTES, read_cap
from services.intake.rules.cap_alert import (
    AlertArea,
    AlertReference,
    AlertStatus,
    Category,
    Certainty,
    MessageType,
    Severity,
    Urgency,
)
from shared.errors import RefusedError

# In the manner of BE-Alert: one block per language, NIS5 geocodes, summer time of Brussels.
HEAT_WAVE = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>BE.CRISIS.2022.0719-001</identifier>
  <sender>be-alert@example.org</sender>
  <sent>2022-07-18T16:00:00+02:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>fr-BE</language>
    <category>Met</category>
    <category>Health</category>
    <event>Canicule</event>
    <responseType>Monitor</responseType>
    <urgency>Expected</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <onset>2022-07-19T10:00:00+02:00</onset>
    <expires>2022-07-21T22:00:00+02:00</expires>
    <senderName>Centre de crise</senderName>
    <headline>Fortes chaleurs à Bruxelles &amp; environs</headline>
    <description>Jusqu'à 38 °C. Les points d'eau sont ouverts.</description>
    <instruction>Rendez visite aux personnes isolées.</instruction>
    <contact>Madame Exemple, 02 000 00 00</contact>
    <area>
      <areaDesc>Anderlecht</areaDesc>
      <geocode><valueName>NIS5</valueName><value>21001</value></geocode>
    </area>
    <area>
      <areaDesc>Molenbeek-Saint-Jean</areaDesc>
      <polygon>50.85,4.32 50.86,4.33 50.85,4.34 50.85,4.32</polygon>
      <geocode><valueName>NIS5</valueName><value>21012</value></geocode>
    </area>
  </info>
  <info>
    <language>nl-BE</language>
    <category>Met</category>
    <event>Hittegolf</event>
    <urgency>Expected</urgency>
    <severity>Moderate</severity>
    <certainty>Likely</certainty>
    <onset>2022-07-19T10:00:00+02:00</onset>
    <expires>2022-07-21T22:00:00+02:00</expires>
    <headline>Grote hitte in Brussel</headline>
    <description>Tot 38 °C.</description>
    <area><areaDesc>Anderlecht</areaDesc></area>
  </info>
</alert>
"""
BRUSSELS_SUMMER = timezone(timedelta(hours=2))


def slugs_and_places(xml: str | bytes) -> set[tuple[str, str]]:
    with pytest.raises(RefusedError) as refused:
        read_cap(xml if isinstance(xml, bytes) else xml.encode())
    return {(p.slug, p.place) for p in refused.value.problems}


def test_an_alert_in_two_languages_is_read() -> None:
    alert = read_cap(HEAT_WAVE.encode())

    assert alert.reference == AlertReference(
        "be-alert@example.org",
        "BE.CRISIS.2022.0719-001",
        datetime(2022, 7, 18, 14, 0, tzinfo=UTC),
    )
    assert (alert.status, alert.message_type) == (AlertStatus.ACTUAL, MessageType.ALERT)
    french, dutch = alert.infos
    assert (french.language, dutch.language) == ("fr", "nl")
    assert french.categories == (Category.MET, Category.HEALTH)
    assert (french.event, dutch.event) == ("Canicule", "Hittegolf")
    assert (french.urgency, french.severity, french.certainty) == (
        Urgency.EXPECTED,
        Severity.SEVERE,
        Certainty.LIKELY,
    )
    assert french.onset == datetime(2022, 7, 19, 10, 0, tzinfo=BRUSSELS_SUMMER)
    assert french.headline == "Fortes chaleurs à Bruxelles & environs"
    assert french.areas == (
        AlertArea("Anderlecht", (("NIS5", "21001"),)),
        AlertArea("Molenbeek-Saint-Jean", (("NIS5", "21012"),)),
    )


def test_the_contact_person_of_an_alert_is_never_read() -> None:
    assert "Madame Exemple" not in repr(read_cap(HEAT_WAVE.encode()))


def test_an_alert_in_another_encoding_is_read() -> None:
    latin = HEAT_WAVE.replace("UTF-8", "ISO-8859-1").encode("latin-1")

    assert read_cap(latin).infos[0].headline == "Fortes chaleurs à Bruxelles & environs"


def test_references_of_an_update_are_read() -> None:
    update = HEAT_WAVE.replace("<msgType>Alert", "<msgType>Update").replace(
        "<scope>Public</scope>",
        "<scope>Public</scope><references>a@example.org,A-1,2022-07-18T16:00:00+02:00"
        " a@example.org,A-2,2022-07-18T15:00:00Z</references>",
    )

    assert read_cap(update.encode()).references == (
        AlertReference("a@example.org", "A-1", datetime(2022, 7, 18, 14, tzinfo=UTC)),
        AlertReference("a@example.org", "A-2", datetime(2022, 7, 18, 15, tzinfo=UTC)),
    )


def test_every_missing_or_impossible_element_is_said_at_once() -> None:
    broken = (
        HEAT_WAVE.replace("<sender>be-alert@example.org</sender>", "<sender> </sender>")
        .replace("<identifier>BE.CRISIS", "<identifier>BE, CRISIS")
        .replace("2022-07-18T16:00:00+02:00", "18/07/2022")
        .replace("<msgType>Alert", "<msgType>Warning")
        .replace("<status>Actual</status>", "")
        .replace("<event>Hittegolf</event>", "")
        .replace("<areaDesc>Molenbeek-Saint-Jean</areaDesc>", "")
        .replace("<severity>Moderate</severity>", "<severity>High</severity>")
        .replace("<value>21001</value>", "")
        .replace("<category>Health</category>", "<category>Illness</category>")
        .replace(
            "<expires>2022-07-21T22:00:00+02:00</expires>\n    <senderName>",
            "<expires>2022-07-01T22:00:00+02:00</expires>\n    <senderName>",
        )
    )

    assert slugs_and_places(broken) == {
        ("element_missing", "sender"),
        ("element_impossible", "identifier"),
        ("element_is_no_moment", "sent"),
        ("element_not_in_list", "msgType"),
        ("element_missing", "status"),
        ("element_missing", "info[2]/event"),
        ("element_missing", "info[1]/area[2]/areaDesc"),
        ("element_not_in_list", "info[2]/severity"),
        ("element_missing", "info[1]/area[1]/geocode/value"),
        ("element_not_in_list", "info[1]/category"),
        ("ends_before_it_starts", "info[1]/expires"),
    }


def test_an_update_or_a_cancel_must_say_of_what() -> None:
    cancel = HEAT_WAVE.replace("<msgType>Alert", "<msgType>Cancel")
    update = HEAT_WAVE.replace("<msgType>Alert", "<msgType>Update").replace(
        "</scope>", "</scope><references>one two,2,3</references>"
    )

    assert slugs_and_places(cancel) == {("element_missing", "references")}
    assert slugs_and_places(update) == {("reference_unreadable", "references")}


@pytest.mark.parametrize(
    "sent",
    ["2022-07-18T16:00:00", "2022-07-18", "2022-13-40T16:00:00+02:00", "0001-01-01T00:00:00Z"],
)
def test_a_moment_without_zone_or_out_of_this_world_is_refused(sent: str) -> None:
    assert ("element_is_no_moment", "sent") in slugs_and_places(
        HEAT_WAVE.replace("2022-07-18T16:00:00+02:00", sent)
    )


def test_an_older_version_and_another_document_are_refused_with_what_to_do() -> None:
    older = HEAT_WAVE.replace("cap:1.2", "cap:1.1")

    assert slugs_and_places(older) == {("alert_is_not_cap_1_2", "alert")}
    assert slugs_and_places("<html/>") == {("alert_is_not_cap_1_2", "alert")}


def test_a_bomb_a_dtd_and_an_outside_entity_are_refused() -> None:
    laughs = "".join(
        f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "ha"}&l0;">' for n in range(1, 9)
    )
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><alert>&l8;</alert>'
    outside = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><alert>&x;</alert>'
    dtd_only = HEAT_WAVE.replace("<alert ", '<!DOCTYPE alert SYSTEM "cap.dtd"><alert ')

    for xml in (bomb, outside, dtd_only):
        assert slugs_and_places(xml) == {("alert_is_dangerous", "")}


def test_size_and_number_of_blocks_are_bounded() -> None:
    large = HEAT_WAVE.replace("Tot 38 °C.", "x" * ALERT_MAX_BYTES)
    info = HEAT_WAVE[HEAT_WAVE.index("  <info>") : HEAT_WAVE.index("</alert>")]
    many = HEAT_WAVE.replace("</alert>", info * 20 + "</alert>")

    assert slugs_and_places(large) == {("alert_too_large", "")}
    assert slugs_and_places(many) == {("alert_too_long", "info")}


def test_thirty_thousand_nested_elements_do_no_harm() -> None:
    depth = 30_000

    assert slugs_and_places("<a>" * depth + "</a>" * depth) == {("alert_is_not_cap_1_2", "alert")}


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_refused_and_nothing_else_happens(noise: bytes) -> None:
    assert slugs_and_places(noise)


@given(st.integers(0, len(HEAT_WAVE) - 1), st.integers(0, 60), st.text(max_size=12))
@settings(max_examples=300, deadline=None)
def test_a_damaged_alert_is_read_or_refused(start: int, length: int, instead: str) -> None:
    damaged = HEAT_WAVE[:start] + instead + HEAT_WAVE[start + length :]

    try:
        read_cap(damaged.encode("utf-8", errors="surrogatepass"))
    except RefusedError as refused:
        assert refused.problems  # noqa: PT017 -- both ends are good; only another error is not


@pytest.mark.parametrize("encoding", ["utf-7", "klingon", "utf-16", "idna"])
def test_an_encoding_that_is_not_true_is_refused(encoding: str) -> None:
    assert slugs_and_places(HEAT_WAVE.replace("UTF-8", encoding)) == {("alert_is_not_xml", "")}
