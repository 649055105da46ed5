"""Who belongs to an organisation, by programs: seen by those who belong, decided by its administrators."""

from directory.organisations import actions, belonging
from tests.directory.scene import Scene


async def test_administrators_invite_change_and_remove(there: Scene, program):
    _, organisation = await there.organisation()
    aylin = await program("aylin")
    path = f"/api/v1/organisations/{organisation}"
    given = {"email": "Ben@Voltbus.example", "role": "editor", "language": "de"}
    made = await aylin.post(f"{path}/invitations", json=given)
    assert (made.status_code, made.json()["email"], made.json()["role"]) == (201, "ben@voltbus.example", "editor")
    assert (await aylin.get(f"{path}/invitations")).json()["items"] == [made.json()]
    assert (await aylin.delete(made.headers["location"])).status_code == 204
    assert (await aylin.delete(made.headers["location"])).status_code == 404
    async with there.kernel.database.write() as uow:
        token = await belonging.invite(uow, organisation, "ben@voltbus.example", "member", by_id=there.ids["aylin"])
        await belonging.accept(uow, token, there.ids["ben"])
    ben = f"{path}/members/{there.ids['ben']}"
    changed = await aylin.patch(ben, json={"role": "editor"})
    assert (changed.json()["name"], changed.json()["role"]) == ("Ben Kaya", "editor")
    assert await there.roles(organisation) == {"aylin": "administrator", "ben": "editor"}
    assert (await aylin.delete(ben)).status_code == 204
    assert (await aylin.delete(ben)).status_code == 404


async def test_a_claim_is_answered(there: Scene, program):
    _, organisation = await there.organisation()
    await there["ben"].post("/o/voltbus/claim")
    aylin = await program("aylin")
    claims = f"/api/v1/organisations/{organisation}/claims"
    [waits] = (await aylin.get(claims)).json()["items"]
    assert (waits["name"], waits["email"]) == ("Ben Kaya", "ben@voltbus.example")
    assert (await aylin.post(f"{claims}/{waits['id']}", json={"role": "member"})).status_code == 204
    assert await there.roles(organisation) == {"aylin": "administrator", "ben": "member"}
    assert (await aylin.post(f"{claims}/{waits['id']}", json={"role": None})).status_code == 404


async def test_rights_hold_for_programs(there: Scene, program):
    _, organisation = await there.organisation()
    aylin, chloe = await program("aylin"), await program("chloe")
    path = f"/api/v1/organisations/{organisation}"
    own = f"{path}/members/{there.ids['aylin']}"
    assert (await aylin.patch(own, json={"role": "member"})).json()["code"] == "last_administrator"
    assert (await aylin.delete(own)).status_code == 409
    assert (await chloe.get(f"{path}/members")).status_code == 403
    assert (await chloe.post(f"{path}/invitations", json={"email": "a@b.example", "role": "member"})).status_code == 403
    assert (await chloe.delete(own)).status_code == 403
    assert (await (await program("aylin", "directory:read")).get(f"{path}/members")).status_code == 403
    assert (await (await program()).get(f"{path}/members")).status_code == 401
    wrong = await aylin.post(f"{path}/invitations", json={"email": "nobody", "role": "member"})
    assert (wrong.status_code, wrong.json()["errors"][0]["at"]) == (409, "/email")


async def test_a_partner_reads_its_figures(there: Scene, program):
    _, chamber = await there.organisation(by="chloe", name="Chamber", website="https://chamber.example", kind="partner")
    _, volt = await there.organisation()
    await there["ada"].post("/o/chamber/partner", data={"on": "yes"})
    await there["chloe"].post("/partners/chamber/organisations", data={"organisation": "voltbus"})
    figures = f"/api/v1/partners/{chamber}/statistics"
    found = (await (await program("chloe")).get(figures)).json()
    assert {one["code"]: one["count"] for one in found["totals"]} == {
        "organisations": 1, "confirmed": 1, "products": 0, "needs": 0,
    }  # fmt: skip
    assert (found["growth"][-1]["count"], len(found["growth"])) == (1, 12)
    assert (found["kinds"], found["countries"]) == ([{"code": "startup", "count": 1}], [{"code": "TR", "count": 1}])
    assert (await (await program("aylin")).get(figures)).status_code == 403
    assert (await (await program()).get(figures)).status_code == 401
    assert (await (await program("chloe")).get(f"/api/v1/partners/{volt}/statistics")).status_code == 404
    table = (await there["chloe"].get("/partners/chamber/export.csv")).text
    assert "In all,Organisations,1" in table.replace(";", ",")
    assert (await there["aylin"].get("/partners/chamber/export.csv")).status_code == 404
    async with there.kernel.database.write() as uow:
        await actions.remove(uow, volt, by_id=there.ids["ada"])
    left = (await (await program("chloe")).get(figures)).json()
    assert (left["totals"][0]["count"], left["growth"][-1]["count"]) == (0, 0)
