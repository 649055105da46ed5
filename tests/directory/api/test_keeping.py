"""Records that programs take off the directory, show again, and make one of: by the rules of the pages."""

from tests.directory.scene import Scene

V1 = "/api/v1"


async def test_an_organisation_is_taken_off_and_shown_again_by_its_administrators(there: Scene, program):
    _, id_ = await there.organisation()
    path = f"{V1}/organisations/{id_}"
    aylin, chloe, nobody = await program("aylin"), await program("chloe"), await program()
    assert (await chloe.post(f"{path}/confirm")).status_code == 403
    there.kernel.clock.advance(days=1)  # type: ignore[attr-defined]  # the tests' clock is frozen
    before = (await nobody.get(path)).json()["confirmed_at"]
    assert (await aylin.post(f"{path}/confirm")).json()["confirmed_at"] > before
    assert (await chloe.delete(path)).status_code == 403
    assert (await aylin.delete(path, headers={"if-match": '"another"'})).status_code == 412
    assert (await aylin.delete(path)).status_code == 204
    assert [(await one.get(path)).status_code for one in (aylin, chloe, nobody)] == [404, 404, 404]
    assert (await aylin.delete(path)).status_code == 404, "it is gone already"
    assert (await chloe.post(f"{path}/return")).status_code == 404, "it is not there for her"
    for _ in range(2):
        back = await aylin.post(f"{path}/return")
        assert (back.status_code, back.json()["name"]) == (200, "Voltbus")
    assert (await nobody.get(path)).status_code == 200


async def test_a_product_is_shown_again(there: Scene, program):
    _, id_ = await there.organisation()
    aylin, chloe = await program("aylin"), await program("chloe")
    given = {"organisation": id_, "texts": {"en": {"name": "Depot charger"}}}
    path = (await aylin.post(f"{V1}/products", json=given)).headers["location"]
    assert (await aylin.delete(path)).status_code == 204
    assert (await chloe.post(f"{path}/return")).status_code == 404, "that there was one is not hers to know"
    assert (await aylin.post(f"{path}/return")).json()["texts"]["en"]["name"] == "Depot charger"
    assert (await chloe.get(path)).status_code == 200
    assert (await chloe.post(f"{path}/return")).status_code == 403, "she sees it, and may not"
    assert (await aylin.post(f"{V1}/products/{id_}/return")).status_code == 404


async def test_two_become_one_for_who_runs_the_platform(there: Scene, program):
    _, voltbus = await there.organisation()
    _, double = await there.organisation(name="Voltbus Inc", **{"pitch.de": "Depots laden nachts"})
    ada, aylin = await program("ada"), await program("aylin")
    path = f"{V1}/organisations/{double}"
    assert (await aylin.post(f"{path}/merge", json={"into": voltbus})).status_code == 403
    assert (await ada.post(f"{path}/merge", json={"into": double})).json()["code"] == "same"
    assert (await ada.post(f"{path}/merge", json={"into": there.ids["ada"]})).status_code == 404
    one = await ada.post(f"{path}/merge", json={"into": voltbus})
    assert (one.json()["id"], one.json()["texts"]["de"]["pitch"]) == (voltbus, "Depots laden nachts")
    assert (await ada.get(path)).status_code == 404
    assert (await ada.post(f"{path}/return")).status_code == 404, "it is another one's now"
    [gone] = (await ada.get(f"{V1}/removals")).json()["items"]
    assert (gone["id"], gone["merged_into"]) == (double, voltbus)
