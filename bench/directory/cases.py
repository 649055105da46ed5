"""What is asked of the directory, and how often."""

from __future__ import annotations

from dataclasses import dataclass

from directory.search.asking import Asked

# How often each case asks, beside a few times before that do not count.
TIMES = 120
WARM = 12


@dataclass(frozen=True)
class Case:
    """Some questions of one sort, asked in turn."""

    name: str
    says: str
    asked: tuple[Asked, ...]


CASES = (
    Case(
        "one word",
        "a word that thousands hold, most of them within compounds; all kinds at once",
        tuple(
            Asked(words=word)
            for word in ["Ladesäule", "Maschine", "Speicher", "hydrogen", "sensor", "Stadtwerke", "Pumpen", "robotics"]
        ),
    ),
    Case(
        "multi-word",
        "two to four words that all must be there, in one language or both",
        tuple(
            Asked(words=words)
            for words in (
                "Batteriespeicher Stadtwerke",
                "solar storage platform",
                "Ladesäulen für Stadtwerke",
                "künstliche Intelligenz Wartung",
                "hydrogen monitoring municipal utilities",
                "Werkzeugmaschinen Industrie",
            )
        ),
    ),
    Case(
        "misspelt",
        "letters swapped, missing, doubled or wrong",
        tuple(
            Asked(words=words)
            for words in ("Ladesäuel", "Werkzeugmaschienen", "hydrogn", "Sepicher", "chargign station", "Stadtwreke")
        ),
    ),
    Case(
        "faceted",
        "words with one to three facets chosen, all facets counted, some with an order or a radius",
        (
            Asked(words="Speicher", facets={"country": ("DE".lower(),), "type": ("startup",)}, kind="organisation"),
            Asked(words="Sensor", facets={"country": ("de", "at")}, sort="newest"),
            Asked(words="Maschine", near="Essen", radius_km=50),
            Asked(
                words="platform", kind="organisation", facets={"type": ("company",), "language": ("en",)}, sort="name"
            ),
            Asked(words="Stadtwerke", facets={"language": ("de",)}, near="Dortmund", sort="nearest"),
            Asked(facets={"country": ("ch",)}, sort="newest"),
        ),
    ),
)
# Typed letter by letter: what stands in the box after each.
TYPED = tuple(
    word[:end] for word in ("Ladesäule", "Werkzeugmaschine", "solar storage", "Fraviel") for end in range(1, 10)
)
