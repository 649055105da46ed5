"""Pictures and documents by programs: sent as files, checked as at the pages, handed out, and taken away."""

import pytest

from directory.organisations import rules
from tests.directory.organisations.test_uploads import picture
from tests.directory.scene import Scene

FILE = {"content-type": "application/octet-stream"}
PDF = b"%PDF-1.7 a catalogue"


async def sent(program, method: str, path: str, content: bytes, **asked: str):
    """A file by a program."""
    return await program.request(method, path, content=content, params=asked or None, headers=FILE)


async def test_a_document_is_sent_listed_loaded_down_and_taken_away(there: Scene, program):
    _, organisation = await there.organisation()
    aylin, nobody = await program("aylin"), await program()
    documents = f"/api/v1/organisations/{organisation}/documents"
    made = await sent(aylin, "POST", documents, PDF, name="../Katalog 2026.pdf")
    assert (made.status_code, made.json()["name"], made.json()["bytes"]) == (201, "Katalog 2026.pdf", len(PDF))
    assert [one["id"] for one in (await nobody.get(documents)).json()["items"]] == [made.json()["id"]]
    got = await nobody.get(made.headers["location"])
    assert (got.content, got.headers["x-content-type-options"]) == (PDF, "nosniff")
    assert got.headers["content-disposition"].startswith("attachment")
    assert (await nobody.delete(made.headers["location"])).status_code == 401
    assert (await aylin.delete(made.headers["location"])).status_code == 204
    assert (await aylin.delete(made.headers["location"])).status_code == 404


async def test_a_product_and_a_need_have_documents_too(there: Scene, program):
    _, organisation = await there.organisation()
    aylin = await program("aylin")
    product = {"organisation": organisation, "texts": {"en": {"name": "Depot charger"}}}
    need = {"kind": "seek", "category": "product", "texts": {"en": {"title": "Chargers for a depot", "text": "Forty."}}}
    for path, body in (("/api/v1/products", product), ("/api/v1/needs", need | {"organisation": organisation})):
        record = (await aylin.post(path, json=body)).headers["location"]
        made = await sent(aylin, "POST", f"{record}/documents", PDF, name="tender.pdf")
        assert made.status_code == 201, made.text
        assert len((await aylin.get(f"{record}/documents")).json()["items"]) == 1
        assert (await aylin.delete(made.headers["location"])).status_code == 204


async def test_pictures_are_written_anew_and_carry_a_version(there: Scene, program):
    _, organisation = await there.organisation()
    aylin = await program("aylin")
    record = f"/api/v1/organisations/{organisation}"
    before = (await aylin.get(record)).headers["etag"]
    answer = await sent(aylin, "PUT", f"{record}/logo", picture())
    assert (answer.status_code, answer.json()["logo"].endswith(".webp")) == (200, True)
    assert answer.json() == (await aylin.get(record)).json()
    late = await aylin.put(f"{record}/banner", content=picture(), headers=FILE | {"if-match": before})
    assert late.status_code == 412
    assert (await aylin.delete(f"{record}/logo")).status_code == 204
    assert (await aylin.get(record)).json()["logo"] is None
    body = {"organisation": organisation, "texts": {"en": {"name": "Depot charger"}}}
    product = (await aylin.post("/api/v1/products", json=body)).headers["location"]
    made = (await sent(aylin, "POST", f"{product}/pictures", picture(), said="In a depot")).json()
    assert (await aylin.get(product)).json()["pictures"] == [made]
    assert (await aylin.delete(f"{product}/pictures/{made['id']}")).status_code == 204
    assert (await aylin.get(product)).json()["pictures"] == []


@pytest.mark.parametrize("part", ["logo", "banner"])
async def test_a_picture_that_is_refused_late_leaves_no_file(there: Scene, program, monkeypatch, part: str):
    _, organisation = await there.organisation()
    aylin, record = await program("aylin"), f"/api/v1/organisations/{organisation}"
    before = (await aylin.get(record)).headers["etag"]
    pictures = there.app.state.organisations.pictures
    take = pictures.take

    async def take_while_it_changes(content, make):
        assert (await aylin.patch(record, json={"website": "https://voltbus.example/new"})).status_code == 200
        return await take(content, make)

    monkeypatch.setattr(pictures, "take", take_while_it_changes)
    late = await aylin.put(f"{record}/{part}", content=picture(), headers=FILE | {"if-match": before})
    assert late.status_code == 412
    await there.kernel.jobs.run_due()
    assert not [each for each in there.kernel.files.folder.rglob("*.webp")]


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [(b"", "a.pdf", 422), (b"MZ no pdf", "a.pdf", 409), (PDF, "a.exe", 409), (PDF, "", 422)],
    ids=["empty", "another kind", "a program", "no name"],
)
async def test_a_wrong_file_is_refused_with_the_reason(there: Scene, program, content: bytes, name: str, status: int):
    _, organisation = await there.organisation()
    answer = await sent(
        await program("aylin"), "POST", f"/api/v1/organisations/{organisation}/documents", content, name=name
    )
    assert (answer.status_code, len(answer.json()["errors"])) == (status, 1)


async def test_files_need_their_type_a_right_and_room(there: Scene, program, monkeypatch):
    _, organisation = await there.organisation()
    aylin, chloe = await program("aylin"), await program("chloe")
    documents = f"/api/v1/organisations/{organisation}/documents?name=a.pdf"
    assert (await aylin.post(documents, content=PDF)).status_code == 415
    assert (await aylin.post(documents, json={})).status_code == 415
    assert (await sent(chloe, "POST", documents, PDF)).status_code == 403
    assert (await sent(chloe, "PUT", f"/api/v1/organisations/{organisation}/logo", picture())).status_code == 403
    monkeypatch.setattr("directory.organisations.actions.DOCUMENTS_MOST", 0)
    assert rules.DOCUMENTS_MOST > 0
    assert (await sent(aylin, "POST", documents, PDF)).json()["code"] == "too_many"
    await there.kernel.jobs.run_due()
    assert not [each for each in there.kernel.files.folder.rglob("*.pdf")]
