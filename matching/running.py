"""Making a timetable in a process of its own, for a server that must not wait and for a command line that may.

A job is a JSON value (see worker.py). Progress comes as an iterator of JSON values; leaving the loop ends the process.
The process is the leader of a session of its own, so that its children end with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from matching.refusal import BadInputError

# A line holds a whole timetable: the largest event has some 100 bytes for each of 100,000 meetings.
_LONGEST_LINE = 64 * 2**20
_COMMAND = (sys.executable, "-m", "matching.worker")
_ROOT = Path(__file__).resolve().parents[1]


class CrashedError(Exception):
    """The process ended without an answer (killed, or out of memory); going on from the last progress is possible."""


class Run:
    """One job that runs. `pid` can be kept, so that whoever finds it after a restart can end what is left over."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Each line as it comes; the last one has `final` set. Raises BadInputError, or CrashedError without it."""
        assert self._process.stdout is not None
        final = False
        async for raw in self._process.stdout:
            line = _line(raw)
            final = line["final"]
            yield line
        if not final:
            raise CrashedError(
                f"The timetable's process ended with code {await self._process.wait()} and without an answer."
            )

    def stop(self) -> None:
        """Ask for the best so far: `progress` hands it out as its last line."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()

    def kill(self) -> None:
        """End it and its children, at once and without an answer."""
        end_session(self.pid)


@contextlib.asynccontextmanager
async def running(job: Mapping[str, Any]) -> AsyncIterator[Run]:
    """Start a job; at the end of the block nothing of it is left."""
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        limit=_LONGEST_LINE,
        start_new_session=True,
        cwd=_ROOT,
    )
    run = Run(process)
    feeding = asyncio.create_task(_feed(process, json.dumps(job).encode()))
    try:
        yield run
    finally:
        run.kill()
        feeding.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await feeding
        await process.wait()


async def _feed(process: asyncio.subprocess.Process, job: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):  # it ended before it had read everything; `progress` says so
        process.stdin.write(job)
        await process.stdin.drain()
        process.stdin.close()


def follow(job: Mapping[str, Any]) -> Generator[dict[str, Any], None, None]:
    """The same for whoever may wait. Ctrl-C (KeyboardInterrupt) asks for the best so far, which then is the last line.
    Raises BadInputError or CrashedError."""
    pipe = subprocess.PIPE
    with subprocess.Popen(_COMMAND, stdin=pipe, stdout=pipe, start_new_session=True, cwd=_ROOT) as process:  # noqa: S603
        try:
            _hand_over(process, json.dumps(job).encode())
            yield from _lines(process)
        finally:
            end_session(process.pid)


def _hand_over(process: subprocess.Popen[bytes], job: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
        pipe.write(job)


def _lines(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    final = False
    while not final:
        try:
            raw = process.stdout.readline()
        except KeyboardInterrupt:
            process.terminate()
            continue
        if not raw:
            raise CrashedError(f"The timetable's process ended with code {process.wait()} and without an answer.")
        line = _line(raw)
        final = line["final"]
        yield line


def _line(raw: bytes) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(raw)
    if "refused" in line:
        raise BadInputError(line["refused"])
    return line


def end_session(pid: int) -> None:
    """Kill the process and its children, if they still are there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
