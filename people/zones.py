"""Time zones to choose from, by continent and city."""

from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import available_timezones

from babel.dates import get_timezone_location

from people.text import UnacceptableError
from web.i18n import N_, formats

DEFAULT = "Europe/Berlin"

# The first word of an IANA name, as it is shown above its cities.
_REGIONS = {
    "Europe": N_("Europe"),
    "Africa": N_("Africa"),
    "America": N_("America"),
    "Asia": N_("Asia"),
    "Atlantic": N_("Atlantic Ocean"),
    "Australia": N_("Australia"),
    "Indian": N_("Indian Ocean"),
    "Pacific": N_("Pacific Ocean"),
    "Arctic": N_("Arctic"),
    "Antarctica": N_("Antarctica"),
}


def zone(text: str) -> str:
    """A known IANA name such as Europe/Berlin. Raises UnacceptableError."""
    if not known(text):
        raise UnacceptableError(N_("We do not know this time zone. Please choose one from the list."))
    return text


def known(text: str) -> bool:
    """Whether a text is the name of a place's time zone (or UTC)."""
    return text in _known()


def city(text: str, locale: str) -> str:
    """The place that a zone is named after, in the reader's language: Kyiv, Lissabon."""
    return str(get_timezone_location(text, locale=formats(locale), return_city=True))


@lru_cache
def choices(locale: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Regions (message ids) with their pairs of zone and city, the cities by name."""
    grouped: dict[str, list[tuple[str, str]]] = {region: [] for region in _REGIONS}
    for one in _in_use():
        grouped[one.partition("/")[0]].append((one, city(one, locale)))
    return tuple(
        (_REGIONS[region], tuple(sorted(pairs, key=lambda pair: pair[1]))) for region, pairs in grouped.items() if pairs
    )


@cache
def _known() -> frozenset[str]:
    places = (one for one in available_timezones() if one.partition("/")[0] in _REGIONS)
    return frozenset({*places, "UTC"})


@cache
def _in_use() -> tuple[str, ...]:
    """The zones that the time zone database lists for at least one country today."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text()
    listed = (line.split("\t")[2] for line in table.splitlines() if line and not line.startswith("#"))
    return tuple(one for one in listed if known(one))
