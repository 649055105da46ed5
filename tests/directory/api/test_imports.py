"""Imports by programs of those who may: a file is sent, tried, imported, read about and undone."""

import re

import pytest

from directory.imports import beside
from tests.directory.imports.test_runs import asked_here
from tests.directory.scene import Scene

IMPORTS = "/api/v1/imports"
FILE = {"content-type": "application/octet-stream"}
CSV = """Firma;Web;Ort
Müller Prüftechnik GmbH;mueller.example;Essen
;ohne-name.example;Bochum
Voltbuss;voltbus.example;Izmir
"""


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_asked", asked_here)


async def test_a_file_is_sent_tried_imported_and_undone(there: Scene, program):
    await there.organisation()
    ada = await program("ada")
    sent = await ada.post(
        IMPORTS, params={"name": "list.csv", "source": "Kammer"}, content=CSV.encode("cp1252"), headers=FILE
    )
    assert (sent.status_code, sent.json()["step"], sent.json()["source"]) == (201, "mapping", "Kammer")
    assert (sent.json()["columns"], sent.json()["bytes"]) == (["Firma", "Web", "Ort"], len(CSV))
    read = await ada.put(f"{sent.headers['location']}/reading", json={"kind": "products"})
    assert (read.json()["kind"], read.json()["sheets"], read.json()["sheet"]) == ("products", [], "")
    again = await ada.put(f"{sent.headers['location']}/reading", json={}, headers={"if-match": read.headers["etag"]})
    assert (again.json()["kind"], again.json()) == ("organisations", sent.json())
    path, columns = sent.headers["location"], {"Firma": "name", "Web": "website", "Ort": "place"}
    mapped = await ada.put(f"{path}/mapping", json={"columns": columns}, headers={"if-match": sent.headers["etag"]})
    assert mapped.json()["mapping"]["columns"] == columns
    assert (await ada.post(f"{path}/run", json={"do": "trial"})).json()["step"] == "working"
    await there.kernel.jobs.run_due()
    assert (await ada.get(path)).json()["step"] == "tried"
    await ada.post(f"{path}/run", json={"do": "import"})
    await there.kernel.jobs.run_due()
    done = (await ada.get(path)).json()
    assert (done["step"], done["run"]["what"], done["run"]["counts"]["rows"]) == ("imported", "import", 3)
    first = await ada.get(f"{path}/rows", params={"limit": 2})
    rest = await ada.get(f"{path}/rows", params={"limit": 2, "after": first.json()["next"]})
    rows = [*first.json()["items"], *rest.json()["items"]]
    assert [row["outcome"] for row in rows] == ["made", "refused", "duplicate"]
    assert (rows[1]["line"], len(rows[1]["remarks"])) == (3, 1)
    [asked] = (await ada.get(f"{path}/duplicates")).json()["items"]
    assert (asked["row"], asked["organisation_name"]) == (3, "Voltbus")
    assert (await ada.post(f"{path}/duplicates/{asked['id']}", json={"do": "left_out"})).status_code == 204
    assert (await ada.post(f"{path}/duplicates/{asked['id']}", json={"do": "apart"})).status_code == 404
    assert (await ada.delete(path)).status_code == 409
    await ada.post(f"{path}/run", json={"do": "undo"})
    await there.kernel.jobs.run_due()
    assert (await ada.get(IMPORTS)).json()["items"][0]["step"] == "undone"


async def test_what_cannot_be_imported_is_refused_and_kept_nowhere(there: Scene, program):
    ada, aylin = await program("ada"), await program("aylin")
    for name, content, status in (
        ("a.csv", b"", 422),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), 409),
        ("", CSV.encode(), 422),
    ):
        answer = await ada.post(IMPORTS, params={"name": name}, content=content, headers=FILE)
        assert (answer.status_code, len(answer.json()["errors"])) == (status, 1)
    assert (await aylin.post(IMPORTS, params={"name": "a.csv"}, content=CSV.encode(), headers=FILE)).status_code == 403
    assert (await aylin.get(IMPORTS)).status_code == 403
    assert [each for each in there.kernel.settings.data.glob("imports/*") if each.is_file()] == []
    path = (await ada.post(IMPORTS, params={"name": "a.csv"}, content=CSV.encode(), headers=FILE)).headers["location"]
    twice = await ada.put(f"{path}/mapping", json={"columns": {"Firma": "name", "Ort": "name"}})
    assert (twice.status_code, "cannot both be the same field" in twice.json()["errors"][0]["said"]) == (409, True)
    nul = await ada.put(f"{path}/mapping", json={"columns": {"Firma\0": "name"}})
    described = (await ada.get("/api/openapi.json")).json()["components"]["schemas"]["GivenTaking"]["properties"]
    assert (nul.status_code, re.search(described["columns"]["propertyNames"]["pattern"], "Firma\0")) == (400, None)
    assert (await ada.post(f"{path}/run", json={"do": "undo"})).status_code == 409
    assert (await ada.delete(path)).status_code == 204
    assert (await ada.get(path)).status_code == 404


async def test_institutions_import_for_their_networks_and_say_on_which_terms(there: Scene, program):
    _, chamber = await there.organisation(by="chloe", name="Chamber", website="", kind="partner")
    chloe, ada, aylin = await program("chloe"), await program("ada"), await program("aylin")
    asked = {"name": "list.csv", "source": "Kammer", "licence": "cc-by"}
    assert (await chloe.post(IMPORTS, params=asked, content=CSV, headers=FILE)).status_code == 403
    await ada.put(f"/api/v1/partners/{chamber}")
    sent = await chloe.post(IMPORTS, params=asked, content=CSV, headers=FILE)
    assert (sent.json()["partner"], sent.json()["source"]) == (chamber, "chamber: Kammer")
    foreign = await chloe.post(IMPORTS, params=asked | {"partner": there.ids["ada"]}, content=CSV, headers=FILE)
    assert foreign.json()["errors"][0]["at"] == "?partner"
    path = sent.headers["location"]
    assert [(await one.get(path)).status_code for one in (ada, aylin)] == [200, 403]
    await chloe.post(f"{path}/run", json={"do": "import"})
    await there.kernel.jobs.run_due()
    inside = (await aylin.get("/api/v1/organisations", params={"partner": chamber})).json()["items"]
    assert [one["source"]["licence"] for one in inside] == ["cc-by", "cc-by"]
