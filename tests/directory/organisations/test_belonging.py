"""Who belongs to an organisation: by their mail address, by invitation, and in which role."""

import re
from collections.abc import Collection
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.organisations import bulk, own_data
from directory.organisations.bulk import OrganisationRow
from directory.organisations.model import Claim, Invitation, Organisation
from people import actions as people_actions
from people import limits
from tests.directory.scene import VOLTBUS, Scene


async def brought(there: Scene, website: str = "https://voltbus.example") -> tuple[str, str]:
    """An organisation that a source brought and nobody looks after."""
    rows = [OrganisationRow("1", VOLTBUS | {"website": website})]
    at = there.kernel.clock.now()
    [made] = await there.kernel.database.transact(lambda each: bulk.upsert(each, "chamber", rows, at=at))
    async with there.kernel.database.read() as session:
        return (await session.get_one(Organisation, made.id)).slug, made.id


async def mails(there: Scene) -> list[str]:
    """What was sent, as text."""
    await there.kernel.jobs.run_due()
    sent = sorted(there.kernel.mail.folder.glob("*.eml"))
    letters = [message_from_bytes(path.read_bytes(), policy=default) for path in sent]
    return [f"{letter['to']}\n{letter.get_body(('plain',)).get_content()}" for letter in letters]


async def test_the_first_with_an_address_of_the_domain_becomes_administrator(there: Scene) -> None:
    slug, id_ = await brought(there)
    assert "I belong here" in (await there["aylin"].get(f"/o/{slug}")).text
    await there["aylin"].post(f"/o/{slug}/claim")
    assert await there.roles(id_) == {"aylin": "administrator"}


async def test_the_next_one_is_let_in_by_the_administrators(there: Scene) -> None:
    slug, id_ = await brought(there)
    await there["aylin"].post(f"/o/{slug}/claim")
    await there["ben"].post(f"/o/{slug}/claim")
    assert await there.roles(id_) == {"aylin": "administrator"}
    assert any("wants to join" in mail and "aylin@voltbus.example" in mail for mail in await mails(there))
    assert "Ben Kaya" in (await there["aylin"].get(f"/o/{slug}/people")).text
    assert f"/o/{slug}/people/export.csv" in (await there["aylin"].get(f"/o/{slug}/people")).text
    (row,) = (await there["aylin"].get(f"/o/{slug}/people/export.json")).json()
    assert (row["name"], row["role"]) == ("Aylin Demir", "Administrator")
    assert (await there["ben"].get(f"/o/{slug}/people/export.json")).status_code == 404, "he does not belong to it yet"
    claim = await only_claim(there, id_, "ben")
    answer = {"answer": "yes", "role": "editor"}
    assert (await there["ben"].post(f"/o/{slug}/claims/{claim}", data=answer)).status_code == 403
    await there["aylin"].post(f"/o/{slug}/claims/{claim}", data=answer)
    assert await there.roles(id_) == {"aylin": "administrator", "ben": "editor"}
    assert any("have let you in" in mail for mail in await mails(there))


async def test_a_declined_claim_lets_nobody_in_and_may_be_made_again(there: Scene) -> None:
    slug, id_ = await there.organisation()
    await there["ben"].post(f"/o/{slug}/claim")
    await there["ben"].post(f"/o/{slug}/claim")
    claim = await only_claim(there, id_, "ben")
    await there["aylin"].post(f"/o/{slug}/claims/{claim}", data={"answer": "no", "role": "editor"})
    assert await there.roles(id_) == {"aylin": "administrator"}
    await there["ben"].post(f"/o/{slug}/claim")
    assert await only_claim(there, id_, "ben") != claim
    await there["ben"].post(f"/o/{slug}/claim/withdraw")
    assert "I belong here" in (await there["ben"].get(f"/o/{slug}")).text


async def test_no_other_address_claims_anything(there: Scene) -> None:
    slug, id_ = await brought(there)
    for name in ("chloe", "gina"):
        page = await there[name].get(f"/o/{slug}")
        assert "I belong here" not in page.text
        await there[name].post(f"/o/{slug}/claim")
    assert await there.roles(id_) == {}


async def test_a_free_provider_as_a_website_is_nobodys(there: Scene) -> None:
    slug, id_ = await brought(there, "https://gmx.de")
    assert "Is this your organisation?" not in (await there["gina"].get(f"/o/{slug}")).text
    await there["gina"].post(f"/o/{slug}/claim")
    assert await there.roles(id_) == {}


async def test_an_address_that_is_not_confirmed_claims_nothing(there: Scene) -> None:
    slug, id_ = await brought(there)
    async with there.kernel.database.write() as uow:
        await people_actions._set(uow, there.ids["aylin"], email_confirmed_at=None)
    await there["aylin"].post(f"/o/{slug}/claim")
    assert await there.roles(id_) == {}


async def test_an_invitation_by_mail_lets_in_once(there: Scene) -> None:
    slug, id_ = await there.organisation()
    sent = await there["aylin"].post(
        f"/o/{slug}/invitations", data={"email": "chloe@hydrolumiere.example", "role": "editor"}
    )
    assert sent.status_code == 303
    token = await invited(there)
    looked = await there["chloe"].get(f"/invitation?token={token}")
    assert "Join Voltbus?" in looked.text
    assert looked.headers["referrer-policy"] == "no-referrer"
    assert await there.roles(id_) == {"aylin": "administrator"}, "looking joins nothing"
    await there["chloe"].post("/invitation", data={"token": token})
    assert await there.roles(id_) == {"aylin": "administrator", "chloe": "editor"}
    await there["gina"].post("/invitation", data={"token": token})
    assert "gina" not in await there.roles(id_)


async def test_nobody_is_flooded_with_invitations(there: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INVITATIONS_OF_ONE", "2 per day")
    monkeypatch.setattr(limits, "INVITATIONS_TO_ADDRESS", "3 per day")
    slugs = [(await there.organisation(by=by, name=f"Works of {by}", website=""))[0] for by in ("aylin", "chloe")]

    async def invited_by(by: str, slug: str, email: str) -> int:
        asked = await there[by].post(f"/o/{slug}/invitations", data={"email": email, "role": "editor"})
        return asked.status_code

    for tag, status in (("", 303), ("+fair", 303), ("+again", 429)):
        assert await invited_by("aylin", slugs[0], f"gina{tag}@elsewhere.example") == status, "all read in one mailbox"
    assert await invited_by("aylin", slugs[0], "ben@elsewhere.example") == 303
    assert await invited_by("chloe", slugs[1], "gina@elsewhere.example") == 303
    assert await invited_by("chloe", slugs[1], "gina@elsewhere.example") == 429


async def test_withdrawn_and_old_invitations_are_good_for_nothing(there: Scene) -> None:
    slug, id_ = await there.organisation()
    data = {"email": "chloe@hydrolumiere.example", "role": "editor"}
    await there["aylin"].post(f"/o/{slug}/invitations", data=data)
    withdrawn = await invited(there)
    async with there.kernel.database.read() as session:
        invitation = await session.scalar(select(Invitation.id))
    await there["aylin"].post(f"/o/{slug}/invitations/{invitation}/withdraw")
    assert "not good any more" in (await there["chloe"].get(f"/invitation?token={withdrawn}")).text
    await there["chloe"].post("/invitation", data={"token": withdrawn})
    await there["aylin"].post(f"/o/{slug}/invitations", data=data)
    old = await invited(there)
    there.kernel.clock.advance(days=22)  # type: ignore[attr-defined]  # the tests' clock is frozen
    await there["chloe"].post("/invitation", data={"token": old})
    assert await there.roles(id_) == {"aylin": "administrator"}
    assert (await there["chloe"].get("/invitation?token=nonsense")).status_code == 404


async def test_a_mail_address_that_is_none_is_refused_at_its_field(there: Scene) -> None:
    slug, _ = await there.organisation()
    answer = await there["aylin"].post(f"/o/{slug}/invitations", data={"email": "not an address", "role": "editor"})
    assert answer.status_code == 422
    assert "That is not a mail address we can write to." in answer.text


async def test_the_last_administrator_stays_and_others_may_go(there: Scene) -> None:
    slug, id_ = await there.organisation()
    await there["ben"].post(f"/o/{slug}/claim")
    claim = await only_claim(there, id_, "ben")
    await there["aylin"].post(f"/o/{slug}/claims/{claim}", data={"answer": "yes", "role": "member"})
    own = f"/o/{slug}/people/{there.ids['aylin']}"
    refused = await there["aylin"].post(f"{own}/remove")
    assert refused.headers["location"] == f"/o/{slug}/people"  # where somebody else can be made one
    page = (await there["aylin"].get(refused.headers["location"])).text
    assert 'class="quiet-line quiet-line-refused"' in page
    assert "Somebody else must be administrator first." in page
    await there["aylin"].post(f"{own}/role", data={"role": "editor"})
    assert (await there.roles(id_))["aylin"] == "administrator"
    await there["aylin"].post(f"/o/{slug}/people/{there.ids['ben']}/role", data={"role": "administrator"})
    await there["aylin"].post(f"{own}/remove")
    assert await there.roles(id_) == {"ben": "administrator"}


@pytest.mark.parametrize(("role", "parts"), [("member", 4), ("editor", 6)])
async def test_every_part_of_the_desk_that_one_is_shown_opens(there: Scene, role: str, parts: int) -> None:
    slug, id_ = await there.organisation()
    await there["ben"].post(f"/o/{slug}/claim")
    claim = await only_claim(there, id_, "ben")
    await there["aylin"].post(f"/o/{slug}/claims/{claim}", data={"answer": "yes", "role": role})
    page = (await there["ben"].get(f"/o/{slug}")).text
    tabs = re.search(r'<nav class="tabs".*?</nav>', page, re.DOTALL)
    assert tabs
    ways = re.findall(r'href="([^"]+)"', tabs[0])
    assert len(ways) == parts
    assert {way: (await there["ben"].get(way)).status_code for way in ways} == dict.fromkeys(ways, 200)


async def test_a_name_leads_to_a_profile_only_for_whom_it_opens(there: Scene) -> None:
    slug, id_ = await there.organisation()
    await there["ben"].post(f"/o/{slug}/claim")
    claim = await only_claim(there, id_, "ben")
    await there["aylin"].post(f"/o/{slug}/claims/{claim}", data={"answer": "yes", "role": "member"})
    bens = f"/people/{there.ids['ben']}"
    page = (await there["chloe"].get(f"/o/{slug}")).text
    assert ("Ben Kaya" in page, f'href="{bens}"' in page) == (True, False)
    assert (await there["chloe"].get(bens)).status_code == 404

    async def knows(_session: AsyncSession, viewer: str, others: Collection[str]) -> set[str]:
        return {there.ids["ben"]} & set(others) if viewer == there.ids["chloe"] else set()

    there.app.state.people.acquaintances.register(knows)
    assert f'href="{bens}"' in (await there["chloe"].get(f"/o/{slug}")).text
    assert (await there["chloe"].get(bens)).status_code == 200


async def test_colleagues_see_one_anothers_profile_as_long_as_they_are_colleagues(there: Scene) -> None:
    """The permission ends with what it stands on: nobody leaves an organisation and goes on looking into it."""
    slug, id_ = await there.organisation()
    await there.organisation(by="chloe", name="Hydro")
    await there["ben"].post(f"/o/{slug}/claim")
    profile = {name: f"/people/{there.ids[name]}" for name in ("aylin", "ben", "chloe")}

    async def opened() -> set[tuple[str, str]]:
        names = ("aylin", "ben", "chloe")
        pairs = [(viewer, whom) for viewer in names for whom in names if viewer != whom]
        answers = {pair: (await there[pair[0]].get(profile[pair[1]])).status_code for pair in pairs}
        assert set(answers.values()) <= {200, 404}
        return {pair for pair, status in answers.items() if status == 200}

    assert await opened() == set(), "who waits for an answer is no colleague yet"
    claim = await only_claim(there, id_, "ben")
    await there["aylin"].post(f"/o/{slug}/claims/{claim}", data={"answer": "yes", "role": "member"})
    assert await opened() == {("aylin", "ben"), ("ben", "aylin")}
    for path in (f"/o/{slug}", f"/o/{slug}/people"):
        assert f'href="{profile["ben"]}"' in (await there["aylin"].get(path)).text
    page = (await there["aylin"].get(profile["ben"])).text
    assert ("Ben Kaya" in page, "/messages/to/" in page) == (True, False), (
        "conversations need a fair, or an introduction"
    )
    assert (await there["aylin"].post(f"/messages/to/{there.ids['ben']}")).status_code == 404
    await there["ada"].post(f"/o/{slug}/remove")
    assert await opened() == set()
    await there["ada"].post(f"/o/{slug}/return")
    assert await opened() == {("aylin", "ben"), ("ben", "aylin")}
    await there["ben"].post(f"/o/{slug}/people/{there.ids['ben']}/remove")
    assert await opened() == set()


async def test_members_cannot_make_themselves_more(there: Scene) -> None:
    slug, id_ = await there.organisation()
    await there["ben"].post(f"/o/{slug}/claim")
    claim = await only_claim(there, id_, "ben")
    await there["aylin"].post(f"/o/{slug}/claims/{claim}", data={"answer": "yes", "role": "editor"})
    own = f"/o/{slug}/people/{there.ids['ben']}"
    assert (await there["ben"].post(f"{own}/role", data={"role": "administrator"})).status_code == 403
    assert (await there["ben"].post(f"/o/{slug}/people/{there.ids['aylin']}/remove")).status_code == 403
    await there["aylin"].post(f"{own}/role", data={"role": "emperor"})
    assert (await there.roles(id_))["ben"] == "editor"


async def test_everything_about_a_person_is_handed_out_and_erased(there: Scene) -> None:
    slug, id_ = await there.organisation()
    await there["ben"].post(f"/o/{slug}/claim")
    async with there.kernel.database.read() as session:
        aylins = await own_data.collect(session, there.ids["aylin"])
        bens = await own_data.collect(session, there.ids["ben"])
    assert [one["organisation"] for one in aylins["members"]] == ["Voltbus"]
    assert [one["field"] for one in aylins["changes"]] == ["made"]
    assert [one["email"] for one in bens["claims"]] == ["ben@voltbus.example"]
    async with there.kernel.database.write() as uow:
        await own_data.erase(uow, there.ids["ben"])
        await own_data.erase(uow, there.ids["aylin"])
    assert await there.roles(id_) == {}
    async with there.kernel.database.read() as session:
        assert [one.email for one in await session.scalars(select(Claim))] == [""]
        assert (await own_data.collect(session, there.ids["aylin"]))["members"] == []


async def test_a_profile_leads_to_the_organisations_of_a_person(there: Scene) -> None:
    slug, _ = await there.organisation()
    own = (await there["aylin"].get(f"/people/{there.ids['aylin']}")).text
    assert f'href="/o/{slug}"' in own
    assert 'href="/organisations/mine"' in own
    assert f'href="/o/{slug}"' in (await there["ada"].get(f"/people/{there.ids['aylin']}")).text
    listed = (await there["aylin"].get("/organisations/mine")).text
    assert slug in listed
    assert "/organisations/mine/export.csv" in listed
    (row,) = (await there["aylin"].get("/organisations/mine/export.json")).json()
    assert (row["role"], row["page"].rpartition("/")[2]) == ("Administrator", slug)
    assert (await there["ada"].get("/organisations/mine/export.json")).json() == []


async def test_who_belongs_to_none_is_led_to_look_for_theirs_before_they_add_one(there: Scene) -> None:
    find, add = 'href="/discover?kind=organisation"', 'href="/organisations/new"'
    alone = (await there["ada"].get("/organisations/mine")).text
    assert 0 < alone.index(find) < alone.index(add)
    assert alone.count(add) == 1
    await there.organisation()
    listed = (await there["aylin"].get("/organisations/mine")).text
    assert (find in listed, listed.count(add)) == (False, 1)


async def test_the_list_of_ones_organisations_leads_to_who_asks_them_for_contact(there: Scene) -> None:
    way = 'href="/contacts"'
    assert way not in (await there["ada"].get("/organisations/mine")).text, "nobody can ask"
    await there.organisation()
    assert way in (await there["aylin"].get("/organisations/mine")).text


async def only_claim(there: Scene, organisation_id: str, name: str) -> str:
    """The claim of somebody that waits."""
    mine = Claim.organisation_id == organisation_id, Claim.person_id == there.ids[name], Claim.decided_at.is_(None)
    async with there.kernel.database.read() as session:
        return (await session.scalars(select(Claim.id).where(*mine))).one()


async def invited(there: Scene) -> str:
    """The token of the last invitation that was sent."""
    sent = [found[1] for mail in await mails(there) if (found := re.search(r"invitation\?token=([\w-]+)", mail))]
    return sent[-1]
