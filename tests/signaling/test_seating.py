"""What is decided about somebody while their offer is being answered counts, on whichever worker it is decided."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from starlette.applications import Starlette

import fairs.actions
from people import sessions
from rooms.actions import open_room
from rooms.model import STAGE
from signaling import removing
from signaling.protocol import Expel, Join, Joined, MediaError, Remove
from signaling.seating import seat
from tests.fairs.guests import Guests, guests
from tests.signaling.quiet import QuietBackEnd

Meanwhile = Callable[[], Awaitable[None]]


class BusyBackEnd(QuietBackEnd):
    """While it answers an offer, something is decided about who made it."""

    def __init__(self, meanwhile: Meanwhile) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    async def join(self, join: Any) -> Joined:
        await self.meanwhile()
        self.asked.clear()
        return Joined(sdp="v=0")


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Guests]:
    async with guests(app) as there:
        await app.state.calls.stop()
        yield there


async def stage(there: Guests) -> str:
    async with there.kernel.database.write() as uow:
        return (await open_room(uow, there.fair.id, STAGE, "stage", "Stage")).id


async def sitting_down(there: Guests, room: str, meanwhile: Meanwhile, session: str = "") -> list[tuple[str, Any]]:
    """Dev, who moderates on the stage, comes in; what the back end was asked after his offer."""
    calls, dev = there.app.state.calls, there.ids["dev"]
    calls.back_end = busy = BusyBackEnd(meanwhile)
    rights = (await calls.rights([(dev, room)]))[dev, room].node
    join = Join(room=room, participant=f"{dev}-1", generation=1, person=dev, session=session, rights=rights, sdp="")
    await seat(calls, join)
    return busy.asked


async def test_who_was_removed_meanwhile_does_not_sit_down(there: Guests) -> None:
    room, dev = await stage(there), there.ids["dev"]

    async def remove() -> None:
        async with there.kernel.database.write() as uow:
            removing.remove(uow, room, dev, there.ids["edda"])

    with pytest.raises(MediaError, match="forbidden"):
        await sitting_down(there, room, remove)
    assert there.app.state.calls.back_end.asked == [("expel", Expel(person=dev, room=room))]


async def test_who_may_do_less_by_now_sits_down_with_that(there: Guests) -> None:
    room, dev = await stage(there), there.ids["dev"]

    async def take_the_word() -> None:
        async with there.kernel.database.write() as uow:
            await fairs.actions.set_roles(uow, there.fair.id, dev, [], by_id=there.ids["edda"])

    [(method, given)] = await sitting_down(there, room, take_the_word)
    assert (method, given.participant, given.rights.publish) == ("set_rights", f"{dev}-1", [])


async def test_who_signed_out_meanwhile_does_not_sit_down(there: Guests) -> None:
    room, dev = await stage(there), there.ids["dev"]
    async with there.kernel.database.read() as session:
        [standing, *_] = await sessions.of_person(session, dev, there.kernel.clock.now())

    async def sign_out() -> None:
        async with there.kernel.database.write() as uow:
            await sessions.revoke(uow, dev, standing.id, by=None)

    with pytest.raises(MediaError, match="forbidden"):
        await sitting_down(there, room, sign_out, standing.id)
    assert there.app.state.calls.back_end.asked[-1] == ("expel", Expel(session=standing.id))


async def test_nobody_sits_down_of_whom_it_cannot_be_known(there: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database went away between the two."""
    room, dev = await stage(there), there.ids["dev"]

    async def fails(_asked: Any) -> Any:
        raise OSError("the database is away")

    async def lose_the_database() -> None:
        monkeypatch.setattr(there.app.state.calls, "rights", fails)

    with pytest.raises(OSError):
        await sitting_down(there, room, lose_the_database)
    assert there.app.state.calls.back_end.asked == [("remove", Remove(room=room, participant=f"{dev}-1"))]


async def test_nothing_more_is_asked_about_who_may_stay(there: Guests) -> None:
    async def nothing() -> None:
        return None

    assert await sitting_down(there, await stage(there), nothing) == []
