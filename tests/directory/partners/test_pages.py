"""Partners as people see them, and as they work at their desk."""

import asyncio
from datetime import timedelta

import httpx2
import pytest
from starlette.applications import Starlette

from directory.organisations import merging
from directory.organisations.model import Member, Organisation
from directory.partners import actions, queries
from directory.partners.carrying import carry, collect, erase
from directory.partners.model import PartnerModerator
from people.admins import grant_admin
from tests.directory.lists.conftest import Desk, desk, organisation

__all__ = ["desk"]


@pytest.fixture
async def chamber(desk: Desk) -> str:
    """A partner whose editor is Ben; Clara runs the platform."""
    async with desk.kernel.database.write() as uow:
        made = await organisation(uow, "chamber")
        now = desk.kernel.clock.now()
        uow.session.add(Member(organisation_id=made, person_id=desk.ids["ben"], role="editor", since=now))
        await grant_admin(uow, desk.ids["clara"], by=None)
        await actions.appoint(uow, made, by_id=desk.ids["clara"])
    return made


async def bring(browser: httpx2.AsyncClient, name: str) -> httpx2.Response:
    return await browser.post("/partners/chamber/organisations", data={"organisation": name})


async def test_a_partner_brings_an_organisation_and_both_pages_say_so(
    desk: Desk, chamber: str, client: httpx2.AsyncClient
) -> None:
    assert (await bring(desk.ben, "http://localhost:8000/o/voltbus?lang=de")).status_code == 303
    landing = (await client.get("/partners/chamber")).text
    assert "Voltbus" in landing
    assert '"@type": "Organization"' in landing
    assert 'href="/partners/chamber"' in (await client.get("/o/voltbus")).text
    assert "1 organisation" in (await client.get("/partners")).text


async def test_the_network_goes_along_as_a_file_with_what_one_sees(
    desk: Desk, chamber: str, client: httpx2.AsyncClient
) -> None:
    await bring(desk.ben, "voltbus")
    assert 'href="/partners/chamber/network/export.csv"' in (await desk.clara.get("/partners/chamber")).text
    file = await desk.clara.get("/partners/chamber/network/export.csv")
    assert [line.split(",")[0] for line in file.content.decode("utf-8-sig").splitlines()] == ["Name", "Voltbus"]
    assert (await desk.clara.get("/partners/voltbus/network/export.csv")).status_code == 404, "it is no partner"
    assert (await client.get("/partners/chamber/network/export.csv")).status_code == 303
    assert "network/export" not in (await client.get("/partners/chamber")).text


async def test_partners_go_along_as_a_file_with_the_size_of_their_networks(
    desk: Desk, chamber: str, client: httpx2.AsyncClient
) -> None:
    await bring(desk.ben, "voltbus")
    assert 'href="/partners/export.csv"' in (await desk.clara.get("/partners")).text
    (row,) = (await desk.clara.get("/partners/export.json")).json()
    assert (row["organisations"], row["page"]) == (1, "http://localhost:8000/partners/chamber")
    assert (await desk.clara.get("/partners/export.pdf")).status_code == 404
    assert (await client.get("/partners/export.csv")).status_code == 303
    assert "/partners/export" not in (await client.get("/partners")).text


async def test_bringing_twice_at_once_brings_once(desk: Desk, chamber: str) -> None:
    answers = await asyncio.gather(*[bring(desk.ben, "voltbus") for _ in range(4)])
    assert {answer.status_code for answer in answers} == {303}
    async with desk.kernel.database.read() as session:
        assert len(await queries.latest(session, chamber)) == 1


@pytest.mark.parametrize("typed", ["nobody", "", "chamber"])
async def test_who_cannot_be_brought_is_said_and_what_was_typed_stays(desk: Desk, chamber: str, typed: str) -> None:
    answer = await bring(desk.ben, typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{typed}"' in answer.text


async def test_the_desk_is_for_the_partners_own_editors(desk: Desk, chamber: str) -> None:
    assert (await desk.ben.get("/partners/chamber/desk")).status_code == 200
    assert (await desk.aylin.get("/partners/chamber/desk")).status_code == 404
    assert (await bring(desk.aylin, "voltbus")).status_code == 403
    assert (await desk.aylin.post("/partners/chamber/look", data={"accent": "#1d5f8a"})).status_code == 403
    async with desk.kernel.database.read() as session:
        assert await queries.latest(session, chamber) == []


async def test_a_colour_is_served_as_a_sheet_and_a_light_one_is_refused(desk: Desk, chamber: str) -> None:
    assert (await desk.ben.post("/partners/chamber/look", data={"accent": "#ffee00"})).status_code == 422
    assert (await desk.ben.get("/partners/chamber/look.css")).status_code == 404
    await desk.ben.post("/partners/chamber/look", data={"accent": "#1D5F8A"})
    sheet = await desk.ben.get("/partners/chamber/look.css")
    assert sheet.headers["content-type"].startswith("text/css")
    assert "#1d5f8a" in sheet.text
    assert "/partners/chamber/look.css?1d5f8a" in (await desk.aylin.get("/partners/chamber")).text


async def test_headlines_have_a_face_of_the_partners_own(desk: Desk, chamber: str) -> None:
    assert (await desk.ben.post("/partners/chamber/look", data={"face": "comic"})).status_code == 422
    await desk.ben.post("/partners/chamber/look", data={"face": "serif"})
    assert "look.css?serif" in (await desk.aylin.get("/partners/chamber")).text
    sheet = (await desk.aylin.get("/partners/chamber/look.css")).text
    assert "--face-head:" in sheet
    assert "--work" not in sheet


async def test_a_moderator_cares_for_the_network_and_changes_nothing_of_the_institution(
    desk: Desk, chamber: str
) -> None:
    aylin, now = desk.ids["aylin"], desk.kernel.clock.now()
    named = {"moderator": aylin}
    assert (await desk.clara.post("/partners/chamber/moderators", data=named)).status_code == 422, "no member"
    async with desk.kernel.database.write() as uow:
        uow.session.add(Member(organisation_id=chamber, person_id=aylin, role="member", since=now))
    assert (await desk.aylin.get("/partners/chamber/desk")).status_code == 404
    assert (await desk.ben.post("/partners/chamber/moderators", data=named)).status_code == 403, "an editor"
    assert (await desk.clara.post("/partners/chamber/moderators", data=named)).status_code == 303
    assert "/partners/chamber/desk" in (await desk.aylin.get("/partners/chamber")).text
    assert "Your look" not in (await desk.aylin.get("/partners/chamber/desk")).text
    assert (await bring(desk.aylin, "voltbus")).status_code == 303
    for what in ("look", f"moderators/{aylin}/remove"):
        assert (await desk.aylin.post(f"/partners/chamber/{what}", data={})).status_code == 403
    assert (await desk.aylin.get("/imports?partner=" + chamber)).status_code == 404
    assert "Moderator of the network" in (await desk.ben.get("/o/chamber/history")).text

    async with desk.kernel.database.write() as uow:
        await uow.session.delete(await uow.session.get_one(Member, (chamber, aylin)))
    assert (await bring(desk.aylin, "norrnat")).status_code == 403, "gone"
    async with desk.kernel.database.write() as uow:
        later = now + timedelta(days=1)
        uow.session.add(Member(organisation_id=chamber, person_id=aylin, role="member", since=later))
    assert (await bring(desk.aylin, "norrnat")).status_code == 403, "back, and not named again"
    desk.kernel.clock.advance(days=2)  # type: ignore[attr-defined]  # the tests' clock is frozen
    await desk.clara.post("/partners/chamber/moderators", data=named)
    assert (await desk.aylin.get("/partners/chamber/desk")).status_code == 200
    await desk.clara.post(f"/partners/chamber/moderators/{aylin}/remove")
    assert (await desk.aylin.get("/partners/chamber/desk")).status_code == 404


async def test_a_merge_keeps_who_cares_for_the_network_and_makes_nobody_else_do_so(
    app: Starlette, desk: Desk, chamber: str
) -> None:
    day = timedelta(days=1)
    aylin, ben, clara = (desk.ids[name] for name in ("aylin", "ben", "clara"))
    start = desk.kernel.clock.now()
    async with desk.kernel.database.write() as uow:
        into = await organisation(uow, "agency")
        await actions.appoint(uow, into, by_id=clara)
        # Aylin was named at the chamber, and came to the agency later. Clara was named at the agency, left it, and has
        # been at the chamber since before: nobody has named her there.
        for where, who, since in ((chamber, aylin, start), (into, aylin, start + 2 * day), (chamber, clara, start)):
            uow.session.add(Member(organisation_id=where, person_id=who, role="member", since=since))
        for where, who in ((chamber, aylin), (into, clara)):
            named = start + day
            uow.session.add(PartnerModerator(partner_id=where, person_id=who, since=named, by_id=ben))
    async with desk.kernel.database.write() as uow:
        await merging.merge(uow, chamber, into, app.state.organisations.carriers, by_id=clara)
    async with desk.kernel.database.read() as session:
        assert [each.person_id for each in await queries.moderators(session, into)] == [aylin]
        assert await queries.moderates(session, into, aylin)


async def test_only_who_runs_the_platform_makes_partners(desk: Desk, chamber: str) -> None:
    assert (await desk.aylin.post("/o/voltbus/partner", data={"on": "yes"})).status_code == 403
    assert (await desk.aylin.get("/partners/voltbus")).status_code == 404
    assert (await desk.clara.post("/o/voltbus/partner", data={"on": "yes"})).status_code == 303
    assert (await desk.aylin.get("/partners/voltbus")).status_code == 200
    shown = (await desk.clara.get("/o/voltbus")).text
    assert "End the partnership?" in shown, "it asks before it ends"
    await desk.clara.post("/o/voltbus/partner", data={"on": "no"})
    assert (await desk.aylin.get("/partners/voltbus")).status_code == 404


async def test_who_is_not_signed_in_sees_and_counts_only_what_is_public(
    desk: Desk, chamber: str, client: httpx2.AsyncClient
) -> None:
    async with desk.kernel.database.write() as uow:
        (await uow.session.get_one(Organisation, desk.norrnat)).visibility = "members"
        for each in (desk.norrnat, desk.voltbus):
            await actions.bring(uow, chamber, each, by_id=desk.ids["ben"])
    stranger = (await client.get("/partners/chamber")).text
    assert "Norrnat" not in stranger
    assert "1 organisation" in (await client.get("/partners")).text
    assert "Norrnat" in (await desk.aylin.get("/partners/chamber")).text


async def test_networks_follow_when_two_organisations_become_one(desk: Desk, chamber: str, app: Starlette) -> None:
    async with desk.kernel.database.write() as uow:
        await actions.bring(uow, chamber, desk.norrnat, by_id=desk.ids["ben"])
        await carry(uow, desk.norrnat, desk.voltbus)
    async with desk.kernel.database.read() as session:
        assert [each.slug for each in await queries.latest(session, chamber)] == ["voltbus"]
    async with desk.kernel.database.write() as uow:
        await carry(uow, chamber, desk.norrnat)
    async with desk.kernel.database.read() as session:
        assert await queries.partner(session, chamber) is None
        assert [each.slug for each in await queries.latest(session, desk.norrnat)] == ["voltbus"]


async def test_erasure_forgets_who_brought_whom(desk: Desk, chamber: str) -> None:
    await bring(desk.ben, "voltbus")
    await desk.clara.post("/partners/chamber/moderators", data={"moderator": desk.ids["ben"]})
    async with desk.kernel.database.read() as session:
        kept = await collect(session, desk.ids["ben"])
        assert [each["organisation"] for each in kept["brought"]] == ["Voltbus"]
        assert [each["institution"] for each in kept["moderates"]] == ["Chamber"]
    async with desk.kernel.database.write() as uow:
        await erase(uow, desk.ids["ben"])
    async with desk.kernel.database.read() as session:
        assert await collect(session, desk.ids["ben"]) == {"brought": [], "moderates": []}
        assert [each.by_name for each in await queries.latest(session, chamber)] == [""]
