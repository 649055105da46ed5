"""Who belongs to an organisation: claims by mail address, invitations, roles, and going."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from directory.organisations import queries
from directory.organisations.actions import RefusedError, note
from directory.organisations.domains import is_claimable, proves
from directory.organisations.events import ClaimDecided, ClaimMade, MemberJoined, MemberLeft, RoleChanged
from directory.organisations.model import Claim, Invitation, Member, Organisation
from directory.organisations.queries import Seen
from directory.organisations.rules import INVITED_FOR, MEMBERS_MOST, ROLES, keeps_an_administrator, rank
from people.model import Person
from people.tokens import digest, is_token, new_token
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id

# Invitations of one organisation that wait at a time.
INVITATIONS_MOST = 50


@dataclass(frozen=True)
class WayIn:
    """How somebody who does not belong to an organisation could come to. `state`: member, waiting, open (their address
    proves it), other address (of its domain one would), none (no domain that could prove anything)."""

    state: str
    domain: str = ""


async def way_in(session: AsyncSession, seen: Seen, person: Person | None) -> WayIn:
    """Which way leads into an organisation for somebody."""
    domain = seen.organisation.domain
    if seen.standing.member:
        return WayIn("member")
    if not is_claimable(domain):
        return WayIn("none")
    if person is None or not _proves(person, domain):
        return WayIn("other address", domain)
    if await queries.claim_of(session, seen.organisation.id, person.id):
        return WayIn("waiting", domain)
    return WayIn("open", domain)


async def claim(uow: UnitOfWork, organisation_id: str, person: Person) -> bool:
    """Say that one belongs to an organisation, by one's confirmed address at its domain.

    True: somebody with no administrators before them is its administrator now. False: its administrators are asked.
    Raises RefusedError: not_claimable, member, waiting, too_many.
    """
    organisation = await _one_at_a_time(uow, organisation_id)
    if not _proves(person, organisation.domain):
        raise RefusedError("not_claimable")
    roles = await queries.roles(uow.session, organisation_id)
    if person.id in roles:
        raise RefusedError("member")
    if await queries.claim_of(uow.session, organisation_id, person.id):
        raise RefusedError("waiting")
    now, alone = uow.clock.now(), "administrator" not in roles.values()
    made = Claim(id=new_id(), organisation_id=organisation_id, person_id=person.id, email=person.email, at=now)
    made.decided_at, made.decided_by_id = (now, None) if alone else (None, None)
    made.outcome = "granted" if alone else ""
    uow.session.add(made)
    if alone:
        await _join(uow, organisation_id, person.id, "administrator", by_id=None)
    else:
        uow.emit(ClaimMade(organisation_id, person.id, made.id))
    return alone


async def decide(uow: UnitOfWork, organisation_id: str, claim_id: str, role: str | None, *, by_id: str) -> Claim | None:
    """Let somebody in with a role, or decline (None). None: somebody was faster, or the claim was withdrawn.

    Raises RefusedError: unknown_role, too_many.
    """
    if role is not None and role not in ROLES:
        raise RefusedError("unknown_role")
    await _one_at_a_time(uow, organisation_id)
    found = await uow.session.get(Claim, claim_id)
    if found is None or found.organisation_id != organisation_id or found.decided_at is not None:
        return None
    found.decided_at, found.decided_by_id = uow.clock.now(), by_id
    found.outcome = "granted" if role else "declined"
    if role and found.person_id not in await queries.roles(uow.session, organisation_id):
        await _join(uow, organisation_id, found.person_id, role, by_id=by_id)
    uow.emit(ClaimDecided(organisation_id, found.person_id, role is not None))
    return found


async def withdraw_claim(uow: UnitOfWork, organisation_id: str, person_id: str) -> None:
    """Take one's own claim back. Nothing happens where there is none."""
    found = await queries.claim_of(uow.session, organisation_id, person_id)
    if found is not None:
        found.decided_at, found.decided_by_id, found.outcome = uow.clock.now(), person_id, "withdrawn"


async def invite(uow: UnitOfWork, organisation_id: str, email: str, role: str, *, by_id: str) -> str:
    """Ask whoever reads this (normalised) address to join; the token for the mail, which is kept nowhere.

    An earlier invitation to the same address ends. Raises RefusedError: unknown_role, too_many.
    """
    if role not in ROLES:
        raise RefusedError("unknown_role")
    await _one_at_a_time(uow, organisation_id)
    now, token = uow.clock.now(), new_token()
    waiting = await queries.open_invitations(uow.session, organisation_id, now)
    if len(waiting) >= INVITATIONS_MOST:
        raise RefusedError("too_many")
    for former in waiting:
        if former.email == email:
            former.withdrawn_at, former.withdrawn_by_id = now, by_id
    uow.session.add(
        Invitation(
            id=new_id(),
            organisation_id=organisation_id,
            email=email,
            role=role,
            token_hash=digest(token),
            at=now,
            by_id=by_id,
            expires_at=now + INVITED_FOR,
        )
    )
    return token


async def withdraw_invitation(uow: UnitOfWork, organisation_id: str, invitation_id: str, *, by_id: str) -> None:
    """Have an invitation count no longer. Nothing happens where it does not already."""
    found = await uow.session.get(Invitation, invitation_id)
    if found and found.organisation_id == organisation_id and not found.accepted_at and not found.withdrawn_at:
        found.withdrawn_at, found.withdrawn_by_id = uow.clock.now(), by_id


async def invitation_with(session: AsyncSession, token: str) -> tuple[Invitation, Organisation] | None:
    """The invitation with this token, in whatever state, and the organisation that asks."""
    if not is_token(token):
        return None
    query = select(Invitation, Organisation).join(Organisation, Organisation.id == Invitation.organisation_id)
    row = (await session.execute(query.where(Invitation.token_hash == digest(token)))).one_or_none()
    return (row.Invitation, row.Organisation) if row else None


def is_good(invitation: Invitation, now: datetime) -> bool:
    """Whether an invitation can be accepted: see `queries.is_open`."""
    return not invitation.accepted_at and not invitation.withdrawn_at and now < invitation.expires_at


async def accept(uow: UnitOfWork, token: str, person_id: str) -> str | None:
    """Join by an invitation; the organisation's id. None: it is not good, or no longer.

    Who belongs already gets the invitation's role where that is more than theirs. Raises RefusedError("too_many").
    """
    if not is_token(token):
        return None
    now = uow.clock.now()
    good = Invitation.token_hash == digest(token), queries.is_open(now)
    # Before the invitation is held: whoever comes in first may end it, see `end_invitations_by_others`.
    organisation_id = await uow.session.scalar(select(Invitation.organisation_id).where(*good))
    if organisation_id is None:
        return None
    await _one_at_a_time(uow, organisation_id)
    used = update(Invitation).where(*good).values(accepted_at=now, accepted_by_id=person_id)
    found = (await uow.session.scalars(used.returning(Invitation))).one_or_none()
    if found is None or found.organisation_id != organisation_id:
        return None
    held = (await queries.roles(uow.session, found.organisation_id)).get(person_id)
    if held is None:
        await _join(uow, found.organisation_id, person_id, found.role, by_id=found.by_id)
    elif rank(found.role) > rank(held):
        await set_role(uow, found.organisation_id, person_id, found.role, by_id=found.by_id)
    return found.organisation_id


async def set_role(uow: UnitOfWork, organisation_id: str, person_id: str, role: str, *, by_id: str) -> None:
    """Give somebody another role. Raises RefusedError: unknown_role, not_a_member, last_administrator."""
    if role not in ROLES:
        raise RefusedError("unknown_role")
    held = await _held(uow, organisation_id, person_id, role)
    if held == role:
        return
    one = Member.organisation_id == organisation_id, Member.person_id == person_id
    await uow.session.execute(update(Member).where(*one).values(role=role))
    await note(uow, organisation_id, "role", before=held, after=role, by_id=by_id)
    uow.emit(RoleChanged(organisation_id, person_id, role))
    if role == "administrator":
        await end_invitations_by_others(uow, organisation_id, person_id)


async def remove_member(uow: UnitOfWork, organisation_id: str, person_id: str, *, by_id: str) -> None:
    """Take somebody out, or go oneself. Raises RefusedError: not_a_member, last_administrator."""
    held = await _held(uow, organisation_id, person_id, None)
    one = Member.organisation_id == organisation_id, Member.person_id == person_id
    await uow.session.execute(delete(Member).where(*one))
    await note(uow, organisation_id, "left", before=held, by_id=by_id)
    uow.emit(MemberLeft(organisation_id, person_id))


async def end_invitations_by_others(uow: UnitOfWork, organisation_id: str, by_id: str) -> None:
    """Who else belongs is the administrators' to say from now on: what an institution asked before, while there was
    nobody, counts no longer. What they or who runs the platform asked does."""
    now, members = uow.clock.now(), select(Member.person_id).where(Member.organisation_id == organisation_id)
    others = select(Person.id).where(Person.admin.is_(False), Person.id.not_in(members))
    ended = Invitation.organisation_id == organisation_id, queries.is_open(now), Invitation.by_id.in_(others)
    await uow.session.execute(update(Invitation).where(*ended).values(withdrawn_at=now, withdrawn_by_id=by_id))


async def _held(uow: UnitOfWork, organisation_id: str, person_id: str, wanted: str | None) -> str:
    """The role that somebody has, if they may get the wanted one (None: none)."""
    await _one_at_a_time(uow, organisation_id)
    roles = await queries.roles(uow.session, organisation_id)
    if person_id not in roles:
        raise RefusedError("not_a_member")
    if not keeps_an_administrator(roles, person_id, wanted):
        raise RefusedError("last_administrator")
    return roles[person_id]


async def _join(uow: UnitOfWork, organisation_id: str, person_id: str, role: str, *, by_id: str | None) -> None:
    if await queries.member_count(uow.session, organisation_id) >= MEMBERS_MOST:
        raise RefusedError("too_many")
    now = uow.clock.now()
    uow.session.add(Member(organisation_id=organisation_id, person_id=person_id, role=role, since=now, by_id=by_id))
    await note(uow, organisation_id, "joined", after=role, by_id=person_id)
    uow.emit(MemberJoined(organisation_id, person_id, role))
    if role == "administrator":
        await end_invitations_by_others(uow, organisation_id, person_id)


def _proves(person: Person, domain: str) -> bool:
    confirmed = person.email is not None and person.email_confirmed_at is not None
    return confirmed and proves(person.email or "", domain)


async def _one_at_a_time(uow: UnitOfWork, organisation_id: str) -> Organisation:
    """The organisation, whose people nobody else changes until the commit."""
    query = select(Organisation).where(Organisation.id == organisation_id).with_for_update()
    return (await uow.session.scalars(query)).one()
