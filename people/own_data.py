"""What belongs to a person in every feature: handed out as a whole, and erased as a whole."""

import json
import tempfile
import zipfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool

from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel

JOB = "people.erase"
# Archives up to this size stay in memory while they are made, in bytes.
IN_MEMORY = 4 * 1024 * 1024

_README = """This archive holds everything that Fairmatch keeps about you.

One JSON file per part of the product (UTF-8, moments in UTC by ISO 8601), and in the folder "files" the files
that you uploaded.
"""


@dataclass(frozen=True)
class Section:
    """A feature's part of somebody's data: JSON-ready values (moments may be datetimes), and files by their name in
    the archive, each as its name among the kept files."""

    data: Any
    files: Mapping[str, str] = field(default_factory=dict)


# (session, person's id) -> what is kept about them.
Collect = Callable[[AsyncSession, str], Awaitable[Section | Any]]
# (unit of work, person's id): remove it, or what says whose it was. Runs again after a failure.
Erase = Callable[[UnitOfWork, str], Awaitable[None]]


@dataclass(frozen=True)
class _Part:
    name: str
    collect: Collect
    erase: Erase | None


class OwnData:
    """Where features say what they keep about a person, and how it goes."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._parts: list[_Part] = []
        kernel.jobs.register(JOB, self._erase)

    def register(self, section: str, collect: Collect, erase: Erase | None = None) -> None:
        """Add a feature's part: `section` names its file in the archive. Called at the start.

        `erase` runs in a unit of work of its own, in a background job, after the person was made nameless.
        """
        self._parts.append(_Part(section, collect, erase))

    async def archive(self, person_id: str) -> IO[bytes]:
        """A ZIP with all of it, at its beginning, to be closed by the caller. It lies in no folder."""
        async with self._kernel.database.read() as session:
            sections = {part.name: _section(await part.collect(session, person_id)) for part in self._parts}
        return await run_in_threadpool(self._packed, sections)

    def _packed(self, sections: Mapping[str, Section]) -> IO[bytes]:
        out: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller closes it
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", _README)
            for name, section in sections.items():
                archive.writestr(f"{name}.json", _as_json(section.data))
                for shown, kept in section.files.items():
                    self._pack_file(archive, f"files/{name}/{shown}", kept)
        out.seek(0)
        return out

    def _pack_file(self, archive: zipfile.ZipFile, shown: str, kept: str) -> None:
        path = self._kernel.files.path(kept)
        if path.is_file():
            archive.write(path, shown)

    async def _erase(self, payload: dict[str, Any]) -> None:
        for part in self._parts:
            if part.erase is not None:
                async with self._kernel.database.write() as uow:
                    await part.erase(uow, payload["person_id"])


def _section(collected: Section | Any) -> Section:
    return collected if isinstance(collected, Section) else Section(collected)


def _as_json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, default=_moment)


def _moment(value: object) -> str:
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
