"""Text from outside is composed, however it was made to be slow."""

import re
import unicodedata

import pytest

from server.kernel.text import MARKS_MOST, composed, in_any_spelling, is_common

# Two marks of different classes in the wrong order: each pair has to be sorted past all before it.
UNSORTED = "\u0315\u0300"


@pytest.mark.parametrize(
    "text", ["", "plain", "u\u0308ber", "Vie\u0323\u0302t", "\u1112\u1161\u11ab", "ש\u05bc\u05c1\u05b8"]
)
def test_text_of_living_scripts_is_composed_and_nothing_of_it_is_lost(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_marks_piled_upon_a_letter_are_cut_before_they_cost_anything() -> None:
    assert len(composed("a" + UNSORTED * 250_000 + "b")) <= 2 + MARKS_MOST


def test_what_is_common_is_composed_printable_and_no_mark() -> None:
    common = [letter for letter in map(chr, range(0x11000)) if is_common(letter)]
    assert {"a", "ß", "é", "“", "–", "€"} <= set(common)
    assert all(unicodedata.category(letter)[0] in "LNPSZ" for letter in common)
    assert composed("".join(common)) == "".join(common) == unicodedata.normalize("NFC", "".join(common))


@pytest.mark.parametrize("text", ["two\nlines", "a\u0301", "zero\u200bwidth", "\u202eturned", "\ufffd", "\ue000"])
def test_what_needs_a_look_is_not_common(text: str) -> None:
    assert not is_common(text)


@pytest.mark.parametrize("pair", ["ss", "ae", "oe"])
def test_there_is_one_way_through_a_name_made_of_ligatures(pair: str) -> None:
    ligature = {"ss": "ß", "ae": "æ", "oe": "œ"}[pair]
    word = "n" + pair + "n"
    assert re.search(in_any_spelling(word), f"n{ligature}n")
    assert not re.search(in_any_spelling(word), f"n{ligature}{ligature}n")
    # Were there two ways through each pair, this would take longer than anybody lives.
    assert not re.search(in_any_spelling(pair * 39 + "n"), ligature * 80)


@pytest.mark.parametrize(
    ("typed", "name"), [("straus", "Strauß"), ("ß", "Weiß"), ("e", "Ærø"), ("a", "Ærø"), ("o", "Œ")]
)
def test_half_of_a_ligature_may_begin_or_end_what_is_typed(typed: str, name: str) -> None:
    assert re.search(in_any_spelling(typed), name)
