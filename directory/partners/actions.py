"""What partners do: become one, take their colour, bring organisations. Who may is asked at the door."""

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from directory.organisations.actions import note
from directory.organisations.model import Member
from directory.partners import queries
from directory.partners.events import NetworkLeft
from directory.partners.model import NetworkMember, Partner, PartnerHost, PartnerModerator, PartnerSource
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.once import note_once

# People who care for one network.
MODERATORS_MOST = 50


class RefusedError(Exception):
    """A rule says no. `code` is stable: not_a_partner, itself, taken, not_a_member, too_many."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def appoint(uow: UnitOfWork, organisation_id: str, *, by_id: str | None) -> None:
    """Make an organisation a partner of this network; one that is stays so."""
    if await queries.partner(uow.session, organisation_id) is None:
        made = Partner(organisation_id=organisation_id, accent="", since=uow.clock.now(), by_id=by_id)
        uow.session.add(made)
        await uow.session.flush()


async def dismiss(uow: UnitOfWork, organisation_id: str, *, by_id: str | None) -> None:
    """End a partnership. The organisations that it brought stay in the directory; the network is no longer named."""
    # Whoever gives the partner something at this moment is done before it is looked through, or finds no partner.
    await uow.session.get(Partner, organisation_id, with_for_update=True)
    await uow.session.execute(delete(PartnerHost).where(PartnerHost.partner_id == organisation_id))
    await uow.session.execute(delete(NetworkMember).where(NetworkMember.partner_id == organisation_id))
    await uow.session.execute(delete(PartnerSource).where(PartnerSource.partner_id == organisation_id))
    await uow.session.execute(delete(PartnerModerator).where(PartnerModerator.partner_id == organisation_id))
    await uow.session.execute(delete(Partner).where(Partner.organisation_id == organisation_id))
    uow.emit(NetworkLeft(organisation_id, by_id))


async def keep_source(uow: UnitOfWork, partner_id: str, source: str, *, by_id: str | None) -> None:
    """Have a partner keep the records of a source from now on; one that has a keeper stays with it.

    Raises RefusedError("not_a_partner").
    """
    await _partner(uow, partner_id)
    kept = {"source": source, "partner_id": partner_id, "since": uow.clock.now(), "by_id": by_id}
    await note_once(uow, PartnerSource, kept)


async def give_up_source(uow: UnitOfWork, partner_id: str, source: str) -> None:
    """Have a partner keep the records of a source no longer: it has brought none."""
    here = PartnerSource.source == source, PartnerSource.partner_id == partner_id
    await uow.session.execute(delete(PartnerSource).where(*here))


async def take_colour(uow: UnitOfWork, organisation_id: str, accent: str) -> None:
    """Show a partner's pages in its own colour (see `look.accent`). Raises RefusedError("not_a_partner")."""
    (await _partner(uow, organisation_id)).accent = accent


async def take_face(uow: UnitOfWork, organisation_id: str, face: str) -> None:
    """Show the headlines of a partner's pages in a face (see `look.FACES`). Raises RefusedError("not_a_partner")."""
    (await _partner(uow, organisation_id)).face = face


async def name_moderator(uow: UnitOfWork, partner_id: str, person_id: str, *, by_id: str) -> None:
    """Have somebody of the institution care for its network. Raises RefusedError: not_a_partner, not_a_member,
    too_many."""
    await _partner(uow, partner_id)
    if await uow.session.get(Member, (partner_id, person_id)) is None:
        raise RefusedError("not_a_member")
    there = await queries.moderators(uow.session, partner_id)
    if person_id in {each.person_id for each in there}:
        return
    if len(there) >= MODERATORS_MOST:
        raise RefusedError("too_many")
    made = PartnerModerator(partner_id=partner_id, person_id=person_id, since=uow.clock.now(), by_id=by_id)
    await uow.session.merge(made)  # they may have been one before they left and came back
    await note(uow, partner_id, "moderator", after=await _name(uow, person_id), by_id=by_id)


async def dismiss_moderator(uow: UnitOfWork, partner_id: str, person_id: str, *, by_id: str) -> None:
    """Have somebody care for the network no longer. Nothing happens where they do not."""
    found = await uow.session.get(PartnerModerator, (partner_id, person_id), with_for_update=True)
    if found is not None:
        await uow.session.delete(found)
        await note(uow, partner_id, "moderator", before=await _name(uow, person_id), by_id=by_id)


async def take_host(uow: UnitOfWork, organisation_id: str, host: str, *, by_id: str) -> None:
    """Have a partner's landing page stand at a host of its own (see `host_rules.own_host`), or at none.

    Raises RefusedError: not_a_partner, taken.
    """
    await _partner(uow, organisation_id)
    there = await uow.session.get(PartnerHost, organisation_id)
    if there is not None and there.host != host:
        await uow.session.delete(there)
        await uow.session.flush()
        there = None
    if there is None and host:
        uow.session.add(PartnerHost(partner_id=organisation_id, host=host, since=uow.clock.now(), by_id=by_id))
        try:
            await uow.session.flush()
        except IntegrityError:  # also when another administrator gives it to another partner at this moment
            raise RefusedError("taken") from None


async def bring(uow: UnitOfWork, partner_id: str, organisation_id: str, *, by_id: str | None) -> bool:
    """Take an organisation into a partner's network. False: it was in. Raises RefusedError."""
    await _partner(uow, partner_id)
    if partner_id == organisation_id:
        raise RefusedError("itself")
    if await queries.is_in(uow.session, partner_id, organisation_id):
        return False
    now = uow.clock.now()
    uow.session.add(NetworkMember(partner_id=partner_id, organisation_id=organisation_id, since=now, by_id=by_id))
    await uow.session.flush()
    return True


async def let_go(uow: UnitOfWork, partner_id: str, organisation_id: str, *, by_id: str | None) -> None:
    """Take an organisation out of a partner's network, where it is in it."""
    here = NetworkMember.partner_id == partner_id, NetworkMember.organisation_id == organisation_id
    await uow.session.execute(delete(NetworkMember).where(*here))
    uow.emit(NetworkLeft(partner_id, by_id))


async def _name(uow: UnitOfWork, person_id: str) -> str:
    return (await uow.session.get_one(Person, person_id)).name


async def _partner(uow: UnitOfWork, organisation_id: str) -> Partner:
    """The partner, held until the commit: clicking twice brings once."""
    found = await uow.session.get(Partner, organisation_id, with_for_update=True)
    if found is None:
        raise RefusedError("not_a_partner")
    return found
