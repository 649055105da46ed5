"""Two records of one organisation become one: everything of the one is carried over to the other."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from directory.organisations import queries
from directory.organisations.actions import RefusedError, note
from directory.organisations.belonging import end_invitations_by_others
from directory.organisations.events import OrganisationsMerged
from directory.organisations.model import Claim, Document, Invitation, Member, Organisation, OwnField, Removal
from directory.organisations.parts import Carry
from directory.organisations.record import ORGANISATIONS
from directory.organisations.rules import rank
from directory.organisations.together import together
from directory.records import Values
from directory.sayings import Saying, keep, sayings_of, spoken
from server.kernel.db import UnitOfWork


async def merge(uow: UnitOfWork, from_id: str, into_id: str, carriers: Sequence[Carry], *, by_id: str) -> None:
    """Make one organisation of two. The first is shown no longer, and its address leads to the second.

    What the second says stays; what it leaves out is filled in; people (with the higher of two roles), documents,
    pictures, the sources that keep it (behind those of the second), and what other parts keep go over. The change log
    of the first is read with that of the second. Raises RefusedError: same, gone.
    """
    if from_id == into_id:
        raise RefusedError("same")
    source, target = await _both(uow, from_id, into_id)
    said = await queries.fields_of(uow.session, from_id), await queries.fields_of(uow.session, into_id)
    await _fill_in(uow, from_id, into_id, said, by_id)
    await uow.session.execute(
        update(Document).where(Document.organisation_id == from_id).values(organisation_id=into_id)
    )
    _carry_pictures(source, target)
    await _carry_sources(uow, source, target, said)
    for carry in carriers:
        await carry(uow, from_id, into_id)
    await _carry_people(uow, from_id, into_id, by_id)
    await _lead_over(uow, source, target, by_id)
    uow.emit(OrganisationsMerged(from_id, into_id, by_id))


async def _both(uow: UnitOfWork, from_id: str, into_id: str) -> tuple[Organisation, Organisation]:
    ids = sorted((from_id, into_id))  # always locked in one order, so that two merges never wait for each other
    query = select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id).with_for_update()
    found = {one.id: one for one in await uow.session.scalars(query)}
    gone = set(await uow.session.scalars(select(Removal.organisation_id).where(Removal.organisation_id.in_(ids))))
    if len(found) < 2 or gone:
        raise RefusedError("gone")
    return found[from_id], found[into_id]


async def _fill_in(uow: UnitOfWork, from_id: str, into_id: str, said: tuple[Values, Values], by_id: str) -> None:
    source, into = said
    more, now = together(into, source), uow.clock.now()
    own = set(await uow.session.scalars(select(OwnField.field).where(OwnField.organisation_id == from_id)))
    if more:
        await uow.run(lambda each: ORGANISATIONS.change(each, [(into_id, into, more)], now))
        await uow.run(lambda each: ORGANISATIONS.own(each, into_id, own & more.keys(), now, by_id))


async def _carry_people(uow: UnitOfWork, from_id: str, into_id: str, by_id: str) -> None:
    there = await queries.roles(uow.session, into_id)
    for one in (await uow.session.scalars(select(Member).where(Member.organisation_id == from_id))).all():
        held = there.get(one.person_id)
        if held is None:
            moved = {"role": one.role, "since": one.since, "by_id": one.by_id}
            uow.session.add(Member(organisation_id=into_id, person_id=one.person_id, **moved))
        elif rank(one.role) > rank(held):
            same = Member.organisation_id == into_id, Member.person_id == one.person_id
            await uow.session.execute(update(Member).where(*same).values(role=one.role))
    await uow.session.execute(delete(Member).where(Member.organisation_id == from_id))
    await _carry_requests(uow, from_id, into_id)
    if "administrator" in (await queries.roles(uow.session, into_id)).values():
        await end_invitations_by_others(uow, into_id, by_id)


async def _carry_requests(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Claims that wait, unless somebody waits at both or is in by now; invitations keep their links."""
    now = uow.clock.now()
    inside = select(Member.person_id).where(Member.organisation_id == into_id)
    waiting = select(Claim.person_id).where(Claim.organisation_id == into_id, Claim.decided_at.is_(None))
    open_here = Claim.organisation_id == from_id, Claim.decided_at.is_(None)
    settled = Claim.person_id.in_(inside) | Claim.person_id.in_(waiting)
    await uow.session.flush()
    await uow.session.execute(
        update(Claim)
        .where(*open_here, settled)
        .values(decided_at=now, outcome="withdrawn")
        .execution_options(synchronize_session=False)
    )
    await uow.session.execute(update(Claim).where(*open_here).values(organisation_id=into_id))
    await uow.session.execute(
        update(Invitation).where(Invitation.organisation_id == from_id).values(organisation_id=into_id)
    )


def _carry_pictures(source: Organisation, target: Organisation) -> None:
    if target.logo is None:
        target.logo, target.logo_small = source.logo, source.logo_small
    if target.banner is None:
        target.banner = source.banner


async def _carry_sources(
    uow: UnitOfWork, source: Organisation, target: Organisation, said: tuple[Values, Values]
) -> None:
    """Whoever kept either record keeps the one that remains: their next imports find it, and on which terms it was
    given stands on the page. What each of them said until now is what its record said."""
    known = await uow.run(lambda each: sayings_of(ORGANISATIONS, each, (source.id, target.id)))
    theirs, ours = (
        known.get(one.id) or _alone(one, values) for one, values in zip((source, target), said, strict=True)
    )
    source.source = source.source_id = None
    await uow.session.flush()  # no two records have one number at one source
    sources = [*ours, *theirs]
    if sources:
        target.source, target.source_id = sources[0].source, sources[0].source_id
    await uow.run(lambda each: keep(ORGANISATIONS, each, source.id, []))
    await uow.run(lambda each: keep(ORGANISATIONS, each, target.id, sources))


def _alone(organisation: Organisation, said: Values) -> list[Saying]:
    """Who keeps an organisation alone; nobody where it was made here."""
    if organisation.source is None:
        return []
    return [Saying(organisation.source, organisation.source_id or "", spoken(ORGANISATIONS, said))]


async def _lead_over(uow: UnitOfWork, source: Organisation, target: Organisation, by_id: str) -> None:
    now = uow.clock.now()
    earlier = update(Removal).where(Removal.merged_into_id == source.id)
    await uow.session.execute(earlier.values(merged_into_id=target.id))
    uow.session.add(Removal(organisation_id=source.id, reason="merged", merged_into_id=target.id, at=now, by_id=by_id))
    source.updated_at = target.updated_at = now
    await note(uow, target.id, "merged", before=source.name, after=target.name, by_id=by_id)
