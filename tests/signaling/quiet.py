"""A media back end that only notes what it is asked: for tests that are about who may ask."""

from typing import Any

from signaling.back_end import Ears, Engine
from signaling.protocol import Joined, MediaError, ParticipantState, Presence, RoomState


class QuietBackEnd:
    """Answers everything, carries nothing."""

    engine: Engine = "node"

    def __init__(self) -> None:
        self.ears = Ears()
        self.asked: list[tuple[str, Any]] = []
        self.taking_part: dict[str, list[Presence]] = {}  # by person, as `where` tells it
        self.sitting: dict[str, list[ParticipantState]] = {}  # by room, as `state` tells it
        self.is_away = False

    async def start(self) -> None:
        """Nothing to hear."""

    async def prepare(self) -> None:
        """Noted."""
        await self._note("prepare", None)

    async def join(self, join: Any) -> Joined:
        """Noted."""
        self.asked.append(("join", join))
        return Joined(sdp="v=0\r\na=ice-ufrag:f00d\r\n")

    async def try_out(self, sdp: str) -> str:
        """Noted."""
        await self._note("try_out", sdp)
        return "v=0\r\na=ice-ufrag:f00d\r\n"

    async def state(self, room: str) -> RoomState | None:
        """Where a test has put people, while it can be asked."""
        if self.is_away:
            raise MediaError("unavailable", "it does not answer")
        found = self.sitting.get(room)
        return RoomState(room=room, epoch="", v=1, participants=found, speakers=[]) if found else None

    def sits(self, room: str, participant: str, person: str, generation: int = 0) -> None:
        """Put somebody there."""
        sitting = ParticipantState(id=participant, person=person, generation=generation, ready=True, tracks=[])
        self.sitting.setdefault(room, []).append(sitting)
        self.taking_part.setdefault(person, []).append(Presence(room=room, participant=participant))

    async def where(self, person: str) -> list[Presence]:
        """Where a test has put them."""
        return self.taking_part.get(person, [])

    async def stats(self) -> list[Any]:
        """None."""
        return []

    async def _note(self, what: str, given: Any) -> None:
        self.asked.append((what, given))

    async def listen(self, given: Any) -> None:
        """Noted."""
        await self._note("listen", given)

    async def set_rights(self, given: Any) -> None:
        """Noted."""
        await self._note("set_rights", given)

    async def mute(self, given: Any) -> None:
        """Noted."""
        await self._note("mute", given)

    async def remove(self, given: Any) -> None:
        """Noted."""
        await self._note("remove", given)

    async def expel(self, given: Any) -> None:
        """Noted."""
        await self._note("expel", given)

    async def close(self, room: str) -> None:
        """Noted."""
        await self._note("close", room)

    async def stop(self) -> None:
        """Nothing runs."""
