"""Another server, as its API answers."""

import copy
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from directory.connectors import servers
from directory.imports.mapping.aliases import PRODUCTS
from server.kernel.fetch import Fetched


class Neighbour:
    """Another server, which answers in pages of two."""

    def __init__(self, like: dict[str, Any]) -> None:
        self.like = like
        self.items: list[dict[str, Any]] = []
        self.gone: list[dict[str, Any]] = []
        self.products: list[dict[str, Any]] = []
        self.products_gone: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.answer: bytes | None = None

    def has(self, name: str, minute: int, **values: Any) -> None:
        """An organisation there, changed at this minute; in the place of one with the same name."""
        at = datetime(2026, 9, 1, 8, minute, tzinfo=UTC).isoformat()
        slug = name.lower().replace(" ", "-")
        told = {"id": f"there-{slug}", "name": name, "website": f"https://{slug}.example", "updated_at": at}
        self.items = [each for each in self.items if each["name"] != name]
        self.items.append(copy.deepcopy(self.like) | told | values)

    def removes(self, name: str, minute: int) -> None:
        """Have an organisation be removed there at this minute."""
        (item,) = (each for each in self.items if each["name"] == name)
        self.items.remove(item)
        at = datetime(2026, 9, 1, 8, minute, tzinfo=UTC).isoformat()
        self.gone.append({"id": item["id"], "removed_at": at, "reason": "removed", "merged_into": None})

    async def fetch(self, url: str, *, accept: str, most_bytes: int) -> Fetched:
        """A page, as the API gives it."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        path, since, start = urlsplit(url).path, asked.get("updated_since", ""), int(asked.get("after", 0))
        if path == servers.REMOVALS:
            gone = self.gone if asked["kind"] == "organisation" else self.products_gone
            removals = [each for each in gone if each["removed_at"] >= since]
            return _answered(url, json.dumps({"items": removals, "next": None}).encode())
        products = path == servers.LISTS[PRODUCTS]
        if not products:
            self.asked.append(asked)
        items = self.products if products else self.items
        listed = sorted((each for each in items if each["updated_at"] >= since), key=lambda one: one["updated_at"])
        onward = str(start + 2) if len(listed) > start + 2 else None
        content = self.answer or json.dumps({"items": listed[start : start + 2], "next": onward}).encode()
        return _answered(url, content)


def _answered(url: str, content: bytes) -> Fetched:
    return Fetched(url, 200, content, "application/json", "", "")
