"""The product speaks German as it speaks English: nothing missing, nothing left over, and politely."""

import re
from collections.abc import Iterator

import pytest

from web import messages
from web.i18n import catalogues, forms


@pytest.fixture(scope="module")
def german() -> messages.Report:
    """What is wrong with the German catalogues."""
    return messages.report("de")


@pytest.mark.parametrize("feature", [*messages.PARTS, *messages.FEATURES, "web"])
def test_every_text_is_translated(german: messages.Report, feature: str):
    wrong = [line for line in german.lines() if line.startswith(f"{feature}.po:")]
    assert not wrong, "run `python -m web.messages --add` and fill in:\n" + "\n".join(wrong)


def test_german_addresses_people_with_sie_and_does_not_shout():
    informal = re.compile(r"\b(du|dir|dich|dein\w*|euch|euer\w*)\b", re.IGNORECASE)
    wrong = [text for text in _german() if informal.search(text) or "!" in text]
    assert wrong == []


def test_no_text_is_hidden_from_the_catalogues():
    """What is translated by a function that another one returns is found only within N_()."""
    hidden = re.compile(r"\)\(\s*\"[A-Z%]")
    wrong = [
        f"{file}: {found[0]}"
        for feature in (*messages.FEATURES, "directory")
        for file in (messages.ROOT / feature).rglob("*.py")
        for found in hidden.finditer(file.read_text())
    ]
    assert wrong == []


def _german() -> Iterator[str]:
    for catalogue in catalogues("de"):
        for message in catalogue:
            if message.id:
                yield from forms(message.string)
