"""Who may see whose profile: people who have something to do with each other. The others say what that is."""

from collections.abc import Awaitable, Callable, Collection

from sqlalchemy.ext.asyncio import AsyncSession

from people.model import Person

# (session, viewer's id, others' ids) -> those of them with whom the viewer has something in common.
Knows = Callable[[AsyncSession, str, Collection[str]], Awaitable[set[str]]]


class Acquaintances:
    """The reasons for which two people may see each other, such as a fair that both take part in."""

    def __init__(self) -> None:
        self._reasons: list[Knows] = []
        self._to_talk: list[Knows] = []

    def register(self, knows: Knows, *, talk: bool = True) -> None:
        """Add a reason, which may be one to write and call, too. Called by features at the start."""
        self._reasons.append(knows)
        if talk:
            self._to_talk.append(knows)

    async def visible(self, session: AsyncSession, viewer: Person, person_id: str) -> Person | None:
        """The person, if the viewer may see them: oneself, an acquaintance, or as administrator anybody."""
        person = await session.get(Person, person_id)
        if person is None or person.erased_at is not None:
            return None
        return person if await self.among(session, viewer, [person_id]) else None

    async def may_talk(self, session: AsyncSession, viewer_id: str, person_id: str) -> bool:
        """Whether two people may write to each other, and call."""
        return person_id != viewer_id and any([await knows(session, viewer_id, [person_id]) for knows in self._to_talk])

    async def among(self, session: AsyncSession, viewer: Person, person_ids: Collection[str]) -> set[str]:
        """Those of these people, none of them erased, whom the viewer may see. A query for each reason."""
        if viewer.admin:
            return set(person_ids)
        found = {viewer.id} & set(person_ids)
        for knows in self._reasons:
            if others := set(person_ids) - found:
                found |= await knows(session, viewer.id, others)
        return found
