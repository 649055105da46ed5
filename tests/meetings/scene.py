"""A fair with meetings: Edda runs it, Aylin, Bernd, Chloé and Dev meet there, each with a browser."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx2
from sqlalchemy import select
from starlette.applications import Starlette

from fairs.actions import Plan as FairPlan
from fairs.model import Fair
from meetings import bookings, plans, queries, requests
from meetings.bookings import Wanted
from meetings.displacing import Laid
from meetings.grid import Hours
from meetings.model import Meeting, Plan, Request, Seat, Slot
from meetings.plans import Wish
from meetings.requests import Asking
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from tests.fairs.cast import Place, place
from tests.people.browsers import signed_in

# The clock of the tests stands at noon UTC on Monday the 14th: the fair begins on Tuesday.
TUESDAY, WEDNESDAY = date(2026, 9, 15), date(2026, 9, 16)
FAIR = FairPlan("ruhr", "Ruhr Energy Forum", "Who charges whom", TUESDAY, WEDNESDAY, "Europe/Berlin")
# Twenty minutes and five between, from nine to twelve: seven slots a day.
WISH = Wish("request", 20, 5, 6, 4, 3, 48, [Hours(TUESDAY, 540, 720), Hours(WEDNESDAY, 540, 720)])

NAMES = {
    "edda": "Edda Brandt",
    "aylin": "Aylin Demir",
    "bernd": "Bernd Kowalski",
    "chloe": "Chloé Martin",
    "dev": "Dev Patel",
}


@dataclass
class Scene:
    """The fair, its people and their browsers."""

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

    @property
    def clock(self) -> FrozenClock:
        """The clock of everything."""
        clock: FrozenClock = self.kernel.clock  # type: ignore[assignment]  # the tests' clock is frozen
        return clock

    def __getitem__(self, name: str) -> httpx2.AsyncClient:
        """Somebody's browser."""
        return self.browsers[name]

    async def plan(self) -> Plan:
        """The plan as it stands."""
        async with self.kernel.database.read() as session:
            plan = await queries.plan_of(session, self.fair.id)
        assert plan is not None
        return plan

    async def arrange(self, wish: Wish = WISH, *, along: bool = False) -> Laid:
        """Have the fair arrange its meetings so."""
        async with self.kernel.database.write() as uow:
            fair = await uow.session.get_one(Fair, self.fair.id)
            return await plans.arrange(uow, fair, wish, by_id=self.ids["edda"], along=along)

    async def slots(self) -> Sequence[Slot]:
        """All slots, by time."""
        async with self.kernel.database.read() as session:
            return await queries.slots_of(session, self.fair.id)

    async def book(self, slot: Slot, *names: str) -> str:
        """These people meet; the meeting's id."""
        plan = await self.plan()
        async with self.kernel.database.write() as uow:
            wanted = Wanted(self.fair, plan, slot.id, [self.ids[name] for name in names], "Charging", "Chargers")
            return (await bookings.book(uow, wanted, by_id=self.ids[names[0]])).id

    async def ask(self, one: str, other: str, *slots: Slot) -> str:
        """Somebody asks somebody; the request's id."""
        asking = Asking("Charging for 24 buses", "Chargers with a buffer", [slot.id for slot in slots])
        async with self.kernel.database.write() as uow:
            made = await requests.request(uow, self.fair, asking, from_id=self.ids[one], to_id=self.ids[other])
            assert isinstance(made, Request)
            return made.id

    async def get(self, table: Any, key: Any) -> Any:
        """A row as it is now."""
        async with self.kernel.database.read() as session:
            return await session.get_one(table, key)

    async def meetings(self) -> list[Meeting]:
        """All meetings, by time."""
        async with self.kernel.database.read() as session:
            return list(await session.scalars(select(Meeting).order_by(Meeting.starts_at, Meeting.id)))

    async def locks(self) -> list[tuple[str, str]]:
        """Who holds which slot."""
        async with self.kernel.database.read() as session:
            held = await session.execute(select(Seat.person_id, Seat.slot_id).where(Seat.slot_id.is_not(None)))
            return [(person, slot or "") for person, slot in held]

    async def go_to(self, meeting_id: str, **before: float) -> None:
        """Let time pass until so long before a meeting begins, given as `timedelta` takes it."""
        meeting: Meeting = await self.get(Meeting, meeting_id)
        self.clock.advance(seconds=(meeting.starts_at - timedelta(**before) - self.clock.now()).total_seconds())


@asynccontextmanager
async def scene(app: Starlette) -> AsyncIterator[Scene]:
    """Set everybody up."""
    kernel: Kernel = app.state.kernel
    there = place(kernel.database, kernel.clock, kernel.events)  # type: ignore[arg-type]  # the tests' clock is frozen
    ids = dict(zip(NAMES, await there.people(*NAMES.values()), strict=True))
    fair = await there.fair(ids["edda"], FAIR)
    await there.join(fair, *(id for key, id in ids.items() if key != "edda"))
    set_up = Scene(app, there, fair, ids)
    await set_up.arrange()
    async with signed_in(app, ids) as browsers:
        set_up.browsers.update(browsers)
        yield set_up
