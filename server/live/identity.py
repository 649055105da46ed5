"""Who is at the other end of a connection, as far as the live line must know."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in person in one session."""

    id: str
    name: str
    session_id: str
    admin: bool = False
    locale: str = "en"


# Given session ids, the identities of those that are still good: one query, however many are asked.
SessionCheck = Callable[[Collection[str]], Awaitable[Mapping[str, Identity]]]
