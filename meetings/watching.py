"""What a change of a meeting sets going: the invitation or its revocation, and the next thing that time brings.

Both are jobs of the same transaction. There is one of each per meeting and sequence, and the jobs look at what holds
when they run: a meeting that has changed again is left to the job of that change.
"""

from datetime import datetime, timedelta

from meetings.model import Meeting, Substitution
from meetings.rules import EXTENSION, next_step
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id

INVITE_JOB = "meetings.invite"
RELEASE_JOB = "meetings.release"
STEP_JOB = "meetings.step"
CLOSE_JOB = "meetings.close"
# Who books and moves at once sends one mail, not two.
INVITE_AFTER = timedelta(seconds=10)


def watch(uow: UnitOfWork, meeting: Meeting) -> None:
    """Have everybody told of a meeting as it is now, and of what comes."""
    which = {"meeting_id": meeting.id, "sequence": meeting.sequence}
    key = f"{meeting.id}:{meeting.sequence}"
    uow.enqueue(INVITE_JOB, which, at=uow.clock.now() + INVITE_AFTER, key=f"{INVITE_JOB}:{key}")
    if meeting.cancelled_at is None:
        step(uow, meeting, uow.clock.now())


def release(uow: UnitOfWork, meeting: Meeting, from_id: str, to_id: str, by_id: str) -> None:
    """Note that somebody's seat went to a colleague, and have their calendar told, whatever becomes of the meeting
    afterwards."""
    row = Substitution(id=new_id(), meeting_id=meeting.id, from_id=from_id, to_id=to_id, sequence=meeting.sequence)
    row.at, row.by_id = uow.clock.now(), by_id
    uow.session.add(row)
    key = f"{RELEASE_JOB}:{row.id}"
    uow.enqueue(RELEASE_JOB, {"substitution_id": row.id}, at=uow.clock.now() + INVITE_AFTER, key=key)


def step(uow: UnitOfWork, meeting: Meeting, now: datetime) -> None:
    """Have the next thing done that time brings to a meeting after a moment."""
    if upcoming := next_step(meeting.starts_at, now):
        kind, at = upcoming
        which = {"meeting_id": meeting.id, "sequence": meeting.sequence, "kind": kind}
        uow.enqueue(STEP_JOB, which, at=at, key=f"{STEP_JOB}:{meeting.id}:{meeting.sequence}:{kind}")
        if kind.startswith("after_"):  # people are in it: nothing else comes before its end
            close_later(uow, meeting)


def close_later(uow: UnitOfWork, meeting: Meeting) -> None:
    """Have a meeting's room closed once its time, and the grace after it, are over."""
    at = (meeting.extended_until or meeting.ends_at) + EXTENSION
    uow.enqueue(CLOSE_JOB, {"meeting_id": meeting.id}, at=at, key=f"{CLOSE_JOB}:{meeting.id}:{at.isoformat()}")
