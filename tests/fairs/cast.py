"""The people and the fair of these tests, and a database with them in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from fairs import actions
from fairs.actions import Plan
from fairs.events import (
    FairCreated,
    MemberBanned,
    MemberJoined,
    MemberLeft,
    MemberUnbanned,
    RolesChanged,
)
from fairs.model import Fair
from people.model import Person
from server.kernel.clock import FrozenClock
from server.kernel.db import Database, UnitOfWork
from server.kernel.events import Events

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
ORGANISATIONS = {
    "Aylin Demir": "Voltbus",
    "Bernd Kowalski": "Stadtwerke Hagenow",
    "Chloé Martin": "Hydrogène Lumière",
    "Dev Patel": "Recircle",
    "Edda Brandt": "Handelskammer Nord",
}
RUHR = Plan("ruhr", "Ruhr Energy Forum", "Who charges whom", date(2026, 9, 14), date(2026, 9, 16), "Europe/Berlin")

_KINDS = (FairCreated, MemberJoined, MemberLeft, RolesChanged, MemberBanned, MemberUnbanned)


@dataclass
class Place:
    """A database, what was told to listeners, and who is there."""

    database: Database
    clock: FrozenClock
    events: Events
    heard: list[Any] = field(default_factory=list)

    def listen(self, kinds: Iterable[type]) -> None:
        """Note every event of these kinds in `heard`."""

        async def note(event: object) -> None:
            self.heard.append(event)

        for kind in kinds:
            self.events.on(kind, note)

    async def person(self, name: str) -> str:
        """Somebody with an account; their id."""
        async with self.database.write() as uow:
            return await person(uow, name)

    async def people(self, *names: str) -> list[str]:
        """Several people with accounts; their ids."""
        async with self.database.write() as uow:
            return [await person(uow, name) for name in names]

    async def fair(self, organiser: str, plan: Plan = RUHR) -> Fair:
        """A fair that this person runs."""
        async with self.database.write() as uow:
            return await actions.create(uow, plan, organiser_id=organiser)

    async def join(self, fair: Fair, *people: str) -> None:
        """These people go in."""
        async with self.database.write() as uow:
            for each in people:
                await actions.join(uow, fair.id, each)

    async def give(self, fair: Fair, person_id: str, roles: Sequence[str], by: str) -> None:
        """Give somebody roles."""
        async with self.database.write() as uow:
            await actions.set_roles(uow, fair.id, person_id, roles, by_id=by)

    async def ban(self, fair: Fair, person_id: str, by: str) -> None:
        """Shut somebody out."""
        async with self.database.write() as uow:
            await actions.ban(uow, fair.id, person_id, by_id=by, reason="Advertising in every channel")


async def person(uow: UnitOfWork, name: str) -> str:
    """Insert somebody; the id says who, so that a failed test is read more easily."""
    number = abs(hash(name)) % 10**12
    id = f"00000000-0000-7000-8000-{number:012d}"
    uow.session.add(
        Person(
            id=id,
            name=name,
            email=f"{number}@example.org",
            locale="en",
            time_zone="Europe/Berlin",
            organisation=ORGANISATIONS.get(name, ""),
            created_at=uow.clock.now(),
        )
    )
    await uow.session.flush()
    return id


def place(database: Database, clock: FrozenClock, events: Events) -> Place:
    """A place that hears everything that happens at fairs."""
    made = Place(database, clock, events)
    made.listen(_KINDS)
    return made
