"""Fill a database with the demo fair, once; have its days stay around today; make links for the cast at each start."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat import actions, sending, texts
from chat import queries as chat_queries
from chat.reading import begin
from chat.standing import Standing, standing
from fairs import actions as fair_actions
from fairs import queries as fair_queries
from fairs.actions import Plan
from fairs.model import Fair
from fairs.rules import Phase, phase
from people import operators, queries
from people.addresses import normalise
from people.links import Purpose
from people.model import Person
from rooms import actions as room_actions
from rooms.model import BOOTH, LOUNGE, MEETING, STAGE
from server.demo import checks, meetings, programme
from server.demo.cast import CAST, EDITION, Role
from server.demo.directory import fill_directory
from server.demo.seeking import seek
from server.demo.story import CONVERSATIONS, LOBBY, UNREAD_IN_CONVERSATIONS, UNREAD_IN_LOBBY, Line
from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel
from server.kernel.refusal import StartRefused
from server.live.entries import Append, Appended
from server.live.log import EventLog

ZONE = "Europe/Berlin"
DAYS_BEFORE, DAYS_AFTER = 1, 2
CORRECTED_AFTER = timedelta(minutes=1)
# Rooms with calls: kind, the slug of their address, name.
CALL_ROOMS = (
    (STAGE, "main-stage", "Main stage"),
    (BOOTH, "voltbus-table", "Voltbus: table at the stand"),
    (MEETING, "meeting-room-1", "Meeting room 1"),
    (LOUNGE, "lounge", "Lounge"),
)


@dataclass(frozen=True)
class DemoLink:
    """A way in to the demo: open it in a browser of its own, and be this person."""

    name: str
    role: str
    url: str


async def fill(kernel: Kernel) -> list[DemoLink]:
    """Make the demo fair if it is not there, and links for five of its people. What is there stays as it is.

    Raises StartRefused where other people are: the cast would stand among them, and its links let anybody be organiser.
    """
    async with kernel.database.read() as session:
        if await _is_another_place(session):
            raise StartRefused(
                "This database has accounts already, and the demo fair is for an empty one: start without it by "
                "`fairmatch serve`, or choose another data folder or database."
            )
    people = await _people(kernel)
    fair = await _fair(kernel, people)
    await _talk(kernel, fair, people)
    await fill_directory(kernel, people)
    await seek(kernel, people)
    await programme.make(kernel, fair, people)
    await meetings.arrange(kernel, fair, people)
    await checks.check(kernel, people)
    return await _links(kernel, people)


async def _is_another_place(session: AsyncSession) -> bool:
    """Whether somebody is there, and no demo fair; without the cast, which a filling that broke off has left."""
    if await fair_queries.by_slug(session, EDITION):
        return False
    ours = [normalise(role.email) for role in CAST]
    return await session.scalar(select(Person.id).where(Person.email.not_in(ours)).limit(1)) is not None


async def _people(kernel: Kernel) -> dict[str, Person]:
    async with kernel.database.write() as uow:
        return {role.key: await _person(uow, role) for role in CAST}


async def _person(uow: UnitOfWork, role: Role) -> Person:
    known = await queries.by_email(uow.session, normalise(role.email))
    if known:
        return known
    return await operators.add_person(uow, role.name, role.email, locale=role.locale, **role.profile)


async def _fair(kernel: Kernel, people: Mapping[str, Person]) -> Fair:
    """The fair with its people; when its days are over, they are moved to today."""
    today = kernel.clock.now().astimezone(ZoneInfo(ZONE)).date()
    first, last = today - timedelta(days=DAYS_BEFORE), today + timedelta(days=DAYS_AFTER)
    async with kernel.database.write() as uow:
        fair = await fair_queries.by_slug(uow.session, EDITION)
        if fair is None:
            plan = Plan(
                EDITION, "Ruhr Energy Forum", "Charging, hydrogen, second lives for batteries", first, last, ZONE
            )
            fair = await _new_fair(uow, plan, people)
        for kind, slug, name in CALL_ROOMS:
            await room_actions.open_room(uow, fair.id, kind, slug, name)
        if phase(fair.starts_on, fair.ends_on, uow.clock.now(), fair.time_zone) is Phase.OVER:
            fair.counted_from += first - fair.starts_on
            fair.starts_on, fair.ends_on = first, last
        return fair


async def _new_fair(uow: UnitOfWork, plan: Plan, people: Mapping[str, Person]) -> Fair:
    organiser = next(role for role in CAST if "organiser" in role.roles)
    fair = await fair_actions.create(uow, plan, organiser_id=people[organiser.key].id)
    await actions.open_lobby(uow, fair.id)
    for role in CAST:
        await fair_actions.join(uow, fair.id, people[role.key].id)
        if role.roles:
            await fair_actions.set_roles(uow, fair.id, people[role.key].id, role.roles, by_id=people[organiser.key].id)
    return fair


async def _talk(kernel: Kernel, fair: Fair, people: Mapping[str, Person]) -> None:
    """What was said, once; after the people have joined, who count from then on what is unread."""
    clock = _StoryTime(kernel.clock.now())
    story = _Story(EventLog(kernel.database, clock, kernel.events, _nobody_listens), clock, people)
    async with kernel.database.write() as uow:
        lobby = await actions.open_lobby(uow, fair.id)
        if (await chat_queries.page(uow.session, lobby, limit=1)).messages:
            return
        await story.tell(uow, lobby, LOBBY)
        for role in CAST:
            await story.read(uow, lobby, role.key, UNREAD_IN_LOBBY.get(role.key, 0))
        for lines, unread in zip(CONVERSATIONS, UNREAD_IN_CONVERSATIONS, strict=True):
            await story.converse(uow, lines, unread)


async def _links(kernel: Kernel, people: Mapping[str, Person]) -> list[DemoLink]:
    """Ways in for those of the cast that have a link, made anew."""
    async with kernel.database.write() as uow:
        return [await _link(uow, kernel, role, people[role.key]) for role in CAST if role.link]


async def _link(uow: UnitOfWork, kernel: Kernel, role: Role, person: Person) -> DemoLink:
    url = await operators.link_for(uow, kernel.settings, person, purpose=Purpose.DEMO)
    return DemoLink(role.name, role.link, url)


class _StoryTime:
    """The clock of what is told: it stands where the story is."""

    def __init__(self, end: datetime) -> None:
        self.end = end
        self.moment = end

    def now(self) -> datetime:
        """The moment of the story."""
        return self.moment

    def monotonic(self) -> float:
        """Seconds since some fixed point, as the moment has it."""
        return self.moment.timestamp()

    def go_to(self, minutes_ago: float) -> None:
        """Stand so many minutes before the end."""
        self.moment = self.end - timedelta(minutes=minutes_ago)


@dataclass
class _Story:
    """Has the cast say their lines, by the same rules as everybody: the log, the rows, the marks."""

    log: EventLog
    clock: _StoryTime
    people: Mapping[str, Person]

    async def tell(self, uow: UnitOfWork, channel_id: str, lines: Sequence[Line]) -> None:
        """Say these lines, with what was corrected and what stands under them."""
        for line in lines:
            self.clock.go_to(line.minutes_ago)
            me = await self._standing(uow, channel_id, line.who)
            said = await self._do(uow, sending.send(me, _cid(), self._written(line.at_first or line.text)))
            if line.at_first:
                self.clock.moment += CORRECTED_AFTER
                await self._do(uow, sending.edit(me, _cid(), said.data["id"], self._written(line.text)))
            for emoji, who in line.reactions.items():
                for key in who:
                    them = await self._standing(uow, channel_id, key)
                    await self._do(uow, sending.react(them, _cid(), said.data["id"], emoji, on=True))

    async def converse(self, uow: UnitOfWork, lines: Sequence[Line], unread: int) -> None:
        """A conversation of those two who say the lines; who did not say the last has some unread."""
        last = lines[-1].who
        other = next(line.who for line in lines if line.who != last)
        channel_id = await actions.converse(uow, self.people[last].id, self.people[other].id)
        await self.tell(uow, channel_id, lines)
        await self.read(uow, channel_id, last, 0)
        await self.read(uow, channel_id, other, unread)

    async def read(self, uow: UnitOfWork, channel_id: str, key: str, but: int) -> None:
        """Somebody has read all messages but the last so many."""
        found = (await chat_queries.page(uow.session, channel_id, limit=but + 1)).messages
        read = found[0].seq if len(found) > but else 0
        await begin(uow, self.people[key].id, channel_id, read)

    async def _standing(self, uow: UnitOfWork, channel_id: str, key: str) -> Standing:
        found = await standing(uow.session, self.people[key].id, channel_id, self.clock.now())
        if found is None:
            raise LookupError(f"{key} is in the story, but not in the channel")
        return found

    async def _do(self, uow: UnitOfWork, append: Append) -> Appended:
        return await self.log.append_in(uow, append)

    def _written(self, text: str) -> str:
        """The text with the markup of those whom it calls."""
        for key, person in self.people.items():
            text = text.replace("{" + key + "}", texts.mention(person.id, person.name))
        return text


def _cid() -> str:
    return str(uuid.uuid4())


def _nobody_listens(_channel: str, _epoch: str, _events: Sequence[object]) -> None:
    """What was said before the server starts is read from the log by everybody."""
