"""Levels of access, and the pure rule that decides them."""

from collections.abc import Set
from enum import Enum


class Access(Enum):
    """Who may call a route or a live method. `server.access` gives each of them one of these.

    MEMBER and the levels after it mean: in the fair that the path parameter {fair} names (a live method:
    the fair of the channel it names).
    """

    PUBLIC = "anyone, and nobody is asked who they are"
    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    MEMBER = "member of the fair"
    EXHIBITOR = "exhibitor's staff in the fair"
    SPEAKER = "speaker in the fair"
    MODERATOR = "moderator of the fair"
    ORGANISER = "organiser of the fair"
    ADMIN = "platform administrator"
    DEV = "anyone, in development mode only"


# The roles in a fair that each level accepts.
_ROLES: dict[Access, frozenset[str]] = {
    Access.MEMBER: frozenset({"attendee", "exhibitor", "speaker", "moderator", "organiser"}),
    Access.EXHIBITOR: frozenset({"exhibitor", "organiser"}),
    Access.SPEAKER: frozenset({"speaker", "organiser"}),
    Access.MODERATOR: frozenset({"moderator", "organiser"}),
    Access.ORGANISER: frozenset({"organiser"}),
}

IN_FAIR = frozenset(_ROLES)


def allows(level: Access, *, signed_in: bool, admin: bool, roles: Set[str], dev: bool) -> bool:
    """Whether somebody with these roles in the fair in question passes a level."""
    if level in (Access.PUBLIC, Access.ANYONE):
        return True
    if level is Access.DEV:
        return dev
    if admin or level is Access.SIGNED_IN:
        return signed_in
    return level in _ROLES and signed_in and not _ROLES[level].isdisjoint(roles)
