"""Who may see whose profile: people who have something to do with each other. The others say what that is."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from people.model import Person

# (session, viewer's id, other's id) -> whether these two have something in common.
Knows = Callable[[AsyncSession, str, str], Awaitable[bool]]


class Acquaintances:
    """The reasons for which two people may see each other, such as a fair that both take part in."""

    def __init__(self) -> None:
        self._reasons: list[Knows] = []

    def register(self, knows: Knows) -> None:
        """Add a reason. Called by features at the start."""
        self._reasons.append(knows)

    async def visible(self, session: AsyncSession, viewer: Person, person_id: str) -> Person | None:
        """The person, if the viewer may see them: oneself, an acquaintance, or as administrator anybody."""
        person = await session.get(Person, person_id)
        if person is None or person.erased_at is not None:
            return None
        if viewer.id == person.id or viewer.admin:
            return person
        for knows in self._reasons:
            if await knows(session, viewer.id, person.id):
                return person
        return None
