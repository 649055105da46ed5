"""Lists as files: with the viewer's own words and notes, and only for those who see the list."""

from directory.lists.model import ShortlistEntry
from directory.organisations.model import Organisation
from server.kernel.ids import new_id
from tests.directory.lists.conftest import Desk
from tests.directory.lists.test_pages import begin_list


async def test_a_list_goes_along_with_ones_own_words_and_notes(desk: Desk) -> None:
    list_id = await begin_list(desk)
    await desk.aylin.post("/o/norrnat/lists", data={"shown": [list_id], "list": [list_id]})
    await desk.aylin.post("/o/norrnat/labels", data={"labels": "pilot, warm", "team": ""})
    await desk.aylin.post("/o/norrnat/notes", data={"id": new_id(), "text": "=1+1", "team": ""})
    await desk.clara.post("/o/norrnat/notes", data={"id": new_id(), "text": "Clara's secret", "team": ""})
    answer = await desk.aylin.get(f"/lists/{list_id}/export.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="list.json"'
    (row,) = answer.json()
    assert (row["name"], row["words"], row["notes"]) == ("Norrnat", ["pilot", "warm"], ["=1+1"])
    assert row["page"].endswith("/o/norrnat")
    text = (await desk.aylin.get(f"/lists/{list_id}/export.csv")).text
    assert "'=1+1" in text
    assert "Clara" not in text
    assert f'href="/lists/{list_id}/export.xlsx"' in (await desk.aylin.get(f"/lists/{list_id}")).text


async def test_a_list_goes_along_with_nobody_who_does_not_see_it(desk: Desk) -> None:
    list_id = await begin_list(desk)
    assert (await desk.ben.get(f"/lists/{list_id}/export.csv")).status_code == 404
    assert (await desk.aylin.get(f"/lists/{list_id}/export.pdf")).status_code == 404
    assert (await desk.aylin.get("/lists/none/export.csv")).status_code == 404


async def test_bookmarks_are_everybodys_own_and_narrowed_by_a_word(desk: Desk) -> None:
    for slug in ("norrnat", "voltbus"):
        await desk.aylin.post(f"/o/{slug}/bookmark", data={"on": "yes"})
    await desk.aylin.post("/o/norrnat/labels", data={"labels": "pilot", "team": ""})
    taken = (await desk.aylin.get("/lists/bookmarks/export.json")).json()
    assert [row["name"] for row in taken] == ["Norrnat", "Voltbus"]
    narrowed = (await desk.aylin.get("/lists/bookmarks/export.json?word=pilot")).json()
    assert [row["name"] for row in narrowed] == ["Norrnat"]
    assert (await desk.ben.get("/lists/bookmarks/export.json")).json() == []


async def test_a_long_list_is_whole(desk: Desk) -> None:
    list_id = await begin_list(desk)
    async with desk.kernel.database.write() as uow:
        now, first = uow.clock.now(), await uow.session.get_one(Organisation, desk.norrnat)
        kept = {column.name: getattr(first, column.name) for column in Organisation.__table__.columns}
        for number in range(501):
            id_ = new_id()
            uow.session.add(Organisation(**kept | {"id": id_, "slug": f"o-{number}", "name": f"O {number:03}"}))
            await uow.session.flush()
            entry = {"shortlist_id": list_id, "organisation_id": id_, "by_id": desk.ids["aylin"], "at": now}
            uow.session.add(ShortlistEntry(**entry))
    taken = (await desk.aylin.get(f"/lists/{list_id}/export.json")).json()
    assert [row["name"] for row in taken] == [f"O {number:03}" for number in range(501)]
