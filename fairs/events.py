"""What happened at fairs: the only face of this feature that others listen to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FairCreated:
    """There is a new fair."""

    fair_id: str


@dataclass(frozen=True)
class FairRevised:
    """An organiser has changed what is said of a fair: its name, line, days or zone."""

    fair_id: str
    by_id: str


@dataclass(frozen=True)
class MemberJoined:
    """Somebody belongs to a fair now."""

    fair_id: str
    person_id: str


@dataclass(frozen=True)
class MemberLeft:
    """Somebody went, of their own will: no right of theirs at this fair is left."""

    fair_id: str
    person_id: str


@dataclass(frozen=True)
class RolesChanged:
    """An organiser gave or took a role: rights at this fair are other ones now."""

    fair_id: str
    person_id: str
    roles: frozenset[str]


@dataclass(frozen=True)
class MemberBanned:
    """Somebody was shut out: every right at this fair is gone, live ones included."""

    fair_id: str
    person_id: str
    by_id: str


@dataclass(frozen=True)
class MemberUnbanned:
    """A ban was lifted: the rights from before it are back."""

    fair_id: str
    person_id: str
    by_id: str
