"""What a media server must do to be measured."""

from __future__ import annotations

from typing import Protocol

from bench.media.peer import RawPeer


class System(Protocol):
    """A media server on the server's core."""

    name: str
    says: str

    def missing(self) -> str:
        """Why it can't be measured here, or nothing."""
        ...

    async def start(self) -> None:
        """Start it. Raises ServerError."""
        ...

    async def stop(self) -> None:
        """End it."""
        ...

    def pids(self) -> list[int]:
        """The processes whose time counts."""
        ...

    async def publish(self, name: str) -> RawPeer:
        """Somebody who sends video; connected."""
        ...

    async def watch(self, name: str, of: list[str]) -> RawPeer:
        """Somebody who gets the video of these publishers; connected."""
        ...
