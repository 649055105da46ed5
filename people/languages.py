"""Languages that people speak with each other, by their ISO 639-1 codes."""

from collections.abc import Iterable
from functools import lru_cache

from people.text import UnacceptableError
from web.i18n import N_, formats

CODES = [
    "ar",
    "bg",
    "bs",
    "ca",
    "cs",
    "cy",
    "da",
    "de",
    "el",
    "en",
    "es",
    "et",
    "eu",
    "fa",
    "fi",
    "fr",
    "ga",
    "gl",
    "he",
    "hi",
    "hr",
    "hu",
    "hy",
    "id",
    "is",
    "it",
    "ja",
    "ka",
    "ko",
    "lb",
    "lt",
    "lv",
    "mk",
    "ms",
    "mt",
    "nl",
    "no",
    "pl",
    "pt",
    "ro",
    "ru",
    "sk",
    "sl",
    "sq",
    "sr",
    "sv",
    "th",
    "tr",
    "uk",
    "ur",
    "vi",
    "zh",
]
# More would not be read on a card.
MOST = 12


def chosen(codes: Iterable[str]) -> list[str]:
    """The codes without repetition, in their order. Raises UnacceptableError on an unknown one, or too many."""
    unique = list(dict.fromkeys(codes))
    if len(unique) > MOST or not set(unique) <= set(CODES):
        raise UnacceptableError(N_("Please choose from the list, at most %(most)s languages."), most=MOST)
    return unique


@lru_cache
def choices(locale: str) -> tuple[tuple[str, str], ...]:
    """Pairs of code and name in the reader's language, by name; English and German first, being this house's own."""
    names = [(code, name(code, locale)) for code in CODES]
    return tuple(sorted(names, key=lambda pair: (pair[0] not in ("de", "en"), pair[1])))


def name(code: str, locale: str) -> str:
    """What a language is called in the reader's language."""
    return str(formats(locale).languages.get(code, code))
