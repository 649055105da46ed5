"""Who belongs to an organisation, and who is invited or asks to, as programs see them."""

from typing import Annotated, Self

from pydantic import Field

from directory.api.shapes.common import PageOf
from directory.api.shapes.values import Given, Id, Moment, Shown, coded, one_of, up_to
from directory.organisations.model import Claim as ClaimRow
from directory.organisations.model import Invitation as InvitationRow
from directory.organisations.queries import TeamMember
from directory.organisations.rules import ROLES
from people.addresses import MOST as ADDRESS_MOST
from people.addresses import readable
from people.model import Person
from web.i18n import LOCALES, N_

Role = Annotated[str, one_of(ROLES)]


class Member(Shown):
    """Somebody who belongs to an organisation."""

    person: Id
    name: str
    position: str
    role: Annotated[str, coded(ROLES)]
    since: Moment

    @classmethod
    def of(cls, one: TeamMember) -> Self:
        """A colleague of the viewer's."""
        return cls(person=one.person_id, name=one.name, position=one.position, role=one.role, since=one.since)


class MemberPage(PageOf[Member]):
    """The people of an organisation: they are one page."""


class MemberChange(Given):
    """Another role."""

    role: Role


class Invitation(Shown):
    """A mail that asks somebody to join."""

    id: Id
    email: str
    role: Annotated[str, coded(ROLES)]
    sent_at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, row: InvitationRow) -> Self:
        """An invitation, for the administrators of its organisation."""
        email = readable(row.email)
        return cls(id=row.id, email=email, role=row.role, sent_at=row.at, expires_at=row.expires_at)


class InvitationPage(PageOf[Invitation]):
    """The invitations that wait: they are one page."""


class InvitationNew(Given):
    """Whom to ask."""

    email: Annotated[str, up_to(ADDRESS_MOST, 3)]
    role: Role
    language: Annotated[str, one_of(sorted(LOCALES))] = Field(
        default_factory=lambda: "", description=N_("Of the mail; else that of the request.")
    )


class Claim(Shown):
    """Somebody who says that they belong to an organisation, by their mail address."""

    id: Id
    name: str
    email: str
    at: Moment

    @classmethod
    def of(cls, row: ClaimRow, person: Person) -> Self:
        """A claim, for the administrators of its organisation."""
        return cls(id=row.id, name=person.name, email=readable(row.email), at=row.at)


class ClaimPage(PageOf[Claim]):
    """The claims that wait: they are one page."""


class ClaimAnswer(Given):
    """What becomes of a claim."""

    role: Role | None = Field(
        default_factory=lambda: None, description=N_("What they become; null: they are not let in.")
    )
