"""A fair whose organiser makes its programme: Edda runs it, Aylin speaks for Voltbus, Chloé is not in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
from sqlalchemy import select
from starlette.applications import Starlette

from booths.actions import open_place
from directory.organisations import actions
from directory.organisations.model import Organisation
from rooms.model import BOOTH, STAGE
from tests.directory.scene import VOLTBUS
from tests.fairs.guests import Guests, guests
from tests.kernel_fixtures import browser_of

PATH = "/fairs/ruhr/programme"


@dataclass
class Programme:
    """The people, and where talks and stands go."""

    guests: Guests
    stranger: httpx2.AsyncClient
    stage: str  # ids of the rooms
    stand: str
    voltbus: str  # its name in addresses

    def __getitem__(self, name: str) -> httpx2.AsyncClient:
        """Somebody's browser."""
        return self.guests[name]

    async def enter(self, by: str = "edda", path: str = f"{PATH}/talks", **said: str) -> httpx2.Response:
        """Enter a talk: on the second day, the 15th of September, at noon, unless said otherwise."""
        talk = {"title": "Depots", "organisation": f"/o/{self.voltbus}", "room": self.stage}
        return await self[by].post(path, data=talk | {"day": "1", "begins": "12:00", "minutes": "30"} | said)

    async def organisation(self, by: str = "aylin", **fields: str) -> tuple[str, str]:
        """A further organisation: its slug and its id."""
        async with self.guests.kernel.database.write() as uow:
            slug = await actions.create(uow, VOLTBUS | fields, by_id=self.guests.ids[by])
            found = await uow.session.scalar(select(Organisation.id).where(Organisation.slug == slug))
        return slug, found or ""


@asynccontextmanager
async def programme(app: Starlette) -> AsyncIterator[Programme]:
    """Set it up."""
    async with guests(app) as people, browser_of(app) as stranger:
        async with people.kernel.database.write() as uow:
            fair = await uow.session.get_one(type(people.fair), people.fair.id)
            stage = await open_place(uow, fair, STAGE, "Main stage")
            stand = await open_place(uow, fair, BOOTH, "Hall 1")
        made = Programme(people, stranger, stage.id, stand.id, "")
        made.voltbus, _ = await made.organisation(visibility="public")
        yield made
