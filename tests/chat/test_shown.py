"""Messages as they are shown."""

from datetime import UTC, datetime

import pytest

from chat.shown import Author, Page, Shown

AYLIN = Author("a", "Aylin", None)


def page(*sizes: int, more: bool = False) -> Page:
    """Messages with texts of these lengths, the oldest first."""
    moment = datetime(2026, 9, 14, tzinfo=UTC)
    return Page([Shown(str(at), at, AYLIN, "x" * size, moment) for at, size in enumerate(sizes)], more)


@pytest.mark.parametrize(
    ("sizes", "kept", "more"),
    [
        ((), 0, False),
        ((10,), 1, False),
        ((4, 3, 3), 3, False),
        ((5, 3, 3), 2, True),
        ((9, 9, 9), 1, True),
        ((99,), 1, False),
    ],
)
def test_of_long_messages_fewer_are_shown_and_the_last_one_always(
    sizes: tuple[int, ...], kept: int, more: bool
) -> None:
    whole = page(*sizes)
    newest = whole.newest(10)
    assert list(newest.messages) == list(whole.messages[len(sizes) - kept :])
    assert newest.more is more


def test_what_lies_before_a_page_still_does() -> None:
    assert page(1, more=True).newest(10).more
