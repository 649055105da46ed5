"""How one gets in touch with somebody, besides a message: the other features say what they offer."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Approach:
    """A button on somebody's page: its words as a message id, where it leads, its icon; or, as a message id, why there
    is none just now."""

    words: str
    path: str
    icon: str
    why_not: str = ""


@dataclass(frozen=True)
class InList:
    """What a list of people offers with each of them: a person's id completes `path`. `why_not` says with whom there is
    nothing to ask for, as message ids, and `why_nobody` what holds for all in `nobody`; `there` are those of them for
    whom the way leads to what there is already."""

    path: str = ""
    why_not: Mapping[str, str] = field(default_factory=dict)
    there: Collection[str] = ()
    nobody: Collection[str] = ()
    why_nobody: str = ""


# (session, viewer's id, other's id, now) -> what is offered; None: nothing.
Offer = Callable[[AsyncSession, str, str, datetime], Awaitable[Approach | None]]
# (session, fair's id, viewer's id, the ids of those in the list, now) -> what is offered; None: nothing.
Look = Callable[[AsyncSession, str, str, Collection[str], datetime], Awaitable[InList | None]]


class Approaches:
    """The ways that there are. Features register at the start."""

    def __init__(self) -> None:
        self._offers: list[Offer] = []
        self._lists: list[Look] = []

    def register(self, offer: Offer, in_list: Look) -> None:
        """Add a way: for somebody's page, and for a fair's list of people."""
        self._offers.append(offer)
        self._lists.append(in_list)

    async def to(self, session: AsyncSession, viewer_id: str, person_id: str, now: datetime) -> list[Approach]:
        """What a viewer can do with somebody."""
        found = [await offer(session, viewer_id, person_id, now) for offer in self._offers]
        return [each for each in found if each is not None]

    async def in_list(
        self, session: AsyncSession, fair_id: str, viewer_id: str, person_ids: Collection[str], now: datetime
    ) -> InList:
        """What a page of a fair's people offers with each of them; no query for each."""
        for look in self._lists:
            if found := await look(session, fair_id, viewer_id, person_ids, now):
                return found
        return InList()
