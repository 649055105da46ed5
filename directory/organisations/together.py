"""What two records of one organisation say when they are one."""

from typing import Any

from directory.organisations.fields import FIELDS
from directory.organisations.rules import LINKS_MOST, LOCATIONS_MOST, TAGS_MOST
from directory.records import Values
from people.languages import MOST as LANGUAGES_MOST

# Never carried over: what the remaining record says about itself in any case.
_ITS_OWN = frozenset({"name", "kind", "visibility", "confirmed_at"})
_MOST = {"links": LINKS_MOST, "locations": LOCATIONS_MOST, "languages": LANGUAGES_MOST}


def together(into: Values, source: Values) -> dict[str, Any]:
    """What the remaining record says after a merge, where that is more than before: both with clean values."""
    more = {}
    for name in FIELDS:
        if name in _ITS_OWN or name in ("latitude", "longitude"):
            continue
        if isinstance(into[name], tuple):
            both = tuple(dict.fromkeys((*into[name], *source[name])))[: _MOST.get(name, TAGS_MOST)]
            whole = both if name in ("links", "locations") else tuple(sorted(both))
            if whole != into[name]:
                more[name] = whole
        elif into[name] in ("", None) and source[name] not in ("", None):
            more[name] = source[name]
    if into["latitude"] is None and source["latitude"] is not None and into["place"] in ("", source["place"]):
        more |= {"latitude": source["latitude"], "longitude": source["longitude"]}
    return more
