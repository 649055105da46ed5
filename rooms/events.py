"""What happened to rooms."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RoomClosed:
    """Nobody may be in a room any more."""

    room_id: str
