"""Who speaks for which organisation: a person with their roles, as needs and contacts see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.organisations.model import Member, Organisation, Removal
from directory.organisations.rules import ROLES, may_edit

# Roles that speak for an organisation: publish, answer, ask for contact.
SPEAKING = frozenset(role for role in ROLES if may_edit(role))


@dataclass(frozen=True)
class Viewer:
    """Somebody, with their role in each of their organisations. Without an id: somebody without an account."""

    person_id: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)

    @property
    def organisations(self) -> list[str]:
        """The ids of the organisations that the viewer belongs to."""
        return list(self.roles)

    @property
    def speaks_for(self) -> list[str]:
        """The ids of those for which the viewer may act."""
        return [each for each, role in self.roles.items() if role in SPEAKING]

    def may_act_for(self, organisation_id: str) -> bool:
        """Whether the viewer may publish and answer in the name of an organisation."""
        return self.roles.get(organisation_id) in SPEAKING


NOBODY = Viewer()


@dataclass(frozen=True)
class Own:
    """An organisation of the viewer, as it is chosen from."""

    id: str
    name: str
    slug: str
    kind: str
    country: str


async def viewer_of(session: AsyncSession, person_id: str | None) -> Viewer:
    """The viewer that a person is. Memberships in organisations that are gone do not count."""
    if person_id is None:
        return NOBODY
    gone = select(Removal.organisation_id).where(Removal.organisation_id == Member.organisation_id).exists()
    query = select(Member.organisation_id, Member.role).where(Member.person_id == person_id, ~gone)
    return Viewer(person_id, {row.organisation_id: row.role for row in await session.execute(query)})


async def own_organisations(session: AsyncSession, viewer: Viewer, *, speaking: bool = True) -> list[Own]:
    """The viewer's organisations by name; with `speaking` those alone for which they may act."""
    ids = viewer.speaks_for if speaking else viewer.organisations
    columns = Organisation.id, Organisation.name, Organisation.slug, Organisation.kind, Organisation.country
    query = select(*columns).where(Organisation.id.in_(ids)).order_by(Organisation.name, Organisation.id)
    return [Own(*row) for row in await session.execute(query)] if ids else []


async def speakers(session: AsyncSession, organisation_id: str) -> list[str]:
    """The ids of the people who may act for an organisation, the longest there first."""
    query = select(Member.person_id).where(Member.organisation_id == organisation_id, Member.role.in_(SPEAKING))
    return list(await session.scalars(query.order_by(Member.since, Member.person_id)))


async def may_speak(session: AsyncSession, organisation_id: str, person_id: str) -> bool:
    """Whether somebody may speak for an organisation that is there."""
    gone = select(Removal.organisation_id).where(Removal.organisation_id == Member.organisation_id).exists()
    query = select(Member.role).where(Member.organisation_id == organisation_id, Member.person_id == person_id, ~gone)
    return await session.scalar(query) in SPEAKING
