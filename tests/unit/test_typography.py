"""What translators type with plain spaces, readers get as a printer would set it."""

from datetime import UTC, date, datetime

import pytest

from shared.web.languages import LANGUAGES, local_formats, translate, translations
from shared.web.typography import as_typed, typeset

N, NN = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Pourquoi ? Voyez : ceci ; cela !", f"Pourquoi{N}? Voyez{N}: ceci{N}; cela{N}!"),
        ("dites « non » sans raison", f"dites «{N}non{N}» sans raison"),
        ("l'équipe d'aujourd'hui", "l’équipe d’aujourd’hui"),
        ("20 % du temps", f"20{N}% du temps"),
        ("%(share)s %% du temps, %(a)s %(b)s", f"%(share)s{N}%% du temps, %(a)s %(b)s"),
        ("1 200 personnes en 2022, 7 jours", f"1{NN}200 personnes en 2022, 7 jours"),
        ("à 3 km, 20 min", f"à 3{N}km, 20{N}min"),
        (
            "ouvert de 9:00 à 12:30, https://raq.be/?a=1",
            "ouvert de 9:00 à 12:30, https://raq.be/?a=1",
        ),
        ("Zone <strong>%(zone)s</strong> :", f"Zone <strong>%(zone)s</strong>{N}:"),
    ],
)
def test_french_spaces_do_not_break_where_a_printer_would_not(typed: str, read: str) -> None:
    assert typeset("fr", typed) == read


@pytest.mark.parametrize(
    ("language", "typed", "read"),
    [
        ("nl", "Waarom? Zie: dit; dat!", "Waarom? Zie: dit; dat!"),
        ("nl", "'s avonds, de pagina's, 't is", "’s avonds, de pagina’s, ’t is"),
        ("nl", "20 % van de tijd, %(km)s km", f"20{N}% van de tijd, %(km)s{N}km"),
        ("nl", "kies 'aanpassen', of niet", "kies 'aanpassen', of niet"),
        ("en", "Why? See: this; that!", "Why? See: this; that!"),
        ("en", "the workers' time, the host partner's", "the workers’ time, the host partner’s"),
        ("en", "20% of the time, 3 km", f"20% of the time, 3{N}km"),
    ],
)
def test_dutch_and_english_keep_their_own_habits(language: str, typed: str, read: str) -> None:
    assert typeset(language, typed) == read


@pytest.mark.parametrize("language", LANGUAGES)
def test_setting_twice_changes_nothing_more(language: str) -> None:
    once = typeset(language, "Dites « l'heure » : 1 200 min, 20 % ! 's avonds ?")

    assert typeset(language, once) == once


def test_a_sentence_is_found_however_its_spaces_and_apostrophes_were_typed() -> None:
    typed, set_by_hand = "Cette page n'existe pas, ou plus.", "Cette page n’existe pas, ou plus."

    assert translate("nl", typed) == translate("nl", set_by_hand) != set_by_hand
    assert as_typed(f"Ceci{N}: l’un") == "Ceci : l'un"


def test_a_source_string_is_set_without_a_catalogue() -> None:
    assert translate("fr", "Qui l'a dit ?") == f"Qui l’a dit{N}?"


@pytest.mark.parametrize(("language", "singular"), [("fr", {0, 1}), ("nl", {1}), ("en", {1})])
def test_none_is_singular_in_french_and_plural_in_dutch_and_english(
    language: str, singular: set[int]
) -> None:
    told = translations(language)
    one, more = "il manque %(n)s personne", "il manque %(n)s personnes"
    forms = {n: told.ngettext(one, more, n) for n in (0, 1, 2, 7)}

    assert {n for n, form in forms.items() if form == forms[1]} == singular


def test_days_hours_and_numbers_are_written_as_in_each_language() -> None:
    first, moment = date(2022, 2, 1), datetime(2022, 10, 1, 7, 30, tzinfo=UTC)
    french, dutch, english = (local_formats(language) for language in LANGUAGES)

    assert french["day"](first) == "mardi 1er février 2022"
    assert french["day"](date(2022, 2, 11)) == "vendredi 11 février 2022"
    assert french["moment"](moment) == "samedi 1er octobre, 09:30"
    assert dutch["day"](first) == "dinsdag 1 februari 2022"
    assert english["day_of_year"](first) == "Tuesday 1 February"
    assert french["number"](1234567.5) == f"1{NN}234{NN}567,5"
    assert dutch["number"](1234567.5) == "1.234.567,5"
    assert english["number"](1234567.5) == "1,234,567.5"
