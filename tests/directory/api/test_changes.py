"""Who changed what about an organisation and its products, for programs of those who belong to it."""

from tests.directory.scene import Scene

V1 = "/api/v1"


async def test_the_change_logs_are_read_page_by_page_by_those_who_belong_there(there: Scene, program):
    _, voltbus = await there.organisation()
    aylin, ben, nobody = await program("aylin"), await program("ben"), await program()
    path = f"{V1}/organisations/{voltbus}/changes"
    products = []
    for name in ("Charger", "Cable"):
        given = {"organisation": voltbus, "texts": {"en": {"name": name}}}
        products.append((await aylin.post(f"{V1}/products", json=given)).json()["id"])
        await aylin.patch(f"{V1}/products/{products[-1]}", json={"category": "charging"})
    await aylin.patch(f"{V1}/organisations/{voltbus}", json={"founded": 2019})

    latest = (await aylin.get(path, params={"limit": 1})).json()
    assert [(one["field"], one["after"], one["by"]) for one in latest["items"]] == [("founded", "2019", "Aylin Demir")]
    everything = (await aylin.get(f"{path}/products")).json()["items"]
    assert {one["product"] for one in everything} == set(products)
    one = await aylin.get(f"{path}/products", params={"product": products[0], "limit": 1})
    [first] = one.json()["items"]
    assert (first["product"], first["field"], first["after"]) == (products[0], "category", "charging")
    following = await aylin.get(f"{path}/products", params={"product": products[0], "after": one.json()["next"]})
    assert first["id"] not in {each["id"] for each in following.json()["items"]}
    for end in ("", "/products"):
        assert [(await each.get(path + end)).status_code for each in (ben, nobody)] == [403, 401]
        assert (await aylin.get(f"{V1}/organisations/{there.ids['ada']}/changes{end}")).status_code == 404
    assert (await aylin.get(path, params={"after": "none"})).status_code == 422

    await aylin.delete(f"{V1}/products/{products[0]}")
    gone = (await aylin.get(f"{path}/products", params={"product": products[0], "limit": 1})).json()["items"]
    assert [each["field"] for each in gone] == ["removed"]
