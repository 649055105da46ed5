"""A team at the fair."""

import pytest
from sqlalchemy import update

from directory.organisations.model import Member, Organisation
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from tests.meetings.scene import Scene

TEAM = "/fairs/ruhr/meetings/team"


async def organisation(uow: UnitOfWork, name: str) -> str:
    """An organisation of the directory that has only a name; its id."""
    id, now = new_id(), uow.clock.now()
    made = Organisation(id=id, slug=id, name=name, visibility="public", created_at=now, updated_at=now)
    for column in Organisation.__table__.columns:  # what nobody has said is an empty text
        if not column.nullable and getattr(made, column.name) is None:
            setattr(made, column.name, "")
    uow.session.add(made)
    await uow.session.flush()
    return id


@pytest.fixture
async def team(there: Scene) -> str:
    """Bernd, Chloé and Dev belong to the public utility, and share at the fair; its id."""
    now = there.clock.now()
    async with there.kernel.database.write() as uow:
        organisation_id = await organisation(uow, "Stadtwerke Hagenow")
        for name in ("bernd", "chloe", "dev"):
            row = {"organisation_id": organisation_id, "person_id": there.ids[name], "role": "member", "since": now}
            uow.session.add(Member(**row))
        for name, codes in (("aylin", ["de", "tr"]), ("bernd", ["de"]), ("chloe", ["fr"]), ("dev", ["de", "en"])):
            await uow.session.execute(update(Person).where(Person.id == there.ids[name]).values(languages=codes))
    for name, topics in (("bernd", "contracts"), ("chloe", "charging buses"), ("dev", "charging buses")):
        shared = await there[name].post(TEAM, data={"organisation": organisation_id, "topics": topics})
        assert shared.is_redirect
    return organisation_id
