"""The connector for another Fairmatch server: its public directory is imported here, under its name, and stays fresh.

It is read by its API in the order of changes (docs/api.md). What is new goes through the same import as a file: it is
known by its id there, leaves alone what people have edited here, asks about duplicates, and is taken back as a batch.
What is shown there no longer goes here, too, unless people here have joined or edited it.

Products follow their organisations: those are read that had changed when all organisations had been read, so whose they
are is known here by then. From time to time all products are asked for, since some come without being changed there:
with an organisation that had been for members alone, or that was held back here as a duplicate.
"""

import asyncio
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from directory.batches import ROWS_MOST, Outcome
from directory.connectors.copying import PAGE, SOURCE, Changed, Gone, Pages, flat_product
from directory.connectors.interface import Mark, NothingUsableError
from directory.connectors.model import Connection
from directory.imports import actions as imports
from directory.imports import beside
from directory.imports.beside import Look
from directory.imports.mapping.aliases import ORGANISATIONS, PRODUCTS, targets
from directory.imports.mapping.plan import Mapping
from directory.imports.parts import FOLDER
from directory.imports.runs import IMPORT
from directory.organisations import bulk
from directory.organisations.actions import set_licences
from directory.organisations.record import ORGANISATIONS as ORGANISATIONS_HERE
from directory.products import bulk as products
from directory.products.record import PRODUCTS as PRODUCTS_HERE
from people.text import UnacceptableError
from server.kernel.clock import Clock
from server.kernel.db import UnitOfWork
from server.kernel.fetch import Fetcher
from server.kernel.ids import new_id
from server.kernel.prepared import Transaction

KIND = "fairmatch"
EVERY = timedelta(hours=6)
LISTS, REMOVALS = {ORGANISATIONS: "/api/v1/organisations", PRODUCTS: "/api/v1/products"}, "/api/v1/removals"
# After this time all products are asked for again.
ALL_AGAIN = timedelta(days=7)
# Bytes of a page, and pages of one reading. A larger directory comes in several readings, and so does one that answers
# slowly: after so many seconds no further page is asked for, since the job that reads has an end, too.
PAGE_BYTES_MOST, PAGES_MOST, GONE_PAGES_MOST, READING_S = 4 * 1024 * 1024, 50, ROWS_MOST // PAGE, 120.0


@dataclass(frozen=True)
class Copy:
    """Records that are new or changed, in a file that the importer has looked at."""

    file: str  # below the data folder
    size: int
    look: Look
    licences: Pairs[str, str]  # by their ids there, see `copying.Changed`


@dataclass(frozen=True)
class Found:
    """What has become of a server's records of one kind: a copy of what is new or changed, and the ids of what is
    gone."""

    kind: str
    copy: Copy | None
    gone: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """Records of one kind, as they are read."""

    kind: str
    changed: Changed
    gone: Gone

    def mark(self) -> dict[str, Any]:
        """Where to go on."""
        return {**self.changed.mark(), "gone": self.gone.mark()}


@dataclass(frozen=True)
class Servers:
    """Reads other servers by the guarded fetcher; files lie in the data folder with those of imports."""

    fetcher: Fetcher
    folder: Path
    clock: Clock
    every: timedelta = EVERY

    async def read(self, url: str, mark: Mark) -> tuple[Sequence[Found] | None, Mark]:
        """What has changed there since the mark was made; None for nothing."""
        wanted = [_organisations(mark, now := self.clock.now()), *_products(mark, now)]
        until = asyncio.get_running_loop().time() + READING_S
        files, found = {each.kind: f"{FOLDER}/{new_id()}" for each in wanted}, list[Found]()
        try:
            found = [await self._found(url, each, files[each.kind], until) for each in wanted]
        except UnacceptableError:
            raise NothingUsableError("no_directory") from None
        except TimeoutError:
            raise NothingUsableError("too_slow") from None
        finally:
            kept = {each.copy.file for each in found if each.copy}
            await asyncio.to_thread(_forget, [self.folder / file for file in files.values() if file not in kept])
        return [each for each in found if each.copy or each.gone] or None, _onward(mark, wanted, now)

    async def keep(self, uow: UnitOfWork, connection: Connection, found: Sequence[Found]) -> None:
        """Import what was found, and show no longer what is gone there."""
        source = f"{SOURCE}{connection.title}"[: imports.SOURCE_MOST]
        for each in found:
            if each.gone:
                await uow.run(_letting_go(each, source, uow.clock.now(), connection.by_id))
            if each.copy is not None:
                await set_licences(uow, source, each.copy.licences)
                await _bring(uow, connection, source, each.copy)

    async def _found(self, url: str, wanted: Wanted, file: str, until: float) -> Found:
        """What has become of records of one kind. Raises FetchError, NothingUsableError, UnacceptableError and
        TimeoutError."""
        await self._pages(f"{url}{REMOVALS}", wanted.gone, GONE_PAGES_MOST, until)
        copy = await self._copied(f"{url}{LISTS[wanted.kind]}", file, wanted, until)
        return Found(wanted.kind, copy, tuple(wanted.gone.ids))

    async def _copied(self, address: str, file: str, wanted: Wanted, until: float) -> Copy | None:
        """What is new, page by page into a file."""
        path = self.folder / file
        await self._pages(address, wanted.changed, PAGES_MOST, until, path)
        if not wanted.changed.fresh:
            return None
        look, size = await beside.look(path, kind=wanted.kind), (await asyncio.to_thread(path.stat)).st_size
        return Copy(file, size, replace(look, mapping=_mapping(look, wanted.kind)), wanted.changed.licences)

    async def _pages(self, address: str, pages: Pages, most: int, until: float, path: Path | None = None) -> None:
        """Take in the pages of a list, at least one and at most so many. Raises FetchError and NothingUsableError."""
        for _ in range(most):
            asked = f"{address}?{urlencode(pages.query())}"
            fetched = await self.fetcher.fetch(asked, accept="application/json", most_bytes=PAGE_BYTES_MOST)
            lines = await asyncio.to_thread(pages.take, fetched.content)
            if path is not None:
                await asyncio.to_thread(_append, path, lines)
            if pages.after is None or asyncio.get_running_loop().time() > until:
                return


async def _bring(uow: UnitOfWork, connection: Connection, source: str, copy: Copy) -> None:
    batch = await imports.bring(
        uow,
        copy.look,
        source=source,
        file=copy.file,
        file_name=f"{connection.title}.jsonl",
        size=copy.size,
        by_id=connection.by_id,
    )
    await uow.session.flush()
    imports.start(uow, await imports.ask_for(uow, batch, IMPORT, by_id=connection.by_id))


def _letting_go(found: Found, source: str, at: datetime, by_id: str | None) -> Callable[[Transaction], object]:
    """As if the import that brought them was undone: who comes back there comes back here."""

    def let_go(transaction: Transaction) -> object:
        here = (PRODUCTS_HERE if found.kind == PRODUCTS else ORGANISATIONS_HERE).by_source
        outcomes = [Outcome(id_, own, "made") for id_, own in here(transaction, source, found.gone).items()]
        undo = products.undo if found.kind == PRODUCTS else bulk.undo
        return undo(transaction, outcomes, source=source, at=at, by_id=by_id)

    return let_go


def _organisations(mark: Mark, now: datetime) -> Wanted:
    return Wanted(ORGANISATIONS, Changed(mark, now), Gone(mark.get("gone", {}), now))


def _products(mark: Mark, now: datetime) -> list[Wanted]:
    """Products, once all organisations were read."""
    known = _products_mark(mark, now)
    if (whole_at := mark.get("whole_at")) is None:
        return []
    changed = Changed(known, now, flat_product, datetime.fromisoformat(whole_at))
    return [Wanted(PRODUCTS, changed, Gone(known.get("gone", {}), now, "product"))]


def _products_mark(mark: Mark, now: datetime) -> dict[str, Any]:
    """Where to go on with products: at the beginning where that was long ago."""
    known = mark.get("products") or {}
    if not known or (known["after"] is None and now - datetime.fromisoformat(known["begun"]) >= ALL_AGAIN):
        return {"begun": now.isoformat(), "gone": known.get("gone", {})}
    return dict(known)


def _onward(mark: Mark, wanted: Sequence[Wanted], now: datetime) -> Mark:
    organisations, *others = wanted
    whole = {"whole_at": now.isoformat() if organisations.changed.after is None else mark.get("whole_at")}
    begun = {"begun": _products_mark(mark, now)["begun"]}
    return {**organisations.mark(), **whole, "products": {**others[0].mark(), **begun} if others else None}


def host_of(url: str) -> str:
    """What a server is called here."""
    return urlsplit(url).netloc


def _mapping(look: Look, kind: str) -> Mapping:
    known = targets(kind)
    return Mapping(kind, {column: column for column in look.source.columns if column in known})


def _append(path: Path, lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(lines)


def _forget(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
