"""Which language a reader gets, and the catalogue made of all features' files."""

import json
import re
from pathlib import Path

import pytest

from web.i18n import load, negotiate, translations


@pytest.mark.parametrize(
    ("choices", "header", "locale"),
    [
        ([], None, "en"),
        ([], "", "en"),
        ([], "de", "de"),
        ([], "de-AT,de;q=0.9,en;q=0.8", "de"),
        ([], "fr,en;q=0.4,de;q=0.6", "de"),
        ([], "fr-FR, it", "en"),
        ([], "de;q=0, en;q=0.1", "en"),
        ([], "en;q=0.5, de;q=0.5", "en"),
        ([], "*", "en"),
        ([], "de;q=nonsense, en", "en"),
        ([], ";;;,,q=,de;q=", "en"),
        ([], "x" * 100_000 + ",de", "en"),
        (["de"], "en", "de"),
        (["xx", "de"], "en", "de"),
        ([None, ""], "de", "de"),
        (["DE-ch"], None, "de"),
        (["../../etc"], None, "en"),
    ],
)
def test_a_choice_comes_before_what_the_browser_prefers(choices: list[str | None], header: str | None, locale: str):
    assert negotiate(choices, header) == locale


def test_the_files_of_all_features_become_one_catalogue(tmp_path: Path):
    _write(tmp_path, "chat", ("Send", "Senden"))
    _write(tmp_path, "people", ("Sign in", "Anmelden"))
    catalogue = load("de", tmp_path).translations
    assert catalogue.gettext("Send") == "Senden"
    assert catalogue.gettext("Sign in") == "Anmelden"


def test_what_has_no_translation_is_said_in_english(tmp_path: Path):
    _write(tmp_path, "chat", ("Send", ""))
    assert load("de", tmp_path).translations.gettext("Send") == "Send"
    assert load("de", tmp_path).translations.gettext("Delete") == "Delete"


def test_numbers_choose_their_form_in_both_languages():
    one, many = "One entry is missing or wrong", "%(num)s entries are missing or wrong"
    assert translations("en").ngettext(one, many, 1) == one
    assert translations("en").ngettext(one, many, 0) == many
    assert translations("de").ngettext(one, many, 1) == "Eine Angabe fehlt oder stimmt nicht"
    assert translations("de").ngettext(one, many, 2) == "%(num)s Angaben fehlen oder stimmen nicht"


def test_scripts_get_the_messages_that_they_say_and_no_others(tmp_path: Path):
    _write(
        tmp_path, "chat", ("Send", "Senden"), ("Delete", "Löschen"), (("%(num)s new", "%(num)s new"), ("neu", "neue"))
    )
    module = load("de", tmp_path).module(["Send", "%(num)s new", "Not there"])
    assert _messages(module) == {"Send": "Senden", "%(num)s new": ["neu", "neue"]}
    assert "export const plural = (n) => Number((n != 1));" in module


def test_the_english_module_is_whole_without_any_catalogue(tmp_path: Path):
    assert _messages(load("en", tmp_path).module(["Send"])) == {}


def _messages(module: str) -> dict[str, object]:
    found = re.search(r"export const messages = (.*);\n$", module, re.DOTALL)
    assert found is not None
    messages: dict[str, object] = json.loads(found[1])
    return messages


def _write(folder: Path, feature: str, *texts: tuple[str | tuple[str, str], str | tuple[str, str]]) -> None:
    (folder / "de").mkdir(exist_ok=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (folder / "de" / f"{feature}.po").write_text(head + "".join(_entry(*text) for text in texts))


def _entry(id: str | tuple[str, str], string: str | tuple[str, str]) -> str:
    if isinstance(id, str):
        return f'msgid "{id}"\nmsgstr "{string}"\n\n'
    return f'msgid "{id[0]}"\nmsgid_plural "{id[1]}"\nmsgstr[0] "{string[0]}"\nmsgstr[1] "{string[1]}"\n\n'
