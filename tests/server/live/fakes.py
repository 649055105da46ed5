"""A member without a socket, and a room's events."""

import json
from typing import Any

from server.live.entries import Encoded
from server.live.queued import payload_of
from server.live.wire import envelope
from server.live.wire.codes import Close


class FakeMember:
    """Keeps what it is written."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.waiting = 0
        self.paused = False
        self.hidden = False
        self.closed: Close | None = None

    def write(self, frame: bytes) -> None:
        """Take a frame."""
        assert self.closed is None, "nothing may be written after the close"
        self.frames.append(frame)

    def buffered(self) -> int:
        """As much as the test says."""
        return self.waiting

    def close(self, code: Close, reason: str = "") -> None:
        """Remember why."""
        self.closed = code

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Everything that it was written, message by message."""
        found = []
        for frame in self.frames:
            payload = json.loads(payload_of(frame))
            found += payload if isinstance(payload, list) else [payload]
        return found

    @property
    def numbers(self) -> list[int]:
        """The numbers of the durable events among it."""
        return [each["s"] for each in self.messages if "s" in each]


def said(seq: int, topic: str = "chat:hall") -> Encoded:
    """A durable event."""
    return Encoded(seq, envelope.event(topic, seq, "said", f'{{"n":{seq}}}', None))
