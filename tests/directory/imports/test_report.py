"""The report of an import, wherever it is read: pages, files, programs and the command line have it from here."""

import pytest

from directory.imports.chunks import BEHIND, KEPT
from directory.imports.report import sentence
from web.i18n import translations


@pytest.mark.parametrize(
    ("text", "locale", "said"),
    [
        (KEPT, "en", "Edited here, so it stays as it is: Founded, Town"),
        (BEHIND, "de", "daher steht dort etwas anderes: Gegründet, Ort"),
    ],
)
def test_fields_are_called_as_on_their_pages(text: str, locale: str, said: str) -> None:
    note = {"column": "", "text": text, "value": "", "params": {"fields": "founded, place"}}
    assert sentence(note, translations(locale).gettext).endswith(said)
