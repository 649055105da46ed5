"""Who fits whom, behind an interface: scored simply, from what people seek and offer, until matching does it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
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
        """The geometric mean of both directions would punish who only seeks; the mean of both does not."""
        there, back = in_common(one.seeks, other.offers), in_common(other.seeks, one.offers)
        score = (_share(there) + _share(back)) / 2
        return Fit(score, tuple(sorted({*there, *back}))[:5])


def best(fitting: Fitting, one: Who, others: Iterable[Who]) -> tuple[Who, Fit] | None:
    """Who fits best; by name where two fit alike. None where nobody is there."""
    scored = ((each, fitting.fit(one, each)) for each in others)
    return max(scored, key=lambda pair: (pair[1].score, pair[0].name), default=None)


def in_common(seeks: str, offers: str) -> set[str]:
    """The words of one text that say something and that the other one has as well, by their beginnings."""
    offered = {_stem(word) for word in _words(offers)}
    return {word for word in _words(seeks) if _stem(word) in offered}


def _words(text: str) -> list[str]:
    found = (word for word in _WORD.findall(composed(text).casefold()) if len(word) >= LEAST_LETTERS)
    return [word for word in found if word not in _EVERYDAY][:WORDS_MOST]


def _stem(word: str) -> str:
    """The beginning of a word: charger, chargers and charging are one."""
    return word[: max(LEAST_LETTERS, len(word) - 3)] if len(word) > LEAST_LETTERS + 1 else word


def _share(common: set[str]) -> float:
    """One word in common is much, five are all that one can ask for."""
    return min(1.0, len({_stem(word) for word in common}) / 5)
