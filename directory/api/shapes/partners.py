"""Partners and their networks, as programs see them."""

from typing import Annotated, Self

from pydantic import Field

from directory.api.queries import FoundPartner
from directory.api.shapes.common import CURSOR, Onward, PageOf
from directory.api.shapes.lists import OFFSET
from directory.api.shapes.values import Address, Given, Id, Moment, Shown, left_out, one_of, up_to
from directory.organisations.domains import HOST_MOST
from directory.organisations.shown import picture
from directory.partners.hosts import page_of
from directory.partners.look import FACES
from directory.partners.statistics import Statistics
from people.addresses import MOST as ADDRESS_MOST
from server.kernel.settings import Settings
from web.i18n import LOCALES, N_

Face = Annotated[str, one_of(FACES), Field(description=N_("The face of its headlines; empty: this network's own."))]


class PartnerShown(Shown):
    """A partner institution, which is an organisation as well."""

    id: Id = Field(description=N_("The id of the organisation that it is."))
    name: str
    page: Address = Field(description=N_("Its page, for people: at a host of its own where it has one."))
    logo: str | None = Field(description=N_("Address of a picture, 512 by 512 pixels."))
    accent: str = Field(description=N_("Its colour as #rrggbb, or empty."))
    face: Face
    organisations: int = Field(description=N_("How many organisations of its network you see."))
    since: Moment

    @classmethod
    def of(cls, found: FoundPartner, settings: Settings) -> Self:
        """A partner that the viewer may see."""
        row = found.organisation
        return cls(
            id=row.id,
            name=row.name,
            page=page_of(settings, row, found.host or ""),
            logo=settings.public_url + picture(row.logo) if row.logo else None,
            accent=found.accent,
            face=found.face,
            organisations=found.count,
            since=found.since,
        )


Accent = Annotated[
    str, up_to(7), Field(description=N_("A colour such as #1d5f8a, dark enough for white text; or empty."))
]
Host = Annotated[
    str,
    up_to(HOST_MOST),
    Field(description=N_("A host name of its own, or empty. Only who runs the platform sets it.")),
]


class PartnerChange(Given):
    """What changes of a partner's look; what is left out stays."""

    accent: Accent = left_out()
    face: Face = left_out()
    host: Host = left_out()


class Counted(Shown):
    """How many there are of something."""

    code: str
    count: int


class Grown(Shown):
    """How large a network was."""

    at: Moment
    count: int


class Figures(Shown):
    """A network in figures, as far as you see its organisations."""

    totals: list[Counted] = Field(
        description=N_("organisations, confirmed (in twelve months), products, needs (open ones that are not blind).")
    )
    growth: list[Grown] = Field(description=N_("How many organisations it had, month by month."))
    kinds: list[Counted]
    industries: list[Counted] = Field(description=N_("The most frequent ones."))
    countries: list[Counted] = Field(description=N_("The most frequent ones."))

    @classmethod
    def of(cls, found: Statistics) -> Self:
        """The figures for one of the partner's people."""
        parts = "totals", "kinds", "industries", "countries"
        counted = {part: [Counted(code=each.code, count=each.count) for each in getattr(found, part)] for part in parts}
        return cls(**counted, growth=[Grown(at=at, count=count) for at, count in found.growth])


class PartnerPage(PageOf[PartnerShown]):
    """A page of partners."""


class Unclaimed(Shown):
    """An organisation that a partner's imports have brought, and to which nobody belongs yet."""

    organisation: Id
    name: str
    invited_at: Moment | None = Field(description=N_("When somebody was asked last who may still come."))


class UnclaimedPage(PageOf[Unclaimed]):
    """A page of them: first those for which nobody is invited."""


class UnclaimedQuery(Onward):
    """Which page."""

    after: Annotated[str, Field(pattern=OFFSET, description=CURSOR)] | None = None


class KeeperNew(Given):
    """Whom to ask to look after an organisation."""

    email: Annotated[str, up_to(ADDRESS_MOST, 3)]
    language: Annotated[str, one_of(sorted(LOCALES), unknown=True)] = Field(
        "", description=N_("Of the mail; empty: that of the request.")
    )


class Moderator(Shown):
    """Somebody who cares for the network of a partner without changing the institution."""

    person: Id
    name: str


class ModeratorPage(PageOf[Moderator]):
    """The moderators of a network: they are one page."""
