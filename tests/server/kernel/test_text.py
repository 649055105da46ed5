"""Text from outside is composed, however it was made to be slow."""

import unicodedata

import pytest

from server.kernel.text import MARKS_MOST, composed

# Two marks of different classes in the wrong order: each pair has to be sorted past all before it.
UNSORTED = "\u0315\u0300"


@pytest.mark.parametrize(
    "text", ["", "plain", "u\u0308ber", "Vie\u0323\u0302t", "\u1112\u1161\u11ab", "ש\u05bc\u05c1\u05b8"]
)
def test_text_of_living_scripts_is_composed_and_nothing_of_it_is_lost(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_marks_piled_upon_a_letter_are_cut_before_they_cost_anything() -> None:
    assert len(composed("a" + UNSORTED * 250_000 + "b")) <= 2 + MARKS_MOST
