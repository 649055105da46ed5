"""The way of a file through the browser, without scripts."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from directory.imports import beside
from people.admins import grant_admin
from server.kernel.parts import Kernel
from tests.directory.imports.desk import Desk
from tests.directory.imports.files import GERMAN, bomb
from tests.directory.imports.test_runs import asked_here, make_by_hand
from tests.people.scene import AYLIN, BEN, at_browser


@pytest.fixture
async def admin(app: Starlette, kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser in which somebody is signed in who runs the platform."""
    monkeypatch.setattr(beside, "_asked", asked_here)
    async with at_browser(app, AYLIN) as (browser, person):
        async with kernel.database.write() as uow:
            await grant_admin(uow, person.id, by=None)
        yield browser


async def upload(browser: httpx2.AsyncClient, content: bytes, name: str = "list.csv", **texts: str) -> httpx2.Response:
    return await browser.post("/imports", files={"file": (name, content)}, data=texts)


def mapping_in(page: str) -> dict[str, str]:
    """What the page's form would send: the field that is chosen for each column."""
    selects = re.findall(r'name="(column-\d+)".*?</select>', page, re.DOTALL)
    bodies = re.findall(r'<select[^>]*name="column-\d+".*?</select>', page, re.DOTALL)
    chosen = (re.search(r'value="([^"]*)" selected', body) for body in bodies)
    return {name: match[1] if match else "" for name, match in zip(selects, chosen, strict=True)}


def _once(seen: asyncio.Event) -> Any:
    """`asked_here`, as soon as somebody has seen that it is at work."""

    @asynccontextmanager
    async def asked(task: str, **question: Any) -> AsyncIterator[AsyncIterator[Any]]:
        await seen.wait()
        async with asked_here(task, **question) as frames:
            yield frames

    return asked


async def test_a_list_comes_in_step_by_step_and_goes_again(
    admin: httpx2.AsyncClient, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = asyncio.Event()
    await make_by_hand(kernel, "Grüne Säule", "gruene-saeule.example")
    answer = await upload(admin, GERMAN.encode("cp1252"), source="Kammer")
    path = answer.headers["location"]
    page = (await admin.get(path)).text
    assert "cp1252" in page
    assert "35 · 4 · 1.200" in page
    assert "Müller Prüftechnik GmbH" in page  # the preview
    form = mapping_in(page) | {"organisation_kind": "company"}
    monkeypatch.setattr(beside, "_asked", _once(seen))
    assert (await admin.post(f"{path}/mapping", data=form)).status_code == 303
    assert "data-import-progress" in (await admin.get(path)).text
    seen.set()
    await kernel.jobs.run_due()
    assert "What would become of it" in (await admin.get(path)).text
    desk = Desk(kernel)
    assert await desk.names() == ["Grüne Säule"]

    assert (await admin.post(f"{path}/import")).status_code == 303
    await kernel.jobs.run_due()
    page = (await admin.get(path)).text
    assert "What became of it" in page
    assert "1 question" in page
    asked = re.search(rf'action="({path}/duplicates/[^"]+)"', page)
    assert asked
    assert (await admin.post(asked[1], data={"decision": "apart"})).status_code == 303
    assert await desk.names() == ["Grüne Säule", "Grüne Säule", "Müller Prüftechnik", "Überlandnetz"]
    report = (await admin.get(f"{path}/report/export.csv")).content.decode("utf-8-sig").splitlines()
    assert report[0] == "Line,Name,Number at the source,Result,Remarks"
    assert len(report) == 4
    assert [row["line"] for row in (await admin.get(f"{path}/report/export.json")).json()] == [2, 3, 4]

    [listed] = (await admin.get("/imports/export.json")).json()
    assert [listed[key] for key in ("source", "what", "rows", "made", "duplicates")] == ["Kammer", "Importing", 3, 2, 1]
    assert listed["page"].endswith(path)

    assert (await admin.post(f"{path}/undo")).status_code == 303
    await kernel.jobs.run_due()
    assert "3 entries were taken back" in (await admin.get(path)).text
    assert await desk.names() == ["Grüne Säule"]


async def test_rows_that_need_no_answer_are_told_from_the_questions(admin: httpx2.AsyncClient, kernel: Kernel) -> None:
    await make_by_hand(kernel, "Grüne Säule", "gruene-saeule.example")
    twice = GERMAN.splitlines()[1]
    path = (await upload(admin, f"{GERMAN}\n{twice}\n".encode(), source="Kammer")).headers["location"]
    form = mapping_in((await admin.get(path)).text) | {"organisation_kind": "company"}
    for step, data in (("mapping", form), ("import", {})):
        assert (await admin.post(f"{path}/{step}", data=data)).status_code == 303
        await kernel.jobs.run_due()
    page = (await admin.get(path)).text
    assert re.search(r'<dt>Perhaps there already</dt><dd class="figures">2</dd>', page)
    assert "1 question: perhaps there already" in page
    assert "1 more row that is counted above needs no answer" in page


async def test_what_cannot_be_read_is_said_at_the_form_and_leaves_no_file(
    admin: httpx2.AsyncClient, kernel: Kernel, tmp_path: Path
) -> None:
    for content, why in (
        (b"%PDF-1.7", "a PDF"),
        (b"", "Please choose a file|The file is empty"),
        (bomb(tmp_path, megabytes=40).read_bytes(), "unpacks to far more"),
    ):
        answer = await upload(admin, content)
        assert answer.status_code == 422
        assert re.search(why, answer.text)
    assert list((kernel.settings.data / "imports").iterdir()) == []


async def test_a_mapping_that_cannot_be_is_refused_with_the_reason(admin: httpx2.AsyncClient) -> None:
    path = (await upload(admin, GERMAN.encode())).headers["location"]
    answer = await admin.post(f"{path}/mapping", data={"column-1": "industry", "organisation_kind": "company"})
    assert answer.status_code == 422
    assert "No column is taken as the name" in answer.text


async def test_html_in_a_file_stays_text_on_every_page(admin: httpx2.AsyncClient, kernel: Kernel) -> None:
    evil = "<script>alert(1)</script>"
    content = f"Name{evil};Ort;Jahr\nAcme{evil};Bochum;{evil}\n=1+1;Essen;2015\n"
    path = (await upload(admin, content.encode(), name=f"{evil}.csv", source=evil)).headers["location"]
    form = {"column-0": "name", "column-1": "place", "column-2": "founded", "organisation_kind": "company"}
    assert (await admin.post(f"{path}/mapping", data=form)).status_code == 303
    await kernel.jobs.run_due()
    for page in (path, "/imports"):
        assert "<script>alert" not in (await admin.get(page)).text
    assert "'=1+1" in (await admin.get(f"{path}/report/export.csv")).text


async def test_an_upload_that_breaks_off_leaves_nothing(admin: httpx2.AsyncClient, kernel: Kernel) -> None:
    body = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\nName;Ort\nAcme'
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert (await admin.post("/imports", content=body, headers=headers)).status_code == 400
    assert (await admin.post("/imports", content=b"{}", headers={"content-type": "text/plain"})).status_code == 400
    assert list((kernel.settings.data / "imports").iterdir()) == []


async def test_what_a_killed_server_left_of_an_upload_is_gone_after_a_day(
    admin: httpx2.AsyncClient, kernel: Kernel
) -> None:
    await upload(admin, GERMAN.encode())
    folder = Desk(kernel).data / "imports"
    (known,) = folder.iterdir()
    left, coming = folder / "left", folder / "coming"
    for path in (left, coming):
        path.write_bytes(b"half")
    kernel.clock.advance(days=1, minutes=1)  # type: ignore[attr-defined]  # the tests' clock is frozen
    now = kernel.clock.now().timestamp()
    for path, age_s in ((known, 90_000), (left, 90_000), (coming, 60)):
        os.utime(path, (now - age_s, now - age_s))
    await kernel.jobs.run_due()
    assert set(folder.iterdir()) == {known, coming}


async def test_the_name_of_a_connected_server_is_taken(admin: httpx2.AsyncClient) -> None:
    answer = await upload(admin, GERMAN.encode(), source="Fairmatch:other.example")
    assert answer.status_code == 422
    assert "belong to connected servers" in answer.text


async def test_who_does_not_run_the_platform_finds_no_imports(app: Starlette) -> None:
    async with at_browser(app, BEN) as (browser, _):
        assert (await browser.get("/imports")).status_code == 404
        assert (await upload(browser, b"Name\nAcme")).status_code in (403, 404)


async def test_a_file_that_changed_nothing_can_be_discarded(admin: httpx2.AsyncClient, kernel: Kernel) -> None:
    path = (await upload(admin, GERMAN.encode())).headers["location"]
    assert (await admin.post(f"{path}/forget")).status_code == 303
    await kernel.jobs.run_due()
    assert (await admin.get(path)).status_code == 404
    assert list((kernel.settings.data / "imports").iterdir()) == []
