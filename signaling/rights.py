"""Who may do what in a call. The room that a call belongs to decides; here is what it says, and whom to ask."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from signaling.protocol import ANOTHER, SOURCES, Rights

Pair = tuple[str, str]  # person id, call id
EVERYTHING = frozenset(SOURCES)
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CallRights:
    """What one person may do in one call. Who has none may not know of it."""

    fair_id: str | None  # None: a call between two people who need no fair for it
    kind: str  # of the room: stage, booth, meeting; or conversation
    name: str
    publish: frozenset[str] = NOTHING
    listen: bool = True
    moderate: bool = False  # mute and remove others

    @property
    def node(self) -> Rights:
        """As the media node enforces them."""
        return Rights(
            listen=self.listen, publish=[source for source in SOURCES if ANOTHER.get(source, source) in self.publish]
        )


# A kind of room answers for those of the asked calls that are its own; all in one query.
RightsOf = Callable[[AsyncSession, Collection[Pair]], Awaitable[Mapping[Pair, CallRights]]]


class Doors:
    """All kinds of rooms that have calls."""

    def __init__(self) -> None:
        self._kinds: list[RightsOf] = []

    def register(self, rights_of: RightsOf) -> None:
        """Have calls of a further kind of room."""
        self._kinds.append(rights_of)

    async def rights(self, session: AsyncSession, asked: Collection[Pair]) -> dict[Pair, CallRights]:
        """Of these (person, call), those who may take part, and how."""
        found: dict[Pair, CallRights] = {}
        for rights_of in self._kinds:
            found |= await rights_of(session, asked)
        return found
