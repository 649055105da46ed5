"""What people keep about organisations, as they do it in a browser."""

import asyncio
import re

import pytest

from directory.lists import queries
from directory.lists.own_data import carry, collect, erase
from server.kernel.ids import new_id
from tests.directory.lists.conftest import Desk


async def begin_list(desk: Desk, name: str = "Charging", team: str = "") -> str:
    list_id = new_id()
    answer = await desk.aylin.post("/lists", data={"id": list_id, "name": name, "team": team})
    assert answer.headers["location"] == f"/lists/{list_id}"
    return list_id


async def test_a_bookmark_is_set_found_again_and_taken_away(desk: Desk) -> None:
    for _again in range(2):
        assert (await desk.ben.post("/o/norrnat/bookmark", data={"on": "yes"})).status_code == 303
    assert "Norrnat" in (await desk.ben.get("/lists/bookmarks")).text
    assert "Norrnat" not in (await desk.aylin.get("/lists/bookmarks")).text
    await desk.ben.post("/o/norrnat/bookmark", data={"on": "no"})
    assert "Norrnat" not in (await desk.ben.get("/lists/bookmarks")).text


async def test_a_list_sent_twice_is_one_list(desk: Desk) -> None:
    list_id = new_id()
    form = {"id": list_id, "name": "Charging", "team": ""}
    assert await at_once(desk, "/lists", form) == [303, 303]
    async with desk.kernel.database.read() as session:
        assert [each.id for each in await queries.lists(session, desk.ids["ben"])] == [list_id]


async def test_a_note_a_word_and_a_bookmark_sent_twice_at_once_are_kept_once(desk: Desk) -> None:
    note = {"id": new_id(), "text": "Asks for two chargers", "team": ""}
    assert await at_once(desk, "/o/norrnat/notes", note) == [303, 303]
    assert await at_once(desk, "/o/norrnat/labels", {"team": "", "labels": "pilot"}) == [303, 303]
    assert await at_once(desk, "/o/norrnat/bookmark", {"on": "yes"}) == [303, 303]
    async with desk.kernel.database.read() as session:
        kept = await collect(session, desk.ids["ben"])
    assert [len(kept[name]) for name in ("notes", "words", "bookmarks")] == [1, 1, 1]


async def at_once(desk: Desk, path: str, form: dict[str, str]) -> list[int]:
    """What a form is answered with that is sent twice in one moment."""
    return [each.status_code for each in await asyncio.gather(*[desk.ben.post(path, data=form) for _ in range(2)])]


async def test_an_organisation_is_put_on_a_list_and_taken_off(desk: Desk) -> None:
    list_id = await begin_list(desk)
    ticked = {"shown": [list_id], "list": [list_id]}
    assert (await desk.aylin.post("/o/norrnat/lists", data=ticked)).status_code == 303
    assert "Norrnat" in (await desk.aylin.get(f"/lists/{list_id}")).text
    gone = await desk.aylin.post(f"/lists/{list_id}/organisations/{desk.norrnat}/remove")
    assert gone.headers["location"] == f"/lists/{list_id}"
    assert "Norrnat" not in (await desk.aylin.get(f"/lists/{list_id}")).text


async def test_a_private_list_is_not_there_for_anybody_else(desk: Desk) -> None:
    list_id = await begin_list(desk)
    for other in (desk.ben, desk.clara):
        assert (await other.get(f"/lists/{list_id}")).status_code == 404
        changed = await other.post(f"/lists/{list_id}", data={"name": "Mine now", "team": ""})
        put = await other.post("/o/norrnat/lists", data={"shown": [list_id], "list": [list_id]})
        assert {changed.status_code, put.status_code} == {404}
    assert "Charging" in (await desk.aylin.get("/lists")).text


async def test_colleagues_share_a_list_and_only_who_began_it_throws_it_away(desk: Desk) -> None:
    list_id = await begin_list(desk, team=desk.voltbus)
    await desk.clara.post("/o/norrnat/lists", data={"shown": [list_id], "list": [list_id]})
    assert "Norrnat" in (await desk.aylin.get(f"/lists/{list_id}")).text
    assert (await desk.ben.get(f"/lists/{list_id}")).status_code == 404
    assert (await desk.clara.post(f"/lists/{list_id}/remove")).status_code == 403
    assert (await desk.clara.post(f"/lists/{list_id}", data={"name": "Mine", "team": ""})).status_code == 403
    assert (await desk.aylin.post(f"/lists/{list_id}/remove")).status_code == 303
    assert (await desk.aylin.get(f"/lists/{list_id}")).status_code == 404


async def test_nobody_shares_with_an_organisation_that_is_not_theirs(desk: Desk) -> None:
    answer = await desk.ben.post("/lists", data={"id": new_id(), "name": "Theirs", "team": desk.voltbus})
    assert answer.status_code == 422
    assert "Theirs" in answer.text
    assert "Theirs" not in (await desk.aylin.get("/lists")).text


async def test_a_note_is_written_changed_and_deleted_by_its_author_alone(desk: Desk) -> None:
    note_id = new_id()
    note = {"id": note_id, "text": "Asks for\ntwo chargers", "team": desk.voltbus}
    for _again in range(2):
        await desk.aylin.post("/o/norrnat/notes", data=note)
    seen = (await desk.clara.get("/o/norrnat/notes")).text
    assert seen.count("two chargers") == 1
    assert "two chargers" not in (await desk.ben.get("/o/norrnat/notes")).text
    assert (await desk.clara.post(f"/o/norrnat/notes/{note_id}", data={"text": "No"})).status_code == 404
    assert (await desk.clara.post(f"/o/norrnat/notes/{note_id}/remove")).status_code == 404
    await desk.aylin.post(f"/o/norrnat/notes/{note_id}", data={"text": "Asks for three"})
    assert "changed" in (await desk.clara.get("/o/norrnat/notes")).text
    await desk.aylin.post(f"/o/norrnat/notes/{note_id}/remove")
    assert "Asks for three" not in (await desk.clara.get("/o/norrnat/notes")).text


async def test_words_hang_on_an_organisation_and_narrow_a_list(desk: Desk) -> None:
    list_id = await begin_list(desk)
    for slug in ("norrnat", "voltbus"):
        await desk.aylin.post(f"/o/{slug}/lists", data={"shown": [list_id], "list": [list_id]})
    await desk.aylin.post("/o/norrnat/labels", data={"team": "", "labels": "pilot, overdue"})
    await desk.aylin.post("/o/norrnat/labels", data={"team": "", "labels": "Pilot, soon, Überblick"})
    assert "Norrnat" in (await desk.aylin.get(f"/lists/{list_id}?word=überblick")).text
    narrowed = (await desk.aylin.get(f"/lists/{list_id}?word=PILOT")).text
    assert "Norrnat" in narrowed
    assert "/o/voltbus" not in narrowed
    assert "soon" in narrowed
    assert "overdue" not in narrowed


@pytest.mark.parametrize("text", ["", "x" * 4_001])
async def test_what_is_wrong_with_a_note_is_said_and_nothing_typed_is_lost(desk: Desk, text: str) -> None:
    answer = await desk.ben.post("/o/norrnat/notes", data={"id": new_id(), "text": text, "team": ""})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert text in answer.text


@pytest.mark.parametrize("path", ["/lists/nonsense", "/lists/bookmarks?after=-1", "/o/nobody/notes"])
async def test_what_is_not_there_is_not_found(desk: Desk, path: str) -> None:
    assert (await desk.ben.get(path)).status_code == 404


async def test_scripts_in_names_and_notes_stay_text(desk: Desk) -> None:
    evil = "<script>alert(1)</script>"
    list_id = await begin_list(desk, name=evil)
    await desk.aylin.post("/o/norrnat/notes", data={"id": new_id(), "text": evil, "team": ""})
    for path in ("/lists", f"/lists/{list_id}", "/o/norrnat/notes"):
        text = (await desk.aylin.get(path)).text
        assert evil not in text
        assert re.search(r"&lt;script&gt;alert", text)


async def test_export_and_erasure_take_everything_of_a_person(desk: Desk) -> None:
    list_id = await begin_list(desk)
    await desk.aylin.post("/o/norrnat/lists", data={"shown": [list_id], "list": [list_id]})
    await desk.aylin.post("/o/norrnat/bookmark", data={"on": "yes"})
    await desk.aylin.post("/o/norrnat/labels", data={"team": "", "labels": "pilot"})
    await desk.aylin.post("/o/norrnat/notes", data={"id": new_id(), "text": "Calls back", "team": desk.voltbus})
    async with desk.kernel.database.read() as session:
        kept = await collect(session, desk.ids["aylin"])
    assert [kept["lists"][0]["name"], kept["notes"][0]["text"], kept["words"][0]["word"]] == [
        "Charging",
        "Calls back",
        "pilot",
    ]
    assert kept["bookmarks"][0]["organisation"] == kept["lists"][0]["organisations"][0]["organisation"] == "Norrnat"
    async with desk.kernel.database.write() as uow:
        await erase(uow, desk.ids["aylin"])
    async with desk.kernel.database.read() as session:
        assert await collect(session, desk.ids["aylin"]) == {"bookmarks": [], "lists": [], "words": [], "notes": []}


async def test_what_was_kept_about_two_organisations_is_kept_about_the_one_that_they_become(desk: Desk) -> None:
    list_id = await begin_list(desk, team=desk.voltbus)
    for slug in ("norrnat", "voltbus"):
        await desk.aylin.post(f"/o/{slug}/lists", data={"shown": [list_id], "list": [list_id]})
        await desk.aylin.post(f"/o/{slug}/bookmark", data={"on": "yes"})
    await desk.aylin.post("/o/norrnat/notes", data={"id": new_id(), "text": "Calls back", "team": ""})
    async with desk.kernel.database.write() as uow:
        await carry(uow, desk.norrnat, desk.voltbus)
    async with desk.kernel.database.read() as session:
        kept = await collect(session, desk.ids["aylin"])
        assert [each["organisation"] for each in kept["bookmarks"]] == ["Voltbus"]
        assert [each.text for each in await queries.notes(session, desk.ids["aylin"], desk.voltbus)] == ["Calls back"]
        assert [each.count for each in await queries.lists(session, desk.ids["aylin"])] == [1]
