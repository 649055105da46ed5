"""Finding what the product says, and comparing it with what is translated."""

from pathlib import Path

import pytest

from web import messages
from web.i18n import load

HEAD = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """A small product that says something in each of the three ways."""
    _write(tmp_path / "chat/actions.py", 'from web.i18n import N_\nLATER = N_("Later")\n')
    _write(tmp_path / "web/templates/chat/room.html", '<p>{{ _("Hello %(name)s", name=name) }}</p>')
    _write(
        tmp_path / "web/static/js/chat/room.js",
        'const t = html`<b>${_("it\'s \\"new\\"")}</b>`;\nngettext("one", "%(num)s ones", 2);',
    )
    _write(tmp_path / "web/templates/kit/button.html", '{{ _("Close") }}{{ ngettext("a", "b", 3) }}')
    return tmp_path


def test_texts_are_found_in_python_templates_and_scripts(product: Path):
    assert messages.said(product) == {
        "chat": ["Later", "Hello %(name)s", 'it\'s "new"', ("one", "%(num)s ones")],
        "web": ["Close", ("a", "b")],
    }


def test_texts_within_nested_templates_of_scripts_are_found():
    script = "html`${on ? html`<i title=${_('A')}>${_(\"B\", { x })}</i>` : list.map((y) => html`don't ${_('C')}`)}`"
    assert messages.in_scripts([script]) == {"A", "B", "C"}


def test_a_call_of_something_else_is_not_a_text():
    assert messages.in_scripts(['lodash._("no"); my_("no"); x.gettext("no"); _(variable);']) == set()


def test_what_lacks_a_translation_is_missing_from_its_feature(product: Path):
    folder = product / "web/translations"
    _write(folder / "de/web.po", HEAD + 'msgid "Close"\nmsgstr "Schließen"\n\nmsgid "Later"\nmsgstr ""\n')
    found = messages.report("de", product, folder)
    assert found.missing["web"] == [("a", "b")]
    assert "Later" in found.missing["chat"]


def test_what_nobody_says_any_more_is_obsolete(product: Path):
    folder = product / "web/translations"
    _write(folder / "de/chat.po", HEAD + 'msgid "Gone"\nmsgstr "Weg"\n')
    assert messages.report("de", product, folder).obsolete == {"chat": ["Gone"]}


def test_one_text_has_one_translation(product: Path):
    folder = product / "web/translations"
    _write(folder / "de/chat.po", HEAD + 'msgid "Close"\nmsgstr "Schließen"\n')
    _write(folder / "de/web.po", HEAD + 'msgid "Close"\nmsgstr "Zumachen"\n')
    assert messages.report("de", product, folder).faults == ["web.po: 'Close' is translated otherwise in chat.po"]


def test_a_translation_keeps_the_placeholders(product: Path):
    folder = product / "web/translations"
    _write(folder / "de/chat.po", HEAD + 'msgid "Hello %(name)s"\nmsgstr "Hallo %(nmae)s"\n')
    assert messages.report("de", product, folder).faults == [
        "chat.po: 'Hello %(name)s': the translation has other placeholders"
    ]


def test_adding_writes_what_is_missing_drops_what_is_obsolete_and_keeps_the_rest(product: Path):
    folder = product / "web/translations"
    _write(folder / "de/chat.po", HEAD + 'msgid "Gone"\nmsgstr "Weg"\n\nmsgid "Later"\nmsgstr "Später"\n')
    messages.add("de", messages.report("de", product, folder), folder)
    found = messages.report("de", product, folder)
    assert found.obsolete == {}
    assert "Hello %(name)s" in found.missing["chat"]  # written, but still without a translation
    assert load("de", folder).translations.gettext("Later") == "Später"
    text = (folder / "de/chat.po").read_text()
    messages.add("de", found, folder)
    assert (folder / "de/chat.po").read_text() == text


def test_a_file_belongs_to_the_feature_whose_folder_it_lies_in():
    owners = {path: messages.feature_of(Path(path)) for path in ("people/pages.py", "web/templates/people/me.html")}
    assert set(owners.values()) == {"people"}
    assert messages.feature_of(Path("web/templates/kit/button.html")) == "web"
    assert messages.feature_of(Path("web/static/js/chat/room.js")) == "chat"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
