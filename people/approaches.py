"""How one gets in touch with somebody, besides a message: the other features say what they offer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Approach:
    """A button on somebody's page: its words as a message id, where it leads, its icon; or, as a message id, why there
    is none just now."""

    words: str
    path: str
    icon: str
    why_not: str = ""


# (session, viewer's id, other's id) -> what is offered; None: nothing.
Offer = Callable[[AsyncSession, str, str], Awaitable[Approach | None]]
# (session, fair's id) -> the beginning of an address that a person's id completes; "" where there is nothing.
InList = Callable[[AsyncSession, str], Awaitable[str]]


class Approaches:
    """The ways that there are. Features register at the start."""

    def __init__(self) -> None:
        self._offers: list[Offer] = []
        self._lists: list[InList] = []

    def register(self, offer: Offer, in_list: InList) -> None:
        """Add a way: for somebody's page, and for a fair's list of people."""
        self._offers.append(offer)
        self._lists.append(in_list)

    async def to(self, session: AsyncSession, viewer_id: str, person_id: str) -> list[Approach]:
        """What a viewer can do with somebody."""
        found = [await offer(session, viewer_id, person_id) for offer in self._offers]
        return [each for each in found if each is not None]

    async def in_list(self, session: AsyncSession, fair_id: str) -> str:
        """Where a fair's list of people leads from each of them; one query for the whole list."""
        for look in self._lists:
            if path := await look(session, fair_id):
                return path
        return ""
