"""The process that reads a calendar beside the server: `python -m meetings.calendar_worker`.

It gets one line of JSON and then the calendar on its standard input, and answers with one line of JSON. What a calendar
does to it, a rule that takes for ever or a text that asks for all memory, it does to nobody else.
"""

import asyncio
import json
import math
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from meetings.calendars import READ_S, NoCalendarError, Window, busy
from meetings.grid import Span

# Seconds of processor time until it is ended, whatever it is about; and seconds on the clock, where it is kept waiting.
ENDED_S, WAITED_S = math.ceil(4 * READ_S), 120.0
# Bytes of address space: 31,000 events, a calendar of the largest size, take 150 MB.
MEMORY_MOST = 512 * 1024**2
# Less urgent than whoever serves people.
NICENESS = 5
# What everything that belongs to a server is sent when it stops: by systemd, or by whoever presses Ctrl-C.
_STOPPING = (-signal.SIGTERM, -signal.SIGINT)


class StoppedError(Exception):
    """The process was told to end before it was done. That says nothing of the calendar: it is to be asked again."""


class FaultError(NoCalendarError):
    """The process failed as no calendar makes it fail: the fault is ours. Whoever asks says so to the operator; the log
    is no part of this module, since to load it takes the process half as long again."""


async def read(content: bytes, window: Window) -> list[Span]:
    """When a calendar has its owner busy within a window, as `busy` says. Raises NoCalendarError, and StoppedError.

    Also the small ones: one rule of a hundred characters can take as long as a thousand events, and no thread can be
    ended in the middle of it.
    """
    pipe = subprocess.PIPE
    command = sys.executable, "-m", "meetings.calendar_worker"
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    try:
        async with asyncio.timeout(WAITED_S):
            answer, _ = await process.communicate(_asked(window) + content)
    except TimeoutError:
        raise NoCalendarError("kept waiting for too long") from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode in _STOPPING:
        raise StoppedError
    if process.returncode and process.returncode > 0:  # where no calendar can be read, it ends well
        raise FaultError(f"ended with code {process.returncode}")
    if not answer:  # it was ended by its bounds, or the text is no calendar
        raise NoCalendarError("not to be read")
    return [Span(datetime.fromisoformat(starts), datetime.fromisoformat(ends)) for starts, ends in json.loads(answer)]


def _asked(window: Window) -> bytes:
    span = window.span
    return json.dumps([span.starts.isoformat(), span.ends.isoformat(), window.zone.key]).encode() + b"\n"


def main() -> None:
    """Answer the one question; nothing for what cannot be read."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MOST, MEMORY_MOST))
    resource.setrlimit(resource.RLIMIT_CPU, (ENDED_S, ENDED_S))
    starts, ends, zone = json.loads(sys.stdin.buffer.readline())
    window = Window(Span(datetime.fromisoformat(starts), datetime.fromisoformat(ends)), ZoneInfo(zone))
    with suppress(NoCalendarError, MemoryError):
        spans = busy(sys.stdin.buffer.read(), window)
        print(json.dumps([(each.starts.isoformat(), each.ends.isoformat()) for each in spans]))


if __name__ == "__main__":
    main()
