"""What a change of a meeting sets going: the invitation or its revocation, and the next thing that time brings.

Both are jobs of the same transaction. There is one of each per meeting and sequence, and the jobs look at what holds
when they run: a meeting that has changed again is left to the job of that change.
"""

from datetime import datetime, timedelta

from meetings.model import Meeting
from meetings.rules import EXTENSION, next_step
from server.kernel.db import UnitOfWork

INVITE_JOB = "meetings.invite"
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
