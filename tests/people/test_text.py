"""What people type: what is taken, and what is not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people import text
from people.text import UnacceptableError


@pytest.mark.parametrize(
    "typed",
    [
        "Aylin Yıldız",
        "Nguyễn Thị Minh Khai",
        "O'Brien-Müller",
        "李小龍",
        "محمد علی",
        "علی\u200cرضا",
        "José María",
        "X Æ",
    ],
)
def test_names_of_the_world_are_taken_as_they_are(typed: str):
    assert text.name(typed) == typed


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "12345",
        "...",
        "\u3164",
        "\u2800\u2800",
        "Ben\r\nBcc: all@example.org",
        "Ben\x00",
        "Ben\u202enimda",
        "Ben\u2066",
        "Be\u200bn",
        "Ben\u2028Otto",
        "Ben\ud800",
        "Ben\ue000",
        "Ben\U000e0041",
        "Z" + "\u0300" * 5,
        "Win money https://example.org",
        "www.example.org",
        "ben@example.org",
        "B" * 81,
    ],
)
def test_what_is_no_name_is_refused_with_a_reason(typed: str):
    with pytest.raises(UnacceptableError) as refused:
        text.name(typed)
    assert str(refused.value).endswith((".", "please."))


def test_a_name_loses_the_room_around_and_within_it():
    assert text.name("  Aylin \u00a0  Yıldız ") == "Aylin Yıldız"


def test_the_same_letters_are_the_same_characters():
    assert text.name("Mu\u0308ller") == "M\u00fcller"


def test_paragraphs_keep_their_line_breaks():
    assert text.paragraphs(100)("one\r\n\r\ntwo\rthree\n") == "one\n\ntwo\nthree"


def test_a_line_has_no_line_breaks():
    with pytest.raises(UnacceptableError):
        text.one_line(100)("one\ntwo")


def test_a_text_that_is_too_long_says_how_long_it_may_be():
    with pytest.raises(UnacceptableError, match="at most 5 characters"):
        text.paragraphs(5)("123456")


@given(st.text(max_size=200))
def test_whatever_is_typed_is_taken_or_refused_and_what_is_taken_is_taken_again(typed: str):
    for rule in (text.name, text.one_line(120), text.paragraphs(150)):
        try:
            taken = rule(typed)
        except UnacceptableError:
            continue
        assert rule(taken) == taken
        plain = "".join(character for character in taken if character not in "\n\u200c\u200d")
        # What is left is seen, or is room between words, such as the ideographic space.
        assert all(character.isprintable() or unicodedata.category(character) == "Zs" for character in plain)


@pytest.mark.parametrize("rule", [text.name, text.one_line(120), text.paragraphs(1_000)])
def test_what_is_far_too_long_is_refused_before_it_is_looked_at(rule: text.Rule[str]):
    with pytest.raises(UnacceptableError, match="too long"):
        rule("a" + "\u0315\u0300" * 250_000)
