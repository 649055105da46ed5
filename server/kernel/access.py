"""Levels of access, and the guard that asks before anything happens."""

from enum import Enum


class Access(Enum):
    """Who may call a route or a live method. `server.access` gives each of them one of these.

    MEMBER and the levels after it mean: in the fair that the path parameter {fair} names (a live method:
    the fair of the channel it names). ORGANISER includes MODERATOR; ADMIN includes everything.
    """

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    MEMBER = "member of the fair"
    EXHIBITOR = "exhibitor's staff in the fair"
    SPEAKER = "speaker in the fair"
    MODERATOR = "moderator of the fair"
    ORGANISER = "organiser of the fair"
    ADMIN = "platform administrator"
    DEV = "anyone, in development mode only"
