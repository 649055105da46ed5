"""What happened to people: the only face of this feature that others listen to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PersonRegistered:
    """An account came into being; its address is confirmed."""

    person_id: str


@dataclass(frozen=True)
class SessionStarted:
    """Somebody signed in, in one browser."""

    person_id: str
    session_id: str


@dataclass(frozen=True)
class SessionRevoked:
    """Somebody signed out of one browser, or was signed out: its live connections end now."""

    person_id: str
    session_id: str


@dataclass(frozen=True)
class ProfileChanged:
    """Name, photo, organisation or anything else that others see of a person changed."""

    person_id: str


@dataclass(frozen=True)
class PersonErased:
    """An account was erased: who shows this person to others shows "Former participant" from now on.

    A listener may miss it. What must not be missed is registered with `OwnData.register(erase=...)`.
    """

    person_id: str
