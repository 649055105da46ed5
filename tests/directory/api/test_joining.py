"""Coming to belong to an organisation by a program: the same ways, and the same rules, as on its page."""

from sqlalchemy import delete

from directory.organisations import belonging
from directory.organisations.model import Member
from directory.organisations.rules import INVITED_FOR
from tests.directory.scene import Scene

LOOK, ACCEPT = "/api/v1/invitations/look", "/api/v1/invitations/accept"


async def test_somebody_claims_by_their_address_and_takes_it_back(there: Scene, program):
    _, organisation = await there.organisation()
    ben, path = await program("ben"), f"/api/v1/organisations/{organisation}/claim"
    assert (await ben.get(path)).json() == {"state": "open", "role": "", "domain": "voltbus.example"}
    assert (await ben.delete(path)).status_code == 404
    assert (await ben.post(path)).json()["state"] == "waiting"
    again = await ben.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "waiting")
    assert (await ben.delete(path)).status_code == 204
    assert (await ben.get(path)).json()["state"] == "open"
    assert await there.roles(organisation) == {"aylin": "administrator"}


async def test_who_comes_first_is_administrator_at_once(there: Scene, program):
    _, organisation = await there.organisation()
    async with there.kernel.database.write() as uow:
        await uow.session.execute(delete(Member).where(Member.organisation_id == organisation))
    joined = (await (await program("ben")).post(f"/api/v1/organisations/{organisation}/claim")).json()
    assert (joined["state"], joined["role"]) == ("member", "administrator")
    assert await there.roles(organisation) == {"ben": "administrator"}


async def test_other_addresses_prove_nothing(there: Scene, program):
    _, organisation = await there.organisation()
    path = f"/api/v1/organisations/{organisation}/claim"
    for name in ("gina", "chloe"):
        somebody = await program(name)
        assert (await somebody.get(path)).json()["state"] == "other_address"
        refused = await somebody.post(path)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_claimable")
    assert (await (await program("aylin")).post(path)).json()["code"] == "member"
    assert await there.roles(organisation) == {"aylin": "administrator"}


async def test_an_invitation_is_looked_at_and_accepted_once(there: Scene, program):
    _, organisation = await there.organisation()
    async with there.kernel.database.write() as uow:
        given = {"token": await belonging.invite(uow, organisation, "c@x.example", "editor", by_id=there.ids["aylin"])}
    chloe = await program("chloe")
    seen = (await chloe.post(LOOK, json=given)).json()
    assert (seen["organisation"], seen["name"], seen["role"], seen["good"]) == (organisation, "Voltbus", "editor", True)
    assert await there.roles(organisation) == {"aylin": "administrator"}, "looking accepts nothing"
    assert (await chloe.post(ACCEPT, json=given)).json() == {"organisation": organisation, "role": "editor"}
    assert (await chloe.post(ACCEPT, json=given)).status_code == 404
    assert (await chloe.post(LOOK, json=given)).json()["good"] is False
    assert await there.roles(organisation) == {"aylin": "administrator", "chloe": "editor"}


async def test_what_is_no_invitation_or_no_longer_one_opens_nothing(there: Scene, program):
    _, organisation = await there.organisation()
    async with there.kernel.database.write() as uow:
        token = await belonging.invite(uow, organisation, "c@x.example", "editor", by_id=there.ids["aylin"])
    chloe = await program("chloe")
    there.kernel.clock.advance(seconds=INVITED_FOR.total_seconds() + 1)
    assert (await chloe.post(ACCEPT, json={"token": token})).status_code == 404
    for wrong in ("x", token[:-1] + ("A" if token[-1] != "A" else "B")):
        assert (await chloe.post(ACCEPT, json={"token": wrong})).status_code == 404
        assert (await chloe.post(LOOK, json={"token": wrong})).status_code == 404
    assert (await (await program("chloe", "directory:read")).post(ACCEPT, json={"token": token})).status_code == 403
    assert (await (await program()).post(ACCEPT, json={"token": token})).status_code == 401
    assert await there.roles(organisation) == {"aylin": "administrator"}
