"""What meetings stand on besides the kernel, composed at the start."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from starlette.requests import HTTPConnection

from fairs.cards import cards, roles_column
from fairs.model import Membership
from meetings.fitting import Fitting, SharedWords
from meetings.mine import mine
from meetings.model import Attendance, Meeting, Seat
from meetings.queries import at_its_fair, over_at
from meetings.room import come_in
from meetings.rules import EXTENSION, is_open
from server.kernel.asked import asked
from server.kernel.parts import Kernel
from server.kernel.tables import UtcDateTime
from server.live import topics
from server.live.grants import Ask, Grant, Namespace, Present
from server.live.parts import Live
from server.live.together import Together

_PAIRS = asked("person_id", "meeting_id")
# Whoever is not at the fair any more may still look at what was, when its room is closed.
_ENTRIES = (
    select(Seat.person_id, Seat.meeting_id, Meeting.fair_id, roles_column().label("roles"))
    .select_from(_PAIRS)
    .join(Seat, and_(Seat.person_id == _PAIRS.c.person_id, Seat.meeting_id == _PAIRS.c.meeting_id))
    .join(Meeting, Meeting.id == Seat.meeting_id)
    .outerjoin(Membership, and_(Membership.fair_id == Meeting.fair_id, Membership.person_id == Seat.person_id))
    .where(
        Meeting.cancelled_at.is_(None),
        or_(at_its_fair(), bindparam("over_by", type_=UtcDateTime()) >= over_at),
    )
    .group_by(Seat.person_id, Seat.meeting_id, Meeting.fair_id)
)
# Of meetings that somebody takes part in and was not seen in yet.
_BEGUN = (
    select(Meeting.starts_at, over_at.label("ends_at"))
    .join(Seat, Seat.meeting_id == Meeting.id)
    .outerjoin(Attendance, (Attendance.meeting_id == Meeting.id) & (Attendance.person_id == Seat.person_id))
    .where(Meeting.id == bindparam("meeting"), Seat.person_id == bindparam("person"))
    .where(Meeting.cancelled_at.is_(None), Attendance.person_id.is_(None))
)


@dataclass(frozen=True)
class Meetings:
    """The parts: `fitting` says who fits whom, and is what matching puts itself in the place of."""

    kernel: Kernel
    live: Live
    fitting: Fitting
    waiting: Together[str, dict[str, Any]]  # what `mine` says of each person

    @classmethod
    def build(cls, kernel: Kernel, live: Live, fitting: Fitting | None = None) -> "Meetings":
        """Compose the parts."""

        async def look_up(person_ids: Collection[str]) -> Mapping[str, dict[str, Any]]:
            async with kernel.database.read() as session:
                return await mine(session, person_ids, kernel.clock.now())

        return cls(kernel, live, fitting or SharedWords(), Together(look_up))

    @property
    def namespace(self) -> Namespace:
        """The topics meeting:<meeting id>, for who takes part. Subscribing to one means being in the room."""
        return Namespace(durable=False, readable=self._readable, people=self._people, arrived=self._arrived)

    async def tell_mine(self, person_ids: Collection[str]) -> None:
        """Let these people's pages know what waits for them."""
        found = await self.waiting.get_all(person_ids)
        for person_id in sorted(found):
            self.live.publish_state(topics.person(person_id), "meetings", found[person_id])

    def remind(self, person_id: str, meeting_id: str, what: str, name: str, path: str = "") -> None:
        """Say something to somebody, wherever they are in the product."""
        told = {"meeting": meeting_id, "what": what, "name": name, "path": path or f"/meetings/{meeting_id}/room"}
        self.live.publish(topics.person(person_id), "meeting.reminder", told)

    def there(self, meeting_id: str) -> list[str]:
        """Who is in a meeting's room now."""
        return self.live.presence.people(topics.meeting(meeting_id))

    async def _arrived(self, meeting_id: str, person_id: str) -> None:
        """Who comes once it has begun is noted at once; who came before is asked after when it has begun."""
        async with self.kernel.database.read() as session:
            found = (await session.execute(_BEGUN, {"meeting": meeting_id, "person": person_id})).one_or_none()
        now = self.kernel.clock.now()
        if found is None or now < found.starts_at or not is_open(found.starts_at, found.ends_at, now):
            return
        async with self.kernel.database.write() as uow:
            await come_in(uow, meeting_id, person_id)

    async def _readable(self, pairs: Collection[Ask]) -> Mapping[Ask, Grant]:
        async with self.kernel.database.read() as session:
            asked = {"asked": pairs, "over_by": self.kernel.clock.now() - EXTENSION}
            found = await session.execute(_ENTRIES, asked) if pairs else ()
            return {
                (row.person_id, row.meeting_id): Grant(
                    frozenset((row.roles or "attendee").split(",")), fair=row.fair_id
                )
                for row in found
            }

    async def _people(self, meeting_id: str, person_ids: Collection[str]) -> Mapping[str, Present]:
        async with self.kernel.database.read() as session:
            fair_id = await session.scalar(select(Meeting.fair_id).where(Meeting.id == meeting_id))
            found = await cards(session, fair_id, person_ids) if fair_id else {}
        return {id: Present(card.wire(), named=True) for id, card in found.items()}


def meetings_of(connection: HTTPConnection) -> Meetings:
    """The parts that serve this request."""
    found: Meetings = connection.app.state.meetings
    return found
