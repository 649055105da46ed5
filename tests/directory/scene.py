"""Organisations in the whole application, and people with browsers of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.applications import Starlette

from directory.organisations import actions, queries
from people.admins import grant_admin
from people.model import Person
from server.kernel.ids import new_id
from server.kernel.parts import Kernel
from tests.people.browsers import signed_in

# Aylin and Ben are at Voltbus by their addresses, Chloé is elsewhere, Gina writes from a free provider, and Ada runs
# the platform.
CAST = {
    "aylin": ("Aylin Demir", "aylin@voltbus.example"),
    "ben": ("Ben Kaya", "ben@voltbus.example"),
    "chloe": ("Chloé Martin", "chloe@hydrolumiere.example"),
    "gina": ("Gina Free", "gina@gmx.de"),
    "ada": ("Ada Admin", "ada@fairmatch.example"),
}
VOLTBUS: dict[str, Any] = {
    "name": "Voltbus",
    "kind": "startup",
    "website": "https://www.voltbus.example",
    "place": "İzmir",
    "country": "TR",
    "pitch.en": "Depots charge overnight",
    "industry": ("energy",),
}


@dataclass
class Scene:
    """Everybody, signed in."""

    app: Starlette
    ids: dict[str, str]
    browsers: dict[str, httpx2.AsyncClient] = field(default_factory=dict)

    @property
    def kernel(self) -> Kernel:
        """The ground of the application."""
        kernel: Kernel = self.app.state.kernel
        return kernel

    def __getitem__(self, name: str) -> httpx2.AsyncClient:
        """Somebody's browser."""
        return self.browsers[name]

    async def organisation(self, by: str = "aylin", **fields: Any) -> tuple[str, str]:
        """An organisation, Voltbus unless said otherwise; its slug and its id."""
        async with self.kernel.database.write() as uow:
            slug = await actions.create(uow, VOLTBUS | fields, by_id=self.ids[by])
        async with self.kernel.database.read() as session:
            seen = await queries.by_slug(session, slug, await session.get(Person, self.ids["ada"]))
        assert seen is not None
        return slug, seen.organisation.id

    async def roles(self, organisation_id: str) -> dict[str, str]:
        """Who belongs to an organisation in which role, by the names of the cast."""
        names = {id_: name for name, id_ in self.ids.items()}
        async with self.kernel.database.read() as session:
            return {names[id_]: role for id_, role in (await queries.roles(session, organisation_id)).items()}


@asynccontextmanager
async def scene(app: Starlette) -> AsyncIterator[Scene]:
    """The cast in the application's database."""
    kernel: Kernel = app.state.kernel
    set_up = Scene(app, {})
    async with kernel.database.write() as uow:
        for key, (name, email) in CAST.items():
            person = _person(name, email, kernel)
            uow.session.add(person)
            set_up.ids[key] = person.id
        await uow.session.flush()
        await grant_admin(uow, set_up.ids["ada"], by=None)
    async with signed_in(app, set_up.ids) as browsers:
        set_up.browsers.update(browsers)
        yield set_up


def _person(name: str, email: str, kernel: Kernel) -> Person:
    now = kernel.clock.now()
    place = {"locale": "en", "time_zone": "Europe/Berlin", "created_at": now}
    return Person(id=new_id(), name=name, email=email, email_confirmed_at=now, **place)
