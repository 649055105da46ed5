"""Which words of the index may be meant by the words that somebody typed, each with its weight and its reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from directory.search.language import (
    PHRASE_MOST,
    Synonym,
    core,
    cuts,
    ends_with,
    meaningful,
    stems,
    synonyms,
    typos_allowed,
)
from directory.search.vocabulary import Vocabulary

# Why a word of the index answers a word that was typed, and what that is worth beside the word itself.
Way = Literal["exact", "bent", "synonym", "begins", "inside", "parts", "near"]
WEIGHTS: dict[Way, float] = {
    "exact": 1.0,
    "bent": 0.9,
    "synonym": 0.75,
    "begins": 0.65,
    "inside": 0.55,
    "parts": 0.5,
    "near": 0.4,
}
# Words of the index that one way gives at most: the most common ones. More would cost time and change nothing.
MOST = 60
NEAR_MOST = 12
# Forms of a word in a phrase.
PHRASE_FORMS = 12
# Where a word is looked for within others, it has at least so many letters ("bus" is in "robust") ...
INSIDE_LEAST = 5
# ... and shorter ones, from so many letters on, only at the end or at the beginning.
ENDS_LEAST = 4
BEGINS_LEAST = 3
# Shorter words resemble too many others to be looked for in compounds with a slip in them.
RESEMBLING_LEAST = 6
# What is shorter is no compound of two words of four letters that anybody would cut.
COMPOUND_LEAST = 9


@dataclass(frozen=True)
class Means:
    """Words of the index that answer in one way. With `groups`, a document must have a word of each of them; `words`
    then are all of those."""

    way: Way
    words: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def together(cls, way: Way, groups: Sequence[Sequence[str]]) -> "Means":
        """One that wants a word of each group."""
        return cls(way, tuple(word for group in groups for word in group), tuple(map(tuple, groups)))

    @property
    def weight(self) -> float:
        """What it is worth."""
        return WEIGHTS[self.way]


@dataclass(frozen=True)
class Wanted:
    """One word that was typed (or a phrase that has synonyms), and all that answers it."""

    typed: tuple[str, ...]
    means: tuple[Means, ...]

    @property
    def misspelt(self) -> bool:
        """Whether nothing but similar words answers."""
        return bool(self.means) and all(each.way == "near" for each in self.means)


def expand(
    vocabulary: Vocabulary, words: Sequence[str], *, typing: bool = False, slips: bool = False
) -> tuple[Wanted, ...]:
    """What is wanted by the words of a query (folded). `typing`: the last one is not finished yet. `slips`: similar
    words also where there are the very words; else only where there are none."""
    wanted = meaningful(words)
    last = words[-1] if typing and words else None
    return tuple(_wanted(vocabulary, part, unfinished=part[-1] == last, slips=slips) for part in _phrases(wanted))


def _phrases(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The words one by one, those that have synonyms together as one."""
    at = 0
    while at < len(words):
        size = next((n for n in range(PHRASE_MOST, 1, -1) if synonyms(words[at : at + n]) and at + n <= len(words)), 1)
        yield tuple(words[at : at + size])
        at += size


def _wanted(vocabulary: Vocabulary, typed: tuple[str, ...], *, unfinished: bool, slips: bool) -> Wanted:
    if len(typed) > 1:
        means = [*_phrase(vocabulary, "exact", typed), *_synonyms(vocabulary, synonyms(typed))]
        return Wanted(typed, tuple(means))
    [word] = typed
    found = list(_without_slips(vocabulary, word, unfinished=unfinished))
    if slips or not any(each.words for each in found):
        found += _head(vocabulary, word)
        found += _with_slips(vocabulary, word, unfinished=unfinished)
    return Wanted(typed, tuple(_each_once(found)))


def _without_slips(vocabulary: Vocabulary, word: str, *, unfinished: bool) -> Iterator[Means]:
    if vocabulary.has(word):
        yield Means("exact", (word,))
    yield Means("bent", tuple(vocabulary.of_stem(stems(word), MOST)))
    yield from _synonyms(vocabulary, synonyms([word]))
    start = word if unfinished or len(core(word)) < INSIDE_LEAST else core(word)
    if unfinished or len(start) >= BEGINS_LEAST:
        yield Means("begins", tuple(vocabulary.beginning(start, MOST)))
    yield from _within(vocabulary, word)
    yield from _parts(vocabulary, word)


def _within(vocabulary: Vocabulary, word: str) -> Iterator[Means]:
    inner = core(word)
    if len(inner) >= INSIDE_LEAST:
        yield Means("inside", tuple(vocabulary.holding(inner, MOST)))
    elif len(word) >= ENDS_LEAST:
        yield Means("inside", tuple(each for each in vocabulary.holding(inner, MOST) if ends_with(each, inner)))


def _parts(vocabulary: Vocabulary, word: str) -> Iterator[Means]:
    """What a compound is made of: "Werkzeugmaschinenhersteller" finds "Hersteller von Werkzeugmaschinen"."""
    if len(word) < COMPOUND_LEAST:
        return
    for first, last in cuts(word):
        if vocabulary.has(first) and vocabulary.has(last):
            yield Means.together("parts", [[first], [last]])


def _head(vocabulary: Vocabulary, word: str) -> Iterator[Means]:
    """The last part of a compound says what it is: "Schnellladesäule" is a "Ladesäule". The longest that is known."""
    if len(word) < COMPOUND_LEAST:
        return
    for _, last in cuts(word):
        found = list(dict.fromkeys((*vocabulary.of_stem(stems(last), MOST), *_alone(vocabulary, synonyms([last])))))
        if found and len(last) >= INSIDE_LEAST:
            yield Means("parts", tuple(found))
            return


def _synonyms(vocabulary: Vocabulary, found: Iterable[Synonym]) -> Iterator[Means]:
    found = list(found)
    yield Means("synonym", _alone(vocabulary, found))
    for each in found:
        if len(each.words) > 1:
            yield from _phrase(vocabulary, "synonym", each.words)


def _phrase(vocabulary: Vocabulary, way: Way, words: Sequence[str]) -> Iterator[Means]:
    """Several words that stand for something together, each however it bends."""
    groups = [vocabulary.of_stem(stems(word), PHRASE_FORMS) for word in words]
    if all(groups):
        yield Means.together(way, groups)


def _alone(vocabulary: Vocabulary, found: Iterable[Synonym]) -> tuple[str, ...]:
    """The forms in which those synonyms stand in the index that are one word."""
    words = [each.words[0] for each in found if len(each.words) == 1]
    return tuple(dict.fromkeys(form for word in words for form in vocabulary.of_stem(stems(word), 6)))[:MOST]


def _with_slips(vocabulary: Vocabulary, word: str, *, unfinished: bool) -> Iterator[Means]:
    """Similar words: the nearest that there are, and what holds the most common of them."""
    for typos in range(1, typos_allowed(word) + 1):
        similar = vocabulary.near(word, typos, NEAR_MOST, begins=unfinished)
        if not similar and len(word) >= RESEMBLING_LEAST:
            similar = vocabulary.resembling(word, typos, NEAR_MOST)
        if similar:
            within = [each for meant in _within(vocabulary, similar[0]) for each in meant.words]
            yield Means("near", tuple(dict.fromkeys((*similar, *within)))[:MOST])
            return


def _each_once(means: Iterable[Means]) -> Iterator[Means]:
    """A word answers in the best way that it can; ways that are left without words fall away."""
    taken: set[str] = set()
    for each in sorted(means, key=lambda one: -one.weight):
        if each.groups:
            yield each
            continue
        words = tuple(word for word in each.words if word not in taken)
        if words:
            yield Means(each.way, words)
        taken |= set(words)
