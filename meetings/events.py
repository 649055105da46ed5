"""What happened with meetings: the only face of this feature that others listen to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PlanChanged:
    """A fair arranges its meetings in another way."""

    fair_id: str


@dataclass(frozen=True)
class RequestSent:
    """Somebody asks somebody for a meeting."""

    request_id: str
    from_id: str
    to_id: str


@dataclass(frozen=True)
class RequestMoved:
    """Other slots were proposed, or a colleague was asked: it is somebody else's turn."""

    request_id: str
    person_ids: frozenset[str]
    turn_id: str


@dataclass(frozen=True)
class RequestAnswered:
    """A request came to its end."""

    request_id: str
    person_ids: frozenset[str]
    answer: str


@dataclass(frozen=True)
class MeetingBooked:
    """Some people will meet."""

    meeting_id: str
    person_ids: frozenset[str]


@dataclass(frozen=True)
class MeetingMoved:
    """A meeting is at another time, or with more people."""

    meeting_id: str
    person_ids: frozenset[str]


@dataclass(frozen=True)
class MeetingCancelled:
    """A meeting will not be."""

    meeting_id: str
    person_ids: frozenset[str]


@dataclass(frozen=True)
class SeatGiven:
    """Somebody is in a meeting no more: a colleague has their seat. Everybody else hears `MeetingMoved`."""

    meeting_id: str
    person_id: str


@dataclass(frozen=True)
class MeetingExtended:
    """A meeting goes on a little."""

    meeting_id: str
    person_ids: frozenset[str]


@dataclass(frozen=True)
class NotesChanged:
    """Somebody wrote into the notes of a meeting."""

    meeting_id: str
    version: int
    text: str
    by_id: str


@dataclass(frozen=True)
class FilesChanged:
    """Somebody gave a file in a meeting, or took one away."""

    meeting_id: str


@dataclass(frozen=True)
class PersonMissing:
    """Somebody was not in the room of their meeting, and others wait there."""

    meeting_id: str
    person_id: str
    waiting_ids: frozenset[str]


@dataclass(frozen=True)
class RescueOffered:
    """Somebody is asked to step in for the rest of a slot."""

    rescue_id: str
    meeting_id: str
    waiting_id: str
    candidate_id: str


@dataclass(frozen=True)
class CameLate:
    """Somebody who was missed is in the room after all."""

    meeting_id: str
    person_id: str


@dataclass(frozen=True)
class RescueOver:
    """Somebody need not step in any more, or cannot: others came, or who waited is gone."""

    candidate_ids: frozenset[str]


@dataclass(frozen=True)
class RescueAnswered:
    """Who was asked to step in has answered; `new_meeting_id` where they did."""

    rescue_id: str
    meeting_id: str
    waiting_id: str
    candidate_id: str
    new_meeting_id: str | None
