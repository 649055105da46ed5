"""How somebody comes to belong to an organisation, as their programs see it."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from directory.api.shapes.values import Address, Given, Id, Moment, Shown, coded, up_to
from directory.organisations import belonging
from directory.organisations.model import Invitation, Organisation
from directory.organisations.policy import Standing
from directory.organisations.rules import ROLES
from web.i18n import N_

_STATES = ("member", "none", "open", "other_address", "waiting")
# More characters than any link of ours has.
_TOKEN_MOST = 100


class WayIn(Shown):
    """Whether somebody belongs to an organisation, and how they could come to."""

    state: Annotated[str, coded(_STATES)] = Field(
        description=N_(
            "member: you belong to it. waiting: its administrators are asked. open: you may claim it. other_address: "
            "with a confirmed mail address at the domain you could. none: by an invitation alone."
        )
    )
    role: Annotated[str, coded(ROLES)] = Field(description=N_("What you are there; empty: you do not belong to it."))
    domain: str = Field(description=N_("The mail domain that proves it; empty where none would."))

    @classmethod
    def of(cls, way: belonging.WayIn, standing: Standing) -> Self:
        """The way of the one whose token it is."""
        return cls(state=way.state.replace(" ", "_"), role=standing.role or "", domain=way.domain)


class InvitationToken(Given):
    """An invitation, by what its mail says."""

    token: Annotated[str, up_to(_TOKEN_MOST, 1)] = Field(
        description=N_("What stands after token= in the link of the mail. It is sent in the body, so no log has it.")
    )


class InvitedTo(Shown):
    """What an invitation is about."""

    organisation: Id
    name: str
    page: Address = Field(description=N_("Its page, for people."))
    role: Annotated[str, coded(ROLES)]
    expires_at: Moment
    good: bool = Field(description=N_("Whether it can be accepted: not used, not withdrawn, not too old."))

    @classmethod
    def of(cls, row: Invitation, organisation: Organisation, now: datetime, site: str) -> Self:
        """An invitation, for whoever has its token; `site` is our own address."""
        return cls(
            organisation=organisation.id,
            name=organisation.name,
            page=f"{site}/o/{organisation.slug}",
            role=row.role,
            expires_at=row.expires_at,
            good=belonging.is_good(row, now),
        )


class Acceptance(Shown):
    """Somebody belongs to an organisation now."""

    organisation: Id
    role: Annotated[str, coded(ROLES)]
