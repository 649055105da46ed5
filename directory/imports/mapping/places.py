"""A place as files write it, taken apart: "Hamburg, DE", "D-44787 Bochum", "Hauptstr. 5, 8001 Zürich, Schweiz"."""

import re
from dataclasses import dataclass
from functools import lru_cache

from directory.organisations.vocabulary import country_of

_POSTCODE = re.compile(r"(?:(?P<country>[A-Z]{1,3})[- ])?(?P<postcode>\d{4,5}(?: ?[A-Z]{2}\b)?)\s+(?P<place>\D.*)")
_ONLY_POSTCODE = re.compile(r"(?:(?P<country>[A-Z]{1,3})-)?(?P<postcode>\d{4,6})")
_BRACKETS = re.compile(r"\s*\(([^)]*)\)\s*$")
_STREET = re.compile(
    r"str(?:aße|asse|\.)|\b(?:street|road|weg|allee|platz|gasse|avenue)\b.*\d|\d+\s?[a-z]?$", re.IGNORECASE
)
_PLACE_LAST = re.compile(r"[^,;/|]+")


@dataclass(frozen=True)
class Place:
    """What was recognised; what was not is empty."""

    place: str = ""
    postcode: str = ""
    country: str = ""


@lru_cache(maxsize=4096)
def place_of(text: str) -> Place:
    """The place, the postcode and the country (ISO 3166-1 alpha-2) in a text."""
    text, country = _without_country_in_brackets(" ".join(text.split()))
    parts = [part.strip() for part in _PLACE_LAST.findall(text) if part.strip()]
    if len(parts) > 1 and (found := country_of(parts[-1])):
        country = found
        parts.pop()
    elif len(parts) == 1 and not country and _is_country_alone(parts[0]):
        return Place(country=country_of(parts[0]) or "")
    for part in reversed(parts):
        if match := _POSTCODE.fullmatch(part):
            return Place(match["place"].strip(), match["postcode"], country or country_of(match["country"] or "") or "")
    return _without_postcode(parts, country)


def _without_country_in_brackets(text: str) -> tuple[str, str]:
    match = _BRACKETS.search(text)
    if match is None:
        return text, ""
    return text[: match.start()], country_of(match[1]) or ""


def _is_country_alone(text: str) -> bool:
    """Whether a text names a country and no town: codes and names, but not towns that are states, too."""
    return text not in ("Luxembourg", "Luxemburg", "Singapore", "Singapur", "Monaco") and bool(country_of(text))


def _without_postcode(parts: list[str], country: str) -> Place:
    """The town among parts without a postcode beside it."""
    postcode = ""
    for part in list(parts):
        if match := _ONLY_POSTCODE.fullmatch(part):
            postcode, country = match["postcode"], country or country_of(match["country"] or "") or ""
            parts.remove(part)
    towns = [part for part in parts if not _STREET.search(part)] or parts
    # "Berlin, Germany" and "Bochum, NRW, Deutschland" name the town first; after a street it stands first, too.
    return Place(towns[0] if towns else "", postcode, country)
