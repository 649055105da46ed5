"""A list of another's making on its way into the directory and out again, at a real browser."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from directory.organisations import bulk
from directory.organisations.bulk import OrganisationRow
from directory.organisations.merging import merge
from directory.organisations.model import Organisation
from people.admins import grant_admin
from people.model import Person
from tests.directory.imports.files import written
from tests.directory.needs.network import seed
from tests.e2e.place import Place, cookies_of, rows_taken
from tests.e2e.stage import writing
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import OpenTab
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Serve

# A title above the header, Latin-1, a column that nobody knows, a quoted line break, and five rows, three of them bad.
HARD = """Mitglieder der Kammer;;;;
Stand: 01.03.2026;;;;
;;;;
Firmenbezeichnung;PLZ/Ort;Tätigkeitsfeld;Was sie tun;Interne Notiz
Müller Prüftechnik GmbH;44787 Bochum;Maschinenbau;"Wir prüfen Bauteile
für die Bahn.";geheim
;45127 Essen;Energie;Ohne Namen;geheim
Überlandnetz;8001 Zürich;Energie;Netze, die halten;geheim;zu viel
Grüne Säule;45127 Essen;Schwebetechnik;Schnelllader;geheim
Summe: 4;;;;
"""


@pytest.fixture
async def admin(backend: Backend, serve: Serve, open_tab: OpenTab) -> Page:
    """Somebody who runs the platform, at the page of imports."""
    async with writing(backend) as uow:
        people, _, _ = await seed(uow)
        await grant_admin(uow, people["edda"], by=None)
        cookies = await cookies_of(uow, people, "edda")
    return await Place(await serve(dev=True), cookies).come(open_tab, "edda", "/imports")


async def counted(page: Page) -> dict[str, int]:
    """The figures of the report, by their names."""
    figures = page.locator(".import-figure")
    names, numbers = await figures.locator("dt").all_inner_texts(), await figures.locator("dd").all_inner_texts()
    return dict(zip(names, map(int, numbers), strict=True))


@same_on_both_grounds
async def test_a_hard_file_is_mapped_tried_imported_and_taken_back(
    admin: Page, tmp_path: Path, backend: Backend
) -> None:
    await admin.get_by_label("File", exact=True).set_input_files(written(tmp_path, "liste.csv", HARD, "cp1252"))
    await admin.get_by_label("Source").fill("Kammer")
    await admin.get_by_label("Licence of the data").select_option("dl-de-by")
    await admin.get_by_role("button", name="Upload and look at it").click()
    await expect(admin.get_by_text("CSV, cp1252, divided by semicolons")).to_be_visible()
    await expect(admin.get_by_text("in line 4")).to_be_visible()
    taken = [await admin.get_by_label(name, exact=True).input_value() for name in ("Firmenbezeichnung", "PLZ/Ort")]
    assert (taken, await admin.get_by_label("Interne Notiz").input_value()) == (["name", "location"], "")
    await admin.get_by_label("Was sie tun").select_option("pitch")
    await admin.get_by_role("button", name="Show the first rows so").click()
    await expect(admin.locator("#preview").get_by_text("Wir prüfen Bauteile für die Bahn.")).to_be_visible()
    await assert_accessible(admin)

    await admin.get_by_role("button", name="Try it out").click()
    await expect(admin.get_by_role("heading", name="What would become of it")).to_be_visible()
    figures = await counted(admin)
    assert (figures["New"], figures["Refused"], sum(figures.values())) == (2, 3, 5)
    await admin.get_by_role("link", name="Refused").click()
    refused = admin.locator(".import-row")
    await expect(refused).to_have_count(3)
    said = await refused.all_inner_texts()
    assert [re.search(r"Line (\d+)", row)[1] for row in said] == ["7", "8", "10"]  # type: ignore[index]
    assert "The row has no name." in said[0]
    assert "more cells than there are columns" in said[1]
    assert "a total or a note" in said[2]

    await admin.get_by_role("button", name="Import now").click()
    await expect(admin.get_by_role("heading", name="What became of it")).to_be_visible()
    assert await counted(admin) == figures
    await expect(admin.locator(".import-row", has_text="Grüne Säule")).to_contain_text("Schwebetechnik")
    names, lines = admin.locator(".import-row .strong"), admin.locator(".import-line")
    rows = await rows_taken(admin)
    assert [row["name"] or "No name" for row in rows] == await names.all_inner_texts()
    assert [f"Line {row['line']}" for row in rows] == await lines.all_inner_texts()
    await made_one_with_an_agencys(backend, "mueller-prueftechnik-gmbh")
    await admin.goto("/o/mueller-prueftechnik-gmbh")
    await expect(admin.get_by_text("Source: Kammer")).to_contain_text("Data licence Germany 2.0")
    await expect(admin.get_by_text("Source: Agentur", exact=True)).to_be_visible()
    await admin.goto("/imports")
    await admin.get_by_role("link", name="liste.csv").click()
    await admin.get_by_role("button", name="Take this import back").click()
    await admin.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    await expect(admin.get_by_text("2 entries were taken back.")).to_be_visible()
    await assert_accessible(admin)
    await admin.goto("/o/mueller-prueftechnik-gmbh")
    await expect(admin.get_by_text("Source: Agentur", exact=True)).to_be_visible()
    await expect(admin.get_by_text("Kammer")).to_have_count(0)


async def made_one_with_an_agencys(backend: Backend, slug: str) -> None:
    """Have a record of another source become a part of this one."""
    row = OrganisationRow("7", {"name": "Prüftechnik Müller", "kind": "company", "founded": 1999})
    async with writing(backend) as uow:
        into = await uow.session.scalar(select(Organisation.id).where(Organisation.slug == slug))
        [made] = await uow.run(lambda each: bulk.upsert(each, "Agentur", [row], at=uow.clock.now()))
        edda = await uow.session.scalar(select(Person.id).where(Person.name == "Edda Brandt"))
        await merge(uow, made.id, str(into), [], by_id=str(edda))
