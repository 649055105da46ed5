"""What recordings stand on, composed at the start: their jobs, and what a person may have of them."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from people.own_data import OwnData
from server.kernel.db import UnitOfWork
from server.kernel.ids import is_id
from server.live import topics
from server.live.together import Together
from signaling.parts import Calls
from signaling.protocol import AGREED_MOST, MediaError, Record
from signaling.recorded import why_of
from signaling.recordings import actions, queries
from signaling.recordings.ending import Ending
from signaling.recordings.finishing import finish
from signaling.recordings.model import Recording, RecordingAnswer, RecordingChapter


@dataclass
class Recordings:
    """The parts."""

    calls: Calls

    @property
    def ending(self) -> Ending:
        """How they stop."""
        return Ending(self.calls)

    @classmethod
    def build(cls, calls: Calls, own_data: OwnData) -> Self:
        """Compose them."""
        built, jobs = cls(calls), calls.kernel.jobs
        jobs.register(actions.SETTLE_JOB, built._look, limit_s=600)
        jobs.register(actions.FORGET_JOB, built._forget)
        jobs.register(actions.REMOVE_JOB, built._remove_files)
        own_data.register("recordings", collect, erase)
        built.ending.listen()
        calls.recorded.answer_of = Together(built._answers_of).get
        return built

    def path(self, recording_id: str) -> Path:
        """Where a recording's file lies. Raises ValueError for what is no id."""
        if not is_id(recording_id):
            raise ValueError("no id of a recording")
        return self.calls.kernel.files.folder.absolute() / "recordings" / f"{recording_id}.webm"

    async def fit(self, recording: Recording, *, begins: bool = False) -> None:
        """Have the node record those who have agreed by now. Raises MediaError; not_found where it has ended.

        Until nobody has answered meanwhile: of two who answer at once the earlier one's list may arrive last.
        """
        path, told = str(self.path(recording.id)), None
        while (agreed := await self._agreed(recording.id)) != told:
            given = Record(room=recording.call_id, recording=recording.id, path=path, agreed=agreed, begins=begins)
            await self.calls.back_end.record(given)
            told, begins = agreed, False

    async def settle(self, recording_id: str) -> None:
        """Where a recording has ended, make its file whole and note it; else look again later. May be done twice."""
        kernel = self.calls.kernel
        async with kernel.database.read() as session:
            recording = await session.get(Recording, recording_id)
            names = await queries.names(session, list(await queries.answers(session, recording_id)))
        if recording is None:  # deleted, maybe while a worker that was killed made it whole: nothing of it stays
            await asyncio.to_thread(actions.remove_files, self.path(recording_id))
        if recording is None or recording.ended_at is not None:
            return
        state = await self.calls.back_end.state(recording.call_id)
        if state and state.recording == recording_id:
            if recording.why is None:
                async with kernel.database.write() as uow:
                    actions.look_again(uow, recording_id, actions.LOOK_EVERY)
                await self.fit(recording)  # an answer that the node was not told of, as it was away just then
                return
            # Said to have stopped: who ended it did not get that far, or its node was only thought to be dead.
            await self.calls.back_end.end_recording(recording.call_id)
        await self.ending.stopped(recording_id, why_of(state))
        file = await asyncio.to_thread(finish, self.path(recording_id), names)
        async with kernel.database.write() as uow:
            fresh = await uow.session.get(Recording, recording_id, with_for_update=True)
            if fresh is not None and fresh.ended_at is None:
                actions.finish(uow, fresh, file, timedelta(days=kernel.settings.recording_days))
        if fresh is None:  # deleted meanwhile: what was made of it goes as well
            await asyncio.to_thread(actions.remove_files, self.path(recording_id))

    def told(self, call_id: str, person_id: str, *, agrees: bool) -> None:
        """Tell somebody's tabs what they have answered."""
        answered = {"call": topics.call(call_id), "agrees": agrees}
        self.calls.live.publish(topics.person(person_id), "recording.answer", answered)

    async def _answers_of(self, asked: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], bool]:
        """What people answered, by recording and person, for all who ask in the same moment: one query a recording."""
        people: dict[str, list[str]] = {}
        for recording_id, person_id in asked:
            people.setdefault(recording_id, []).append(person_id)
        found: dict[tuple[str, str], bool] = {}
        async with self.calls.kernel.database.read() as session:
            for recording_id, theirs in people.items():
                answers = await queries.answers(session, recording_id, theirs)
                found |= {(recording_id, person_id): agrees for person_id, agrees in answers.items()}
        return found

    async def _agreed(self, recording_id: str) -> list[str]:
        async with self.calls.kernel.database.read() as session:
            answers = await queries.answers(session, recording_id)
        return [person for person, agrees in answers.items() if agrees][-AGREED_MOST:]

    async def _look(self, payload: Mapping[str, Any]) -> None:
        try:
            await self.settle(payload["recording"])
        except MediaError as error:  # its node does not answer: the job is tried again
            raise RuntimeError(error.message) from error

    async def _forget(self, payload: Mapping[str, Any]) -> None:
        async with self.calls.kernel.database.write() as uow:
            await actions.delete(uow, payload["recording"])

    async def _remove_files(self, payload: Mapping[str, Any]) -> None:
        """End it where it still runs, and remove its files: now, whether or not its node answers."""
        recording_id = payload["recording"]
        try:
            await self._stop(recording_id, payload["call"])
        except MediaError as error:  # the job is tried again
            raise RuntimeError(error.message) from error
        finally:
            await asyncio.to_thread(actions.remove_files, self.path(recording_id))

    async def _stop(self, recording_id: str, call_id: str | None) -> None:
        state = await self.calls.back_end.state(call_id) if call_id else None
        if call_id and state and state.recording == recording_id:
            await self.calls.back_end.end_recording(call_id)


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """To which recordings somebody agreed or not, and when."""
    found = (
        select(Recording.name, Recording.began_at, RecordingAnswer.agrees, RecordingAnswer.at)
        .join(Recording, Recording.id == RecordingAnswer.recording_id)
        .where(RecordingAnswer.person_id == person_id)
        .order_by(RecordingAnswer.at)
    )
    return {"answers": [dict(row._mapping) for row in await session.execute(found)]}


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Recordings that somebody can be heard in go as a whole: no part can be taken out of them."""
    heard = select(RecordingAnswer.recording_id).where(RecordingAnswer.person_id == person_id, RecordingAnswer.agrees)
    theirs = select(Recording.id).where(or_(Recording.id.in_(heard), Recording.by_id == person_id))
    for recording_id in (await uow.session.scalars(theirs)).all():
        await actions.delete(uow, recording_id)
    await uow.session.execute(delete(RecordingAnswer).where(RecordingAnswer.person_id == person_id))
    await uow.session.execute(
        update(RecordingChapter).where(RecordingChapter.person_id == person_id).values(person_id=None)
    )
    await uow.session.execute(
        update(Recording).where(Recording.published_by_id == person_id).values(published_by_id=None)
    )
