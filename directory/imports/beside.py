"""The reading process from the server's side: what it is asked, and what it answers."""

import asyncio
import json
import pickle
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from directory.imports.frames import LENGTH
from directory.imports.mapping.plan import Mapping
from directory.imports.mapping.record import Record
from directory.imports.reading.row import Row, Source
from people.text import UnacceptableError
from web.i18n import N_

# Seconds for the look at a file: the encoding of a gigabyte is proved by reading it through.
LOOK_S = 120.0

_TOO_LONG = N_("Looking at the file took too long. Please bring it in parts.")
_ENDED = N_("The file could not be read: it asked for more memory than reading it may take.")


@dataclass(frozen=True)
class Look:
    """What a file is, its first rows, and how its columns may be taken."""

    source: Source
    rows: list[Row]
    mapping: Mapping


async def look(path: Path, *, kind: str, sheet: str = "") -> Look:
    """Look at a file. Raises UnacceptableError for what cannot be read, and for what takes too long."""
    try:
        async with asyncio.timeout(LOOK_S), _asked(task="look", path=str(path), sheet=sheet, kind=kind) as frames:
            async for answer in frames:
                return Look(**answer)
    except TimeoutError:
        raise UnacceptableError(_TOO_LONG) from None
    raise UnacceptableError(_ENDED)


@asynccontextmanager
async def records(
    path: Path, source: Source, mapping: Mapping, skip: int
) -> AsyncIterator[AsyncIterator[list[Record]]]:
    """The records of a file behind the first `skip`, in chunks; the process ends with the block.

    Iterating raises UnacceptableError where the file cannot be read on.
    """
    asked = {"path": str(path), "source": source.stored(), "mapping": mapping.stored(), "skip": skip}
    async with _asked(task="records", **asked) as frames:
        yield _to_the_end(frames)


async def _to_the_end(frames: AsyncIterator[Any]) -> AsyncIterator[list[Record]]:
    """The chunks, each read while the one before is written: reading and writing take turns on no core."""
    ahead = asyncio.ensure_future(anext(frames, None))
    try:
        while chunk := await ahead:
            ahead = asyncio.ensure_future(anext(frames, None))
            yield chunk
    finally:
        await _ended(ahead)
    if chunk is None:
        raise UnacceptableError(_ENDED)


async def _ended(reading: asyncio.Future[Any]) -> None:
    """Have a reading ahead end, whatever it was about."""
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


@asynccontextmanager
async def _asked(**question: Any) -> AsyncIterator[AsyncIterator[Any]]:
    pipe = asyncio.subprocess.PIPE
    command = sys.executable, "-m", "directory.imports.worker"
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(question).encode() + b"\n")
        await process.stdin.drain()
        process.stdin.close()
        yield _frames(process.stdout)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _frames(out: asyncio.StreamReader) -> AsyncIterator[Any]:
    while True:
        try:
            (length,) = LENGTH.unpack(await out.readexactly(LENGTH.size))
            answer = pickle.loads(await out.readexactly(length))  # noqa: S301 - of our own process
        except asyncio.IncompleteReadError:
            return
        if isinstance(answer, dict) and "refused" in answer:
            raise UnacceptableError(answer["refused"] or _ENDED, **answer["params"])
        yield answer
