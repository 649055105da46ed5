"""A fair with people in it who can talk at once: in the database before the servers start, signed in without a mail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import chat.actions
import fairs.actions
import fairs.queries
import rooms.actions
from chat.reading import begin
from fairs.model import Fair
from people import sessions
from people.model import Person
from rooms.model import MEETING
from server.app import create_kernel
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from tests.support.backend import Backend

SLUG = "energy-days"
LOBBY = f"/fairs/{SLUG}"
NAMES = {
    "aylin": "Aylin Demir",
    "ben": "Ben Krüger",
    "mia": "Mia Sommer",
    "olga": "Olga Brandt",
    "noah": "Noah Weiss",
}
ORGANISER = "olga"
OUTSIDER = "noah"  # has an account, and is not at the fair


@dataclass(frozen=True)
class Guest:
    """Somebody at the fair, and the cookie that signs them in."""

    id: str
    name: str
    cookie: str


@dataclass(frozen=True)
class Stage:
    """The fair as a test finds it."""

    guests: dict[str, Guest]  # by first name; "aylin_at_her_desk" is Aylin, signed in in another browser
    channel: str
    direct: str  # path of the conversation between Aylin and Ben

    def __getitem__(self, name: str) -> Guest:
        return self.guests[name]


@asynccontextmanager
async def writing(backend: Backend) -> AsyncIterator[UnitOfWork]:
    """The database of a test, to be written to before its servers start: SQLite is theirs alone."""
    kernel = create_kernel(backend.settings())
    try:
        async with kernel.database.write() as uow:
            yield uow
    finally:
        await kernel.database.close()


@asynccontextmanager
async def writing_fair(backend: Backend) -> AsyncIterator[tuple[UnitOfWork, Fair]]:
    """The same, with the fair that was set up in it."""
    async with writing(backend) as uow:
        fair = await fairs.queries.by_slug(uow.session, SLUG)
        assert fair is not None
        yield uow, fair


async def set_up(backend: Backend) -> Stage:
    """Write the fair into the database of a test."""
    async with writing(backend) as uow:
        people = {name: _person(name) for name in NAMES}
        uow.session.add_all(people.values())
        await uow.session.flush()
        channel = await _fair(uow, people)
        direct = await chat.actions.converse(uow, people["aylin"].id, people["ben"].id)
        guests = {name: await _guest(uow, person) for name, person in people.items()}
        guests["aylin_at_her_desk"] = await _guest(uow, people["aylin"])
    return Stage(guests, f"chat:{channel}", f"/messages/{direct}")


async def _fair(uow: UnitOfWork, people: dict[str, Person]) -> str:
    today = datetime.now(UTC).date()
    plan = fairs.actions.Plan(
        SLUG, "Energy Days", "Power for buses and depots", today, today + timedelta(days=2), "Europe/Berlin"
    )
    fair = await fairs.actions.create(uow, plan, organiser_id=people[ORGANISER].id)
    for name, person in people.items():
        if name not in (ORGANISER, OUTSIDER):
            await fairs.actions.join(uow, fair.id, person.id)
    lobby = await rooms.actions.open_lobby(uow, fair.id)
    await rooms.actions.open_room(uow, fair.id, MEETING, "round-table", "Round table")
    channel = await chat.actions.open_for_room(uow, lobby.id)
    for name, person in people.items():
        if name != OUTSIDER:
            await begin(uow, person.id, channel, 0)
    return channel


def _person(name: str) -> Person:
    now = datetime.now(UTC)
    return Person(
        id=new_id(),
        name=NAMES[name],
        email=f"{name}@example.org",
        email_confirmed_at=now,
        locale="en",
        time_zone="Europe/Berlin",
        created_at=now,
    )


async def _guest(uow: UnitOfWork, person: Person) -> Guest:
    _, token = await sessions.start(uow, person, sessions.Method.LINK, "")
    return Guest(person.id, person.name, token)
