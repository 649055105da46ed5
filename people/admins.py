"""Who runs the platform: granted and revoked, each on record."""

from sqlalchemy import update

from people.events import ProfileChanged
from people.model import AdminGrant, Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


async def grant_admin(uow: UnitOfWork, person_id: str, *, by: str | None) -> None:
    """Make somebody platform administrator; who is one stays one. `by`: a person's id, None on the command line."""
    person = await uow.session.get_one(Person, person_id, populate_existing=True)
    if not person.admin:
        grant = AdminGrant(id=new_id(), person_id=person_id, granted_at=uow.clock.now(), granted_by=by)
        uow.session.add(grant)
        uow.emit(ProfileChanged(person_id))


async def revoke_admin(uow: UnitOfWork, person_id: str, *, by: str | None) -> None:
    """Make a platform administrator an ordinary person."""
    in_force = AdminGrant.person_id == person_id, AdminGrant.revoked_at.is_(None)
    values = {"revoked_at": uow.clock.now(), "revoked_by": by}
    await uow.session.execute(update(AdminGrant).where(*in_force).values(values))
    uow.emit(ProfileChanged(person_id))
