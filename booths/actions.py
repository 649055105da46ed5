"""What organisers do with stands and talks. Who may is asked at the door (server/access.py), rules of time here."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, delete, select, update

from booths import queries
from booths.events import ProgrammeChanged, StandGiven
from booths.model import Stand, Talk, TalkRemoval, TalkSpeaker, TalkText
from booths.rules import ROOMS_MOST, TALKS_MOST, Speaker, When, wrong_with
from booths.telling import tell_of
from directory.organisations.actions import note
from directory.organisations.model import Organisation
from directory.organisations.queries import present
from directory.search.changes import touched
from fairs.model import Fair
from fairs.rules import slug_from
from rooms.actions import open_room
from rooms.events import RoomClosed
from rooms.model import BOOTH, STAGE, WITH_CALLS, Room, RoomClosure, is_open
from rooms.queries import one_with_calls
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


class RefusedError(Exception):
    """A rule says no. `code` is stable: no_such_day, too_long, stage_taken, no_stage, no_stand, gone, full (the
    programme), no_more_rooms, same_name (of an open room), no_room, in_use (talks are
    entered for it)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Entered:
    """What an organiser says of a talk."""

    title: str
    room_id: str
    organisation_id: str
    when: When
    texts: Mapping[str, str] = field(default_factory=dict)  # by language; Markdown
    speakers: Sequence[Speaker] = ()


async def open_place(uow: UnitOfWork, fair: Fair, kind: str, name: str) -> Room:
    """A new room of a fair, of a kind with calls. Its address is made from its name.

    Raises RefusedError: no_more_rooms, same_name.
    """
    await _hold(uow, fair)
    slugs = set(await uow.session.scalars(select(Room.slug).where(Room.fair_id == fair.id)))
    await _check_room_for_more(uow, fair, name)
    slug = slug_from(name) or kind
    return await open_room(uow, fair.id, kind, f"{slug}-{secrets.token_hex(2)}" if slug in slugs else slug, name)


async def close_place(uow: UnitOfWork, fair: Fair, room_id: str, *, by_id: str) -> None:
    """Have nobody be in a room any more; a stand is nobody's then. Raises RefusedError: no_room, in_use."""
    await _hold(uow, fair)
    room = await _room(uow, fair, room_id, *WITH_CALLS)
    if room is None:
        raise RefusedError("no_room")
    if await queries.talks_to_come(uow.session, fair, room.id, uow.clock.now()):
        raise RefusedError("in_use")
    if room.kind == BOOTH:
        await give_stand(uow, fair, room.id, None, by_id=by_id)
    uow.session.add(RoomClosure(room_id=room.id, at=uow.clock.now(), by_id=by_id))
    uow.emit(RoomClosed(room.id))


async def reopen_place(uow: UnitOfWork, fair: Fair, room_id: str) -> None:
    """Open a closed room again. Raises RefusedError: no_room, no_more_rooms, same_name."""
    await _hold(uow, fair)
    room = await uow.session.get(Room, room_id)
    closure = await uow.session.get(RoomClosure, room_id)
    if room is None or room.fair_id != fair.id or closure is None:
        raise RefusedError("no_room")
    await _check_room_for_more(uow, fair, room.name)
    await uow.session.delete(closure)


async def rename_place(uow: UnitOfWork, fair: Fair, room_id: str, name: str) -> None:
    """Call a room otherwise, be it closed or not. Its address stays, and calendars hear where its talks are now.

    Raises RefusedError: no_room, same_name.
    """
    await _hold(uow, fair)
    room = await one_with_calls(uow.session, fair.id, room_id)
    if room is None:
        raise RefusedError("no_room")
    await uow.session.refresh(room)  # whoever was faster may have renamed it since the page looked
    if name == room.name:
        return
    _check_name(name, [each.name for each in await _open_rooms(uow, fair) if each.id != room.id])
    room.name = name
    await _follow(uow, Talk.room_id == room.id)


async def give_stand(uow: UnitOfWork, fair: Fair, room_id: str, organisation_id: str | None, *, by_id: str) -> None:
    """Say whose a stand is; None: nobody's. Both organisations' histories say so, and who speaks for the one that gets
    it is told. Raises RefusedError."""
    room = await _room(uow, fair, room_id, BOOTH)
    if room is None:
        raise RefusedError("no_stand")
    held = await uow.session.get(Stand, room_id)
    if (held.organisation_id if held else None) == organisation_id:
        return
    place = f"{fair.name}: {room.name}"
    if held:
        await note(uow, held.organisation_id, "stand", before=place, by_id=by_id)
        await uow.session.delete(held)
        await uow.session.flush()
    if organisation_id is not None:
        await _shown(uow, organisation_id)
        uow.session.add(Stand(room_id=room_id, organisation_id=organisation_id, since=uow.clock.now(), by_id=by_id))
        await note(uow, organisation_id, "stand", after=place, by_id=by_id)
        await tell_of(uow, room_id, organisation_id, by_id=by_id)
    uow.emit(StandGiven(room_id))


async def enter_talk(uow: UnitOfWork, fair: Fair, entered: Entered, *, by_id: str) -> Talk:
    """Put a talk into the programme. Raises RefusedError."""
    await _check(uow, fair, entered, but=None)
    if await queries.count_talks(uow.session, fair.id) >= TALKS_MOST:
        raise RefusedError("full")
    now = uow.clock.now()
    made = Talk(id=new_id(), fair_id=fair.id, made_at=now, changed_at=now, sequence=0, by_id=by_id)
    await _say(uow, made, entered)
    await note(uow, entered.organisation_id, "talk", after=_named(fair, entered.title), by_id=by_id)
    uow.emit(ProgrammeChanged(fair.id))
    return made


async def change_talk(uow: UnitOfWork, fair: Fair, talk: Talk, entered: Entered, *, by_id: str) -> None:
    """Change what is said of a talk of this fair. Raises RefusedError."""
    await _check(uow, fair, entered, but=talk.id)
    before, told = _named(fair, talk.title), _named(fair, entered.title)
    if talk.organisation_id != entered.organisation_id:
        await note(uow, talk.organisation_id, "talk", before=before, by_id=by_id)
        await note(uow, entered.organisation_id, "talk", after=told, by_id=by_id)
    elif before != told:
        await note(uow, talk.organisation_id, "talk", before=before, after=told, by_id=by_id)
    talk.sequence, talk.changed_at = talk.sequence + 1, uow.clock.now()
    await _say(uow, talk, entered)
    await _tell_search(uow, talk)


async def remove_talk(uow: UnitOfWork, fair: Fair, talk: Talk, *, by_id: str) -> None:
    """Take a talk of this fair out of its programme."""
    await note(uow, talk.organisation_id, "talk", before=_named(fair, talk.title), by_id=by_id)
    stage = await uow.session.get_one(Room, talk.room_id)
    left = {name: getattr(talk, name) for name in ("fair_id", "title", "day", "begins", "minutes")}
    left |= {"talk_id": talk.id, "stage": stage.name, "sequence": talk.sequence + 1}
    uow.session.add(TalkRemoval(**left, at=uow.clock.now(), by_id=by_id))
    await _unsay(uow, talk.id)
    await uow.session.delete(talk)
    await _tell_search(uow, talk)


async def carry(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Have what an organisation does at fairs belong to the one into which it is merged."""
    for table in (Stand, Talk):
        await uow.session.execute(update(table).where(table.organisation_id == from_id).values(organisation_id=into_id))


async def follow_fair(uow: UnitOfWork, fair_id: str) -> list[str]:
    """Have the talks of a fair that is on other days count as changed, for calendars; their ids."""
    return await _follow(uow, Talk.fair_id == fair_id)


async def _follow(uow: UnitOfWork, which: ColumnElement[bool]) -> list[str]:
    talks = (await uow.session.scalars(select(Talk).where(which).with_for_update())).all()
    for each in talks:
        each.sequence, each.changed_at = each.sequence + 1, uow.clock.now()
    return [each.id for each in talks]


async def _tell_search(uow: UnitOfWork, talk: Talk) -> None:
    await touched(uow, "event", [talk.id])
    uow.emit(ProgrammeChanged(talk.fair_id))


async def _check(uow: UnitOfWork, fair: Fair, entered: Entered, but: str | None) -> None:
    await _hold(uow, fair)
    await _shown(uow, entered.organisation_id)
    if await _room(uow, fair, entered.room_id, STAGE) is None:
        raise RefusedError("no_stage")
    taken = await queries.on_stage(uow.session, entered.room_id, but)
    if why := wrong_with(entered.when, queries.days_of(fair), taken):
        raise RefusedError(why)


async def _hold(uow: UnitOfWork, fair: Fair) -> None:
    """Let nobody else change the programme of this fair, or its days, until the commit: a stage is given once."""
    await uow.session.refresh(fair, with_for_update=True)


async def _shown(uow: UnitOfWork, organisation_id: str) -> None:
    """Have the organisation stay what it is until the commit: one that is merged now would leave this behind."""
    one = select(Organisation.id).where(Organisation.id == organisation_id)
    await uow.session.execute(one.with_for_update(key_share=True))
    if await uow.session.scalar(one.where(present())) is None:
        raise RefusedError("gone")


async def _room(uow: UnitOfWork, fair: Fair, room_id: str, *kinds: str) -> Room | None:
    """An open room of these kinds, held until the commit."""
    same = Room.id == room_id, Room.fair_id == fair.id, Room.kind.in_(kinds)
    found = await uow.session.scalar(select(Room).where(*same).with_for_update())
    return found if found and await uow.session.get(RoomClosure, room_id) is None else None


async def _check_room_for_more(uow: UnitOfWork, fair: Fair, name: str) -> None:
    """Whether one more room may be open, of this name. The fair is held: of two at once the second sees the first."""
    opened = await _open_rooms(uow, fair)
    if len(opened) >= ROOMS_MOST:
        raise RefusedError("no_more_rooms")
    _check_name(name, [each.name for each in opened])


async def _open_rooms(uow: UnitOfWork, fair: Fair) -> Sequence[Room]:
    return (await uow.session.scalars(select(Room).where(Room.fair_id == fair.id, is_open()))).all()


def _check_name(name: str, others: Iterable[str]) -> None:
    if name.strip().casefold() in {each.strip().casefold() for each in others}:
        raise RefusedError("same_name")


async def _say(uow: UnitOfWork, talk: Talk, entered: Entered) -> None:
    talk.title, talk.room_id, talk.organisation_id = entered.title, entered.room_id, entered.organisation_id
    talk.day, talk.begins, talk.minutes = entered.when.day, entered.when.begins, entered.when.minutes
    uow.session.add(talk)
    await uow.session.flush()
    await _unsay(uow, talk.id)
    said = {locale: text for locale, text in entered.texts.items() if text}
    uow.session.add_all(TalkText(talk_id=talk.id, locale=locale, text=text) for locale, text in said.items())
    for position, each in enumerate(entered.speakers):
        uow.session.add(TalkSpeaker(talk_id=talk.id, position=position, name=each.name, line=each.line))


async def _unsay(uow: UnitOfWork, talk_id: str) -> None:
    for table in (TalkText, TalkSpeaker):
        await uow.session.execute(delete(table).where(table.talk_id == talk_id))


def _named(fair: Fair, title: str) -> str:
    return f"{fair.name}: {title}"
