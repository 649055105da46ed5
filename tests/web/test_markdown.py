"""What people type, as the words of one line: for what was found, for search engines and for calendars."""

import pytest

from web.markdown import plain, words_of


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("plans and **builds**; we pay", "plans and builds; we pay"),
        ("see [our page](https://voltbus.example), *please*", "see our page, please"),
        ("- less by day\n- a new one takes a year\n\nWelcome.", "less by day · a new one takes a year · Welcome."),
        ("We seek:\n\n1. roofs\n2. yards", "We seek: roofs · yards"),
        ("# Chargers\n\nFor buses.\nAnd lorries.", "Chargers · For buses. And lorries."),
        ("a < b & c", "a < b & c"),
        ("---", ""),
        ("", ""),
    ],
)
def test_the_words_of_a_line_read_as_they_were_written(typed: str, line: str) -> None:
    assert plain(typed) == line


def test_news_of_others_are_read_alike() -> None:
    assert words_of('<p>A <span class="x">new</span><br/>charger</p><p>Soon</p>') == "A new charger · Soon"
