"""What somebody asks for: words, kind, facets, place, order, and which page. Read from addresses, written into them."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from directory.search.documents import FACETS, KINDS, Kind

Sort = Literal["best", "newest", "name", "nearest"]
SORTS: tuple[Sort, ...] = get_args(Sort)
RADII_KM = (10, 25, 50, 100, 250)
# Characters of a query that are read, values of a facet that can be chosen, and their length.
QUERY_MOST = 200
VALUES_MOST = 20
VALUE_LENGTH_MOST = 80
PLACE_MOST = 80
# How far a list can be leafed through; who wants more asks more exactly.
DEEPEST = 1_000

Multi = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """One question. Nothing in it is trusted: whatever is unknown was left out when it was read."""

    words: str = ""
    kind: Kind | None = None  # None: all of them
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = "best"
    near: str = ""  # a place by name
    radius_km: int | None = None
    offset: int = 0  # results before this page

    @classmethod
    def read(cls, given: Multi) -> "Asked":
        """From the parameters of an address; what cannot be understood is passed over."""
        one = dict(reversed(list(given)))
        kind, sort, radius = one.get("kind"), one.get("sort"), one.get("radius", "")
        return cls(
            words=_clean(one.get("q", ""), QUERY_MOST),
            kind=next((each for each in KINDS if each == kind), None),
            facets=_facets(given),
            sort=next((each for each in SORTS if each == sort), "best"),
            near=_clean(one.get("near", ""), PLACE_MOST),
            radius_km=next((each for each in RADII_KM if str(each) == radius), None),
            offset=_offset(one.get("after", "")),
        )

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """As the parameters of an address, in a fixed order."""
        found = [("q", self.words), ("kind", self.kind or "")]
        found += [(facet, value) for facet in FACETS for value in self.facets.get(facet, ())]
        found += [("near", self.near), ("radius", str(self.radius_km or ""))]
        found += [("sort", self.sort if self.sort != "best" else ""), ("after", _cursor(self.offset))]
        return [(name, value) for name, value in found if value]

    @property
    def path(self) -> str:
        """The address of the page."""
        return "/discover" + (f"?{urlencode(self.parameters)}" if self.parameters else "")

    @property
    def empty(self) -> bool:
        """Whether nothing narrows the results down."""
        return not (self.words or self.facets or self.near)

    def but(self, **changes: Any) -> "Asked":
        """The same question with changes, from its first page on."""
        return replace(self, **({"offset": 0} | changes))

    def chosen(self, facet: str, value: str) -> bool:
        """Whether a value of a facet is asked for."""
        return value in self.facets.get(facet, ())

    def toggled(self, facet: str, value: str) -> "Asked":
        """With a value of a facet chosen, or not any more."""
        now = self.facets.get(facet, ())
        values = tuple(each for each in now if each != value) if value in now else (*now, value)
        others = {name: kept for name, kept in self.facets.items() if name != facet}
        return self.but(facets=others | ({facet: values} if values else {}))

    def without(self, facet: str) -> "Asked":
        """Without anything chosen of a facet."""
        return self.but(facets={name: values for name, values in self.facets.items() if name != facet})

    def as_json(self) -> dict[str, Any]:
        """To be kept; without the page."""
        return {"parameters": [list(pair) for pair in replace(self, offset=0).parameters]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Asked":
        """What was kept. What this version does not know any more falls away."""
        return cls.read([(str(name), str(value)) for name, value in kept.get("parameters", [])])


def _clean(text: str, most: int) -> str:
    """One line of sound text."""
    return " ".join("".join(each if each.isprintable() else " " for each in text[:most]).split())


def _facets(given: Multi) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in given:
        if name in FACETS and 0 < len(value) <= VALUE_LENGTH_MOST and value.isprintable():
            values = found.get(name, ())
            if value not in values and len(values) < VALUES_MOST:
                found[name] = (*values, value)
    return found


def _cursor(offset: int) -> str:
    """The place in a list, as the address shows it: opaque, so that nobody builds upon what is in it."""
    return base64.urlsafe_b64encode(json.dumps([1, offset]).encode()).decode().rstrip("=") if offset else ""


def _offset(cursor: str) -> int:
    """The place that a cursor names; 0 for what is none of ours."""
    try:
        version, offset = json.loads(base64.urlsafe_b64decode(cursor[:40] + "=="))
    except (ValueError, TypeError, binascii.Error):
        return 0
    return offset if version == 1 and isinstance(offset, int) and 0 <= offset <= DEEPEST else 0
