"""Feeds and other servers by programs: named and let go; reading them is what tests.directory.connectors is about."""

from tests.directory.scene import Scene

V1 = "/api/v1"


async def test_a_feed_is_named_and_let_go_by_those_who_edit(there: Scene, program):
    await there.kernel.jobs.stop()  # nobody comes to read it meanwhile
    _, voltbus = await there.organisation()
    aylin, chloe, nobody = await program("aylin"), await program("chloe"), await program()
    path = f"{V1}/organisations/{voltbus}/feed"
    assert (await aylin.get(path)).status_code == 404
    assert (await aylin.post(f"{path}/read")).status_code == 404
    assert (await aylin.put(path, json={"url": "javascript:alert(1)"})).json()["errors"][0]["at"] == "/url"
    named = await aylin.put(path, json={"url": "voltbus.example/news.xml"})
    assert (named.json()["url"], named.json()["read_at"]) == ("https://voltbus.example/news.xml", None)
    assert (await aylin.get(path)).json() == named.json()
    assert (await aylin.post(f"{path}/read")).status_code == 204
    for method in ("GET", "DELETE"):
        assert (await chloe.request(method, path)).status_code == 403
    assert (await nobody.get(f"{V1}/organisations/{voltbus}/news")).json() == {"items": [], "next": None}
    assert (await nobody.get(f"{V1}/organisations/{there.ids['ada']}/news")).status_code == 404
    assert (await aylin.delete(path)).status_code == 204
    assert (await aylin.get(path)).status_code == 404


async def test_servers_are_for_who_runs_the_platform(there: Scene, program):
    ada, aylin = await program("ada"), await program("aylin")
    servers = f"{V1}/servers"
    assert [
        (await aylin.request(method, servers, json={"url": "x.example"})).status_code for method in ("GET", "POST")
    ] == [
        403,
        403,
    ]
    made = await ada.post(servers, json={"url": "https://fair.example/discover"})
    assert (made.status_code, made.json()["url"], made.json()["host"]) == (201, "https://fair.example", "fair.example")
    assert (await ada.post(servers, json={"url": "https://fair.example"})).json()["code"] == "known"
    assert (await ada.post(servers, json={"url": "http://localhost:8000"})).json()["errors"][0]["at"] == "/url"
    path = made.headers["location"]
    assert [one["id"] for one in (await ada.get(servers)).json()["items"]] == [made.json()["id"]]
    assert (await ada.post(f"{path}/read")).status_code == 204
    assert (await aylin.delete(path)).status_code == 403
    assert (await ada.delete(path)).status_code == 204
    assert [(await ada.get(path)).status_code, (await ada.post(f"{path}/read")).status_code] == [404, 404]
