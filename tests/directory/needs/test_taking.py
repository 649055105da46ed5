"""Needs, answers and news as files: what their pages show to the same person, and nothing more."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from directory.needs.joining import carry
from directory.needs.model import Answer
from directory.organisations import actions as organisations
from directory.search.changes import touches
from directory.search.documents import Mark
from server.kernel.db import UnitOfWork
from tests.directory.needs.network import HIDDEN, REASON, TITLE, Network


async def test_what_is_open_goes_along_as_the_list_is_narrowed_and_a_blind_need_stays_blind(there: Network) -> None:
    await there.need(blind=True)
    await there.need("aylin", kind="offer", country="TR", region="", place="")
    await there.need(publish=False)
    (row,) = (await there["chloe"].get("/needs/export.json?country=DE")).json()
    assert (row["title"], row["by"], row["published"]) == (TITLE, "mid-size utility, NRW", "2026-09-14")
    assert HIDDEN not in (await there["chloe"].get("/needs/export.csv")).text
    assert [row["by"] for row in (await there["bernd"].get("/needs/export.json")).json()] == [HIDDEN]
    (offer,) = (await there["chloe"].get("/needs/export.json?tab=offer")).json()
    assert offer["by"] == "Voltbus"
    assert (await there["chloe"].get("/needs/export.json?country=FR")).json() == []
    assert "/needs/export.xlsx?country=DE" in await there.text("chloe", "/needs?country=DE&within=")
    assert (await there["chloe"].get("/needs/export.json?tab=mine")).status_code == 404
    assert "export" not in await there.text("nobody", "/needs")


async def test_a_list_of_more_than_a_page_goes_along_whole(there: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directory.needs.pages.taking.PAGE", 2)
    for _ in range(5):
        await there.need()
    rows = (await there["chloe"].get("/needs/export.json")).json()
    assert len({row["page"] for row in rows}) == len(rows) == 5


async def test_answers_go_along_with_the_owners_side_alone(there: Network) -> None:
    need_id = await there.need(blind=True)
    one = await there.answer(need_id, product_id=there.charger)
    await there.answer(need_id, "chloe", blind=True)
    await there.step(one.id, "asked", text="How loud is it?")
    path = f"/needs/{need_id}/answers"
    rows = (await there["bernd"].get(f"{path}/export.json")).json()
    by_name = {row["organisation"]: row for row in rows}
    assert set(by_name) == {"Voltbus", "Start-up, France"}
    known = by_name["Voltbus"]
    assert (known["reason"], known["product"], known["said"]) == (REASON, "Depot charger 350", ["How loud is it?"])
    assert known["state"] == "Waits for the other side"
    assert f"{path}/export.csv" in await there.text("bernd", path)
    for other in ("aylin", "chloe", "edda"):
        assert (await there[other].get(f"{path}/export.json")).status_code == 404


async def test_ones_news_go_along_looked_at_or_not(there: Network) -> None:
    one = await there.answer(await there.need())
    await there["bernd"].get(f"/answers/{one.id}")
    await there.step(one.id, "withdrawn", "aylin")
    await there.kernel.jobs.run_due()
    assert "/needs/news/export.csv" in await there.text("bernd", "/needs?tab=mine")
    rows = (await there["bernd"].get("/needs/news/export.json")).json()
    assert sorted(row["seen"] is None for row in rows) == [False, True]
    assert all("Voltbus" in row["text"] and row["page"].endswith(f"/answers/{one.id}") for row in rows)
    assert (await there["edda"].get("/needs/news/export.json")).json() == []


async def test_the_search_looks_at_needs_again_when_their_organisation_is_another_one(there: Network) -> None:
    open_, blind = await there.need(), await there.need(blind=True)
    utility, bernd = there.organisations["utility"], there.people["bernd"]

    async def told(change: Callable[[UnitOfWork], Awaitable[object]]) -> set[str]:
        there.kernel.clock.advance(minutes=1)  # type: ignore[attr-defined]  # the tests' clock is frozen
        before = Mark(there.kernel.clock.now(), "")
        async with there.kernel.database.write() as uow:
            await change(uow)
        async with there.kernel.database.read() as session:
            return {mark.id for mark in await touches(session, "need", before, 10)}

    named = {"name": "Stadtwerke Neuhagen"}
    assert await told(lambda uow: organisations.edit(uow, utility, named, by_id=bernd)) == {open_, blind}
    assert await told(lambda uow: organisations.edit(uow, utility, {"founded": 1902}, by_id=bernd)) == set()
    assert await told(lambda uow: organisations.remove(uow, utility, by_id=bernd)) == {open_, blind}
    assert await told(lambda uow: organisations.bring_back(uow, utility, by_id=bernd)) == {open_, blind}
    assert await told(lambda uow: carry(uow, utility, there.organisations["hydro"])) == {open_, blind}


async def test_of_two_answers_to_one_need_a_merge_keeps_the_one_that_got_further(there: Network) -> None:
    first, second = await there.need(), await there.need()
    voltbus, hydro = there.organisations["voltbus"], there.organisations["hydro"]
    early = [await there.answer(need_id, "chloe") for need_id in (first, second)]
    there.kernel.clock.advance(hours=1)  # type: ignore[attr-defined]
    late = [await there.answer(need_id, "aylin") for need_id in (first, second)]
    await there.step(late[0].id, "accepted")
    async with there.kernel.database.write() as uow:
        await carry(uow, voltbus, hydro)
    async with there.kernel.database.read() as session:
        rows = await session.execute(select(Answer.id, Answer.organisation_id))
        assert {tuple(row) for row in rows} == {(late[0].id, hydro), (early[1].id, hydro)}
