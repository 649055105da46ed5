"""Decisions about lists, words and notes."""

import pytest

from directory.lists.rules import LABEL_MOST, LABELS_MOST, differences, labels, list_name, note_text
from people.text import UnacceptableError


def test_words_stand_between_commas_and_each_counts_once() -> None:
    assert labels(" pilot 2027, met in Essen ;Pilot 2027,, ") == ["pilot 2027", "met in Essen"]


@pytest.mark.parametrize("typed", ["x" * (LABEL_MOST + 1), ",".join(map(str, range(LABELS_MOST + 1))), "a\u202eb"])
def test_too_long_too_many_and_turned_words_are_refused(typed: str) -> None:
    with pytest.raises(UnacceptableError):
        labels(typed)


def test_only_what_differs_comes_and_goes() -> None:
    assert differences(["Pilot", "old"], ["pilot", "new"]) == (["new"], ["old"])


@pytest.mark.parametrize("rule", [list_name, note_text])
def test_what_is_empty_is_refused(rule: object) -> None:
    with pytest.raises(UnacceptableError):
        rule("  ")  # type: ignore[operator]
