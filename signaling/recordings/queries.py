"""What is known of recordings. Whether the viewer may enter the call was asked before; here is what of it they see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from people.model import Person
from signaling.recordings.model import Recording, RecordingAnswer, RecordingChapter

# Recordings of one room on its page, the newest ones.
SHOWN = 100

_RUNS = Recording.stopped_at.is_(None), Recording.ended_at.is_(None)


@dataclass(frozen=True)
class Viewer:
    """Who looks, and whether they moderate the call."""

    id: str
    moderates: bool


async def running(session: AsyncSession, call_id: str) -> Recording | None:
    """The recording of a call that runs, as far as anybody knows."""
    found = select(Recording).where(Recording.call_id == call_id, *_RUNS)
    one: Recording | None = await session.scalar(found.order_by(Recording.id.desc()).limit(1))
    return one


async def all_running(session: AsyncSession) -> Sequence[Recording]:
    """The recordings that run in any call, as far as anybody knows."""
    return (await session.scalars(select(Recording).where(*_RUNS))).all()


async def stopped_since(session: AsyncSession, since: datetime) -> Sequence[Recording]:
    """What has stopped since then, the last one last."""
    found = select(Recording).where(Recording.stopped_at >= since).order_by(Recording.stopped_at)
    return (await session.scalars(found)).all()


async def ended(session: AsyncSession, viewer: Viewer, call_id: str) -> Sequence[Recording]:
    """What was recorded in a call, newest first: all for moderators, what was published for everybody else."""
    visible = or_(true() if viewer.moderates else Recording.published_at.is_not(None))
    found = select(Recording).where(
        Recording.call_id == call_id, Recording.ended_at.is_not(None), Recording.seconds > 0, visible
    )
    return (await session.scalars(found.order_by(Recording.began_at.desc()).limit(SHOWN))).all()


async def answers(session: AsyncSession, recording_id: str, people: Collection[str] | None = None) -> dict[str, bool]:
    """Who agreed and who did not, by person: the latest answer of each, who answered last stands last. `people`: of
    these alone."""
    found = select(RecordingAnswer.person_id, RecordingAnswer.agrees).where(
        RecordingAnswer.recording_id == recording_id
    )
    if people is not None:
        found = found.where(RecordingAnswer.person_id.in_(people))
    rows = await session.execute(found.order_by(RecordingAnswer.at, RecordingAnswer.id))
    latest: dict[str, bool] = {}
    for person, agrees in rows:
        latest.pop(person, None)
        latest[person] = agrees
    return latest


async def chapters(session: AsyncSession, recording_id: str) -> list[tuple[int, str]]:
    """Where each begins, in milliseconds, and what it is called: a mark's title, or who speaks."""
    found = (
        select(RecordingChapter.at_ms, RecordingChapter.title, Person.name)
        .outerjoin(Person, Person.id == RecordingChapter.person_id)
        .where(RecordingChapter.recording_id == recording_id)
        .order_by(RecordingChapter.number)
    )
    return [(at_ms, title or name or "") for at_ms, title, name in await session.execute(found)]


async def names(session: AsyncSession, person_ids: Sequence[str]) -> dict[str, str]:
    """What people are called."""
    rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {id: name for id, name in rows}
