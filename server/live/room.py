"""A room: one topic on one worker, its members, and the bytes that each of them gets. Knows no server, no database."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from server.live.entries import Encoded
from server.live.framing import text_frame
from server.live.limits import DROP_EVENTS_BYTES, TAIL_EVENTS
from server.live.line import Ways, Write
from server.live.wire.codes import Close
from server.live.wire.envelope import batches

# The top of a room that does not know yet where its channel stands: every event is held.
NOT_BEGUN = -1


class Member(Protocol):
    """A connection, as a room sees it."""

    @property
    def write(self) -> Write:
        """Takes whole frames."""
        ...

    @property
    def paused(self) -> bool:
        """Whether too much waits in its buffer."""
        ...

    @property
    def hidden(self) -> bool:
        """Whether its page is hidden: it gets counters only."""
        ...

    def buffered(self) -> int:
        """Bytes that wait to be sent."""
        ...

    def close(self, code: Close, reason: str = "") -> None:
        """Send it away."""
        ...


class Due(NamedTuple):
    """A message that waits for the next frame. `seq` is 0 and `key` a kind for states; both empty: passing."""

    message: bytes
    seq: int = 0
    state: str = ""


@dataclass(slots=True)
class Behind:
    """A member that is not written to with the others: slow, hidden, or just arriving."""

    position: int  # the last event that it was given
    hidden: bool = False
    fed: bool = False  # still gets durable events, of a moderately full buffer
    catching_up: bool = False
    told: int = 0  # the last top that a hidden member was told
    states: dict[str, bytes] = field(default_factory=dict)


class Room:
    """Events come in by `offer` (durable, by number), `state` and `passing`; `flush` writes what is due.

    Durable events are applied by one rule: the next number is taken, an older one dropped, a later one held
    until what is missing has come.
    """

    __slots__ = ("_due", "_held", "_tail", "_ways", "behind", "due_soon", "durable", "epoch", "flushed", "flushed_at",
                 "gathered", "generation", "hot", "on_bus", "top", "topic", "versions", "wanted_at")  # fmt: skip

    def __init__(self, topic: str, due_soon: Callable[["Room"], None], *, durable: bool = True) -> None:
        self.topic = topic
        self.durable = durable  # whether the topic has a log
        self.due_soon = due_soon  # called when something waits that did not before
        self.on_bus: Callable[[bytes], None] | None = None
        self.epoch = ""
        self.top = NOT_BEGUN
        self.flushed = NOT_BEGUN  # what all hot members have been given
        self.flushed_at = 0.0
        self.gathered = 0  # messages in the last flush
        self.generation = 0  # how often what is in memory was declared void
        self.hot: dict[Member, Write] = {}
        self.behind: dict[Member, Behind] = {}
        self.versions: dict[str, int] = {}
        self.wanted_at = 0.0
        self._tail: deque[Encoded] = deque(maxlen=TAIL_EVENTS)
        self._held: dict[int, Encoded] = {}
        self._due: list[Due] = []
        self._ways: Ways | None = None  # to the hot members

    # -- what comes in -------------------------------------------------------------------------------------------

    def begin(self, top: int, epoch: str) -> None:
        """Start from this top; everything up to it has happened already."""
        self.top = self.flushed = top
        self.epoch = epoch
        self._tail.clear()
        self._held = {seq: encoded for seq, encoded in self._held.items() if seq > top}
        self._take_held()

    def offer(self, encoded: Encoded) -> bool:
        """Apply a durable event by the rule. False: something before it is missing, ask the log."""
        if encoded.seq <= self.top:
            return True
        if encoded.seq == self.top + 1:
            self._take(encoded)
            if self._held:
                self._take_held()
            return True
        if len(self._held) < TAIL_EVENTS:
            self._held[encoded.seq] = encoded
        return False

    def state(self, kind: str, version: int, message: bytes) -> None:
        """Show a state, unless a newer one was shown."""
        if version <= self.versions.get(kind, 0):
            return
        self.versions[kind] = version
        self._wait(Due(message, state=kind))

    def passing(self, message: bytes) -> None:
        """Pass something on to whoever can take it now."""
        self._wait(Due(message))

    def _take(self, encoded: Encoded) -> None:
        self.top = encoded.seq
        self._tail.append(encoded)
        self._wait(Due(encoded.message, encoded.seq))

    def _take_held(self) -> None:
        while following := self._held.pop(self.top + 1, None):
            self._take(following)

    def _wait(self, due: Due) -> None:
        self._due.append(due)
        if len(self._due) == 1:
            self.due_soon(self)

    @property
    def begun(self) -> bool:
        """Whether the room knows where its channel stands."""
        return self.top != NOT_BEGUN

    @property
    def has_gap(self) -> bool:
        """Whether later events wait for one that has not come."""
        return bool(self._held)

    # -- members -------------------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many members there are. (No `__len__`: an empty room would count as none.)"""
        return len(self.hot) + len(self.behind)

    def warm(self, member: Member) -> None:
        """From now on the member is written to with the others. It must have everything up to `flushed`."""
        self.behind.pop(member, None)
        self.hot[member] = member.write
        self._ways = None

    def cool(self, member: Member, position: int | None = None) -> Behind:
        """Take the member out of the hot set; it is caught up later from its position (default: where it stands)."""
        self._forget_write(member)
        behind = self.behind.get(member)
        if behind is None or position is not None:
            at = self.flushed if position is None else position
            behind = self.behind[member] = Behind(at, told=self.flushed)
        return behind

    def leave(self, member: Member) -> None:
        """The member hears nothing any more, from this moment on."""
        self._forget_write(member)
        self.behind.pop(member, None)

    def missed(self, position: int) -> list[Encoded] | None:
        """The events after a position that members have been given; None when memory does not reach back so far."""
        if position >= self.flushed:
            return []
        if not self._tail or self._tail[0].seq > position + 1:
            return None
        return [each for each in self._tail if position < each.seq <= self.flushed]

    @property
    def memory_full(self) -> bool:
        """Whether memory reaches back as far as it may."""
        return len(self._tail) >= min(TAIL_EVENTS, self.top)

    def remember(self, earlier: Sequence[Encoded]) -> None:
        """Lengthen the memory backwards by events that end right before it."""
        known = [each for each in self._tail if each.seq > self.top - TAIL_EVENTS]
        first = known[0].seq if known else self.top + 1
        fitting = [each for each in earlier if each.seq < first]
        if fitting and fitting[-1].seq == first - 1:
            self._tail = deque([*fitting, *known], maxlen=TAIL_EVENTS)

    def forget(self) -> None:
        """Keep no events in memory: some of them were changed in the log."""
        self.generation += 1
        self._tail.clear()

    def _forget_write(self, member: Member) -> None:
        if self.hot.pop(member, None):
            self._ways = None

    # -- what goes out -------------------------------------------------------------------------------------------

    def flush(self) -> tuple[int, int]:
        """Write what is due: the same bytes to each hot member. Gives the numbers of messages and of receivers."""
        due, self._due = self._due, []
        self.flushed = self.top
        messages = _latest(due)
        if self._ways is None or self._ways.stale:
            self._ways = Ways(self.hot.values())
        ways = self._ways  # which stay as they are while a write calls back and members leave
        for payload in batches(messages):
            ways.write(text_frame(payload))
        if self.behind:
            self._feed(due)
        return len(messages), ways.size

    def _feed(self, due: Sequence[Due]) -> None:
        events = [each for each in due if each.seq]
        states = {each.state: each.message for each in due if each.state}
        for member, behind in list(self.behind.items()):
            behind.states.update(states)
            if not events or not behind.fed:
                continue
            if behind.position + 1 < events[0].seq or member.buffered() >= DROP_EVENTS_BYTES:
                behind.fed = False  # it is caught up from its position when its buffer has drained
                continue
            write_all(member.write, [each.message for each in events if each.seq > behind.position])
            behind.position = events[-1].seq


def write_all(write: Write, messages: Sequence[bytes]) -> None:
    """Write messages to one member, gathered into frames."""
    if messages:
        for payload in batches(messages):
            write(text_frame(payload))


def _latest(due: Sequence[Due]) -> list[bytes]:
    """The messages in order; of each state only the last."""
    last = {each.state: at for at, each in enumerate(due) if each.state}
    return [each.message for at, each in enumerate(due) if not each.state or last[each.state] == at]
