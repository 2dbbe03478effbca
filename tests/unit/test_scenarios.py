"""Scenarios: their format, what they take from the published figures, and their chance."""

import ast
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from deploy.player import ScenarioError, read_scenario, scenario_names
from deploy.player.agenda import Agenda, Rank
from deploy.player.chance import Chance
from deploy.player.scenario import FOLDER, Scenario
from deploy.player.street import Street
from deploy.settings import PROJECT_ROOT
from deploy.territory import DEFAULT_TERRITORY, load_pack
from shared.web.languages import BRUSSELS, UI
from shared.words import ActionKind, Boundary, Law, RelayKind

# Source: FdSS, activity report 2022, table of the 540 accompaniments in Ukraine's crisis.
PUBLISHED_PCT = {
    RelayKind.CPAS: 2.8,
    RelayKind.HOSPITAL: 7.0,
    RelayKind.SCHOOL_ENROLMENT: 1.4,
    RelayKind.MUNICIPALITY: 2.8,
    RelayKind.INTERPRETING: 28.0,
    RelayKind.HOUSING: 21.0,
    RelayKind.JOB_SEARCH: 14.0,
    RelayKind.MEDIATION: 14.0,
    RelayKind.RECEPTION_CENTRE: 1.4,
    RelayKind.SCHOOL: 7.0,
    RelayKind.DISABILITY_RECOGNITION: 0.7,
}
ACCOMPANIMENTS = 540
HOST_SHARE = 0.2


@pytest.fixture(params=scenario_names())
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return read_scenario(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the scenarios that a test may spoil."""
    return Path(shutil.copytree(FOLDER, tmp_path / "scenarios"))


def spoil(folder: Path, old: str, new: str, file: str = "covid-2021.toml") -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_there_are_three_crises_from_the_source_documents() -> None:
    assert scenario_names() == ["covid-2021", "energy-2022", "ukraine-2022"]


def test_an_unknown_key_is_refused_with_its_place(folder: Path) -> None:
    spoil(folder, "[tempers.steady]", "[tempers.steady]\nlazyness = 3")

    with pytest.raises(ScenarioError, match=r"tempers\.steady\.lazyness: Extra inputs"):
        read_scenario("covid-2021", folder)


def test_a_word_outside_the_closed_lists_is_refused_with_its_place(folder: Path) -> None:
    spoil(folder, 'kind = "rumour"', 'kind = "gossip"')

    with pytest.raises(ScenarioError, match=r"signals\.0\.kind"):
        read_scenario("covid-2021", folder)


def test_somebody_who_is_not_in_the_team_cannot_have_an_opinion(folder: Path) -> None:
    spoil(folder, 'without = ["irina", "safia"]', 'without = ["joseph"]')

    with pytest.raises(ScenarioError, match="joseph is not in the roster"):
        read_scenario("covid-2021", folder)


def test_a_campaign_longer_than_26_weeks_is_refused(folder: Path) -> None:
    spoil(folder, "ends_on = 2021-10-15", "ends_on = 2022-10-15")

    with pytest.raises(ScenarioError, match="26 weeks"):
        read_scenario("covid-2021", folder)


def test_a_file_that_is_not_toml_is_refused_with_its_line(folder: Path) -> None:
    spoil(folder, "[pace]", "[pace")

    with pytest.raises(ScenarioError, match="line"):
        read_scenario("covid-2021", folder)


def test_an_unknown_scenario_names_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match="energy-2022"):
        read_scenario("flood-2030")


def test_everybody_lives_in_a_zone_of_the_default_territory_with_its_host_partner(
    scenario: Scenario,
) -> None:
    partners = {zone.id: zone.host_partners for zone in load_pack(DEFAULT_TERRITORY).zones}

    for person in scenario.roster:
        assert person.host_partner in partners[person.home_zone], person.key
    assert set(scenario.campaign.zones.chosen) <= set(partners)
    assert {signal.zone_id for signal in scenario.signals} <= set(partners)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('where = "Places des quartiers', 'zone_ids = ["RAQ02"]\nwhere = "Places des quartiers',
         "a funder names no neighbourhood"),
        ('email = "comite@fdss.example"\n', "", "letters of the coordination need an address"),
        ('rhythm = "each_seal"', 'rhythm = "each_seal"\nemail = "x@y.example"',
         "letters of the funder need the address they came in by"),
        ('who = "coordination"', 'who = "funder"', "two subscriptions of the funder"),
        ('decision = "refuse"', 'decision = "accept"', "a judgement, a consultation and"),
        ('own_data = ["joseph"]', 'own_data = ["nobody"]', "nobody is not in the roster"),
        ('email = "suivi@cocom.example"', 'email = "suivi@cocom.be"', "funder.email"),
    ],
)  # fmt: skip
def test_what_a_funder_cannot_do_is_refused(folder: Path, old: str, new: str, why: str) -> None:
    spoil(folder, old, new)

    with pytest.raises(ScenarioError, match=why):
        read_scenario("covid-2021", folder)


def test_every_funder_asks_for_more_and_one_gets_a_campaign_of_two(scenario: Scenario) -> None:
    extension = scenario.extension
    assert extension is not None
    assert extension.invitation.wanted_from > scenario.campaign.ends_on

    kept = extension.campaign is not None
    assert kept is (scenario.name == "ukraine-2022")
    assert {waiver.who for waiver in extension.waivers} == {
        person.key
        for person in scenario.roster
        if extension.campaign is not None
        and set(extension.campaign.languages_required) <= set(person.languages)
    }
    if kept:
        assert len(extension.waivers) == 2


def test_accounts_are_taken_when_the_last_seal_may_have_been_made(scenario: Scenario) -> None:
    assert scenario.accounts is not None

    for campaign in scenario.campaigns:
        assert scenario.accounts.at.date() > campaign.ends_on + timedelta(days=10), campaign.name_fr


def test_everybody_gives_their_host_partner_a_fifth_of_the_week(scenario: Scenario) -> None:
    for person in scenario.roster:
        minutes = sum(each.ends_min - each.starts_min for each in person.host_periods)
        assert minutes == person.weekly_hours * 60 * HOST_SHARE, person.key


def test_the_charter_is_answered_in_full(scenario: Scenario) -> None:
    assert set(scenario.judgement.boundaries) == set(Boundary)
    assert set(scenario.judgement.laws) == set(Law)


def test_no_objection_stays_without_an_answer(scenario: Scenario) -> None:
    for opinion in scenario.consultation.opinions:
        assert opinion.reply or not opinion.grounds, opinion.who
        assert scenario.consultation.opens_at <= opinion.at <= scenario.consultation.closes_at


def test_only_covid_and_ukraine_are_consulted_about_in_a_hurry() -> None:
    hurried = [
        name for name in scenario_names() if read_scenario(name).consultation.accelerated_because
    ]

    assert hurried == ["covid-2021", "ukraine-2022"]


def test_energy_is_on_the_markets_of_three_municipalities_with_their_partners() -> None:
    scenario = read_scenario("energy-2022")
    municipality = {
        zone.id: zone.municipalities[0].fr for zone in load_pack(DEFAULT_TERRITORY).zones
    }
    stalls = [a for a in scenario.campaign.actions if a.kind is ActionKind.MARKET_STALL]

    where = {municipality[zone] for stall in stalls for zone in stall.zone_ids}
    assert where == {"Anderlecht", "Schaerbeek", "Molenbeek-Saint-Jean"}
    assert all({"socialenergie", "inforgazelec"} <= set(stall.partners) for stall in stalls)
    assert (scenario.campaign.starts_on.month, scenario.campaign.ends_on.month) == (1, 7)


def test_ukraine_counts_540_relays_within_a_fifth_of_a_point_of_the_published_shares() -> None:
    scenario = read_scenario("ukraine-2022")
    assert scenario.exact_relays is not None
    counts = scenario.exact_relays.counts

    assert sum(counts.values()) == ACCOMPANIMENTS
    assert counts.keys() == PUBLISHED_PCT.keys()
    for kind, published_pct in PUBLISHED_PCT.items():
        assert abs(100 * counts[kind] / ACCOMPANIMENTS - published_pct) <= 0.2, kind


def test_ukraine_says_that_the_published_shares_fit_a_base_of_143() -> None:
    scenario = read_scenario("ukraine-2022")

    for base, fits in ((540, False), (143, True)):
        rounded = [
            any(round(100 * count / base, 1) == pct for count in range(base + 1))
            for pct in PUBLISHED_PCT.values()
        ]
        assert all(rounded) is fits
    for language in ("fr", "nl", "en"):
        assert any("143" in note.name(language) for note in scenario.notes)
    assert scenario.campaign.full_time_equivalents_max == 2.0


def test_a_street_that_counts_exactly_deals_every_relay_once() -> None:
    scenario = read_scenario("ukraine-2022")
    street = Street(scenario, Chance(7))
    dealt: list[str] = []
    bodies = []

    for number in range(150):
        body = street.contribution(
            ActionKind.ACCOMPANIMENT, date(2022, 4, 1), str(number), tasks_left=149 - number
        )
        bodies.append(body)
        dealt += [r["kind"] for r in body["relays"] for _ in range(r["made"])]
    while street.left:
        body = bodies.pop()
        more = street.with_more_relays(body)
        before = sum(r["made"] for r in body["relays"])
        assert sum(r["made"] for r in more["relays"]) > before
        dealt += ["more"] * (sum(r["made"] for r in more["relays"]) - before)

    assert len(dealt) == ACCOMPANIMENTS


def test_what_is_decided_does_not_depend_on_what_was_decided_before() -> None:
    first, second = Chance(1), Chance(1)

    second.happens(50, "something else", "x")
    second.one_of({"a": 1, "b": 1}, "again", "x")

    assert first.between((0, 100), "answer", "t", "w") == second.between(
        (0, 100), "answer", "t", "w"
    )
    assert Chance(2).between((0, 100), "answer", "t", "w") != first.between(
        (0, 100), "answer", "t", "w"
    )


async def test_what_falls_between_two_moments_waits_for_the_later_one() -> None:
    start = datetime(2022, 1, 3, 9, tzinfo=BRUSSELS)
    agenda = Agenda((9 * 60, 16 * 60 + 30), start)

    assert agenda.moment_from(start) == start
    assert agenda.moment_from(start + timedelta(minutes=1)) == start.replace(hour=16, minute=30)
    assert agenda.moment_from(start.replace(hour=17)) == start + timedelta(days=1)
    assert agenda.moment_before(start) == start - timedelta(hours=16, minutes=30)
    assert agenda.moment_before(start + timedelta(hours=1)) == start


async def test_acts_of_one_moment_come_by_rank_and_key_whatever_came_first() -> None:
    start = datetime(2022, 1, 3, 8, tzinfo=UTC)
    told: list[str] = []

    def act(name: str) -> Callable[[], object]:
        async def say() -> None:
            told.append(name)

        return say

    agenda = Agenda((9 * 60,), start)
    agenda.put(start, Rank.RECORD, "a", act("record"))  # type: ignore[arg-type] # returns nothing
    agenda.put(start, Rank.ANSWER, "b", act("second answer"))  # type: ignore[arg-type] # as above
    agenda.put(start, Rank.ANSWER, "a", act("first answer"))  # type: ignore[arg-type] # as above
    while (due := agenda.take_due()) is not None:
        await due[1]()

    assert told == ["first answer", "second answer", "record"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_sentence_of_the_story_is_translated(language: str) -> None:
    with (UI / "locale" / language / "demo.po").open("rb") as source:
        known = {str(message.id) for message in read_po(source, locale=language)}

    assert len(sentences()) > 15
    assert sorted(sentences() - known) == []


def sentences() -> set[str]:
    """Find every French source string that the player tells."""
    return {
        str(argument.value)
        for path in (PROJECT_ROOT / "deploy" / "player").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "N_"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
