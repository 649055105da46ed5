"""Imports as a test does them: bring a file, have it tried, imported and undone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from directory.imports import actions, beside, queries
from directory.imports.mapping.plan import Mapping
from directory.imports.model import ImportBatch, ImportRow, ImportRun
from directory.imports.running import Runner
from directory.imports.runs import IMPORT
from directory.organisations.model import Organisation, Removal
from server.kernel.parts import Kernel
from tests.directory.imports.files import written


@dataclass(frozen=True)
class Desk:
    """One source's imports into one directory."""

    kernel: Kernel
    source: str = "network"

    @property
    def data(self) -> Path:
        return self.kernel.settings.data

    async def bring(self, content: str | bytes, kind: str = "organisations", **mapped: Any) -> ImportBatch:
        """A file with this content; `mapped` changes the mapping that is suggested."""
        folder = self.data / "imports"
        folder.mkdir(exist_ok=True)
        path = written(folder, f"file-{len(list(folder.iterdir()))}", content)
        look = await beside.look(path, kind=kind)
        async with self.kernel.database.write() as uow:
            batch = await actions.bring(
                uow, look, source=self.source, file=f"imports/{path.name}", file_name="list.csv", size=1, by_id=None
            )
            await uow.session.flush()
            mapping = Mapping.of(batch.mapping | mapped)
            await actions.take_as(uow, batch, mapping, by_id=None)
        return batch

    async def ask(self, batch: ImportBatch, what: str = IMPORT) -> ImportRun:
        async with self.kernel.database.write() as uow:
            return await actions.ask_for(uow, await uow.session.merge(batch), what, by_id=None)

    async def do(self, batch: ImportBatch, what: str = IMPORT) -> ImportRun:
        run = await self.ask(batch, what)
        assert await Runner(self.kernel.database, self.data).run(run.id)
        return await self.run(run.id)

    async def run(self, run_id: str) -> ImportRun:
        async with self.kernel.database.read() as session:
            return await session.get_one(ImportRun, run_id)

    async def bring_and_do(self, content: str | bytes, what: str = IMPORT, **more: Any) -> ImportRun:
        return await self.do(await self.bring(content, **more), what)

    async def rows(self, batch_id: str, outcome: str = "") -> list[ImportRow]:
        async with self.kernel.database.read() as session:
            return list(await queries.rows_of(session, batch_id, outcome, limit=10_000))

    async def names(self) -> list[str]:
        """The names of the organisations that are shown."""
        query = select(Organisation.name).outerjoin(Removal, Removal.organisation_id == Organisation.id)
        async with self.kernel.database.read() as session:
            return sorted(await session.scalars(query.where(Removal.organisation_id.is_(None))))

    async def one(self, name: str) -> Organisation:
        async with self.kernel.database.read() as session:
            return (await session.scalars(select(Organisation).where(Organisation.name == name))).one()

    async def count(self, table: Any) -> int:
        async with self.kernel.database.read() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0


def counts(run: ImportRun) -> tuple[int, int, int, int, int]:
    """Made, changed, same, duplicates, refused; and they add up to the rows."""
    found = run.made, run.changed, run.same, run.duplicates, run.refused
    assert sum(found) == run.rows
    return found
