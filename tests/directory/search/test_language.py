"""Words: folding, stems, synonyms and compounds, of German and English."""

import pytest

from directory.search.language import cuts, fold, meaningful, spans, stems, synonyms, typos_allowed, words_of


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Müller", "mueller"),
        ("MÜLLER", "mueller"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Citroën", "citroen"),
        ("São Paulo", "sao paulo"),
        ("Mu\u0308ller", "mueller"),
        ("Ørsted", "oersted"),
    ],
)
def test_spellings_of_one_word_are_one_word(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_words_are_runs_of_letters_and_digits() -> None:
    assert words_of("E-Mobilität (350 kW), 24/7!") == ["e", "mobilitaet", "350", "kw", "24", "7"]
    assert words_of("x" * 500) == ["x" * 40]
    assert words_of("\0 — … ") == []


def test_a_marked_word_stands_where_it_stood() -> None:
    text = "Die Ladesäule (neu)"
    assert [(text[start:end], word) for start, end, word in spans(text)][1] == ("Ladesäule", "ladesaeule")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("maschine", "maschinen"),
        ("ladesaeule", "ladesaeulen"),
        ("baum", "baeume"),
        ("energy", "energies"),
        ("battery", "batteries"),
        ("loesung", "loesungen"),
    ],
)
def test_words_that_bend_have_a_stem_in_common(one: str, other: str) -> None:
    assert set(stems(one)) & set(stems(other))


def test_what_means_the_same_is_known_in_both_languages_and_however_it_bends() -> None:
    assert ("municipal", "utility") in [each.words for each in synonyms(["stadtwerke"])]
    assert ("stadtwerke",) in [each.words for each in synonyms(["municipal", "utilities"])]
    assert ("ki",) in [each.words for each in synonyms(["ai"])]
    assert synonyms(["gabelstapler"]) == ()


def test_small_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert meaningful(["software", "fuer", "die", "stadt"]) == ["software", "stadt"]
    assert meaningful(["die"]) == ["die"]
    assert len(meaningful([f"wort{number}" for number in range(99)])) == 12


@pytest.mark.parametrize(
    ("word", "typos"), [("bus", 0), ("haus", 1), ("speicher", 2), ("ladesaeule", 2), ("22kw", 0), ("co2", 0)]
)
def test_longer_words_may_have_more_slips_and_numbers_none(word: str, typos: int) -> None:
    assert typos_allowed(word) == typos


def test_a_compound_is_cut_at_its_joint() -> None:
    assert ("arbeit", "zeitmodell") in list(cuts("arbeitszeitmodell"))
    assert ("schnell", "ladesaeule") in list(cuts("schnellladesaeule"))
    assert list(cuts("hausbau")) == []  # its parts would be too short to be sure
