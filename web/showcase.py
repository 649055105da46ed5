"""What the pattern page shows: a small cast with long German names, and moments around a fixed one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

# A fixed day, so that the page looks the same every time; only the countdown needs the present.
MORNING = datetime(2026, 12, 3, 9, 20, tzinfo=UTC)
ZONE = "Europe/Berlin"


@dataclass(frozen=True)
class Somebody:
    """A person of the pattern page."""

    id: str
    name: str
    line: str


CAST = (
    Somebody("0193a1", "Aylin Yıldız", "Head of charging, Stadtwerke Musterhausen"),
    Somebody("0193a2", "Friedrich-Wilhelm von der Leyenhausen-Schwarzenbeck", "Geschäftsführer, Maschinenbau Lausitz"),
    Somebody("0193a3", "Jo", "Investor"),
    Somebody("0193a4", "Marie-Thérèse Grünewald", "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenfonds"),
)


def examples() -> dict[str, Any]:
    """The context of the pattern page."""
    return {
        "cast": CAST,
        "morning": MORNING,
        "later": MORNING + timedelta(minutes=45),
        "soon": datetime.now(UTC) + timedelta(minutes=12, seconds=40),
        "zone": ZONE,
    }
