"""What people do with their checks."""

from sqlalchemy import delete, select

from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from signaling.checks.model import ConnectionCheck
from signaling.checks.rules import KEPT, ROADS, Found, verdict_on


async def keep(uow: UnitOfWork, person_id: str, found: Found) -> ConnectionCheck:
    """Keep what somebody's check found; of their earlier ones the latest few stay."""
    check = ConnectionCheck(
        id=new_id(),
        person_id=person_id,
        at=uow.clock.now(),
        verdict=verdict_on(found).value,
        down_kbps=found.down_kbps,
        up_kbps=found.up_kbps,
        round_trip_ms=found.round_trip_ms,
        microphone=found.microphone,
        camera=found.camera,
        **{road: found.roads.get(road) for road in ROADS},
    )
    uow.session.add(check)
    await uow.session.flush()
    theirs = select(ConnectionCheck.id).where(ConnectionCheck.person_id == person_id)
    old = (await uow.session.scalars(theirs.order_by(ConnectionCheck.id.desc()).offset(KEPT))).all()
    if old:
        await uow.session.execute(delete(ConnectionCheck).where(ConnectionCheck.id.in_(old)))
    return check


async def forget(uow: UnitOfWork, person_id: str) -> None:
    """Forget all checks of somebody."""
    await uow.session.execute(delete(ConnectionCheck).where(ConnectionCheck.person_id == person_id))
