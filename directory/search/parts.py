"""The parts of the search, and what pages and the interface ask of them. The index is asked in threads of its own."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from directory.search.asking import Asked
from directory.search.documents import Behind, Card, Catalogue, Kind, Viewer
from directory.search.finding import Found, Results, find, find_since, suggest
from directory.search.folder import BrokenIndexError, IndexFolder, Look, NoIndexError, looking
from directory.search.following import Following
from directory.search.index import seconds
from directory.search.places import Place, find_place
from directory.search.why import Marker, Why
from server.kernel.parts import Kernel

T = TypeVar("T")

FOLDER = "search"  # in the data folder
PAGE = 20
SUGGESTIONS = 8
# Questions that one worker asks at once, and threads that share their work. The library lets other threads run while
# it works; more would only wait.
THREADS = 2
BESIDE = 2


@dataclass(frozen=True)
class Hit:
    """One result as it is shown: the card, why it was found, and through what."""

    card: Card
    why: Why
    through: Card | None = None  # an organisation's product or need that answers


@dataclass(frozen=True)
class Page:
    """A page of results. `making`: the index is being made, so there may be more soon."""

    asked: Asked
    results: Results
    hits: Sequence[Hit]
    making: bool = False

    @property
    def onward(self) -> Asked | None:
        """The question for the next page."""
        reached = self.asked.offset + PAGE
        return replace(self.asked, offset=reached) if reached < self.results.total else None


_NOTHING = Results((), 0, {}, {}, ())


@dataclass
class Search:
    """What is composed at the start."""

    kernel: Kernel
    catalogue: Catalogue
    folder: IndexFolder
    following: Following
    _threads: ThreadPoolExecutor
    _beside: ThreadPoolExecutor

    @classmethod
    def build(cls, kernel: Kernel, catalogue: Catalogue) -> Self:
        """Compose the parts; nothing runs yet."""
        folder = IndexFolder(kernel.settings.data / FOLDER)
        following = Following(kernel.database, kernel.bus, catalogue, folder)
        threads, beside = ThreadPoolExecutor(THREADS, "search"), ThreadPoolExecutor(BESIDE, "search-beside")
        return cls(kernel, catalogue, folder, following, threads, beside)

    async def start(self) -> None:
        """Begin to follow what changes."""
        await self.following.start()

    async def stop(self) -> None:
        """End in order."""
        await self.following.stop()
        for each in (self._threads, self._beside):  # who asks waits for who helps
            each.shutdown(wait=True, cancel_futures=True)

    async def page(self, viewer: Viewer, asked: Asked) -> Page:
        """A page of what a viewer finds. Never raises over the index: where there is none, nothing is found yet."""
        place = find_place(asked.near) if asked.near else None
        async with self.kernel.database.read() as session:
            audiences = await self.catalogue.audiences(session, viewer)
            found = await self._find(asked, audiences, place, PAGE)
            if found is None:
                return Page(asked, _NOTHING, (), making=True)
            cards = await self.cards(session, viewer, [*found.found, *found.through.values()])
            marker = Marker(found.wanted)
            hits = [_hit(marker, cards, each, found.through) for each in found.found if each in cards]
            hits = await self._explained(session, viewer, marker, hits) if found.wanted else hits
        return Page(asked, found, hits)

    async def all_found(self, viewer: Viewer, asked: Asked, most: int) -> Sequence[Found] | None:
        """What a viewer finds, in order, the first `most` of all pages. None: the index is being made."""
        place = find_place(asked.near) if asked.near else None
        async with self.kernel.database.read() as session:
            audiences = await self.catalogue.audiences(session, viewer)
        found = await self._find(asked, audiences, place, most)
        return None if found is None else found.found

    async def suggestions(self, viewer: Viewer, typed: str, kind: Kind | None = None) -> list[Hit]:
        """What may be meant by what somebody is typing (of a kind): at most `SUGGESTIONS`, best first."""
        async with self.kernel.database.read() as session:
            audiences = await self.catalogue.audiences(session, viewer)
            found = await self._ask(lambda look: suggest(look, typed, audiences, limit=SUGGESTIONS, kind=kind))
            if not found or not found[0]:
                return []
            cards = await self.cards(session, viewer, found[0])
        marker = Marker(found[1])
        return [_hit(marker, cards, each, {}) for each in found[0] if each in cards]

    async def newest(
        self, session: AsyncSession, viewer: Viewer, asked: Asked, since: datetime, limit: int
    ) -> Sequence[Found]:
        """What a viewer finds of that which came since a moment. Raises NoIndexError, BrokenIndexError."""
        place = find_place(asked.near) if asked.near else None
        audiences = await self.catalogue.audiences(session, viewer)
        return await self._in_thread(
            lambda look: find_since(look, asked, audiences, place, seconds(since), limit=limit)
        )

    async def cards(self, session: AsyncSession, viewer: Viewer, found: Collection[Found]) -> dict[Found, Card]:
        """The cards that a viewer may see, one query for each kind."""
        shown: dict[Found, Card] = {}
        by_kind: dict[Kind, set[str]] = {}
        for kind, id_ in found:
            by_kind.setdefault(kind, set()).add(id_)
        for kind, ids in by_kind.items():
            if source := self.catalogue.sources.get(kind):
                shown |= {(kind, id_): card for id_, card in (await source.cards(session, viewer, ids)).items()}
        return shown

    async def _explained(self, session: AsyncSession, viewer: Viewer, marker: Marker, hits: Sequence[Hit]) -> list[Hit]:
        """The same, with a reason also for those on whose cards there is none. A few queries for each kind of them."""
        silent: dict[Kind, list[str]] = {}
        for hit in hits:
            if not (hit.why.said or hit.through):
                silent.setdefault(hit.card.kind, []).append(hit.card.id)
        behind: dict[Found, Behind] = {
            (kind, id_): one
            for kind, ids in silent.items()
            for id_, one in (await self.catalogue.sources[kind].behind(session, viewer, ids)).items()
        }
        return await asyncio.to_thread(_told, marker, hits, behind) if behind else list(hits)

    async def _find(self, asked: Asked, audiences: Collection[str], place: Place | None, limit: int) -> Results | None:
        return await self._ask(lambda look: find(look, asked, audiences, place, limit=limit, beside=self._beside))

    async def _ask(self, question: Callable[[Look], T]) -> T | None:
        try:
            return await self._in_thread(question)
        except (NoIndexError, BrokenIndexError):
            self.following.ring()
            return None

    async def _in_thread(self, question: Callable[[Look], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, looking, self.folder, question)


def _hit(marker: Marker, cards: Mapping[Found, Card], found: Found, through: Mapping[str, Found]) -> Hit:
    why = marker.why(cards[found])
    shown = any(piece.marked for piece in (*why.name, *why.line, *why.snippet))
    via = cards.get(through[found[1]]) if found[1] in through and not shown else None
    return Hit(cards[found], why, via)


def _told(marker: Marker, hits: Sequence[Hit], behind: Mapping[Found, Behind]) -> list[Hit]:
    """The reasons out of what stands behind: descriptions are long, so this is for a thread."""
    keys = [(hit.card.kind, hit.card.id) for hit in hits]
    return [
        replace(hit, why=marker.with_behind(hit.why, behind[key])) if key in behind else hit
        for hit, key in zip(hits, keys, strict=True)
    ]


def search_of(connection: HTTPConnection) -> Search:
    """The search that serves this request."""
    search: Search = connection.app.state.search
    return search
