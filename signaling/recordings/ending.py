"""The end of a recording as people learn of it: at once, whoever or whatever has ended it. Its file is whole later.

A node says what it records. Where it says so no longer, or is no more, that is on record and told to everybody in the
call; a server that has just started asks for all recordings whether they still run, as it may have been their end.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import update

from server.live import topics
from signaling.leases import ENTERED_S
from signaling.parts import Calls, stopped_wire
from signaling.protocol import MediaError, RoomState
from signaling.recorded import TOLD_FOR, Stopped, Why, why_of
from signaling.recordings import actions, queries
from signaling.recordings.model import Recording

log = structlog.get_logger(__name__)

# It is on record that a recording begins before its node is asked to begin: until then its node says that none runs.
BEGINS_WITHIN = timedelta(seconds=5)


@dataclass(frozen=True)
class Ending:
    """How recordings stop."""

    calls: Calls

    def listen(self) -> None:
        """Notice whatever stops while the server runs."""
        tasks = self.calls.live.tasks

        def noticed(recording_id: str, why: Why) -> None:
            tasks.spawn(self._noticed(recording_id, why))

        self.calls.recorded.on_stopped = noticed

    async def start(self) -> None:
        """Notice what has stopped meanwhile: nobody on this worker was there to hear of it."""
        kernel = self.calls.kernel
        async with kernel.database.read() as session:
            for each in await queries.stopped_since(session, kernel.clock.now() - TOLD_FOR):
                self._remember(each)
            running = await queries.all_running(session)
        if running:
            self.calls.live.tasks.spawn(self._look_at(list(running)))

    async def _look_at(self, running: list[Recording]) -> None:
        if self.calls.kernel.settings.redis_url:  # which may have been started with us: nodes that live enter first
            await asyncio.sleep(ENTERED_S)
        for each in running:
            try:
                if await self.runs(each) and self._is_young(each):
                    await asyncio.sleep(BEGINS_WITHIN.total_seconds())
                    await self.runs(each)
            except MediaError as error:  # the job finds it
                log.warning("recording_unknown", recording=each.id, reason=error.message)

    async def runs(self, recording: Recording) -> bool:
        """Whether something is recorded that is on record as running; if not, it stops to be. Raises MediaError."""
        return await self.runs_by(recording, await self.calls.back_end.state(recording.call_id))

    async def runs_by(self, recording: Recording, state: RoomState | None) -> bool:
        """The same, where it is known already how its room is."""
        if state and state.recording == recording.id:
            self.calls.recorded.runs(recording.call_id, recording.id)
            return True
        if self._is_young(recording):
            return True
        await self.stopped(recording.id, why_of(state))
        return False

    def _is_young(self, recording: Recording) -> bool:
        return self.calls.kernel.clock.now() - recording.began_at < BEGINS_WITHIN

    async def end(self, recording: Recording) -> None:
        """A moderator ends it. Raises MediaError: then it may go on."""
        await self._wish(recording.id, "ended")
        try:
            await self.calls.back_end.end_recording(recording.call_id)
        except MediaError:
            await self._wish(recording.id, None)
            raise
        await self.stopped(recording.id, "ended")

    async def _wish(self, recording_id: str, why: Why | None) -> None:
        async with self.calls.kernel.database.write() as uow:
            running = Recording.id == recording_id, Recording.stopped_at.is_(None)
            await uow.session.execute(update(Recording).where(*running).values(why=why))

    async def stopped(self, recording_id: str, why: Why) -> None:
        """Nothing is recorded any more: everybody in the call is told, by whichever worker notices it first."""
        async with self.calls.kernel.database.write() as uow:
            is_news = await actions.stop(uow, recording_id, why)
            recording = await uow.session.get(Recording, recording_id, populate_existing=True)
        if recording is None:  # deleted
            return
        self._remember(recording)
        if is_news and recording.why and not self.calls.recorded.has_another(recording.call_id, recording_id):
            told = stopped_wire(recording.id, recording.why)
            self.calls.live.publish(topics.call(recording.call_id), "recording.stopped", told)

    def _remember(self, recording: Recording) -> None:
        if recording.stopped_at and recording.why and recording.why != "ended":
            self.calls.recorded.note(recording.call_id, Stopped(recording.id, recording.why, recording.stopped_at))

    async def _noticed(self, recording_id: str, why: Why) -> None:
        try:
            await self.stopped(recording_id, why)
        except Exception:  # the job finds it within a minute
            log.exception("recording_end_not_noted", recording=recording_id)
