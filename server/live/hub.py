"""The hub of one worker: its rooms, kept in step with the log; the bus only says when to look."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import structlog

from server.kernel.away import note_failure
from server.kernel.bus import Bus
from server.kernel.enduring import kept_going
from server.live import doorbell, metrics
from server.live.entries import NEVER, Encoded, Top
from server.live.limits import CATCH_UP_EVENTS, TAIL_EVENTS
from server.live.pace import interval, load_after
from server.live.recall import Recall, Source
from server.live.redaction import Redacted
from server.live.room import Behind, Member, Room, write_all
from server.live.tasks import Tasks
from server.live.together import Together
from server.live.wire import envelope
from server.live.wire.codes import Close

COMPARE_S = 1.0  # how often the tops of all active channels are compared with the database
COMPARE_DEAF_S = 0.25  # the same, while the bus is silent
DEAF_AFTER_S = 3.0
KEEP_EMPTY_S = 30.0  # a room without members is kept so long: people come back
# Two commits, of one worker or of two, may be told in the wrong order. That settles by itself, within so many looks: a
# busy loop needs turns for it rather than time, and the other worker's loop may be the busy one. What is missing while
# the bus is silent is waited for no longer than a moment: it will not come.
GAP_LOOK_S = 0.025
GAP_LOOKS = 10
GAP_LOOKS_DEAF = 1
OPEN_TOGETHER = 64  # bus subscriptions under way at a time, when many topics are opened at once

log = structlog.get_logger(__name__)


class Hub:
    """Rooms by topic. `is_durable` says whether a topic has a log."""

    def __init__(self, bus: Bus, worker: str, is_durable: Callable[[str], bool]) -> None:
        self.worker = worker
        self.rooms: dict[str, Room] = {}
        self.load = 1.0
        # Told of members that come back from having been slow or hidden, if they missed states.
        self.on_return: Callable[[Room, Member], None] = lambda room, member: None
        self._bus = bus
        self._is_durable = is_durable
        self._source: Source
        self._tops: Together[str, Top]
        self.recall: Recall
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._healing: set[str] = set()
        self._tasks = Tasks()
        self._ticks = 0
        bus.on_gap(self._bus_was_deaf)

    def read_from(self, source: Source) -> None:
        """Name the log, which in turn tells this hub of what it committed."""
        self._source = source
        self._tops = Together(lambda channels: self._source.tops(channels))  # a crowd asks for many at once
        self.recall = Recall(source, self._tasks)

    async def start(self) -> None:
        """Begin comparing with the log."""
        self._tasks.spawn(kept_going("live_hub", self._tick))

    async def stop(self) -> None:
        """Stop comparing; give up what is under way."""
        await self._tasks.cancel()

    # -- publishing ----------------------------------------------------------------------------------------------

    def committed(self, channel: str, epoch: str, events: Sequence[Encoded]) -> None:
        """Tell of new events in the log: this worker's members at once, the others by the bus."""
        if room := self.rooms.get(channel):
            self._apply(room, epoch, events)
        self._bus.publish(_bus_topic(channel), doorbell.durable(self.worker, epoch, events))

    def passing(self, topic: str, kind: str, data: Mapping[str, Any]) -> None:
        """Tell everybody on a topic of something that may be missed."""
        message = envelope.passing(topic, kind, envelope.to_json(data))
        if room := self.rooms.get(topic):
            room.passing(message)
        self._bus.publish(_bus_topic(topic), doorbell.passing(self.worker, message))

    def state(self, topic: str, kind: str, data: Mapping[str, Any], version: int) -> None:
        """Tell everybody on a topic how something is now; an older version never follows a newer one."""
        message = self.state_here(topic, kind, data, version)
        self._bus.publish(_bus_topic(topic), doorbell.state(self.worker, kind, version, message))

    def state_here(self, topic: str, kind: str, data: Mapping[str, Any], version: int) -> bytes:
        """Tell the members on this worker alone; the message."""
        message = envelope.state(topic, version, kind, envelope.to_json(data))
        if room := self.rooms.get(topic):
            room.state(kind, version, message)
        return message

    async def redacted(self, happened: Redacted) -> None:
        """Events of a log were changed: no worker may give out the old ones from its memory."""
        if room := self.rooms.get(happened.channel):
            room.forget()
        self._bus.publish(_bus_topic(happened.channel), doorbell.redacted(self.worker))

    # -- rooms and members ---------------------------------------------------------------------------------------

    async def open(self, topics: Collection[str]) -> dict[str, Room]:
        """The rooms of these topics, in step with the log. Raises what the database raises when it is away."""
        self._begin_opening([topic for topic in topics if topic not in self.rooms])
        opened = {topic: self.rooms[topic] for topic in topics}
        now = asyncio.get_running_loop().time()
        for room in opened.values():
            room.wanted_at = now  # from here on, so that none is closed as idle while another one is being opened
        for task in {self._opening[topic] for topic in topics if topic in self._opening}:
            await asyncio.shield(task)
        return opened

    def enter(self, room: Room, member: Member, position: int) -> None:
        """From here on the member gets every event above its position, in order."""
        behind = room.cool(member, position)
        behind.hidden, behind.fed = member.hidden, member.paused
        self.catch_up(room, member)

    def leave(self, room: Room, member: Member) -> None:
        """The member hears nothing any more."""
        room.leave(member)
        room.wanted_at = asyncio.get_running_loop().time()

    def slow_down(self, room: Room, member: Member) -> None:
        """The member's buffer is filling: no passing events, and durable ones only as long as it is not too full."""
        room.cool(member).fed = True

    def hide(self, room: Room, member: Member) -> None:
        """The member's page is hidden."""
        behind = room.cool(member)
        behind.hidden, behind.fed = True, False

    def catch_up(self, room: Room, member: Member) -> None:
        """Give the member what it missed and let it in again, as soon as it can take it."""
        behind = room.behind.get(member)
        if behind is None or behind.catching_up or member.paused or member.hidden:
            return
        behind.hidden = False
        if room.missed(behind.position) == []:
            self._let_in(room, member)
            return
        behind.catching_up = True
        self._tasks.spawn(self._caught_up(room, member, behind))

    async def reaches(self, room: Room, position: int, epoch: str) -> bool:
        """Whether a position makes sense here. One above our top may come from a worker that heard more than we did:
        the log is asked before it is called wrong."""
        if epoch == room.epoch and position > room.top and room.durable:
            await self._advance(room)
        return epoch == room.epoch and position <= room.top

    # -- opening -------------------------------------------------------------------------------------------------

    def _begin_opening(self, topics: Sequence[str]) -> None:
        if not topics:
            return
        for topic in topics:
            self.rooms[topic] = Room(topic, self._due_soon, durable=self._is_durable(topic))
        task = self._tasks.spawn(self._opened(topics))
        self._opening |= dict.fromkeys(topics, task)
        task.add_done_callback(
            lambda done: self._opening_done(topics, failed=done.cancelled() or bool(done.exception()))
        )

    async def _opened(self, topics: Sequence[str]) -> None:
        """Subscribe to the bus, have it acknowledged, only then read the tops: in any other order events get lost."""
        for at in range(0, len(topics), OPEN_TOGETHER):
            group = topics[at : at + OPEN_TOGETHER]
            await asyncio.gather(*(self._subscribed(self.rooms[topic]) for topic in group))
        durable = [topic for topic in topics if self.rooms[topic].durable]
        tops = await self._tops.get_all(durable)
        for topic in topics:
            top = tops.get(topic, NEVER)
            self.rooms[topic].begin(top.seq, top.epoch)

    def _opening_done(self, topics: Sequence[str], *, failed: bool) -> None:
        for topic in topics:
            self._opening.pop(topic, None)
            if failed:
                self._close(topic)

    async def _subscribed(self, room: Room) -> None:
        room.on_bus = partial(self._heard, room)
        await self._bus.subscribe(_bus_topic(room.topic), room.on_bus)

    def _close(self, topic: str) -> None:
        room = self.rooms.pop(topic, None)
        if room and room.on_bus:
            self._tasks.spawn(self._bus.unsubscribe(_bus_topic(topic), room.on_bus))

    # -- what comes in -------------------------------------------------------------------------------------------

    def _heard(self, room: Room, payload: bytes) -> None:
        try:
            ring = doorbell.heard(self.worker, payload)
        except (ValueError, IndexError):
            log.warning("bus_nonsense", topic=room.topic)
            return
        if isinstance(ring, doorbell.Durable):
            self._apply(room, ring.epoch, ring.events)
        elif isinstance(ring, doorbell.State):
            room.state(ring.kind, ring.version, ring.message)
        elif isinstance(ring, doorbell.Passing):
            room.passing(ring.message)
        elif ring is not None:
            room.forget()

    def _apply(self, room: Room, epoch: str, events: Sequence[Encoded]) -> None:
        if room.begun and epoch != room.epoch:
            self._tasks.spawn(self._harmless(self._compare([room.topic])))
            return
        whole = all([room.offer(each) for each in events])
        if not whole and room.begun:
            self._heal(room)

    def _heal(self, room: Room, top: int = 0) -> None:
        if room.topic not in self._healing:
            self._healing.add(room.topic)
            self._tasks.spawn(self._harmless(self._healed(room, top)))

    async def _healed(self, room: Room, top: int) -> None:
        """Read what the bus lost: once, for all members. What was only late is nothing lost."""
        try:
            for _ in range(GAP_LOOKS_DEAF if self._deaf else GAP_LOOKS):
                await asyncio.sleep(GAP_LOOK_S)
                if room.top >= top and not room.has_gap:
                    return
            before = room.top
            room.forget()  # the bus may also have lost that something was redacted
            while (room.has_gap or room.top == before) and await self._advance(room, memory=TAIL_EVENTS):
                metrics.GAPS.inc()
        finally:
            self._healing.discard(room.topic)

    async def _advance(self, room: Room, memory: int = 0) -> bool:
        """Read what follows, and with it so much of what was before: whoever comes next need not read that again."""
        top, generation = room.top, room.generation
        events = await self._source.since(room.topic, max(0, top - memory), memory + CATCH_UP_EVENTS)
        if memory and generation == room.generation:
            room.remember([event.encoded() for event in events if event.seq <= top])
        news = [event for event in events if event.seq > top]
        for event in news:
            room.offer(event.encoded())
        return len(news) > 0

    # -- comparing with the log ----------------------------------------------------------------------------------

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(COMPARE_DEAF_S)
            try:
                await self._ticked()
            except Exception:  # whatever it was, what the bus loses is healed all the same
                log.exception("tick_failed")

    async def _ticked(self) -> None:
        self._ticks += 1
        whole_second = self._ticks % round(COMPARE_S / COMPARE_DEAF_S) == 0
        metrics.BUS_SILENCE.set(self._bus.silent_for)
        if whole_second or self._deaf:
            await self._harmless(self._compare(list(self.rooms)))
        if whole_second:
            self._tell_hidden()
            self._close_empty()

    @property
    def _deaf(self) -> bool:
        return self._bus.silent_for > DEAF_AFTER_S

    async def _compare(self, topics: Collection[str]) -> None:
        """Bring the rooms in step with the log, whatever the bus has told or not told: one query for all, and an answer
        that names those alone that are not, of thousands hardly one."""
        open_ones = (self.rooms[topic] for topic in topics if topic in self.rooms)
        known = {room.topic: Top(room.top, room.epoch) for room in open_ones if room.durable and room.begun}
        found = await self._source.elsewhere(known) if known else {}
        for topic, top in found.items():
            room = self.rooms.get(topic)
            if room is None or not room.begun:
                continue
            if top.epoch != room.epoch or top.seq < known[topic].seq:
                self._begin_again(room, top)
            elif top.seq > room.top:
                self._heal(room, top.seq)

    def _begin_again(self, room: Room, top: Top) -> None:
        """The log was restored: no position of before means anything now."""
        log.warning("epoch_changed", topic=room.topic)
        room.begin(top.seq, top.epoch)
        for member in [*room.hot, *room.behind]:
            member.close(Close.RESYNC)

    def _bus_was_deaf(self) -> None:
        if self.rooms:
            self._tasks.spawn(self._harmless(self._compare(list(self.rooms))))

    async def _harmless(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:
            note_failure(log, "log_not_read", error)

    # -- what goes out -------------------------------------------------------------------------------------------

    def _due_soon(self, room: Room) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        at = room.flushed_at + interval(len(room.hot), room.gathered, self.load)
        if at <= now:
            loop.call_soon(self._flush, room, now)
        else:
            loop.call_at(at, self._flush, room, at)

    def _flush(self, room: Room, planned: float) -> None:
        room.flushed_at = asyncio.get_running_loop().time()
        self.load = load_after(self.load, room.flushed_at - planned)
        messages, receivers = room.flush()
        room.gathered = messages
        metrics.DELIVERIES.inc(messages * receivers)
        metrics.FRAMES.inc(receivers)

    def _let_in(self, room: Room, member: Member) -> None:
        states = room.behind[member].states
        room.warm(member)
        if states:
            write_all(member.write, list(states.values()))
            self.on_return(room, member)

    async def _caught_up(self, room: Room, member: Member, behind: Behind) -> None:
        try:
            while not member.paused and not member.hidden and room.behind.get(member) is behind:
                missed = await self.recall.events_after(room, behind.position)
                if room.behind.get(member) is not behind:
                    return
                if missed is None or (not missed and behind.position < room.flushed):
                    member.close(Close.RESYNC)
                    return
                missed = [each for each in missed if behind.position < each.seq <= room.flushed]
                if not missed:
                    self._let_in(room, member)
                    return
                metrics.RESYNCS.inc()
                behind.position = missed[-1].seq
                write_all(member.write, [each.message for each in missed])
        except Exception as error:
            note_failure(log, "catch_up_failed", error)
            member.close(Close.RESYNC)
        finally:
            behind.catching_up = False

    def _tell_hidden(self) -> None:
        """Counters for hidden pages, once a second."""
        for room in [room for room in self.rooms.values() if room.behind]:
            for member, behind in list(room.behind.items()):
                if behind.hidden:
                    write_all(member.write, _counters(room, behind))

    def _close_empty(self) -> None:
        latest = asyncio.get_running_loop().time() - KEEP_EMPTY_S
        idle = [topic for topic, room in self.rooms.items() if not room.size and room.wanted_at < latest]
        for topic in idle:
            if topic not in self._opening:
                self._close(topic)


def _counters(room: Room, behind: Behind) -> list[bytes]:
    messages = list(behind.states.values())
    behind.states.clear()
    if room.flushed > behind.told:
        behind.told = room.flushed
        messages.append(envelope.state(room.topic, room.flushed, "top", f'{{"top":{room.flushed}}}'))
    return messages


def _bus_topic(topic: str) -> str:
    return f"live:{topic}"
