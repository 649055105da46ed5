"""Levels of access, and the pure rule that decides them."""

from collections.abc import Set
from enum import Enum
from typing import Protocol


class Person(Protocol):
    """What the door needs to know of a person."""

    @property
    def id(self) -> str:
        """The person's id."""
        ...

    @property
    def admin(self) -> bool:
        """Whether the person runs the platform."""
        ...


class Access(Enum):
    """Who may call a route or a live method. `server.access` gives each of them one of these.

    MEMBER and the levels after it mean: in the fair that the path parameter {fair} names (a live method:
    the fair of the channel it names). Those that begin with API are for programs: who it is, is said by a token with
    each request, and a browser's cookie counts for nothing.
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
    API = "anyone; a token must be one that reads"
    API_TOKEN = "whoever has a token"  # noqa: S105 - the name of a level
    API_ORGANISATIONS = "whoever has a token that changes organisations"
    API_PRODUCTS = "whoever has a token that changes products"
    API_NEEDS = "whoever has a token that changes needs"
    API_MEMBERS = "whoever has a token for who belongs to organisations"
    API_LISTS = "whoever has a token for what they keep"
    API_CONTACTS = "whoever has a token for requests and answers"
    API_IMPORTS = "whoever has a token for imports"
    API_FAIRS = "whoever has a token for fairs that they run"


# What a token must have been made for.
SCOPES: dict[Access, str] = {
    Access.API: "directory:read",
    Access.API_ORGANISATIONS: "organisations:write",
    Access.API_PRODUCTS: "products:write",
    Access.API_NEEDS: "needs:write",
    Access.API_MEMBERS: "members",
    Access.API_LISTS: "lists",
    Access.API_CONTACTS: "contacts",
    Access.API_IMPORTS: "imports",
    Access.API_FAIRS: "fairs",
}
BY_TOKEN = frozenset({*SCOPES, Access.API_TOKEN})


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


def opens(level: Access, scopes: Set[str] | None) -> bool:
    """Whether a token with these scopes (None: there is no token) passes a level of `BY_TOKEN`."""
    if scopes is None:
        return level is Access.API
    return level not in SCOPES or SCOPES[level] in scopes
