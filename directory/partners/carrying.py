"""What becomes of networks when two organisations become one, and of who brought whom when somebody is erased."""

from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.organisations.model import Member, Organisation
from directory.partners.model import NetworkMember, Partner, PartnerHost, PartnerModerator, PartnerSource
from directory.partners.queries import named_and_there
from server.kernel.db import UnitOfWork


async def carry(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Let the networks that one organisation is in, and the one that it runs, be another one's."""
    session, other = uow.session, aliased(NetworkMember)
    twice = exists().where(other.partner_id == NetworkMember.partner_id, other.organisation_id == into_id)
    await session.execute(delete(NetworkMember).where(NetworkMember.organisation_id == from_id, twice))
    of_it = update(NetworkMember).where(NetworkMember.organisation_id == from_id)
    await session.execute(of_it.values(organisation_id=into_id))
    both = await session.get(Partner, from_id, with_for_update=True), await session.get(Partner, into_id)
    if both[0] is not None and both[1] is None:
        session.add(_again(both[0], into_id))
        await session.flush()
    await _carry_moderators(uow, from_id, into_id)
    if both[0] is not None:
        await _carry_host(uow, from_id, into_id)
        await _carry_network(uow, from_id, into_id)
        sources = update(PartnerSource).where(PartnerSource.partner_id == from_id)
        await session.execute(sources.values(partner_id=into_id))
        await session.delete(both[0])


def _again(partner: Partner, into_id: str) -> Partner:
    look = {"accent": partner.accent, "face": partner.face}
    return Partner(organisation_id=into_id, **look, since=partner.since, by_id=partner.by_id)


async def _carry_moderators(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Whoever cares for either network cares for the one that remains, also who joined its institution after they were
    named; who was none any more does not become one by the longer membership."""
    session, found = uow.session, {}
    for partner_id in (from_id, into_id):
        for one in await session.execute(named_and_there(partner_id)):
            found[one.person_id] = one
    joined = select(Member.person_id, Member.since).where(Member.organisation_id == into_id)
    since = {person_id: at for person_id, at in await session.execute(joined)}
    both = PartnerModerator.partner_id.in_((from_id, into_id))
    await session.execute(delete(PartnerModerator).where(both), execution_options={"synchronize_session": False})
    for id_, one in found.items():
        named = max(one.since, since.get(id_, one.since))
        session.add(PartnerModerator(partner_id=into_id, person_id=id_, since=named, by_id=one.by_id))


async def _carry_host(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """The name leads to the other one now, unless that has a name of its own already."""
    ours = PartnerHost.partner_id == from_id
    if await uow.session.get(PartnerHost, into_id) is None:
        await uow.session.execute(update(PartnerHost).where(ours).values(partner_id=into_id))
    else:
        await uow.session.execute(delete(PartnerHost).where(ours))


async def _carry_network(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    has = set(await uow.session.scalars(select(NetworkMember.organisation_id).where(_of(into_id)))) | {into_id}
    for member in await uow.session.scalars(select(NetworkMember).where(_of(from_id))):
        if member.organisation_id not in has:
            moved = NetworkMember(
                partner_id=into_id,
                organisation_id=member.organisation_id,
                since=member.since,
                by_id=member.by_id,
                import_batch_id=member.import_batch_id,
            )
            uow.session.add(moved)
        await uow.session.delete(member)
    await uow.session.flush()


def _of(partner_id: str) -> Any:
    return NetworkMember.partner_id == partner_id


async def collect(session: AsyncSession, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Which organisations somebody has brought into a network, and for which networks they care."""
    query = select(Organisation.name.label("organisation"), NetworkMember.since).join(
        NetworkMember, NetworkMember.organisation_id == Organisation.id
    )
    rows = await session.execute(query.where(NetworkMember.by_id == person_id).order_by(NetworkMember.since))
    cares = (
        select(Organisation.name.label("institution"), PartnerModerator.since)
        .join(PartnerModerator, PartnerModerator.partner_id == Organisation.id)
        .where(PartnerModerator.person_id == person_id)
        .order_by(PartnerModerator.since)
    )
    moderates = await session.execute(cares)
    return {
        "brought": [dict(row) for row in rows.mappings()],
        "moderates": [dict(row) for row in moderates.mappings()],
    }


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Forget who brought an organisation, and who cares for a network; that it was brought stays."""
    await uow.session.execute(delete(PartnerModerator).where(PartnerModerator.person_id == person_id))
    named = update(PartnerModerator).where(PartnerModerator.by_id == person_id)
    await uow.session.execute(named.values(by_id=None))
    await uow.session.execute(update(NetworkMember).where(NetworkMember.by_id == person_id).values(by_id=None))
    await uow.session.execute(update(Partner).where(Partner.by_id == person_id).values(by_id=None))
    await uow.session.execute(update(PartnerSource).where(PartnerSource.by_id == person_id).values(by_id=None))
    await uow.session.execute(update(PartnerHost).where(PartnerHost.by_id == person_id).values(by_id=None))
