"""A made-up region: organisations, products and needs, German and English mixed. The same seed makes the same region.

Nothing in it exists. Words are put together as the languages do it, so that the vocabulary grows as a real one does:
some ten thousand compounds, names of firms that nobody else has, and few words that stand nearly everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.places import HERE

SEED = 20_261_125
# The size that the project's figures are given for.
FULL = (100_000, 1_000_000, 10_000)
START = datetime(2025, 1, 6, 8, tzinfo=UTC)

_WORDS = dict(line.split(": ") for line in (HERE / "directory" / "words.txt").read_text("utf-8").splitlines())
_FIRST, _LAST = _WORDS["german first"].split(), _WORDS["german last"].split()
_ENGLISH, _ENGLISH_HEAD = _WORDS["english first"].split(), _WORDS["english last"].split()
_SYLLABLES = _WORDS["syllables"].split()
_GERMAN_LINES = (
    "{a} für {b} in kleinen und mittleren Betrieben.",
    "Wir entwickeln {a} und {b} für Stadtwerke und Industrie.",
    "{a} mit künstlicher Intelligenz: weniger Ausfälle, weniger Kosten.",
    "Nachhaltige {a}, die sich in {b} einbauen lässt.",
    "Von der Planung bis zur Wartung: {a} aus einer Hand, auch als {b}.",
)
_ENGLISH_LINES = (
    "{a} for {b} in small and medium-sized companies.",
    "We build {a} and {b} for municipal utilities and industry.",
    "{a} with artificial intelligence: fewer failures, lower cost.",
    "Sustainable {a} that fits into any {b}.",
    "From planning to maintenance: {a} from one hand, also as {b}.",
)
_FORMS = ("GmbH", "AG", "UG", "GmbH & Co. KG", "SE", "Ltd", "eG", "")
_TOWNS = (
    ("Berlin", "DE", 52.52, 13.40), ("Hamburg", "DE", 53.55, 9.99), ("München", "DE", 48.14, 11.58),
    ("Köln", "DE", 50.94, 6.96), ("Essen", "DE", 51.46, 7.01), ("Dortmund", "DE", 51.51, 7.47),
    ("Bochum", "DE", 51.48, 7.22), ("Duisburg", "DE", 51.43, 6.76), ("Stuttgart", "DE", 48.78, 9.18),
    ("Leipzig", "DE", 51.34, 12.37), ("Aachen", "DE", 50.78, 6.08), ("Münster", "DE", 51.96, 7.63),
    ("Bielefeld", "DE", 52.02, 8.53), ("Wien", "AT", 48.21, 16.37), ("Zürich", "CH", 47.38, 8.54),
    ("Amsterdam", "NL", 52.37, 4.90), ("Paris", "FR", 48.86, 2.35), ("London", "GB", 51.51, -0.13),
    ("Kopenhagen", "DK", 55.68, 12.57), ("Warschau", "PL", 52.23, 21.01), ("Boston", "US", 42.36, -71.06),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """One made-up thing; `owner` is the number of its organisation."""

    number: int
    owner: int
    locale: str
    name: str
    line: str
    text: str
    town: tuple[str, str, float, float]
    at: datetime
    pick: int  # a random number, for choosing codes of vocabularies


def organisations(count: int) -> Iterator[Made]:
    """So many organisations."""
    dice = random.Random(SEED)
    for number in range(count):
        locale = "de" if dice.random() < 0.6 else "en"
        brand = "".join(dice.choices(_SYLLABLES, k=dice.randint(2, 4))).capitalize()
        name = f"{brand} {_thing(dice, locale)} {dice.choice(_FORMS)}".strip()
        yield _made(dice, number, number, locale, name, sentences=3)


def products(count: int, of: int) -> Iterator[Made]:
    """So many products of so many organisations; a few organisations have very many."""
    dice = random.Random(SEED + 1)
    for number in range(count):
        owner = min(int(dice.random() ** 1.5 * of), of - 1)
        locale = "de" if dice.random() < 0.6 else "en"
        series = "".join(dice.choices("ABCDEFGHKLMNPRSTVX", k=2))
        name = f"{_thing(dice, locale)} {series} {dice.randint(1, 99) * 10}"
        yield _made(dice, number, owner, locale, name, sentences=2)


def needs(count: int, of: int) -> Iterator[Made]:
    """So many needs of so many organisations."""
    dice = random.Random(SEED + 2)
    for number in range(count):
        locale = "de" if dice.random() < 0.7 else "en"
        seeks = f"Gesucht: {_thing(dice, locale)}" if locale == "de" else f"Wanted: {_thing(dice, locale)}"
        yield _made(dice, number, dice.randrange(of), locale, seeks, sentences=3)


def _made(dice: random.Random, number: int, owner: int, locale: str, name: str, sentences: int) -> Made:
    line, *rest = (_sentence(dice, locale) for _ in range(sentences))
    at = START + timedelta(milliseconds=number * 400)
    return Made(number, owner, locale, name, line, " ".join(rest), dice.choice(_TOWNS), at, dice.getrandbits(30))


def _thing(dice: random.Random, locale: str) -> str:
    """A compound; the first words of the lists are more frequent than the last."""
    if locale == "de":
        return _often(dice, _FIRST) + _often(dice, _LAST)
    return f"{_often(dice, _ENGLISH)} {_often(dice, _ENGLISH_HEAD)}"


def _often(dice: random.Random, words: list[str]) -> str:
    return words[int(dice.random() ** 2 * len(words))]


def _sentence(dice: random.Random, locale: str) -> str:
    lines = _GERMAN_LINES if locale == "de" else _ENGLISH_LINES
    return dice.choice(lines).format(a=_thing(dice, locale), b=_thing(dice, locale))
