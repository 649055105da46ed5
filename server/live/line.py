"""What the live line needs of a transport: the seam between rooms and servers."""

import os
from array import array
from collections.abc import Callable, Collection
from typing import Protocol

EXTENSION = "fairmatch.frames"

Write = Callable[[bytes], None]


class Pipe:
    """The way of whole frames into one socket: straight to the kernel while nothing waits before it, else by `wait`."""

    __slots__ = ("descriptor", "free", "wait")

    changes = 0  # how often any pipe became free or ceased to be

    def __init__(self, wait: Write) -> None:
        self.wait = wait  # takes a frame, or the rest of one, after all that it was given before
        self.descriptor = -1  # of the socket, which must not block
        self.free = False  # whether nothing waits, and the descriptor may be used

    def __call__(self, frame: bytes) -> None:
        """Write one frame."""
        sent = _sent(self.descriptor, frame) if self.free else 0
        if sent != len(frame):
            self.wait(frame[sent:])

    def set_free(self, free: bool) -> None:
        """Let frames go straight to the kernel from now on, or no longer."""
        if free != self.free:
            self.free = free
            Pipe.changes += 1


def _sent(descriptor: int, frame: bytes) -> int:
    """The bytes that the kernel took. Of a full or a broken socket none: its transport finds out which it is."""
    try:
        return os.write(descriptor, frame)
    except OSError:
        return 0


class Ways:
    """How one frame gets to many: what is free is written to by number, in a row.

    After each write the processor's caches hold the kernel's affairs: an object that is looked at per receiver is a
    walk to memory per receiver. The numbers lie side by side.
    """

    __slots__ = ("_changes", "_descriptors", "_others", "_pipes", "size")

    def __init__(self, writes: Collection[Write] = ()) -> None:
        self._pipes = tuple(write for write in writes if isinstance(write, Pipe) and write.free)
        self._descriptors = array("i", (pipe.descriptor for pipe in self._pipes))
        self._others = tuple(write for write in writes if not (isinstance(write, Pipe) and write.free))
        self._changes = Pipe.changes
        self.size = len(writes)

    @property
    def stale(self) -> bool:
        """Whether these are to be made anew: something became free, or ceased to be."""
        return self._changes != Pipe.changes

    def write(self, frame: bytes) -> None:
        """Write the frame to everybody, also when these are stale."""
        for write in self._others:
            write(frame)
        done = 0 if self.stale else self._write_in_a_row(frame)
        for pipe in self._pipes[done:]:
            pipe(frame)

    def _write_in_a_row(self, frame: bytes) -> int:
        """The number of pipes that were served before something changed."""
        write, size = os.write, len(frame)
        for at, descriptor in enumerate(self._descriptors):
            try:
                sent = write(descriptor, frame)  # as in _sent, but for the call
            except OSError:
                sent = 0
            if sent != size:
                self._pipes[at].wait(frame[sent:])
                if self.stale:  # and maybe not by this pipe alone, whatever its waiting led to
                    return at + 1
        return len(self._pipes)


class Listener(Protocol):
    """Who is told what happens on a line. Called on the event loop; must not block or raise."""

    def on_text(self, text: str) -> None:
        """A whole text message came."""
        ...

    def on_breach(self, reason: str) -> None:
        """Something came that this protocol does not know: a binary message."""
        ...

    def on_pause(self) -> None:
        """More than DROP_PASSING_BYTES wait to be sent. May be called from within `write`."""
        ...

    def on_resume(self) -> None:
        """What waited is mostly sent."""
        ...

    def on_lost(self) -> None:
        """The line is closed, by whomever. Called once; nothing can be sent any more."""
        ...


class Line(Protocol):
    """One WebSocket."""

    heard: float  # when anything last came, in the loop's time

    @property
    def write(self) -> Write:
        """Takes whole frames as bytes; never blocks, and never raises while the line is up."""
        ...

    def listen(self, listener: Listener) -> None:
        """Hand the line over: from now on the listener is called."""
        ...

    def buffered(self) -> int:
        """Bytes that wait to be sent."""
        ...

    def ping(self) -> None:
        """Ask for a sign of life."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Send a close frame and nothing after it; gone for good when the peer does not answer in time.
        A second close is harmless, and so is one of a lost line. `on_lost` is called before this returns."""
        ...

    def pause_reading(self) -> None:
        """Take no more messages for now."""
        ...

    def resume_reading(self) -> None:
        """Take messages again."""
        ...
