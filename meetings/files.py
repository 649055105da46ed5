"""Files that people give one another in a meeting: for those who sit there, and taken away by whose side brought them.

They are kept as all files are, see `server.kernel.kept`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.attachments import Checked
from meetings.bookings import ConflictError
from meetings.events import FilesChanged
from meetings.model import Meeting, MeetingFile, Seat
from meetings.rules import seat_now
from meetings.shown import seats_given
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.kept import drop

# Bytes of one file, and of all files of a meeting.
FILE_MOST = 20 * 1024 * 1024
ALL_MOST = 100 * 1024 * 1024
FILES_MOST = 20


@dataclass(frozen=True)
class FileShown:
    """A file as one of the meeting's people sees it."""

    id: str
    name: str
    file: str  # its name among the files
    bytes: int
    at: datetime
    by: str  # who brought it
    mine: bool  # I brought it, or a colleague who had this seat before


async def share(uow: UnitOfWork, meeting: Meeting, checked: Checked, file: str, size: int, *, by_id: str) -> None:
    """Give a kept file of `size` bytes to all who sit in a meeting. Raises ConflictError: cancelled, taken (one's seat
    is somebody else's now), many_files, much_in_files."""
    await uow.session.refresh(meeting, with_for_update={"key_share": True})
    if meeting.cancelled_at is not None:
        raise ConflictError("cancelled")
    if await uow.session.get(Seat, (meeting.id, by_id), populate_existing=True) is None:
        raise ConflictError("taken")
    sizes = select(func.count(), func.coalesce(func.sum(MeetingFile.bytes), 0))
    count, held = (await uow.session.execute(sizes.where(MeetingFile.meeting_id == meeting.id))).one()
    if count >= FILES_MOST:
        raise ConflictError("many_files")
    if held + size > ALL_MOST:
        raise ConflictError("much_in_files")
    uow.session.add(
        MeetingFile(
            id=new_id(),
            meeting_id=meeting.id,
            name=checked.name,
            file=file,
            bytes=size,
            at=uow.clock.now(),
            by_id=by_id,
        )
    )
    uow.emit(FilesChanged(meeting.id))


async def take_back(uow: UnitOfWork, viewer_id: str, meeting_id: str, file_id: str) -> None:
    """Take away a file that one's own side brought; nothing happens where it is gone, or another one's."""
    found = await file_of(uow.session, viewer_id, meeting_id, file_id)
    row = await uow.session.get(MeetingFile, file_id) if found and found.mine else None
    if row is not None:
        drop(uow, row.file)
        await uow.session.delete(row)
        uow.emit(FilesChanged(meeting_id))


async def files_of(session: AsyncSession, viewer_id: str, meeting_id: str) -> list[FileShown]:
    """The files of a meeting in which the viewer sits, in the order in which they came. Two queries."""
    seat = select(Seat.person_id).where(Seat.meeting_id == meeting_id, Seat.person_id == viewer_id).exists()
    query = (
        select(MeetingFile, Person.name.label("by"))
        .join(Person, Person.id == MeetingFile.by_id)
        .where(MeetingFile.meeting_id == meeting_id, seat)
        .order_by(MeetingFile.at, MeetingFile.id)
    )
    rows: Sequence[tuple[MeetingFile, str]] = [(row[0], row[1]) for row in await session.execute(query)]
    given = (await seats_given(session, [meeting_id]))[meeting_id] if rows else []
    return [
        FileShown(one.id, one.name, one.file, one.bytes, one.at, by, seat_now(one.by_id, given) == viewer_id)
        for one, by in rows
    ]


async def file_of(session: AsyncSession, viewer_id: str, meeting_id: str, file_id: str) -> FileShown | None:
    """One of them."""
    return next((one for one in await files_of(session, viewer_id, meeting_id) if one.id == file_id), None)


async def uses_file(session: AsyncSession, name: str) -> bool:
    """Whether a file was given in some meeting."""
    return await session.scalar(select(MeetingFile.id).where(MeetingFile.file == name).limit(1)) is not None
