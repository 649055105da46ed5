"""What happened to requests for contact: the only face of this feature that others listen to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ContactRequested:
    """An organisation asked another one for contact."""

    request_id: str


@dataclass(frozen=True)
class ContactDeclined:
    """A request was refused, or marked as not relevant."""

    request_id: str


@dataclass(frozen=True)
class ContactAccepted:
    """Two people are to talk: `asker_id` asked, `owner_id` accepted. `opening` is what was asked, the first thing that
    is said between them."""

    request_id: str
    asker_id: str
    owner_id: str
    opening: str
