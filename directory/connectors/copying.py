"""Keeping a copy of another server's directory by its API (docs/api.md), without I/O: what a page says, what of it is
new, and where to go on. Whatever a server answers is somebody else's: it is a page as we know it, or no directory."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from directory.connectors.interface import Mark, NothingUsableError
from directory.organisations.licences import LICENCES
from directory.organisations.licences import SERVERS as SOURCE
from directory.products.fields import PRICE_MOST
from web.i18n import LOCALES

__all__ = ["SOURCE", "Changed", "Gone", "Pages", "flat_product"]

# Records of a page, characters of a cursor and of an id.
PAGE, CURSOR_MOST, ID_MOST = 100, 500, 200
# What was changed in one moment there becomes visible in any order, so this much is asked for again.
OVERLAP = timedelta(minutes=1)
# Removals of this time are carried out again: an import at work may have brought what was gone already.
GONE_OVERLAP = timedelta(hours=1)
# Records of the overlap that are known again. Where more were changed in it, less is asked for again.
SEEN_MOST = 1_000
# Earlier than anything that a server can know.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_PLAIN = (
    "name", "kind", "legal_name", "website", "founded", "size", "stage", "business_model", "customer_focus", "country",
    "place", "postcode", "latitude", "longitude", "video_url", "confirmed_at",
)  # fmt: skip
_PLAIN_OF_PRODUCT = ("category", "maturity", "currency", "url", "certificates", "confirmed_at")
_LISTS = {"industries": "industry", "technologies": "technology", "markets": "market", "languages": "languages"}


class Pages(Protocol):
    """A list that is read page by page. `after` is the cursor of the next page; None at the end."""

    after: str | None

    def query(self) -> dict[str, str]:
        """What to ask for."""
        ...

    def take(self, content: bytes) -> str:
        """Take in a page; gives the lines that are to be kept of it. Raises NothingUsableError."""
        ...


def flat_organisation(item: Mapping[str, Any]) -> dict[str, Any]:
    """An organisation of the API under the names that the importer gives its columns. Raises TypeError, KeyError,
    AttributeError for other shapes."""
    found: dict[str, Any] = {"source_id": item["id"]} | {name: item.get(name) for name in _PLAIN}
    found |= {field: item.get(name) or [] for name, field in _LISTS.items()}
    found["links"] = [link.get("url") for link in item.get("links") or []]
    return found | _said(item, "pitch", "description")


def flat_product(item: Mapping[str, Any]) -> dict[str, Any]:
    """A product of the API, in the same way; whose it is, by the number that its organisation has there."""
    found: dict[str, Any] = {"source_id": item["id"], "organisation_id": item["organisation"]}
    found |= {name: item.get(name) for name in _PLAIN_OF_PRODUCT} | _said(item, "name", "line", "description")
    return found | {"price": _amount(item.get("price_from")), "price_to": _amount(item.get("price_to"))}


class Changed:
    """Reads records in the order of their changes: from where, what was new, and from where the next time.

    What changed after `until` is left for the next time.
    """

    def __init__(
        self,
        mark: Mark,
        now: datetime,
        flat: Callable[[Mapping[str, Any]], dict[str, Any]] = flat_organisation,
        until: datetime | None = None,
    ) -> None:
        self._flat, self._until = flat, until
        self._since = self._newest = _moment(mark["since"]) if mark.get("since") else None
        self.after: str | None = mark.get("after")
        self._seen: dict[str, str] = dict(mark.get("seen", {}))
        self._now = now
        self._last = LONG_AGO
        self._read: set[tuple[str, str]] = set()
        self.fresh = 0
        self.licences: dict[str, str] = {}  # of what is new, by its id there; empty: nothing is said that we know

    def query(self) -> dict[str, str]:
        """What to ask for."""
        return _asked(self._since, self.after)

    def take(self, content: bytes) -> str:
        """The lines for what is new on a page. Raises NothingUsableError."""
        items, after = _page(content)
        try:
            self._check_order(items)
            known = [item for item in items if self._until is None or _changed(item) <= self._until]
            items, after = known, after if len(known) == len(items) else None
            fresh = [item for item in items if self._is_fresh(item)]
            lines = [json.dumps(self._flat(item)) for item in fresh]
            self.licences |= {_id(item): _licence(item) for item in fresh}
        except _WRONG:
            raise NothingUsableError("no_directory") from None
        self.fresh += len(lines)
        self.after = after
        return "".join(f"{line}\n" for line in lines)

    def mark(self) -> Mark:
        """Where to go on."""
        if self.after is not None or self._newest is None:
            return {"since": self._since.isoformat() if self._since else None, "after": self.after, "seen": {}}
        since = self._newest - OVERLAP
        again = sorted((_moment(at), id_) for id_, at in self._seen.items() if _moment(at) >= since)
        if len(again) > SEEN_MOST:  # from the first moment of which all are known
            oldest = again[-SEEN_MOST][0]
            since = next((at for at, _ in again if at > oldest), oldest)
        seen = {id_: at.isoformat() for at, id_ in again[-SEEN_MOST:] if at >= since}
        return {"since": since.isoformat(), "after": None, "seen": seen}

    def _check_order(self, items: list[Any]) -> None:
        """Be sure that pages lead on: cursors that lead in a circle would be followed for ever. Raises ValueError."""
        if not items:
            return
        found = {(_id(item), str(item["updated_at"])) for item in items}
        if _changed(items[0]) < self._last or found <= self._read:
            raise ValueError("the pages are in no order")
        self._last = _changed(items[-1])
        self._read |= found

    def _is_fresh(self, item: Mapping[str, Any]) -> bool:
        """Whether a record has changed since it was read last, and is kept there and not at a third server."""
        id_, changed = _id(item), _changed(item)
        # A clock that goes wrong there must not have us ask for what changes tomorrow, and for nothing before.
        self._newest = max(min(changed, self._now), self._newest or LONG_AGO)
        known = self._seen.get(id_) == changed.isoformat()
        self._seen[id_] = changed.isoformat()
        return not known and not str((item["source"] or {}).get("name", "")).startswith(SOURCE)


class Gone:
    """Reads what is shown there no longer: the ids, and from where the next time."""

    def __init__(self, mark: Mark, now: datetime, kind: str = "organisation") -> None:
        self._since = self._newest = _moment(mark["since"]) if mark.get("since") else None
        self.after: str | None = mark.get("after")
        self._now, self._kind = now, kind
        self.ids: list[str] = []

    def query(self) -> dict[str, str]:
        """What to ask for."""
        return _asked(self._since, self.after) | {"kind": self._kind}

    def take(self, content: bytes) -> str:
        """Remember the ids of a page; nothing of it is kept. Raises NothingUsableError."""
        items, after = _page(content)
        try:
            for item in items:
                self.ids.append(_id(item))
                self._newest = max(min(_moment(item["removed_at"]), self._now), self._newest or LONG_AGO)
        except _WRONG:
            raise NothingUsableError("no_directory") from None
        self.after = after
        return ""

    def mark(self) -> Mark:
        """Where to go on."""
        since = self._since if self.after is not None else self._newest and self._newest - GONE_OVERLAP
        return {"since": since.isoformat() if since else None, "after": self.after}


_WRONG = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def _said(item: Mapping[str, Any], *parts: str) -> dict[str, Any]:
    """Its texts in each language."""
    texts = item.get("texts") or {}
    said = {locale: texts.get(locale) or {} for locale in sorted(LOCALES)}
    return {f"{part}.{locale}": said[locale].get(part, "") for locale in said for part in parts}


def _amount(cents: object) -> str | None:
    return f"{cents / 100:.2f}" if isinstance(cents, int) and 0 <= cents <= PRICE_MOST else None


def _asked(since: datetime | None, after: str | None) -> dict[str, str]:
    asked = {"limit": str(PAGE)} | ({"updated_since": since.isoformat()} if since else {})
    return asked | ({"after": after} if after else {})


def _page(content: bytes) -> tuple[list[Any], str | None]:
    """The items of a page, and the cursor of the next one. Raises NothingUsableError."""
    try:
        page = json.loads(content)
        items, after = page["items"], page["next"]
    except _WRONG:
        raise NothingUsableError("no_directory") from None
    if not isinstance(items, list) or len(items) > PAGE or not (after is None or isinstance(after, str)):
        raise NothingUsableError("no_directory")
    if after is not None and len(after) > CURSOR_MOST:
        raise NothingUsableError("no_directory")
    return items, after if items else None


def _id(item: Mapping[str, Any]) -> str:
    return str(item["id"])[:ID_MOST]


def _changed(item: Mapping[str, Any]) -> datetime:
    return _moment(item["updated_at"])


def _licence(item: Mapping[str, Any]) -> str:
    """On which terms a record is given there, by a code that we know; empty for none."""
    said = (item["source"] or {}).get("licence", "")
    return said if isinstance(said, str) and said in LICENCES else ""


def _moment(text: str) -> datetime:
    """A moment, in UTC. Raises ValueError, TypeError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return max(found, LONG_AGO)
