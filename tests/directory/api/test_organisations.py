"""Organisations for programs: what they see, what they may change, and how a copy is kept."""

from datetime import timedelta

from server.kernel.clock import FrozenClock
from tests.directory.scene import Scene


async def test_without_a_token_one_reads_what_is_public(there: Scene, program):
    _, public = await there.organisation()
    _, members = await there.organisation("chloe", name="Hydro Lumière", visibility="members")
    nobody, ben = await program(), await program("ben")
    assert [one["id"] for one in (await nobody.get("/api/v1/organisations")).json()["items"]] == [public]
    assert [one["id"] for one in (await ben.get("/api/v1/organisations")).json()["items"]] == [public, members]
    assert (await nobody.get(f"/api/v1/organisations/{members}")).status_code == 404
    found = (await ben.get(f"/api/v1/organisations/{members}")).json()
    assert (found["name"], found["public"], found["source"]) == ("Hydro Lumière", False, None)


async def test_pages_lead_on_in_the_order_of_changes(there: Scene, program, clock: FrozenClock):
    ids = []
    for number in range(5):
        ids.append((await there.organisation(name=f"No. {number}"))[1])
        clock.advance(seconds=number % 2)  # some in one moment
    nobody, path, seen = await program(), "/api/v1/organisations?limit=2", []
    while path:
        answer = await nobody.get(path)
        seen.append([one["id"] for one in answer.json()["items"]])
        path = answer.links["next"]["url"] if "next" in answer.links else ""
    assert [len(page) for page in seen] == [2, 2, 1]
    assert [id_ for page in seen for id_ in page] == ids


async def test_a_copy_is_kept_fresh_by_what_has_changed_since(there: Scene, program, clock: FrozenClock):
    _, first = await there.organisation()
    await there.organisation(name="Another")
    clock.advance(minutes=5)
    since = (clock.now() - timedelta(seconds=1)).isoformat()
    aylin = await program("aylin")
    path = {"updated_since": since}
    assert (await aylin.get("/api/v1/organisations", params=path)).json()["items"] == []
    await aylin.patch(f"/api/v1/organisations/{first}", json={"founded": 2019})
    changed = (await aylin.get("/api/v1/organisations", params=path)).json()["items"]
    assert [(one["id"], one["founded"]) for one in changed] == [(first, 2019)]


async def test_lists_are_narrowed(there: Scene, program):
    _, voltbus = await there.organisation()
    _, hydro = await there.organisation(name="Hydro", kind="company", country="FR", industry=("chemicals",))
    nobody = await program()
    for narrowed, ids in (
        ({"kind": "company"}, [hydro]),
        ({"country": "TR"}, [voltbus]),
        ({"industry": "energy"}, [voltbus]),
        ({"partner": voltbus}, []),
    ):
        assert [o["id"] for o in (await nobody.get("/api/v1/organisations", params=narrowed)).json()["items"]] == ids


async def test_who_manages_it_changes_what_they_name_and_nothing_else(there: Scene, program):
    _, id_ = await there.organisation()
    aylin = await program("aylin")
    before = (await aylin.get(f"/api/v1/organisations/{id_}")).json()
    given = {
        "texts": {"de": {"pitch": "Depots laden nachts"}},
        "industries": ["mobility", "energy"],
        "links": [{"url": "blog.voltbus.example"}],
        "locations": [{"place": "Essen", "country": "DE", "latitude": 51.45}],
    }
    after = (await aylin.patch(f"/api/v1/organisations/{id_}", json=given)).json()
    assert after == (await aylin.get(f"/api/v1/organisations/{id_}")).json()
    assert after["texts"]["de"] == {"pitch": "Depots laden nachts", "description": ""}
    assert after["links"] == [{"label": "", "url": "https://blog.voltbus.example"}]
    assert after["locations"][0]["latitude"] == 51.45
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"texts", "industries", "links", "locations"}
    assert after["texts"]["en"] == before["texts"]["en"]


async def test_others_change_nothing(there: Scene, program):
    _, id_ = await there.organisation()
    path, given = f"/api/v1/organisations/{id_}", {"founded": 2000}
    refusals = [
        await (await program("chloe")).patch(path, json=given),
        await (await program("aylin", "directory:read", "products:write")).patch(path, json=given),
        await (await program()).patch(path, json=given),
    ]
    assert [(one.status_code, one.json()["code"]) for one in refusals] == [
        (403, "forbidden"),
        (403, "scope_wanted"),
        (401, "token_wanted"),
    ]
    assert refusals[1].headers["www-authenticate"].endswith('error="insufficient_scope", scope="organisations:write"')
    assert (await (await program()).get(path)).json()["founded"] is None


async def test_nothing_is_changed_that_somebody_else_has_changed_meanwhile(there: Scene, program):
    _, id_ = await there.organisation()
    aylin, path = await program("aylin"), f"/api/v1/organisations/{id_}"
    read = (await aylin.get(path)).headers["etag"]
    assert (await aylin.get(path, headers={"if-none-match": read})).status_code == 304
    changed = await aylin.patch(path, json={"founded": 2019}, headers={"if-match": read})
    assert changed.status_code == 200
    late = await aylin.patch(path, json={"founded": 1999}, headers={"if-match": read})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    again = await aylin.patch(path, json={"founded": 2020}, headers={"if-match": changed.headers["etag"]})
    assert again.json()["founded"] == 2020


async def test_a_version_is_the_same_behind_a_proxy_that_compresses(there: Scene, program):
    _, id_ = await there.organisation()
    aylin, path = await program("aylin"), f"/api/v1/organisations/{id_}"
    for year, made in ((2001, '{}-gzip"'), (2002, '{}-zstd"'), (2003, 'W/{}"')):
        read = made.format((await aylin.get(path)).headers["etag"].rstrip('"'))
        assert (await aylin.patch(path, json={"founded": year}, headers={"if-match": read})).status_code == 200
        assert (await aylin.patch(path, json={"founded": 1999}, headers={"if-match": read})).status_code == 412


async def test_a_new_organisation_is_its_makers(there: Scene, program):
    aylin = await program("aylin")
    given = {"kind": "startup", "name": "Voltbus", "website": "voltbus.example"}
    made = await aylin.post("/api/v1/organisations", json=given)
    assert made.status_code == 201
    assert made.headers["location"] == f"/api/v1/organisations/{made.json()['id']}"
    assert (await aylin.get("/api/v1/me")).json()["organisations"][0]["manages"] is True
    again = await aylin.post("/api/v1/organisations", json=given)
    assert (again.status_code, again.json()["code"]) == (409, "known")
    assert again.json()["organisations"] == [{"id": made.json()["id"], "name": "Voltbus"}]
    assert (await aylin.post("/api/v1/organisations", json=given | {"another": True})).status_code == 201
