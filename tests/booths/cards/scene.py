"""A fair at which Voltbus exhibits: Aylin administers it, Dev is one of its people, Bernd and Edda walk along."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
from sqlalchemy import select
from starlette.applications import Starlette

from booths import actions
from booths.cards.model import VisitingCard
from directory.organisations.model import Member, Organisation
from fairs.model import Fair
from people.model import Person
from server.kernel.parts import Kernel
from tests.booths.stage import Programme, programme

FORM = "/fairs/ruhr/rooms/hall-1/card"
MAIL = "bernd@example.org"
ABOUT = "We look for chargers for 40 buses."


@dataclass
class Cards:
    """The people, and what they do with cards."""

    fair: Programme
    voltbus: str  # its id
    whose: str = ""  # the stand is, by the id of an organisation

    def __getitem__(self, name: str) -> httpx2.AsyncClient:
        """Somebody's browser."""
        return self.fair.guests[name]

    @property
    def kernel(self) -> Kernel:
        """The ground of the application."""
        return self.fair.guests.kernel

    @property
    def ids(self) -> dict[str, str]:
        """The people's ids."""
        return self.fair.guests.ids

    @property
    def path(self) -> str:
        """Voltbus's cards."""
        return f"/o/{self.fair.voltbus}/cards"

    async def leave(self, by: str = "bernd", path: str = FORM, **said: str) -> httpx2.Response:
        """Leave a card at Voltbus's stand."""
        return await self[by].post(path, data={"about": ABOUT, "to": self.whose} | said)

    async def text(self, by: str, path: str = "") -> str:
        """A page as somebody reads it: Voltbus's cards unless said otherwise."""
        answer = await self[by].get(path or self.path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    async def cards(self) -> list[VisitingCard]:
        """Those that there are, by time."""
        async with self.kernel.database.read() as session:
            return list(await session.scalars(select(VisitingCard).order_by(VisitingCard.id)))

    async def card(self) -> str:
        """The id of the only one."""
        [found] = await self.cards()
        return found.id

    async def give_stand(self, organisation_id: str | None) -> None:
        """Have the stand be somebody's."""
        self.whose = organisation_id or ""
        async with self.kernel.database.write() as uow:
            fair = await uow.session.get_one(Fair, self.fair.guests.fair.id)
            await actions.give_stand(uow, fair, self.fair.stand, organisation_id, by_id=self.ids["edda"])

    async def belongs(self, name: str, organisation_id: str = "", role: str = "member") -> None:
        """Make somebody one of an organisation's people: Voltbus's unless said otherwise."""
        async with self.kernel.database.write() as uow:
            at, into = uow.clock.now(), organisation_id or self.voltbus
            uow.session.add(Member(organisation_id=into, person_id=self.ids[name], role=role, since=at, by_id=None))

    async def profile(self, whose: str, **said: str) -> None:
        """Have somebody's profile say something."""
        async with self.kernel.database.write() as uow:
            person = await uow.session.get_one(Person, self.ids[whose])
            for field, value in said.items():
                setattr(person, field, value)


@asynccontextmanager
async def scene(app: Starlette) -> AsyncIterator[Cards]:
    """Set it up."""
    async with programme(app) as fair:
        async with fair.guests.kernel.database.read() as session:
            found = await session.scalar(select(Organisation.id).where(Organisation.slug == fair.voltbus))
        made = Cards(fair, found or "")
        await made.give_stand(made.voltbus)
        await made.belongs("dev")
        await made.profile("bernd", email=MAIL, organisation="Stadtwerke Ruhr", position="Head of fleet")
        yield made


def said_of(page: str) -> str:
    """What a page says once after a form; empty: nothing."""
    found = re.search(r'class="quiet-line[^>]*>.*?<span>(.*?)</span>', page, re.DOTALL)
    return found[1] if found else ""
