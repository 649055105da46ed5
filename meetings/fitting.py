"""Who fits whom, behind an interface: scored simply, from what people seek and offer, until matching does it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from meetings.shown import Who
from server.kernel.text import composed

# Words of fewer letters, and those of everyday speech, say nothing about a business.
LEAST_LETTERS = 4
_EVERYDAY = frozenset(
    word
    for line in (
        "about also auch aber alle andere eine einem einen einer eines from gerne have haben ihre ihren immer into",
        "kann kein keine looking mehr mein meine mich more nach need noch offer only other people schon seek sehr",
        "sich sind sowie suche suchen that their them they this über unser unsere very viele want wenn werden what",
        "when where which will with without would your zwischen",
    )
    for word in line.split()
)
_WORD = re.compile(r"\w+")
# Words of one text that count: what is longer is no clearer.
WORDS_MOST = 200
# Texts whose words are known: of those who were last compared.
TEXTS_KEPT = 1_024


@dataclass(frozen=True)
class Fit:
    """How well two people fit, from 0 to 1, and the words that say so."""

    score: float
    words: tuple[str, ...] = ()


class Fitting(Protocol):
    """Scores pairs of people. Symmetric: what one seeks and the other offers, both ways."""

    def fit(self, one: Who, other: Who) -> Fit:
        """How well these two fit."""
        ...


class SharedWords:
    """Counts the words that one seeks and the other offers, and the other way round, by their beginnings."""

    def fit(self, one: Who, other: Who) -> Fit:
        """Half of it is the mean of both directions, which does not pass over who only seeks; the other half is the
        lesser of the two, so that those go first who both get something from it."""
        there, back = in_common(one.seeks, other.offers), in_common(other.seeks, one.offers)
        shares = _share(there), _share(back)
        score = (sum(shares) / 2 + min(shares)) / 2
        return Fit(score, tuple(sorted({*there, *back}))[:5])


def best(fitting: Fitting, one: Who, others: Iterable[Who]) -> tuple[Who, Fit] | None:
    """Who fits best; by name where two fit alike. None where nobody is there."""
    scored = ((each, fitting.fit(one, each)) for each in others)
    return max(scored, key=lambda pair: (pair[1].score, pair[0].name), default=None)


def in_common(seeks: str, offers: str) -> set[str]:
    """The words of one text that say something and that the other one has as well, by their beginnings."""
    sought, offered = _words(seeks), _words(offers)
    near = {word[:LEAST_LETTERS] for word in sought} & {
        word[:LEAST_LETTERS] for word in offered
    }  # no other can be alike
    if not near:
        return set()
    known = {beginning for word in offered if word[:LEAST_LETTERS] in near for beginning in _beginnings(word)}
    return {word for word in sought if word[:LEAST_LETTERS] in near and not known.isdisjoint(_beginnings(word))}


@lru_cache(TEXTS_KEPT)
def _words(text: str) -> tuple[str, ...]:
    found = (word for word in _WORD.findall(composed(text).casefold()) if len(word) >= LEAST_LETTERS)
    return tuple(word for word in found if word not in _EVERYDAY)[:WORDS_MOST]


def _beginnings(word: str) -> list[str]:
    """A word without its last letters, up to three: charger, chargers and charging have “charg” in common. Two words
    are alike where they share one, which is looked up and not compared with each word."""
    return [word[:length] for length in range(max(LEAST_LETTERS, len(word) - 3), len(word) + 1)]


def _share(common: set[str]) -> float:
    """One word in common is much, five are all that one can ask for."""
    seen: set[str] = set()
    count = 0
    for word in sorted(common):
        count += seen.isdisjoint(_beginnings(word))
        seen.update(_beginnings(word))
    return min(1.0, count / 5)
