"""What the live line needs of a transport: the seam between rooms and servers."""

from collections.abc import Callable
from typing import Protocol

EXTENSION = "fairmatch.frames"

Write = Callable[[bytes], None]


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
