"""What people do with fairs. Who may is asked at the door (server/access.py), rules between two people here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Delete, delete, select

from fairs.events import FairCreated, FairRevised, MemberBanned, MemberJoined, MemberLeft, MemberUnbanned, RolesChanged
from fairs.model import Ban, Fair, Membership
from fairs.queries import ban_in_force, granted_roles, organisers
from fairs.rules import BASE_ROLE, EARLIEST, GIVEN_ROLES, LATEST, is_moved, is_slug, may_act_upon
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id

# A fair is on other days, or in another zone. Done by whoever arranges something at its times: not to get lost.
MOVED_JOB = "fairs.moved"


class RefusedError(Exception):
    """A rule says no. `code` is stable: banned, last_organiser, not_yours, not_a_member, unknown_role."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Plan:
    """What a fair is made from. Days are days in the fair's own time zone (IANA name), both included."""

    slug: str
    name: str
    tagline: str
    starts_on: date
    ends_on: date
    time_zone: str

    def __post_init__(self) -> None:
        if not is_slug(self.slug):
            raise ValueError(f"{self.slug!r} cannot name a fair in an address")
        if self.ends_on < self.starts_on:
            raise ValueError("a fair cannot end before it starts")
        if not EARLIEST <= self.starts_on <= self.ends_on <= LATEST:
            raise ValueError(f"a fair is between {EARLIEST} and {LATEST}")


async def create(uow: UnitOfWork, plan: Plan, *, organiser_id: str) -> Fair:
    """Make a fair, and the person who runs it its first member. Raises ValueError for a slug or days that cannot be."""
    fair = Fair(
        id=new_id(),
        slug=plan.slug,
        name=plan.name,
        tagline=plan.tagline,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        counted_from=plan.starts_on,
        time_zone=plan.time_zone,
        created_at=uow.clock.now(),
    )
    uow.session.add(fair)
    await uow.session.flush()
    uow.emit(FairCreated(fair.id))
    _add(uow, fair.id, organiser_id, {BASE_ROLE, "organiser"}, by_id=organiser_id)
    await uow.session.flush()
    uow.emit(MemberJoined(fair.id, organiser_id))
    return fair


async def revise(uow: UnitOfWork, fair: Fair, plan: Plan, *, by_id: str) -> None:
    """Change what is said of a fair. Its slug stays, whatever the plan says. Whatever hangs on its days and its zone
    follows by `MOVED_JOB`: it goes along with a fair that is moved, see `rules.is_moved`, and else keeps its date."""
    fair.name, fair.tagline = plan.name, plan.tagline
    when = plan.starts_on, plan.ends_on, plan.time_zone
    if when != (fair.starts_on, fair.ends_on, fair.time_zone):
        if is_moved((fair.starts_on, fair.ends_on), (plan.starts_on, plan.ends_on)):
            fair.counted_from += plan.starts_on - fair.starts_on
        fair.starts_on, fair.ends_on, fair.time_zone = when
        uow.enqueue(MOVED_JOB, {"fair_id": fair.id, "by_id": by_id})
    uow.emit(FairRevised(fair.id, by_id))


async def join(uow: UnitOfWork, fair_id: str, person_id: str) -> bool:
    """Go in as an attendee, which is free. False: was in already. Raises RefusedError("banned")."""
    await _one_at_a_time(uow, person_id)
    if await ban_in_force(uow.session, fair_id, person_id):
        raise RefusedError("banned")
    if await granted_roles(uow.session, fair_id, person_id):
        return False
    _add(uow, fair_id, person_id, {BASE_ROLE}, by_id=person_id)
    uow.emit(MemberJoined(fair_id, person_id))
    return True


async def leave(uow: UnitOfWork, fair_id: str, person_id: str) -> None:
    """Go, with all roles. What one said stays. Raises RefusedError("last_organiser")."""
    await _keep_an_organiser(uow, fair_id, person_id)
    await uow.session.execute(_memberships(fair_id, person_id))
    uow.emit(MemberLeft(fair_id, person_id))


async def set_roles(uow: UnitOfWork, fair_id: str, person_id: str, roles: Collection[str], *, by_id: str) -> None:
    """Give somebody exactly these of `GIVEN_ROLES`; being an attendee stays.

    Raises RefusedError: unknown_role, not_a_member, last_organiser.
    """
    wanted = frozenset(roles)
    if not wanted <= set(GIVEN_ROLES):
        raise RefusedError("unknown_role")
    await _one_at_a_time(uow, person_id)
    held = await granted_roles(uow.session, fair_id, person_id)
    if not held:
        raise RefusedError("not_a_member")
    if "organiser" in held - wanted:
        await _keep_an_organiser(uow, fair_id, person_id)
    lost = held - wanted - {BASE_ROLE}
    await uow.session.execute(_memberships(fair_id, person_id).where(Membership.role.in_(lost)))
    _add(uow, fair_id, person_id, wanted - held, by_id=by_id)
    uow.emit(RolesChanged(fair_id, person_id, wanted | {BASE_ROLE}))


async def ban(uow: UnitOfWork, fair_id: str, person_id: str, *, by_id: str, reason: str) -> None:
    """Shut somebody out, at once and until it is lifted. Somebody who is shut out already stays so, by the first ban.

    Raises RefusedError: not_a_member; not_yours (oneself, or a role not below the own).
    """
    await _one_at_a_time(uow, person_id)
    theirs = await granted_roles(uow.session, fair_id, person_id)
    if not theirs:
        raise RefusedError("not_a_member")
    await _check_rank(uow, fair_id, by_id, theirs)
    if await ban_in_force(uow.session, fair_id, person_id):
        return
    uow.session.add(
        Ban(id=new_id(), fair_id=fair_id, person_id=person_id, at=uow.clock.now(), by_id=by_id, reason=reason)
    )
    uow.emit(MemberBanned(fair_id, person_id, by_id))


async def unban(uow: UnitOfWork, fair_id: str, person_id: str, *, by_id: str) -> None:
    """Lift the ban in force; nothing happens where there is none. Raises RefusedError("not_yours") as for `ban`."""
    await _check_rank(uow, fair_id, by_id, await granted_roles(uow.session, fair_id, person_id))
    found = await ban_in_force(uow.session, fair_id, person_id)
    if found:
        found.lifted_at, found.lifted_by_id = uow.clock.now(), by_id
        uow.emit(MemberUnbanned(fair_id, person_id, by_id))


async def _check_rank(uow: UnitOfWork, fair_id: str, by_id: str, theirs: frozenset[str]) -> None:
    if not may_act_upon(await granted_roles(uow.session, fair_id, by_id), theirs):
        raise RefusedError("not_yours")


async def _one_at_a_time(uow: UnitOfWork, person_id: str) -> None:
    """Let nobody else change this person's place at a fair until the commit: clicking twice joins once."""
    await uow.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


async def _keep_an_organiser(uow: UnitOfWork, fair_id: str, person_id: str) -> None:
    await uow.session.execute(select(Fair.id).where(Fair.id == fair_id).with_for_update())
    if await organisers(uow.session, fair_id) == {person_id}:
        raise RefusedError("last_organiser")


def _memberships(fair_id: str, person_id: str) -> Delete:
    return delete(Membership).where(Membership.fair_id == fair_id, Membership.person_id == person_id)


def _add(uow: UnitOfWork, fair_id: str, person_id: str, roles: Collection[str], *, by_id: str) -> None:
    now = uow.clock.now()
    uow.session.add_all(
        Membership(fair_id=fair_id, person_id=person_id, role=role, since=now, by_id=by_id) for role in roles
    )
