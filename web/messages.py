"""Which texts the product says, and which of them lack a translation.

`python -m web.messages` reports, `--check` also fails when something is missing, `--add` writes the missing texts
into the catalogue of the feature that says them (untranslated, for somebody to fill in) and drops obsolete ones.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from web.i18n import DEFAULT, LOCALES, TRANSLATIONS, forms

ROOT = Path(__file__).parent.parent
FEATURES = (
    "people",
    "directory",
    "fairs",
    "chat",
    "rooms",
    "booths",
    "signaling",
    "meetings",
    "matching",
    "notices",
    "server",
    "dev",
)
# The directory is many things: each of its parts has a catalogue of its own.
PARTS = (
    "organisations",
    "products",
    "needs",
    "contacts",
    "news",
    "connectors",
    "partners",
    "lists",
    "search",
    "imports",
    "exports",
    "api",
)

# Only what programs need; no dates, so that writing a catalogue again changes nothing.
_HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: {locale}\\n"
"Plural-Forms: {plural}\\n"

"""

# A text is either one message, or its singular and its plural.
Text = str | tuple[str, ...]

_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
_TEMPLATES = {"silent": "false", "extensions": "jinja2.ext.do"}  # as in render.py; a fault in a template is an error
_SCRIPT_STRING = r"""\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*"""
_SCRIPT_ONE = re.compile(rf"(?<![\w.])(?:_|gettext)\({_SCRIPT_STRING}[,)]")
_SCRIPT_MANY = re.compile(rf"(?<![\w.])ngettext\({_SCRIPT_STRING},{_SCRIPT_STRING},")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


@dataclass
class Report:
    """What is wrong with the catalogues of one language."""

    missing: dict[str, list[Text]] = field(default_factory=dict)  # feature -> texts that have no translation
    obsolete: dict[str, list[Text]] = field(default_factory=dict)  # feature -> texts that nothing says any more
    faults: list[str] = field(default_factory=list)  # translations that disagree, or lost a placeholder

    def __bool__(self) -> bool:
        return bool(self.missing or self.obsolete or self.faults)

    def lines(self) -> Iterator[str]:
        """The report for people."""
        for word, found in (("missing", self.missing), ("obsolete", self.obsolete)):
            for feature, texts in sorted(found.items()):
                yield from (f"{feature}.po: {word}: {text!r}" for text in texts)
        yield from self.faults


def said(root: Path = ROOT) -> dict[str, list[Text]]:
    """Every text that Python, templates and scripts say, by feature, each once."""
    found: dict[str, dict[Text, None]] = {}
    for path in _sources(root):
        texts = found.setdefault(feature_of(path.relative_to(root)), {})
        texts.update(dict.fromkeys(_texts(path)))
    return {feature: list(texts) for feature, texts in found.items() if texts}


def in_scripts(scripts: Iterable[str]) -> set[str]:
    """The messages that scripts say (of plurals the singular, which is their id)."""
    return {text if isinstance(text, str) else text[0] for script in scripts for text in _script_texts(script)}


def feature_of(path: Path) -> str:
    """Whose texts a file's are: the part's or the feature's in whose folder it lies, else the shared ones' ("web")."""
    folders = path.parts[:-1]
    return next((one for group in (PARTS, FEATURES) for one in folders if one in group), "web")


def report(locale: str, root: Path = ROOT, folder: Path = TRANSLATIONS) -> Report:
    """Compare what is said with what is translated into a language."""
    spoken = said(root)
    catalogs = _by_feature(locale, folder)
    every = {text for texts in spoken.values() for text in texts}
    done = {_text(message.id) for one in catalogs.values() for message in one if all(forms(message.string))}
    found = Report(faults=list(_faults(catalogs)))
    for feature, texts in spoken.items():
        if lacking := [text for text in texts if text not in done]:
            found.missing[feature] = lacking
    for feature, catalog in catalogs.items():
        if idle := [_text(message.id) for message in catalog if message.id and _text(message.id) not in every]:
            found.obsolete[feature] = idle
    return found


def add(locale: str, found: Report, folder: Path = TRANSLATIONS) -> None:
    """Write missing texts into the features' catalogues, without a translation, and drop obsolete ones."""
    catalogs = _by_feature(locale, folder)
    for feature in found.missing.keys() | found.obsolete.keys():
        catalog = catalogs.get(feature) or Catalog(locale=locale)
        for text in found.missing.get(feature, ()):
            if text not in catalog:
                catalog.add(text)
        for text in found.obsolete.get(feature, ()):
            catalog.delete(text)
        _write(folder / locale / f"{feature}.po", catalog)


def main(arguments: list[str]) -> int:
    """Run the chore; 1 where --check finds something."""
    found = {locale: report(locale) for locale in LOCALES if locale != DEFAULT}
    for locale, one in found.items():
        if "--add" in arguments:
            add(locale, one)
        print("\n".join(one.lines()) or f"{locale}: every text is translated")
    return int("--check" in arguments and any(found.values()))


def _sources(root: Path) -> Iterator[Path]:
    for feature in (*FEATURES, "web"):
        folder = root / feature
        for pattern in ("*.py", "*.html", "*.txt", "*.js"):
            yield from sorted(folder.rglob(pattern))


def _texts(path: Path) -> Iterator[Text]:
    if path.suffix == ".js":
        yield from _script_texts(path.read_text())
        return
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    with path.open("rb") as file:
        for _, text, _, _ in extract(method, file, keywords=_KEYWORDS, options=_TEMPLATES):
            yield (text[0], text[1]) if isinstance(text, tuple) else text


def _script_texts(script: str) -> Iterator[Text]:
    """Babel loses its way in nested template literals; literal strings are all that we translate, so look for those."""
    yield from (_literal(found[1]) for found in _SCRIPT_ONE.finditer(script))
    yield from ((_literal(found[1]), _literal(found[2])) for found in _SCRIPT_MANY.finditer(script))


def _literal(source: str) -> str:
    return re.sub(r"\\(.)", r"\1", source[1:-1])


def _by_feature(locale: str, folder: Path) -> dict[str, Catalog]:
    return {path.stem: _read(path, locale) for path in sorted((folder / locale).glob("*.po"))}


def _read(path: Path, locale: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def _write(path: Path, catalog: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.obsolete.clear()
    with path.open("wb") as file:
        file.write(_HEADER.format(locale=catalog.locale, plural=catalog.plural_forms).encode())
        write_po(file, catalog, width=0, omit_header=True, sort_output=False)


def _faults(catalogs: Mapping[str, Catalog]) -> Iterator[str]:
    seen: dict[Text, tuple[str, object]] = {}
    for feature, catalog in catalogs.items():
        for message in catalog:
            if not message.id or not all(forms(message.string)):
                continue
            earlier = seen.setdefault(_text(message.id), (feature, message.string))
            if earlier[1] != message.string:
                yield f"{feature}.po: {message.id!r} is translated otherwise in {earlier[0]}.po"
            if _placeholders(forms(message.id)) != _placeholders(forms(message.string)):
                yield f"{feature}.po: {message.id!r}: the translation has other placeholders"


def _text(id: str | Sequence[str]) -> Text:
    return id if isinstance(id, str) else tuple(id)


def _placeholders(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in _PLACEHOLDER.findall(text)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
