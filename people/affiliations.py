"""Where somebody belongs, as other features know it: shown on their profile, with a way there."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Affiliation:
    """One place where somebody belongs."""

    name: str
    path: str


# (session, viewer's id, person's id) -> what the viewer may see of where the person belongs.
Knows = Callable[[AsyncSession, str, str], Awaitable[Sequence[Affiliation]]]


class Affiliations:
    """Those who know where people belong."""

    def __init__(self) -> None:
        self._known_by: list[Knows] = []

    def register(self, knows: Knows) -> None:
        """Add somebody who knows. Called by features at the start."""
        self._known_by.append(knows)

    async def of(self, session: AsyncSession, viewer_id: str, person_id: str) -> list[Affiliation]:
        """Where somebody belongs, as far as the viewer may see it."""
        return [one for knows in self._known_by for one in await knows(session, viewer_id, person_id)]
