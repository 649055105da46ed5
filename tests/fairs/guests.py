"""People at a fair with browsers of their own, inside the test's process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
from starlette.applications import Starlette

from fairs.model import Fair
from server.kernel.parts import Kernel
from tests.fairs.cast import Place, place
from tests.people.browsers import signed_in


@dataclass
class Guests:
    """Edda runs the fair, Dev moderates, Aylin and Bernd are in it, Chloé is not."""

    app: Starlette
    place: Place
    fair: Fair
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


_NAMES = {
    "edda": "Edda Brandt",
    "dev": "Dev Patel",
    "aylin": "Aylin Demir",
    "bernd": "Bernd Kowalski",
    "chloe": "Chloé Martin",
}


@asynccontextmanager
async def guests(app: Starlette) -> AsyncIterator[Guests]:
    """A fair in the application's database, and everybody signed in."""
    kernel: Kernel = app.state.kernel
    there = place(kernel.database, kernel.clock, kernel.events)  # type: ignore[arg-type]  # the tests' clock is frozen
    ids = dict(zip(_NAMES, await there.people(*_NAMES.values()), strict=True))
    fair = await there.fair(ids["edda"])
    await there.join(fair, ids["dev"], ids["aylin"], ids["bernd"])
    await there.give(fair, ids["dev"], ["moderator"], by=ids["edda"])
    set_up = Guests(app, there, fair, ids)
    async with signed_in(app, ids) as browsers:
        set_up.browsers.update(browsers)
        yield set_up
