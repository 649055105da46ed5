"""Partners, the search, and what has gone, for programs."""

from typing import Any

import pytest

from directory.organisations import actions, merging
from directory.partners.model import NetworkMember, Partner, PartnerHost
from server.kernel.clock import FrozenClock
from tests.directory.api.finding import until_found
from tests.directory.scene import Scene

pytestmark = pytest.mark.usefixtures("search_index")

SEARCH = "/api/v1/search"


async def test_partners_and_their_networks_are_read_as_one_sees_them(there: Scene, program):
    _, chamber = await there.organisation("chloe", name="Chamber", kind="partner")
    _, public = await there.organisation()
    _, members = await there.organisation("aylin", name="Quiet", visibility="members")
    now = there.kernel.clock.now()
    async with there.kernel.database.write() as uow:
        uow.session.add(Partner(organisation_id=chamber, accent="#aa0000", since=now))
        for id_ in (public, members):
            uow.session.add(NetworkMember(partner_id=chamber, organisation_id=id_, since=now))
    for name, ids in ((None, [public]), ("ben", [public, members])):
        reader = await program(name)
        answer = (await reader.get("/api/v1/partners?limit=1")).json()
        assert [(one["name"], one["organisations"]) for one in answer["items"]] == [("Chamber", len(ids))]
        network = (await reader.get("/api/v1/organisations", params={"partner": chamber})).json()["items"]
        assert [one["id"] for one in network] == ids


@pytest.mark.parametrize(
    ("visibility", "page"),
    [("public", "http://netz.chamber.example:8000/"), ("members", "http://localhost:8000/partners/chamber")],
)
async def test_the_page_of_a_partner_is_where_it_is_seen(there: Scene, program, visibility: str, page: str):
    _, chamber = await there.organisation("chloe", name="Chamber", kind="partner", visibility=visibility)
    now = there.kernel.clock.now()
    async with there.kernel.database.write() as uow:
        uow.session.add(Partner(organisation_id=chamber, accent="", since=now))
        uow.session.add(PartnerHost(partner_id=chamber, host="netz.chamber.example", since=now))
    found = (await (await program("ben")).get("/api/v1/partners")).json()["items"]
    assert [one["page"] for one in found] == [page]


async def test_of_a_partner_for_members_strangers_do_not_hear_the_network(there: Scene, program):
    _, chamber = await there.organisation("chloe", name="Chamber", kind="partner", visibility="members")
    _, gone = await there.organisation("chloe", name="Former", kind="partner")
    _, public = await there.organisation()
    now = there.kernel.clock.now()
    async with there.kernel.database.write() as uow:
        uow.session.add(Partner(organisation_id=chamber, accent="", since=now))
        for id_ in (chamber, gone):
            uow.session.add(NetworkMember(partner_id=id_, organisation_id=public, since=now))
    for name, partner, ids in ((None, chamber, []), ("ben", chamber, [public]), ("ben", gone, [])):
        answer = await (await program(name)).get("/api/v1/organisations", params={"partner": partner})
        assert [one["id"] for one in answer.json()["items"]] == ids


async def test_what_a_record_became_is_told_to_those_who_may_see_it(there: Scene, program):
    _, public = await there.organisation()
    _, members = await there.organisation(name="Quiet", visibility="members")
    async with there.kernel.database.write() as uow:
        await merging.merge(uow, public, members, there.app.state.organisations.carriers, by_id=there.ids["ada"])
    for name, into in ((None, None), ("ben", members)):
        gone = (await (await program(name)).get("/api/v1/removals")).json()["items"]
        assert [(one["id"], one["reason"], one["merged_into"]) for one in gone] == [(public, "merged", into)]


async def test_the_search_finds_for_programs_what_it_finds_for_people_but_no_people(
    there: Scene, program, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("directory.search.following.SWEEP_S", 0.1)
    for number in range(22):
        await there.organisation(name=f"Voltbus {number}")
    there.app.state.search.following.ring()
    aylin = await program("aylin")
    first = await until_found(aylin, SEARCH, 22, q="voltbsu", industry=["energy", "it"])
    assert len(first.json()["items"]) == 20
    rest = await aylin.get(first.links["next"]["url"])
    assert (len(rest.json()["items"]), rest.json()["next"]) == (2, None)
    assert first.json()["items"][0]["why"] == "Similar to “voltbsu”: Voltbus"
    facets = {one["facet"]: one["values"] for one in first.json()["facets"]}
    assert facets["industry"] == [{"code": "energy", "name": "Energy", "count": 22}]
    assert first.json()["kinds"] == [{"kind": "organisation", "count": 22}]
    meant = (await aylin.get(f"{SEARCH}/suggestions", params={"q": "voltb"})).json()["items"]
    assert {one["kind"] for one in meant} == {"organisation"}
    said = (await aylin.get(SEARCH, params={"q": "overnight"})).json()["items"]
    assert all(one["why"] or "overnight" in one["line"] for one in said)
    assert len({one["id"] for page in (first, rest) for one in page.json()["items"]}) == 22
    assert (await aylin.get(SEARCH, params={"q": "Aylin"})).json()["items"] == []
    assert (await aylin.get(SEARCH, params={"kind": "person"})).status_code == 422
    unknown = await aylin.get(SEARCH, params={"near": "Nowhereville"})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "unknown_place")


async def test_who_keeps_a_copy_hears_what_has_gone(there: Scene, program, clock: FrozenClock):
    _, first = await there.organisation()
    _, second = await there.organisation(name="Volt Bus")
    _, members = await there.organisation(name="Quiet", visibility="members")
    aylin, nobody = await program("aylin"), await program()
    given = {"organisation": first, "texts": {"en": {"name": "Depot charger"}}}
    product = (await aylin.post("/api/v1/products", json=given)).json()["id"]
    await aylin.delete(f"/api/v1/products/{product}")
    since = clock.now().isoformat()
    clock.advance(seconds=1)
    async with there.kernel.database.write() as uow:
        await merging.merge(uow, second, first, there.app.state.organisations.carriers, by_id=there.ids["ada"])
        await actions.remove(uow, members, by_id=there.ids["aylin"])
    gone = (await nobody.get("/api/v1/removals", params={"updated_since": since})).json()["items"]
    assert [(one["id"], one["reason"], one["merged_into"]) for one in gone] == [(second, "merged", first)]
    assert {one["id"] for one in (await aylin.get("/api/v1/removals")).json()["items"]} == {second, members}
    products = (await nobody.get("/api/v1/removals", params={"kind": "product"})).json()["items"]
    assert [(one["id"], one["reason"]) for one in products] == [(product, "removed")]
    paged = await aylin.get("/api/v1/removals", params={"limit": 1, "updated_since": since})
    assert len((await aylin.get(paged.links["next"]["url"])).json()["items"]) == 1


async def test_who_keeps_a_copy_hears_what_is_public_no_longer(there: Scene, program, clock: FrozenClock):
    _, shown = await there.organisation()
    await there.organisation(name="Quiet", visibility="members")
    aylin, nobody = await program("aylin"), await program()

    async def told(who: Any, kind: str = "organisation") -> list[tuple[str, str]]:
        gone = (await who.get("/api/v1/removals", params={"kind": kind})).json()["items"]
        return [(one["id"], one["reason"]) for one in gone]

    given = {"organisation": shown, "texts": {"en": {"name": "Depot charger"}}}
    product = (await aylin.post("/api/v1/products", json=given)).json()["id"]
    for path, id_, kind in (("products", product, "product"), ("organisations", shown, "organisation")):
        for visibility, expected in (("members", [(id_, "hidden")]), ("public", [])):
            clock.advance(seconds=1)
            await aylin.patch(f"/api/v1/{path}/{id_}", json={"visibility": visibility})
            assert (await told(nobody, kind), await told(aylin, kind)) == (expected, [])
    since = clock.now().isoformat()
    clock.advance(seconds=1)
    async with there.kernel.database.write() as uow:
        await actions.edit(uow, shown, {"visibility": "members"}, by_id=there.ids["aylin"])
        await actions.remove(uow, shown, by_id=there.ids["aylin"])
    assert await told(nobody) == [(shown, "hidden")], "once, however often it went"
    page = (await nobody.get("/api/v1/removals", params={"updated_since": since, "limit": 1})).json()
    assert ([one["id"] for one in page["items"]], page["next"]) == ([shown], None)
