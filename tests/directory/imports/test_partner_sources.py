"""The sources of partner institutions: who brings records under a name, and on which terms."""

import asyncio

from alembic import command
from sqlalchemy import Connection, select, update

from directory.imports.model import ImportBatch
from directory.organisations.actions import set_licence
from directory.organisations.model import Organisation
from directory.organisations.queries import licences
from directory.partners.actions import dismiss, keep_source
from directory.partners.queries import keeper_of, sources_kept
from server.kernel.migrate import _config
from tests.directory.imports.chamber import LIST, PRODUCTS, imported
from tests.directory.imports.test_pages import upload
from tests.directory.scene import Scene


async def test_what_the_platform_imported_under_such_a_name_is_not_the_institutions(there: Scene, chamber: str) -> None:
    """Also not where it was there before: who imported for whom counts, and not how a name begins."""
    ada, chloe = there["ada"], there["chloe"]
    await imported(there, ada, LIST, source="chamber: members")
    refused = await upload(chloe, LIST.encode(), source="members")
    assert refused.status_code == 422
    assert "Somebody else brings records as “chamber: members”" in refused.text
    products = await imported(there, chloe, PRODUCTS, source="others", kind="products")
    assert "does not keep this organisation" in (await chloe.get(f"{products}/report/export.csv")).text
    async with there.kernel.database.read() as session:
        theirs = await session.scalar(select(Organisation.id).where(Organisation.name == "Elektrolyse Ruhr"))
    await chloe.post("/partners/chamber/organisations", data={"organisation": "elektrolyse-ruhr"})
    assert f"{theirs}/invite" not in (await chloe.get("/partners/chamber/desk")).text
    invite = f"/partners/chamber/organisations/{theirs}/invite"
    assert (await chloe.post(invite, data={"email": "gina@gmx.de"})).status_code == 404


async def test_nobody_else_imports_under_the_name_of_an_institutions_source(there: Scene, chamber: str) -> None:
    await imported(there, there["chloe"], LIST, source="members")
    assert 'value="chamber: members"' not in (await there["ada"].get("/imports")).text, "nor is it offered to them"
    refused = await upload(there["ada"], LIST.encode(), source="chamber: members")
    assert refused.status_code == 422
    assert "Somebody else brings records as" in refused.text


async def test_an_institution_that_has_become_a_part_of_another_one_leaves_it_its_sources(
    there: Scene, chamber: str
) -> None:
    await imported(there, there["chloe"], LIST, source="members")
    await there.organisation(by="chloe", name="Agency", website="", kind="partner")
    assert (await there["ada"].post("/o/chamber/merge", data={"into": "agency"})).status_code == 303
    desk = (await there["chloe"].get("/partners/agency/desk")).text
    assert "Elektrolyse Ruhr" in desk.partition("Nobody looks after these yet")[2]
    again = await imported(there, there["chloe"], LIST.replace("Essen", "Bochum"), source="members")
    assert "Source: chamber: members" in (await there["gina"].get("/o/elektrolyse-ruhr")).text
    assert "Bochum" in (await there["gina"].get("/o/elektrolyse-ruhr")).text
    assert "chamber: members" in (await there["chloe"].get(again)).text


async def test_which_sources_an_institution_keeps_is_known_of_earlier_imports_too(there: Scene, chamber: str) -> None:
    for name in ("members", "shared"):
        await imported(there, there["chloe"], LIST, source=name)
    async with there.kernel.database.write() as uow:
        theirs = ImportBatch.source == "chamber: shared"
        await uow.session.execute(update(ImportBatch).where(theirs).values(partner_id=None))

    def back_and_forth(plain: Connection) -> None:
        command.downgrade(_config(plain, None), "0026")
        command.upgrade(_config(plain, None), "head")

    async with there.kernel.database.engine.begin() as connection:
        await connection.run_sync(back_and_forth)
    async with there.kernel.database.read() as session:
        assert list(await sources_kept(session, chamber)) == ["chamber: members"]


async def test_what_was_said_about_a_licence_is_taken_back(there: Scene, chamber: str) -> None:
    chloe, page = there["chloe"], "/o/elektrolyse-ruhr"
    await imported(there, chloe, LIST, source="members", licence="cc-by")
    await upload(chloe, LIST.encode(), source="members")
    assert "creativecommons.org" in (await there["gina"].get(page)).text, "as said before"
    await upload(chloe, LIST.encode(), source="members", licence="odbl")
    assert "opendatacommons.org" in (await there["gina"].get(page)).text
    await upload(chloe, LIST.encode(), source="members", licence="unknown")
    told = (await there["gina"].get(page)).text
    assert "Source: chamber: members" in told
    assert "opendatacommons.org" not in told


async def test_a_licence_that_is_said_twice_at_once_is_known_once(there: Scene) -> None:
    """Two files of a new source, one per worker: the second waits for the first, and goes on behind it."""

    async def said(licence: str) -> None:
        async with there.kernel.database.write() as uow:
            await set_licence(uow, "members", licence, by_id=None)
            await asyncio.sleep(0.1)

    await asyncio.gather(said("cc-by"), said("odbl"))
    async with there.kernel.database.read() as session:
        assert (await licences(session, ["members"]))["members"] in ("cc-by", "odbl")


async def test_a_source_that_is_taken_while_the_partnership_ends_has_no_keeper(there: Scene, chamber: str) -> None:
    """Else nobody could ever import under its name again."""
    kept = asyncio.Event()

    async def keep() -> None:
        async with there.kernel.database.write() as uow:
            await keep_source(uow, chamber, "chamber: members", by_id=None)
            kept.set()
            await asyncio.sleep(0.2)

    async def end() -> None:
        await kept.wait()
        async with there.kernel.database.write() as uow:
            await dismiss(uow, chamber, by_id=None)

    await asyncio.gather(keep(), end())
    async with there.kernel.database.read() as session:
        assert await keeper_of(session, "chamber: members") is None
