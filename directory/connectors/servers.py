"""The connector for another Fairmatch server: its public directory is imported here, under its name, and stays fresh.

It is read by its API in the order of changes (docs/api.md). What is new goes through the same import as a file: it is
known by its id there, leaves alone what people have edited here, asks about duplicates, and is taken back as a batch.
What is shown there no longer goes here, too, unless people here have joined or edited it.
"""

import asyncio
from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from directory.batches import ROWS_MOST, Outcome
from directory.connectors.copying import PAGE, SOURCE, Changed, Gone, Pages
from directory.connectors.interface import Mark, NothingUsableError
from directory.connectors.model import Connection
from directory.imports import actions as imports
from directory.imports import beside
from directory.imports.beside import Look
from directory.imports.mapping.aliases import ORGANISATIONS, targets
from directory.imports.mapping.plan import Mapping
from directory.imports.parts import FOLDER
from directory.imports.runs import IMPORT
from directory.organisations import bulk
from directory.organisations.actions import set_licences
from people.text import UnacceptableError
from server.kernel.clock import Clock
from server.kernel.db import UnitOfWork
from server.kernel.fetch import Fetcher
from server.kernel.ids import new_id
from server.kernel.prepared import Transaction

KIND = "fairmatch"
EVERY = timedelta(hours=6)
LIST, REMOVALS = "/api/v1/organisations", "/api/v1/removals"
# Bytes of a page, and pages of one reading. A larger directory comes in several readings, and so does one that answers
# slowly: after so many seconds no further page is asked for, since the job that reads has an end, too.
PAGE_BYTES_MOST, PAGES_MOST, GONE_PAGES_MOST, READING_S = 4 * 1024 * 1024, 50, ROWS_MOST // PAGE, 120.0


@dataclass(frozen=True)
class Copy:
    """Organisations that are new or changed, in a file that the importer has looked at."""

    file: str  # below the data folder
    size: int
    look: Look
    licences: Pairs[str, str]  # by their ids there, see `copying.Changed`


@dataclass(frozen=True)
class Found:
    """What has become of a server's organisations: a copy of what is new or changed, and the ids of what is gone."""

    copy: Copy | None
    gone: tuple[str, ...]


@dataclass(frozen=True)
class Servers:
    """Reads other servers by the guarded fetcher; files lie in the data folder with those of imports."""

    fetcher: Fetcher
    folder: Path
    clock: Clock
    every: timedelta = EVERY

    async def read(self, url: str, mark: Mark) -> tuple[Found | None, Mark]:
        """What has changed there since the mark was made; None for nothing."""
        until = asyncio.get_running_loop().time() + READING_S
        file, now, copy = f"{FOLDER}/{new_id()}", self.clock.now(), None
        changed, gone = Changed(mark, now), Gone(mark.get("gone", {}), now)
        try:
            await self._pages(f"{url}{REMOVALS}", gone, GONE_PAGES_MOST, until)
            copy = await self._copied(url, file, changed, until)
        except UnacceptableError:
            raise NothingUsableError("no_directory") from None
        except TimeoutError:
            raise NothingUsableError("too_slow") from None
        finally:
            if copy is None:
                await asyncio.to_thread((self.folder / file).unlink, missing_ok=True)
        found = Found(copy, tuple(gone.ids)) if copy or gone.ids else None
        return found, {**changed.mark(), "gone": gone.mark()}

    async def keep(self, uow: UnitOfWork, connection: Connection, found: Found) -> None:
        """Import what was found, and show no longer what is gone there."""
        source = f"{SOURCE}{connection.title}"[: imports.SOURCE_MOST]
        if found.gone:
            at = uow.clock.now()
            await uow.run(lambda each: _let_go(each, source, found.gone, at, connection.by_id))
        if found.copy is not None:
            await set_licences(uow, source, found.copy.licences)
            await _bring(uow, connection, source, found.copy)

    async def _copied(self, url: str, file: str, changed: Changed, until: float) -> Copy | None:
        """What is new, page by page into a file. Raises FetchError, NothingUsableError, UnacceptableError and
        TimeoutError."""
        path = self.folder / file
        await self._pages(f"{url}{LIST}", changed, PAGES_MOST, until, path)
        if not changed.fresh:
            return None
        look, size = await beside.look(path, kind=ORGANISATIONS), (await asyncio.to_thread(path.stat)).st_size
        return Copy(file, size, replace(look, mapping=_mapping(look)), changed.licences)

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


def _let_go(transaction: Transaction, source: str, gone: Sequence[str], at: datetime, by_id: str | None) -> None:
    """As if the import that brought them was undone: who comes back there comes back here."""
    here = bulk.ids_of(transaction, source, gone)
    outcomes = [Outcome(source_id, id_, "made") for source_id, id_ in here.items()]
    bulk.undo(transaction, outcomes, source=source, at=at, by_id=by_id)


def host_of(url: str) -> str:
    """What a server is called here."""
    return urlsplit(url).netloc


def _mapping(look: Look) -> Mapping:
    known = targets(ORGANISATIONS)
    return Mapping(ORGANISATIONS, {column: column for column in look.source.columns if column in known})


def _append(path: Path, lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(lines)
