"""The connector for another Fairmatch server: its public directory is imported here, under its name, and stays fresh.

It is read by its API in the order of changes (docs/api.md). What is new goes through the same import as a file: it is
known by its id there, leaves alone what people have edited here, asks about duplicates, and is taken back as a batch.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from directory.connectors.interface import Mark, NothingUsableError
from directory.connectors.model import Connection
from directory.imports import actions as imports
from directory.imports import beside
from directory.imports.beside import Look
from directory.imports.mapping.aliases import ORGANISATIONS, targets
from directory.imports.mapping.plan import Mapping as ColumnMapping
from directory.imports.parts import FOLDER
from directory.imports.runs import IMPORT
from people.text import UnacceptableError
from server.kernel.db import UnitOfWork
from server.kernel.fetch import Fetcher
from server.kernel.ids import new_id

KIND = "fairmatch"
EVERY = timedelta(hours=6)
# Before the name of its host: the source of what came from a server.
SOURCE = "fairmatch:"
LIST = "/api/v1/organisations"
# Organisations of a page, bytes of it, and pages of one reading. A larger directory comes in several readings.
PAGE, PAGE_BYTES_MOST, PAGES_MOST = 100, 4 * 1024 * 1024, 50
# What was changed in one moment there becomes visible in any order, so this much is asked for again.
OVERLAP = timedelta(minutes=1)
SEEN_MOST = 1_000

_PLAIN = (
    "name", "kind", "legal_name", "website", "founded", "size", "stage", "business_model", "customer_focus", "country",
    "place", "postcode", "latitude", "longitude", "video_url", "confirmed_at",
)  # fmt: skip
_LISTS = {"industries": "industry", "technologies": "technology", "markets": "market", "languages": "languages"}


@dataclass(frozen=True)
class Copy:
    """Organisations that are new or changed, in a file that the importer has looked at."""

    file: str  # below the data folder
    size: int
    look: Look


@dataclass(frozen=True)
class Servers:
    """Reads other servers by the guarded fetcher; files lie in the data folder with those of imports."""

    fetcher: Fetcher
    folder: Path
    every: timedelta = EVERY

    async def read(self, url: str, mark: Mark) -> tuple[Copy | None, Mark]:
        """What has changed there since the mark was made; None for nothing."""
        file, reading, found = f"{FOLDER}/{new_id()}", _Reading.of(mark), None
        try:
            found = await self._copied(url, file, reading)
        except UnacceptableError:
            raise NothingUsableError("no_directory") from None
        finally:
            if found is None:
                await asyncio.to_thread((self.folder / file).unlink, missing_ok=True)
        return found, reading.mark()

    async def keep(self, uow: UnitOfWork, connection: Connection, found: Copy) -> None:
        """Import what was found."""
        batch = await imports.bring(
            uow,
            found.look,
            source=f"{SOURCE}{connection.title}"[: imports.SOURCE_MOST],
            file=found.file,
            file_name=f"{connection.title}.jsonl",
            size=found.size,
            by_id=connection.by_id,
        )
        await uow.session.flush()
        imports.start(uow, await imports.ask_for(uow, batch, IMPORT, by_id=connection.by_id))

    async def _copied(self, url: str, file: str, reading: "_Reading") -> Copy | None:
        """What is new, page by page into a file. Raises FetchError, NothingUsableError and UnacceptableError."""
        path = self.folder / file
        for _ in range(PAGES_MOST):
            asked = f"{url}{LIST}?{urlencode(reading.query())}"
            fetched = await self.fetcher.fetch(asked, accept="application/json", most_bytes=PAGE_BYTES_MOST)
            await asyncio.to_thread(_append, path, reading, fetched.content)
            if reading.after is None:
                break
        if not reading.fresh:
            return None
        look, size = await beside.look(path, kind=ORGANISATIONS), (await asyncio.to_thread(path.stat)).st_size
        return Copy(file, size, replace(look, mapping=_mapping(look)))


class _Reading:
    """One reading: from where, what was new in it, and from where the next time."""

    def __init__(self, since: datetime | None, after: str | None, seen: dict[str, str]) -> None:
        self._since = self._newest = since
        self.after = after
        self._seen = seen
        self.fresh = 0

    @classmethod
    def of(cls, mark: Mark) -> "_Reading":
        since = mark.get("since")
        return cls(datetime.fromisoformat(since) if since else None, mark.get("after"), dict(mark.get("seen", {})))

    def query(self) -> dict[str, str]:
        """What to ask for."""
        asked = {"limit": str(PAGE)}
        asked |= {"updated_since": self._since.isoformat()} if self._since else {}
        return asked | ({"after": self.after} if self.after else {})

    def take(self, content: bytes) -> str:
        """The lines for what is new on a page. Raises NothingUsableError."""
        try:
            page = json.loads(content)
            items, after = page["items"][:PAGE], page["next"]
            lines = [json.dumps(flat(item)) for item in items if self._is_fresh(item)]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise NothingUsableError("no_directory") from None
        self.fresh += len(lines)
        self.after = after if isinstance(after, str) and after != self.after else None
        return "".join(f"{line}\n" for line in lines)

    def _is_fresh(self, item: Mapping[str, Any]) -> bool:
        """Whether an organisation has changed since it was read last, and is kept there and not at a third server."""
        id_, changed = str(item["id"])[:200], datetime.fromisoformat(item["updated_at"])
        if changed.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        self._newest = max(changed, self._newest or changed)
        known = self._seen.get(id_) == changed.isoformat()
        self._seen[id_] = changed.isoformat()
        return not known and not str((item["source"] or {}).get("name", "")).startswith(SOURCE)

    def mark(self) -> Mark:
        """Where to go on."""
        if self.after is not None or self._newest is None:
            return {"since": self._since.isoformat() if self._since else None, "after": self.after, "seen": {}}
        since = self._newest - OVERLAP
        again = {id_: at for id_, at in self._seen.items() if datetime.fromisoformat(at) >= since}
        return {"since": since.isoformat(), "after": None, "seen": dict(list(again.items())[-SEEN_MOST:])}


def host_of(url: str) -> str:
    """What a server is called here."""
    return urlsplit(url).netloc


def flat(item: Mapping[str, Any]) -> dict[str, Any]:
    """An organisation of the API under the names that the importer gives its columns. Raises TypeError, KeyError."""
    found: dict[str, Any] = {"source_id": item["id"]} | {name: item.get(name) for name in _PLAIN}
    found |= {field: item.get(name) or [] for name, field in _LISTS.items()}
    for locale, said in (item.get("texts") or {}).items():
        found |= {f"{part}.{locale}": said.get(part, "") for part in ("pitch", "description")}
    return found | {"links": [link.get("url") for link in item.get("links") or []]}


def _mapping(look: Look) -> ColumnMapping:
    known = targets(ORGANISATIONS)
    return ColumnMapping(ORGANISATIONS, {column: column for column in look.source.columns if column in known})


def _append(path: Path, reading: _Reading, page: bytes) -> None:
    lines = reading.take(page)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(lines)
