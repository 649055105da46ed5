"""Partner institutions by programs: appointed, in their own look, with the organisations that they bring."""

from sqlalchemy import delete

from directory.organisations.model import Member, Organisation
from directory.partners.actions import keep_source
from tests.directory.scene import Scene

V1 = "/api/v1"


async def test_a_partner_is_appointed_looked_after_and_dismissed(there: Scene, program):
    _, chamber = await there.organisation(by="chloe", name="Chamber", website="", kind="partner")
    _, voltbus = await there.organisation()
    ada, chloe, aylin = await program("ada"), await program("chloe"), await program("aylin")
    path = f"{V1}/partners/{chamber}"
    assert [(await one.put(path)).status_code for one in (chloe, aylin)] == [403, 403]
    assert (await chloe.patch(path, json={"accent": ""})).status_code == 404, "it is no partner yet"
    made = await ada.put(path)
    assert (made.json()["id"], made.json()["organisations"], (await ada.put(path)).json()) == (chamber, 0, made.json())

    dark = await chloe.patch(path, json={"accent": "#1D5F8A"})
    assert dark.json()["accent"] == "#1d5f8a"
    assert (await chloe.patch(path, json={"accent": "#ffff00"})).json()["errors"][0]["at"] == "/accent"
    assert (await chloe.patch(path, json={"face": "serif"})).json()["face"] == "serif"
    dark = await chloe.patch(path, json={"face": ""})
    assert (await chloe.patch(path, json={"host": "netz.chamber.example"})).status_code == 403
    assert (await aylin.patch(path, json={"accent": ""})).status_code == 403
    hosted = await ada.patch(path, json={"host": "netz.chamber.example"}, headers={"if-match": dark.headers["etag"]})
    assert hosted.json()["page"] == "http://netz.chamber.example:8000/"
    assert (await ada.patch(path, json={"host": "localhost"})).json()["errors"][0]["at"] == "/host"
    assert (await ada.patch(path, json={"accent": ""}, headers={"if-match": dark.headers["etag"]})).status_code == 412

    for _ in range(2):
        assert (await chloe.put(f"{path}/organisations/{voltbus}")).status_code == 204
    assert (await chloe.put(f"{path}/organisations/{chamber}")).json()["code"] == "itself"
    assert (await chloe.put(f"{path}/organisations/{there.ids['ada']}")).status_code == 404
    assert (await aylin.delete(f"{path}/organisations/{voltbus}")).status_code == 403
    inside = await aylin.get(f"{V1}/organisations", params={"partner": chamber})
    assert [one["name"] for one in inside.json()["items"]] == ["Voltbus"]
    assert (await chloe.delete(f"{path}/organisations/{voltbus}")).status_code == 204
    assert (await (await program()).get(path)).json()["organisations"] == 0

    assert (await chloe.delete(path)).status_code == 403
    assert (await ada.delete(path)).status_code == 204
    assert (await ada.get(path)).status_code == 404


async def test_administrators_of_an_institution_name_its_moderators(there: Scene, program):
    _, chamber = await there.organisation(by="chloe", name="Chamber", website="", kind="partner")
    ada, chloe, aylin = await program("ada"), await program("chloe"), await program("aylin")
    path = f"{V1}/partners/{chamber}/moderators"
    assert (await chloe.get(path)).status_code == 404, "it is no partner yet"
    await ada.put(f"{V1}/partners/{chamber}")
    assert (await chloe.put(f"{path}/{there.ids['aylin']}")).json()["code"] == "not_a_member"
    async with there.kernel.database.write() as uow:
        now = uow.clock.now()
        uow.session.add(Member(organisation_id=chamber, person_id=there.ids["aylin"], role="member", since=now))
    assert (await aylin.get(path)).status_code == 403
    for _ in range(2):
        assert (await chloe.put(f"{path}/{there.ids['aylin']}")).status_code == 204
    assert (await aylin.get(path)).json()["items"] == [{"person": there.ids["aylin"], "name": "Aylin Demir"}]
    assert (await aylin.put(f"{path}/{there.ids['ben']}")).status_code == 403, "a moderator names nobody"
    assert (await (await program("chloe", "organisations:write")).get(path)).status_code == 403, "another scope"
    assert (await chloe.delete(f"{path}/{there.ids['aylin']}")).status_code == 204
    assert (await chloe.get(path)).json()["items"] == []


async def test_a_desk_does_not_list_who_is_shown_no_longer(there: Scene, program):
    slug, chamber = await there.organisation(by="chloe", name="Chamber", website="", kind="partner")
    _, voltbus = await there.organisation()
    ada, chloe, aylin = await program("ada"), await program("chloe"), await program("aylin")
    await ada.put(f"{V1}/partners/{chamber}")
    await chloe.put(f"{V1}/partners/{chamber}/organisations/{voltbus}")
    desk = f"/partners/{slug}/desk"
    assert "Take Voltbus out of the network" in (await there["chloe"].get(desk)).text
    await aylin.delete(f"{V1}/organisations/{voltbus}")
    assert "Take Voltbus out of the network" not in (await there["chloe"].get(desk)).text


async def test_an_institution_asks_somebody_to_look_after_what_it_has_brought(there: Scene, program):
    _, chamber = await there.organisation(by="chloe", name="Chamber", website="", kind="partner")
    _, brought = await there.organisation(name="Bolt")
    _, voltbus = await there.organisation()
    ada, chloe, aylin = await program("ada"), await program("chloe"), await program("aylin")
    path = f"{V1}/partners/{chamber}/unclaimed"
    await ada.put(f"{V1}/partners/{chamber}")
    await chloe.put(f"{V1}/partners/{chamber}/organisations/{brought}")
    async with there.kernel.database.write() as uow:
        await keep_source(uow, chamber, "chamber: list", by_id=None)
        (await uow.session.get_one(Organisation, brought)).source = "chamber: list"
        await uow.session.execute(delete(Member).where(Member.organisation_id == brought))
    [one] = (await chloe.get(path)).json()["items"]
    assert one == {"organisation": brought, "name": "Bolt", "invited_at": None}
    assert [(await each.get(path)).status_code for each in (aylin, await program("chloe", "lists"))] == [403, 403]
    asked = {"email": "gina@gmx.de", "language": "de"}
    assert (await chloe.post(f"{path}/{voltbus}/invite", json=asked)).status_code == 404, "it is somebody's"
    assert (await aylin.post(f"{path}/{brought}/invite", json=asked)).status_code == 403
    assert (await chloe.post(f"{path}/{brought}/invite", json={"email": "nobody"})).status_code == 409
    assert (await chloe.post(f"{path}/{brought}/invite", json=asked)).status_code == 204
    assert (await chloe.get(path)).json()["items"][0]["invited_at"] is not None
