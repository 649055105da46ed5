"""Looking through saved searches for what is new: done by the one process that writes, after it has indexed.

New is what could be found for the first time after the search was saved (or looked through last). A transaction per
search writes down what is new together with how far was looked, and the key of an alert admits it once; so a process
that dies in between, or a second one that does the same, changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from directory.search import saved
from directory.search.asking import Asked
from directory.search.documents import Card, Viewer
from directory.search.finding import Found
from directory.search.folder import BrokenIndexError, NoIndexError
from directory.search.following import OVERLAP
from directory.search.model import SavedSearch
from directory.search.parts import Search
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.enduring import kept_going
from server.kernel.parts import Kernel
from web.i18n import N_, translations

# How soon a new result is told at the latest.
EVERY_S = 30.0
# Searches that are looked through at once, and results of one that are told.
LOT = 200
TOLD_MOST = 50
# What is indexed after its moment is looked for so long.
LATE = OVERLAP + timedelta(minutes=1)


# (unit of work, a search) -> whoever keeps it is told that something is new in it, with the commit that notes it.
Tell = Callable[[UnitOfWork, SavedSearch], Awaitable[None]]


class Alerts:
    """The loop that looks, in each process; what two of them do is the same."""

    def __init__(self, kernel: Kernel, search: Search, tell: Tell | None = None) -> None:
        self._kernel = kernel
        self._search = search
        self._tell = tell
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(kept_going("search_alerts", self._run))

    async def stop(self) -> None:
        """End; whoever comes next goes on where this was."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def look(self) -> int:
        """Look through all searches with alerts once; how many results were new."""
        after, told = "", 0
        while True:
            async with self._kernel.database.read() as session:
                lot = await saved.with_alerts(session, after, LOT)
            for each in lot:
                told += await self._look_through(each)
            if len(lot) < LOT:
                return told
            after = lot[-1].id

    async def mail(self) -> int:
        """Send the mails that are due; how many."""
        async with self._kernel.database.read() as session:
            due = await saved.due_for_mail(session, self._kernel.clock.now())
        for person_id in due:
            await self._mail_to(person_id)
        return len(due)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            if not self._search.following.writes:
                continue
            await self.look()
            await self.mail()

    async def _look_through(self, kept: SavedSearch) -> int:
        now = self._kernel.clock.now()
        # A moment ahead of the clock is of a clock that was wrong, and would keep all untold until it is there.
        since = max(moment for moment in (min(kept.looked_at, now) - LATE, kept.created_at) if moment <= now)
        asked = replace(Asked.from_json(kept.asked), sort="newest")
        async with self._kernel.database.read() as session:
            viewer = await _viewer(session, kept.person_id)
            if viewer is None:
                return 0
            try:
                found = await self._search.newest(session, viewer, asked, since, TOLD_MOST)
            except (NoIndexError, BrokenIndexError):
                return 0
            shown = await self._search.cards(session, viewer, found)
        async with self._kernel.database.write() as uow:
            fresh = await saved.note(uow, kept.id, [each for each in found if each in shown], now)
            if fresh and self._tell:
                await self._tell(uow, kept)
        return fresh

    async def _mail_to(self, person_id: str) -> None:
        async with self._kernel.database.write() as uow:
            person = await uow.session.get_one(Person, person_id)
            told = await saved.take_for_mail(uow, person_id)
            if person.email is None or not told:
                return
            parts = await self._parts(uow.session, person, told)
            if not parts:
                return
            _ = translations(person.locale).gettext
            home = self._kernel.settings.public_url
            await self._kernel.mail.send(
                uow,
                to=person.email,
                subject=_(N_("New in your saved searches")),
                template="search_alerts",
                context={"to": person.email, "home": home, "url": f"{home}/discover/saved", "parts": parts},
                locale=person.locale,
            )

    async def _parts(
        self, session: AsyncSession, person: Person, told: Mapping[str, Sequence[Found]]
    ) -> list[tuple[str, list[Card]]]:
        """What a mail says: for each search its name, and those of the results that the person may see now."""
        viewer = Viewer(person.id, person.locale, person.admin)
        names = {kept.search.id: kept.search.name for kept in await saved.of_person(session, person.id)}
        parts = []
        for search_id, found in told.items():
            cards = await self._search.cards(session, viewer, found[: saved.SHOWN])
            if cards:
                parts.append((names[search_id], list(cards.values())))
        return parts


async def _viewer(session: AsyncSession, person_id: str) -> Viewer | None:
    person = await session.get(Person, person_id)
    return Viewer(person.id, person.locale, person.admin) if person and person.erased_at is None else None
