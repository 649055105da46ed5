"""Vocabularies: closed lists of terms, each with a code, a name in every language, and aliases to be found under."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

# What stands in files where nothing is known.
NOTHING = frozenset(
    {"", "-", "n a", "na", "none", "unknown", "k a", "unbekannt", "keine angabe", "null", "not specified"}
)
# Longer texts name no term: they are not even looked at.
LONGEST = 200


@dataclass(frozen=True)
class Term:
    """One term. `aliases` are further words under which files know it, in any language."""

    code: str
    en: str
    de: str
    aliases: tuple[str, ...] = ()

    def name(self, locale: str) -> str:
        """What it is called in a language."""
        return self.de if locale == "de" else self.en


class Vocabulary:
    """Terms in the order in which they are offered. `halves`: a half of a name such as "Mobility and logistics" is
    enough for a file to mean it."""

    def __init__(self, *terms: Term, halves: bool = False) -> None:
        self._terms = {term.code: term for term in terms}
        self._halves = halves

    def __contains__(self, code: object) -> bool:
        return code in self._terms

    def __iter__(self) -> Iterator[Term]:
        return iter(self._terms.values())

    @property
    def codes(self) -> frozenset[str]:
        """All codes."""
        return frozenset(self._terms)

    def name(self, code: str, locale: str) -> str:
        """What a code is called in a language; the code itself where it is none of ours."""
        term = self._terms.get(code)
        return term.name(locale) if term else code

    def choices(self, locale: str) -> list[tuple[str, str]]:
        """Pairs of code and name, for a list to choose from."""
        return [(term.code, term.name(locale)) for term in self]

    def recognise(self, text: str) -> str | None:
        """The code of the term that a file calls so: by code, name or alias, whatever its case and punctuation."""
        return self._known.get(folded(text)) if len(text) <= LONGEST else None

    def recognise_all(self, texts: Iterable[str]) -> list[str]:
        """The codes of those texts that name a term, each once, in their order."""
        found = (self.recognise(text) for text in texts)
        return list(dict.fromkeys(code for code in found if code is not None))

    @cached_property
    def _known(self) -> dict[str, str]:
        known: dict[str, str] = {}
        for term in self:
            for word in (term.code, term.en, term.de, *term.aliases):
                known.setdefault(folded(word), term.code)
        for term in self if self._halves else ():
            for half in (*_HALVES.split(term.en), *_HALVES.split(term.de)):
                if not half.endswith("-"):  # "Luft-" of "Luft- und Raumfahrt" is no word
                    known.setdefault(folded(half), term.code)
        return known


def folded(text: str) -> str:
    """A text as it is compared: lower case, ä as ae, other marks dropped, words separated by one blank."""
    spelt = text.casefold().translate(_SPELT)
    if not spelt.isascii():
        spelt = "".join(letter for letter in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(letter))
    return " ".join(_WORDS.findall(spelt))


def says_nothing(text: str) -> bool:
    """Whether a cell of a file says that nothing is known."""
    return folded(text) in NOTHING


_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "&": " and ", "+": " plus "})
_WORDS = re.compile(r"\w+")
_HALVES = re.compile(r",? and |,? und |, ")
