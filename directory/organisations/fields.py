"""The fields of an organisation, as forms, imports and the change log name them, and what each of them may say.

A value is clean when it went through the field's rule. The types of clean values:

=============================================== ===========================================================
kind, size, stage, business_model,              str: a code of `vocabulary`; empty where unknown (not kind)
customer_focus
name, legal_name, place, postcode               str: one line
website, video_url                              str: an http(s) address, or empty
country                                         str: ISO 3166-1 alpha-2, or empty
founded                                         int (year) or None
latitude, longitude                             float (degrees) or None
visibility                                      str: "public" or "members"
confirmed_at                                    datetime (aware) or None
pitch.de, pitch.en                              str: one line
description.de, description.en                  str: Markdown
industry, technology, market                    tuple of codes, sorted, each once
languages                                       tuple of ISO 639-1 codes, sorted, each once
links                                           tuple of (label, url)
locations                                       tuple of (label, place, postcode, country, latitude, longitude)
=============================================== ===========================================================
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from directory.organisations.domains import host_of, is_plain_address
from directory.organisations.rules import LINKS_MOST, LOCATIONS_MOST, TAGS_MOST, VISIBILITIES
from directory.organisations.vocabulary import (
    BUSINESS_MODELS,
    CUSTOMER_FOCUS,
    KINDS,
    SIZES,
    STAGES,
    TAGS,
    country_codes,
)
from directory.terms import Vocabulary
from people import languages
from people.text import UnacceptableError, one_line, paragraphs
from web.i18n import LOCALES, N_

# Characters. The longest names of registers have about 200; a pitch is one sentence; a description is a page.
NAME_MOST, LINE_MOST, PITCH_MOST, DESCRIPTION_MOST, URL_MOST, POSTCODE_MOST = 200, 120, 280, 10_000, 500, 16
# The oldest company that still trades was founded in 578.
FOUNDED_FROM, FOUNDED_TO = 500, 2100

# Kept in the organisation's own row, and those of them that are its address on the globe.
COLUMNS = (
    "kind", "name", "legal_name", "website", "founded", "size", "stage", "business_model", "customer_focus",
    "country", "place", "postcode", "latitude", "longitude", "video_url", "confirmed_at", "visibility",
)  # fmt: skip
TEXTS = tuple(f"{part}.{locale}" for part in ("pitch", "description") for locale in sorted(LOCALES))
LISTS = (*TAGS, "languages", "links", "locations")
FIELDS = (*COLUMNS, *TEXTS, *LISTS)
# Changed by uploads, not by values; named in the change log and among the fields that owners have edited.
PICTURES = ("logo", "banner")


def name(text: str) -> str:
    """An organisation's name. Raises UnacceptableError."""
    clean = one_line(NAME_MOST)(text)
    if not any(character.isalnum() for character in clean):
        raise UnacceptableError(N_("Please give the organisation's name."))
    return clean


def web_address(text: str) -> str:
    """A web address with its scheme; "acme.example" becomes "https://acme.example". Raises UnacceptableError."""
    clean = one_line(URL_MOST)(text)
    if not clean or is_plain_address(clean):
        return clean
    url = clean if _SCHEME.match(clean) and not _HOST_AND_PORT.match(clean) else f"https://{clean}"
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and "@" not in parts.netloc and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or " " in url or not host_of(parts.hostname or ""):
        raise UnacceptableError(N_("That is not a web address we can link to."))
    return url


def year(value: str | int | None) -> int | None:
    """A year of foundation. Raises UnacceptableError."""
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and FOUNDED_FROM <= int(text) <= FOUNDED_TO):
        raise UnacceptableError(N_("That is not a year we can believe."))
    return int(text)


def degrees(most: float) -> Callable[[str | float | None], float | None]:
    """The rule for a latitude (at most 90) or a longitude (at most 180)."""

    def rule(value: str | float | None) -> float | None:
        text = str(value if value is not None else "").strip().replace(",", ".")
        if not text:
            return None
        try:
            number = float(text) if len(text) <= 30 else math.nan
        except ValueError:
            number = math.nan
        if not -most <= number <= most:
            raise UnacceptableError(N_("That is not a position on the globe."))
        return round(number, 6)

    return rule


def code_of(vocabulary: Vocabulary, *, required: bool = False) -> Callable[[str], str]:
    """The rule for a code of a vocabulary."""

    def rule(text: str) -> str:
        if text not in vocabulary and (required or text):
            raise UnacceptableError(N_("Please choose from the list."))
        return text

    return rule


def country(text: str) -> str:
    """A country's code. Raises UnacceptableError."""
    code = text.strip().upper()
    if code and code not in country_codes():
        raise UnacceptableError(N_("Please choose from the list."))
    return code


def codes_of(vocabulary: Vocabulary, most: int = TAGS_MOST) -> Callable[[Iterable[str]], tuple[str, ...]]:
    """The rule for several codes of a vocabulary."""

    def rule(texts: Iterable[str]) -> tuple[str, ...]:
        found = tuple(sorted({text for text in texts if text}))
        if len(found) > most or any(code not in vocabulary for code in found):
            raise UnacceptableError(N_("Please choose from the list, at most %(most)s entries."), most=most)
        return found

    return rule


def spoken(codes: Iterable[str]) -> tuple[str, ...]:
    """The rule for languages."""
    return tuple(sorted(languages.chosen(codes)))


def link(pair: Sequence[str]) -> tuple[str, str]:
    """One link: a label, which may be empty, and an address. Raises UnacceptableError."""
    label, url = pair
    return one_line(LINE_MOST)(label), web_address(url)


def links(pairs: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    """The rule for links; those without an address are left out. Raises UnacceptableError."""
    found = tuple(dict.fromkeys(one for one in map(link, pairs) if one[1]))
    if len(found) > LINKS_MOST:
        raise UnacceptableError(N_("At most %(most)s links, please."), most=LINKS_MOST)
    return found


Location = tuple[str, str, str, str, float | None, float | None]


def location(row: Sequence[Any]) -> Location:
    """One further place: label, place, postcode, country, latitude, longitude. Raises UnacceptableError."""
    label, place, postcode, code, latitude, longitude = (*row, None, None)[:6]
    line = one_line(LINE_MOST)
    return line(label), line(place), one_line(POSTCODE_MOST)(postcode), country(code), _LAT(latitude), _LON(longitude)


def locations(rows: Iterable[Sequence[Any]]) -> tuple[Location, ...]:
    """The rule for further places; those without a place are left out. Raises UnacceptableError."""
    found = tuple(dict.fromkeys(one for one in map(location, rows) if one[1]))
    if len(found) > LOCATIONS_MOST:
        raise UnacceptableError(N_("At most %(most)s places, please."), most=LOCATIONS_MOST)
    return found


def visibility(text: str) -> str:
    """Who may see it. Raises UnacceptableError."""
    if text not in VISIBILITIES:
        raise UnacceptableError(N_("Please choose from the list."))
    return text


# "acme.example:8080" begins like an address with a scheme, and has none.
_SCHEME, _HOST_AND_PORT = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE), re.compile(r"[^/:]+\.[^/:]+:\d{1,5}(/|$)")
_LAT, _LON = degrees(90), degrees(180)
# The rule of each field that is typed or imported. `confirmed_at` is said by pressing a button, or by a source.
RULES: dict[str, Callable[[Any], Any]] = {
    "kind": code_of(KINDS, required=True),
    "name": name,
    "legal_name": one_line(NAME_MOST),
    "website": web_address,
    "founded": year,
    "size": code_of(SIZES),
    "stage": code_of(STAGES),
    "business_model": code_of(BUSINESS_MODELS),
    "customer_focus": code_of(CUSTOMER_FOCUS),
    "country": country,
    "place": one_line(LINE_MOST),
    "postcode": one_line(POSTCODE_MOST),
    "latitude": _LAT,
    "longitude": _LON,
    "video_url": web_address,
    "visibility": visibility,
    **{f"pitch.{locale}": one_line(PITCH_MOST) for locale in LOCALES},
    **{f"description.{locale}": paragraphs(DESCRIPTION_MOST) for locale in LOCALES},
    **{kind: codes_of(vocabulary) for kind, vocabulary in TAGS.items()},
    "languages": spoken,
    "links": links,
    "locations": locations,
}
