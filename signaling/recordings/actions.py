"""What people do with recordings. Whether they may was asked before."""

from datetime import timedelta
from math import ceil
from pathlib import Path

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, update

from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from signaling.leases import CUT_OFF_S, LEASE_S
from signaling.recorded import Why
from signaling.recordings.finishing import Finished
from signaling.recordings.model import Recording, RecordingAnswer, RecordingChapter

SETTLE_JOB, FORGET_JOB, REMOVE_JOB = "recordings.settle", "recordings.forget", "recordings.remove_file"
# How often it is looked whether a recording has ended without anybody having said so.
LOOK_EVERY = timedelta(minutes=1)
# A node that counts as dead may live, and write until it has noticed that it does.
LOST_FOR_SURE = timedelta(seconds=CUT_OFF_S - LEASE_S + 1)


def begin(uow: UnitOfWork, call_id: str, name: str, by_id: str) -> Recording:
    """Ask to record a call. Who asks has agreed with that."""
    now = uow.clock.now()
    recording = Recording(id=new_id(), call_id=call_id, name=name, by_id=by_id, began_at=now, seconds=0, bytes=0)
    uow.session.add(recording)
    answer(uow, recording.id, by_id, agrees=True)
    look_again(uow, recording.id, LOOK_EVERY)
    return recording


def look_again(uow: UnitOfWork, recording_id: str, after: timedelta = timedelta()) -> None:
    """Have it looked whether a recording has ended."""
    uow.enqueue(SETTLE_JOB, {"recording": recording_id}, at=uow.clock.now() + after)


def answer(uow: UnitOfWork, recording_id: str, person_id: str, *, agrees: bool) -> None:
    """Agree to be recorded, or not."""
    uow.session.add(
        RecordingAnswer(id=new_id(), recording_id=recording_id, person_id=person_id, agrees=agrees, at=uow.clock.now())
    )


def finish(uow: UnitOfWork, recording: Recording, file: Finished, keep: timedelta) -> None:
    """It has ended, and its file is whole. It is forgotten by itself after `keep`."""
    recording.ended_at = now = uow.clock.now()
    recording.stopped_at = recording.stopped_at or now
    recording.seconds, recording.bytes = ceil(file.seconds), file.bytes
    for number, (at_ms, person_id, title) in enumerate(file.chapters):
        uow.session.add(
            RecordingChapter(
                id=new_id(), recording_id=recording.id, number=number, at_ms=at_ms, person_id=person_id, title=title
            )
        )
    uow.enqueue(FORGET_JOB, {"recording": recording.id}, at=now + keep)


async def stop(uow: UnitOfWork, recording_id: str, why: Why) -> bool:
    """Nothing is recorded any more; its file is made whole in a moment. False: that was known."""
    running = Recording.id == recording_id, Recording.stopped_at.is_(None), Recording.ended_at.is_(None)
    stopped = await uow.session.scalar(
        # Who ends one notes first that they do, and it may be the node that tells of it first.
        update(Recording)
        .where(*running)
        .values(stopped_at=uow.clock.now(), why=func.coalesce(Recording.why, why))
        .returning(Recording.id)
    )
    if stopped:
        look_again(uow, recording_id, LOST_FOR_SURE)
    return stopped is not None


def publish(uow: UnitOfWork, recording: Recording, by_id: str) -> None:
    """Show it to all who may enter the room."""
    recording.published_at, recording.published_by_id = uow.clock.now(), by_id


def withdraw(recording: Recording) -> None:
    """Show it to moderators only."""
    recording.published_at = recording.published_by_id = None


async def delete(uow: UnitOfWork, recording_id: str) -> None:
    """Remove it with all that belongs to it. After the commit it is ended where it still runs, and its files go."""
    for table in (RecordingAnswer, RecordingChapter):
        await uow.session.execute(sql_delete(table).where(table.recording_id == recording_id))
    gone = sql_delete(Recording).where(Recording.id == recording_id).returning(Recording.call_id)
    call_id = await uow.session.scalar(gone)
    uow.enqueue(REMOVE_JOB, {"recording": recording_id, "call": call_id})


def remove_files(path: Path) -> None:
    """Remove a recording's file and what stands beside it, copies that a killed worker left as well."""
    for each in path.parent.glob(f"{path.stem}.*"):
        each.unlink(missing_ok=True)
