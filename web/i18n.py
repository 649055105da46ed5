"""Languages: which one a reader gets, and the one catalogue behind Python, templates and JavaScript."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LOCALES = ("en", "de")
DEFAULT = "en"
TRANSLATIONS = Path(__file__).parent / "translations"

# The variety of each language whose dates and times we write: a day before its month, and 24 hours.
_FORMATS = {"en": "en_GB", "de": "de_DE"}


def N_(message: str) -> str:  # noqa: N802 - the customary name, which extraction looks for
    """Mark a text for translation where it is written down, to be translated where it is shown."""
    return message


@lru_cache
def formats(locale: str) -> Locale:
    """The Babel locale that writes this language's dates, times and numbers."""
    return Locale.parse(_FORMATS.get(locale, _FORMATS[DEFAULT]))


@lru_cache
def translations(locale: str) -> NullTranslations:
    """The merged catalogue of a language; English, and every unknown language, is the message ids themselves."""
    return load(locale).translations


def negotiate(choices: Iterable[str | None], accept_language: str | None = None) -> str:
    """The language to answer in: the first known choice (cookie, profile), else what the browser prefers.

    `accept_language` is the header as it came; what cannot be read in it is passed over.
    """
    for choice in (*choices, *_preferred(accept_language or "")):
        language = (choice or "").split("-")[0].strip().lower()
        if language in LOCALES:
            return language
    return DEFAULT


def _preferred(header: str) -> list[str]:
    """Language ranges by falling quality; equal ones stay in the order they came in."""
    ranges = [_weighed(part) for part in header[:1000].split(",")]
    wanted = [(quality, tag) for quality, tag in ranges if quality > 0]
    return [tag for _, tag in sorted(wanted, key=lambda item: -item[0])]


def _weighed(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";")
    try:
        return float(weight.strip().removeprefix("q=")) if weight else 1.0, tag.strip()
    except ValueError:
        return 0.0, tag


@dataclass(frozen=True)
class Messages:
    """Everything that is translated into one language, from all features."""

    locale: str
    catalog: Catalog

    @cached_property
    def translations(self) -> NullTranslations:
        """The catalogue as gettext wants it."""
        if not len(self.catalog):
            return NullTranslations()
        compiled = BytesIO()
        write_mo(compiled, self.catalog)
        compiled.seek(0)
        return Translations(compiled)

    def module(self, wanted: Iterable[str]) -> str:
        """The JavaScript module with the given messages: `locale`, `plural(n)` and `messages`."""
        texts = {text: self.catalog.get(text) for text in sorted(set(wanted))}
        messages = {
            text: list(forms(found.string)) if found.pluralizable else found.string
            for text, found in texts.items()
            if found is not None
        }
        return (
            f"export const locale = {json.dumps(self.locale)};\n"
            f"export const formats = {json.dumps(str(formats(self.locale)).replace('_', '-'))};\n"
            f"export const plural = (n) => Number({self.catalog.plural_expr});\n"
            f"export const messages = {json.dumps(messages, ensure_ascii=False, indent=1)};\n"
        )


def load(locale: str, folder: Path = TRANSLATIONS) -> Messages:
    """Merge all `<locale>/*.po` files, the later by name winning; a language without any is empty, not an error."""
    return _merged(locale, tuple((path, path.stat().st_mtime_ns) for path in _files(locale, folder)))


@lru_cache(maxsize=2 * len(LOCALES))
def _merged(locale: str, files: tuple[tuple[Path, int], ...]) -> Messages:
    """Reading them takes longer than anything else in a start: once is enough, until one of them changes."""
    merged = Catalog(locale=locale, fuzzy=False)
    for path, _ in files:
        for message in _read(locale, path):
            if message.id and not message.fuzzy and all(forms(message.string)):
                merged[message.id] = message
    return Messages(locale, merged)


def catalogues(locale: str, folder: Path = TRANSLATIONS) -> Iterator[Catalog]:
    """The catalogue of each feature in a language, by name."""
    return (_read(locale, path) for path in _files(locale, folder))


def _files(locale: str, folder: Path) -> list[Path]:
    return sorted((folder / locale).glob("*.po"))


def _read(locale: str, path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """The forms of a message: one, or as many as it has for numbers."""
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)
