"""What can stand under a message."""

import pytest

from chat.emoji import QUICK, one_emoji


@pytest.mark.parametrize(
    "text", [*QUICK, "👍🏽", "👩\u200d🚒", "🇩🇪", "3\ufe0f\u20e3", "☀\ufe0f", "🫶", "🏳\ufe0f\u200d🌈"]
)
def test_one_emoji_is_one_emoji(text: str) -> None:
    assert one_emoji(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "ok",
        "👍👍",
        "👍 ",
        "<b>",
        "1",
        "\u200d",
        "\ufe0f",
        "🇩",
        "👨\u200d👩\u200d👧\u200d👦",
        "\u202e👍",
        "Z\u0300" * 9,
    ],
)
def test_everything_else_is_none(text: str) -> None:
    assert one_emoji(text) is None


def test_two_spellings_of_one_emoji_are_counted_together() -> None:
    assert one_emoji("❤") == one_emoji("❤\ufe0f") == "❤\ufe0f"
