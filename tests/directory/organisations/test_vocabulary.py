"""Files call things by many names, and mean the same terms."""

import pytest

from directory.organisations.vocabulary import (
    BUSINESS_MODELS,
    CUSTOMER_FOCUS,
    KINDS,
    SIZES,
    STAGES,
    TAGS,
    country_choices,
    country_of,
    size_of,
)
from directory.products.vocabulary import CATEGORIES, MATURITIES
from directory.terms import Vocabulary, folded, says_nothing

EVERY = {"kinds": KINDS, "sizes": SIZES, "stages": STAGES, "models": BUSINESS_MODELS, "focus": CUSTOMER_FOCUS}
EVERY |= {"categories": CATEGORIES, "maturities": MATURITIES} | TAGS


@pytest.mark.parametrize("vocabulary", EVERY.values(), ids=EVERY)
def test_each_term_is_found_by_its_code_and_both_its_names(vocabulary: Vocabulary) -> None:
    for term in vocabulary:
        for word in (term.code, term.en, term.de, term.de.upper()):
            assert vocabulary.recognise(word) == term.code, word


@pytest.mark.parametrize("vocabulary", EVERY.values(), ids=EVERY)
def test_no_word_stands_for_two_terms(vocabulary: Vocabulary) -> None:
    for term in vocabulary:
        for alias in term.aliases:
            assert vocabulary.recognise(alias) == term.code, alias


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("IT and Communications", "it"),
        ("Construction/Real Estate", "construction"),
        ("Sports & Amusement/Gaming incl. Online", "games-sports"),
        ("Water, Waste Treatment & Recycling", "environment"),
        ("MASCHINENBAU", "machinery"),
        ("Förderbänke", None),
        ("x" * 10_000, None),
    ],
)
def test_industries_are_found_as_files_call_them(word: str, code: str | None) -> None:
    assert TAGS["industry"].recognise(word) == code


@pytest.mark.parametrize(
    ("word", "code"), [("Growth Stage", "growth"), ("Pre-Seed Stage", "pre-seed"), ("Wachstumsphase", "growth")]
)
def test_stages_are_found_as_files_call_them(word: str, code: str) -> None:
    assert STAGES.recognise(word) == code


@pytest.mark.parametrize(
    ("word", "band"),
    [
        ("1-10 Employees", "1-10"),
        ("10001+ Employees", "10001+"),
        ("35", "11-50"),
        ("1.200 Mitarbeiter", "1001-5000"),
        ("ca. 40 Beschäftigte", "11-50"),
        ("0", None),
        ("many", None),
        ("9" * 30, None),
    ],
)
def test_a_number_of_people_falls_into_its_band(word: str, band: str | None) -> None:
    assert size_of(word) == band


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("DE", "DE"),
        ("deutschland", "DE"),
        ("Germany", "DE"),
        ("Türkei", "TR"),
        ("UK", "GB"),
        ("AUT", "AT"),
        ("XX", None),
    ],
)
def test_countries_are_found_by_code_and_name(word: str, code: str | None) -> None:
    assert country_of(word) == code


def test_countries_nearby_are_offered_first() -> None:
    assert [code for code, _name in country_choices("de")[:3]] == ["DE", "AT", "CH"]
    assert len(country_choices("en")) > 200


@pytest.mark.parametrize("cell", ["", "-", "n/a", "N/A", " – ", "k. A."])
def test_cells_that_say_nothing_are_known(cell: str) -> None:
    assert says_nothing(cell)


def test_words_are_compared_without_case_marks_and_punctuation() -> None:
    assert folded("  Größe & Länge ") == folded("GROESSE and laenge")
