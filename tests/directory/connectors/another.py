"""Another Fairmatch server, with a directory and a database of its own."""

import shutil
from pathlib import Path

from directory.organisations import actions
from people import sessions
from people.admins import grant_admin
from people.model import Person
from people.sessions import Method
from server.kernel.ids import new_id
from tests.directory.scene import VOLTBUS
from tests.e2e.stage import writing
from tests.support.backend import Backend


def place_of_another(folder: Path, migrated: Path) -> Backend:
    """What it stands on, whatever the one of the test stands on: SQLite, in a folder that is made for it."""
    folder.mkdir()
    shutil.copy(migrated, folder / "fairmatch.db")
    return Backend("embedded", folder, "", "", "other", 1)


async def runs(backend: Backend, *names: str) -> str:
    """Write somebody who runs the platform, with organisations; the cookie."""
    async with writing(backend) as uow:
        place = {"locale": "en", "time_zone": "Europe/Berlin", "created_at": uow.clock.now()}
        ada = Person(id=new_id(), name="Ada Admin", email="ada@fairmatch.example", **place)
        uow.session.add(ada)
        await uow.session.flush()
        await grant_admin(uow, ada.id, by=None)
        for name in names:
            website = f"https://{name.split()[0].lower()}.example"
            await actions.create(uow, VOLTBUS | {"name": name, "website": website}, by_id=ada.id)
        return (await sessions.start(uow, ada, Method.LINK, ""))[1]
