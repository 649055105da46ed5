"""Where places are: enough towns to say "50 km around Essen" without asking anybody. No I/O.

Coordinates are those of the towns' middles, to a hundredth of a degree (about a kilometre), in degrees of WGS 84.
"""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from directory.search.language import fold, words_of

# The mean radius of the earth (IUGG).
EARTH_KM = 6371.0088

Where = tuple[float, float]


@dataclass(frozen=True)
class Place:
    """A town and where it is (latitude, longitude)."""

    name: str
    country: str  # ISO 3166, two letters
    where: Where


# Lines of a country (ISO 3166), then lines of its towns: name (other names after =), latitude, longitude.
_TOWNS = Path(__file__).with_name("towns.txt")


def _read() -> dict[str, Place]:
    """By each folded name; of towns that are called alike the first one."""
    found: dict[str, Place] = {}
    country = ""
    for line in _TOWNS.read_text("utf-8").splitlines():
        if len(line) == 2:
            country = line
            continue
        for town in line.split("; "):
            names, latitude, longitude = town.rsplit(" ", 2)
            first, *others = names.split("=")
            place = Place(first, country, (float(latitude), float(longitude)))
            for name in (first, *others):
                found.setdefault(_key(name), place)
    return found


def _key(name: str) -> str:
    return " ".join(words_of(name))


_BY_NAME = _read()


def find_place(text: str) -> Place | None:
    """The town that is meant: by its name in German or English, or by "Essen, DE". None: not known here."""
    name, _, country = text.partition(",")
    place = _BY_NAME.get(_key(name))
    if place is None or (country.strip() and fold(country).strip().upper() not in ("", place.country)):
        return _BY_NAME.get(_key(text)) or (place if place and len(country.strip()) != 2 else None)
    return place


def town_names() -> list[str]:
    """The towns that are known, for a list to choose from."""
    return sorted({place.name for place in _BY_NAME.values()})


def distance_km(one: Where, other: Where) -> float:
    """The way along the earth between two places, by the haversine formula."""
    latitude, longitude = radians(other[0] - one[0]), radians(other[1] - one[1])
    half = sin(latitude / 2) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(longitude / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def parse_spot(spot: str) -> Where:
    """The place that a spot of the index names."""
    latitude, _, longitude = spot.partition(":")
    return int(latitude) / 100, int(longitude) / 100
