"""People in the room of a meeting, in the lobby, and on their lines."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from rooms.queries import lobby
from server.live import topics
from tests.meetings.scene import Scene
from tests.server.walk import Socket


@asynccontextmanager
async def line(there: Scene, name: str, *joined: str) -> AsyncIterator[Socket]:
    """Somebody's live line, in these topics."""
    ticket = (await there[name].post("/live/ticket")).json()["ticket"]
    async with Socket(there.app) as opened:
        answer = await opened.ask("hello", ticket=ticket, channels=dict.fromkeys(joined))
        assert "r" in answer, answer
        yield opened


async def begun(there: Scene, *names: str) -> str:
    """A meeting of these people whose room has just opened."""
    meeting = await there.book((await there.slots())[0], *names)
    await there.go_to(meeting, minutes=4)
    await there.kernel.jobs.run_due()
    return meeting


async def in_the_lobby(there: Scene, name: str) -> AbstractAsyncContextManager[Socket]:
    """Somebody's live line, in the lobby of the fair."""
    async with there.kernel.database.read() as session:
        found = await lobby(session, there.fair.id)
    assert found is not None
    return line(there, name, topics.room(found.id))


async def two_minutes_after_the_start(there: Scene) -> None:
    """From where `begun` left it, until it is known who is missing."""
    there.clock.advance(minutes=6, seconds=1)
    await there.kernel.jobs.run_due()
