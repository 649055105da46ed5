"""What people keep, by their programs: lists, bookmarks, words, notes and searches; nobody else sees it."""

from directory.organisations import belonging
from directory.search import saved
from directory.search.finding import Found
from server.kernel.ids import new_id
from tests.directory.scene import Scene

V1 = "/api/v1"


async def colleague(there: Scene, organisation: str) -> None:
    """Ben belongs to Aylin's organisation."""
    async with there.kernel.database.write() as uow:
        token = await belonging.invite(uow, organisation, "ben@voltbus.example", "member", by_id=there.ids["aylin"])
        await belonging.accept(uow, token, there.ids["ben"])


async def test_a_list_is_begun_filled_shared_and_thrown_away(there: Scene, program):
    _, voltbus = await there.organisation()
    _, hydro = await there.organisation(by="chloe", name="Hydro", website="https://hydro.example")
    await colleague(there, voltbus)
    aylin, ben, chloe = await program("aylin"), await program("ben"), await program("chloe")
    made = await aylin.post(f"{V1}/lists", json={"name": " Pilots "})
    path = made.headers["location"]
    assert (made.status_code, made.json()["name"], made.json()["shared_with"]) == (201, "Pilots", "")
    for organisation in (voltbus, hydro, hydro):
        assert (await aylin.put(f"{path}/organisations/{organisation}")).status_code == 204
    first = await aylin.get(f"{path}/organisations", params={"limit": 1})
    rest = await aylin.get(f"{path}/organisations", params={"limit": 1, "after": first.json()["next"]})
    assert [one["name"] for page in (first, rest) for one in page.json()["items"]] == ["Hydro", "Voltbus"]
    assert rest.json()["next"] is None
    assert (await ben.get(path)).status_code == 404
    read = {"if-match": (await aylin.get(path)).headers["etag"]}
    shared = await aylin.patch(path, json={"share_with": voltbus}, headers=read)
    assert (shared.json()["shared_with"], shared.json()["organisations"]) == ("Voltbus", 2)
    assert (await aylin.patch(path, json={}, headers=read)).status_code == 412
    assert [one["id"] for one in (await ben.get(f"{V1}/lists")).json()["items"]] == [shared.json()["id"]]
    assert (await ben.delete(path)).status_code == 403
    assert (await chloe.delete(f"{path}/organisations/{hydro}")).status_code == 404
    assert (await ben.delete(f"{path}/organisations/{hydro}")).status_code == 204
    assert (await chloe.post(f"{V1}/lists", json={"name": "x", "share_with": voltbus})).status_code == 403
    assert (await aylin.delete(path)).status_code == 204
    assert (await aylin.get(f"{V1}/lists")).json()["items"] == []


async def test_a_list_is_there_however_many_one_sees(there: Scene, program, monkeypatch):
    _, voltbus = await there.organisation()
    await colleague(there, voltbus)
    aylin, ben = await program("aylin"), await program("ben")
    for name in ("A", "B", "C"):
        assert (await ben.post(f"{V1}/lists", json={"name": name, "share_with": voltbus})).status_code == 201
    monkeypatch.setattr("directory.lists.actions.LISTS_MOST", 1)
    monkeypatch.setattr("directory.lists.queries.LISTS_MOST", 1)
    made = await aylin.post(f"{V1}/lists", json={"name": "Z"})
    assert made.status_code == 201, made.text
    assert (await aylin.get(made.headers["location"])).json()["name"] == "Z"


async def test_ones_own_note_is_changed_however_many_came_since(there: Scene, program, monkeypatch):
    _, voltbus = await there.organisation()
    await colleague(there, voltbus)
    about = f"{V1}/organisations/{voltbus}/notes"
    aylin, ben = await program("aylin"), await program("ben")
    note = (await aylin.post(about, json={"text": "Asks for a visit."})).headers["location"]
    there.kernel.clock.advance(seconds=1)
    assert (await ben.post(about, json={"text": "Was here.", "share_with": voltbus})).status_code == 201
    monkeypatch.setattr("directory.lists.queries.NOTES_MOST", 1)
    assert (await aylin.patch(note, json={"text": "Came in May."})).json()["text"] == "Came in May."
    assert (await ben.patch(note, json={"text": "Mine."})).status_code == 404


async def test_bookmarks_words_and_notes_are_ones_own(there: Scene, program):
    _, voltbus = await there.organisation()
    aylin, chloe = await program("aylin"), await program("chloe")
    about = f"{V1}/organisations/{voltbus}"
    assert (await chloe.put(f"{V1}/bookmarks/{voltbus}")).status_code == 204
    words = await chloe.put(f"{about}/words", json={"words": ["Pilot 2027", "pilot 2027, Essen"]})
    assert words.json() == {"words": ["Essen", "Pilot 2027"], "own": ["Essen", "Pilot 2027"], "shared": []}
    await aylin.put(f"{about}/words", json={"words": ["Kunde"], "share_with": voltbus})
    ours = await aylin.put(f"{about}/words", json={"words": ["allein"]})
    assert ours.json() == {
        "words": ["allein", "Kunde"],
        "own": ["allein"],
        "shared": [{"share_with": voltbus, "words": ["Kunde"]}],
    }
    note = await chloe.post(f"{about}/notes", json={"text": "Second visit in March."})
    assert (note.status_code, note.json()["mine"], note.json()["edited_at"]) == (201, True, None)
    [entry] = (await chloe.get(f"{V1}/bookmarks", params={"word": "essen"})).json()["items"]
    assert (entry["name"], entry["words"], entry["notes"]) == (
        "Voltbus", ["Essen", "Pilot 2027"], ["Second visit in March."],
    )  # fmt: skip
    changed = await chloe.patch(note.headers["location"], json={"text": "In May."})
    assert (changed.json()["text"], changed.json()["edited_at"] is not None) == ("In May.", True)
    for path in (f"{V1}/bookmarks", f"{about}/notes"):
        assert (await aylin.get(path)).json()["items"] == []
    assert (await aylin.patch(note.headers["location"], json={"text": "Mine now."})).status_code == 404
    assert (await aylin.delete(note.headers["location"])).status_code == 404
    assert (await chloe.delete(note.headers["location"])).status_code == 204
    assert (await chloe.delete(f"{V1}/bookmarks/{voltbus}")).status_code == 204
    assert (await chloe.put(f"{V1}/bookmarks/{there.ids['ada']}")).status_code == 404
    wrong = await chloe.post(f"{about}/notes", json={"text": "  "})
    assert (wrong.status_code, wrong.json()["errors"][0]["at"]) == (409, "/text")
    reader = await program("chloe", "directory:read", "organisations:write")
    assert (await reader.get(f"{V1}/bookmarks")).status_code == 403


async def test_a_search_is_kept_changed_and_let_go(there: Scene, program):
    aylin, chloe = await program("aylin"), await program("chloe")
    asked = {"q": "Ladesäule", "kind": "product", "near": "Essen", "radius": "50", "industry": ["energy"]}
    given = {"name": "Chargers", "asked": asked, "mails": True}
    made = await aylin.post(f"{V1}/searches", json=given)
    kept = made.json()
    assert (made.status_code, kept["alerts"], kept["mails"], kept["new"]) == (201, True, True, 0)
    assert "near=Essen" in kept["page"]
    again = await aylin.post(f"{V1}/searches", json=given | {"name": "Chargers in Essen"})
    assert (again.json()["id"], again.json()["name"]) == (kept["id"], "Chargers in Essen")
    where = made.headers["location"]
    _, voltbus = await there.organisation()
    async with there.kernel.database.write() as uow:
        found: list[Found] = [("organisation", voltbus), ("person", there.ids["ben"]), ("product", new_id())]
        await saved.note(uow, kept["id"], found, uow.clock.now())
    assert [one["id"] for one in (await aylin.get(f"{where}/new")).json()["items"]] == [voltbus]
    assert [(await chloe.get(f"{where}/new")).status_code, (await chloe.post(f"{where}/look")).status_code] == [
        404,
        404,
    ]
    assert ((await aylin.get(where)).json()["new"], (await aylin.post(f"{where}/look")).json()["new"]) == (1, 0)
    assert (await aylin.get(f"{where}/new")).json()["items"] == []
    off = await aylin.patch(made.headers["location"], json={"alerts": False})
    assert (off.json()["alerts"], off.json()["mails"]) == (False, False)
    assert (await chloe.get(made.headers["location"])).status_code == 404
    assert (await chloe.delete(made.headers["location"])).status_code == 404
    blank = await aylin.post(f"{V1}/searches", json={"name": " ", "asked": {"q": "pumps"}})
    assert (blank.status_code, blank.json()["name"]) == (201, "pumps")
    await aylin.delete(blank.headers["location"])
    unknown = await aylin.post(f"{V1}/searches", json={"name": "x", "asked": {"near": "Nowhere at all"}})
    assert unknown.json()["code"] == "unknown_place"
    assert (await aylin.delete(made.headers["location"])).status_code == 204
    assert (await aylin.get(f"{V1}/searches")).json() == {"items": [], "next": None}
