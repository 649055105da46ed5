"""What happened in calls: the only face of this feature that others listen to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RemovedFromCall:
    """A moderator has shut somebody out of a call, until they are let in again."""

    call_id: str
    person_id: str
    by_id: str


@dataclass(frozen=True)
class ReadmittedToCall:
    """A moderator has let somebody in again who was shut out of a call."""

    call_id: str
    person_id: str
    by_id: str
