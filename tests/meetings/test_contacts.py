"""Contact data that were given before it was kept to whom: they stay with those who sat there then."""

from collections.abc import Callable
from datetime import timedelta

from alembic import command
from sqlalchemy import Connection, DateTime, bindparam, text, update

from meetings import room
from meetings.model import Seat
from server.kernel.migrate import MIGRATIONS, _config, step
from tests.meetings.scene import Scene

[_STEP] = (path.name[:4] for path in (MIGRATIONS / "versions").glob("*_contacts_to_whom.py"))
_GIVEN = text("INSERT INTO meeting_shared_contacts (meeting_id, person_id, at) VALUES (:meeting, :person, :at)")
_GIVEN = _GIVEN.bindparams(bindparam("at", type_=DateTime()))


async def test_what_was_given_before_stays_with_those_who_sat_there_then(there: Scene) -> None:
    meeting, later = await there.book((await there.slots())[0], "aylin", "bernd", "chloe"), timedelta(hours=2)
    there.clock.advance(hours=1)
    async with there.kernel.database.write() as uow:  # Chloé has the seat since an hour after it was given
        hers = Seat.meeting_id == meeting, Seat.person_id == there.ids["chloe"]
        await uow.session.execute(update(Seat).where(*hers).values(since=uow.clock.now() + later))
    await run(there, lambda connection: command.downgrade(_config(connection, None), f"{int(_STEP) - 1:04}"))
    async with there.kernel.database.write() as uow:
        row = {"meeting": meeting, "person": there.ids["aylin"], "at": uow.clock.now().replace(tzinfo=None)}
        await uow.session.execute(_GIVEN, row)
    await run(there, lambda connection: command.upgrade(_config(connection, None), "head"))
    async with there.kernel.database.read() as session:
        seen = {name: await room.contacts(session, there.ids[name], meeting) for name in ("aylin", "bernd", "chloe")}
    assert {name: list(found) for name, found in seen.items()} == {
        "aylin": [], "bernd": [there.ids["aylin"]], "chloe": []
    }  # fmt: skip


async def run(there: Scene, take: Callable[[Connection], None]) -> None:
    """Take a step of the schema's history."""
    await step(there.kernel.database, take)
