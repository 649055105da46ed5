"""Imports of a partner institution: its files, and their way from the upload to the report."""

from typing import Any

import httpx2
from sqlalchemy import select

from directory.organisations.model import Organisation
from tests.directory.imports.test_pages import mapping_in, upload
from tests.directory.scene import Scene

LIST = "Nr;Firma;Web;Ort\n1;Hydrolumière;hydrolumiere.example;Lyon\n2;Elektrolyse Ruhr;elektrolyse.example;Essen\n"
PRODUCTS = "Produkt;Hersteller\nElektrolyseur;Elektrolyse Ruhr\nFremdes;Voltbus\nNiemandes;Nie\n"


async def tried(there: Scene, browser: httpx2.AsyncClient, content: str, **texts: str) -> str:
    """A file from its upload to its trial; its address."""
    path = (await upload(browser, content.encode(), **texts)).headers["location"]
    form = mapping_in((await browser.get(path)).text) | {"organisation_kind": "company"}
    await browser.post(f"{path}/mapping", data=form)
    await there.kernel.jobs.run_due()
    return path


async def imported(there: Scene, browser: httpx2.AsyncClient, content: str, **texts: str) -> str:
    """A file from its upload to its report; its address."""
    path = await tried(there, browser, content, **texts)
    await browser.post(f"{path}/import")
    await there.kernel.jobs.run_due()
    return path


async def source_of(there: Scene, name: str) -> Any:
    """Who keeps the organisation of this name; None: nobody."""
    async with there.kernel.database.read() as session:
        return await session.scalar(select(Organisation.source).where(Organisation.name == name))
