"""What people type, as the words of one line: for what was found, for search engines and for calendars."""

import pytest

from web import markdown
from web.markdown import beginning, plain, words_of


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


def test_of_a_long_text_the_beginning_alone_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    render = markdown._markdown.render
    monkeypatch.setattr(markdown._markdown, "render", lambda text: read.append(len(text)) or render(text))
    assert beginning("**Charging** for buses. " + "[" * 10_000, 20) == "Charging for buses."
    assert beginning("*Charging* " * 1_000, 30) == "Charging Charging Charging Cha"
    assert beginning("[our page](https://voltbus.example)", 30) == "our page"
    assert max(read) <= 60
