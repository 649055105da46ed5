"""Work that goes on for as long as its process: when it ends all the same, that is said, and it is begun again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from server.kernel.away import note_fault
from server.kernel.observe import WORK_ENDED

# Between an end and the next begin: growing, so that what fails at once does not fill the log.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 10.0
# What went on for so long before it ended is begun again after the first pause.
HEALTHY_S = 60.0

log = structlog.get_logger(__name__)


async def kept_going(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do work that has no end, until this is cancelled. `name` stands in the log and in the figures."""
    pause, loop = FIRST_PAUSE_S, asyncio.get_running_loop()
    while True:
        begun = loop.time()
        try:
            await work()
            log.error("work_ended", work=name)
        except Exception as error:
            note_fault(log, "work_failed", error, work=name)
        if (this := asyncio.current_task()) is not None and this.cancelling():
            raise asyncio.CancelledError  # something in it has swallowed that: whoever stops it would wait for ever
        WORK_ENDED.labels(name).inc()
        if loop.time() - begun > HEALTHY_S:
            pause = FIRST_PAUSE_S
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)
