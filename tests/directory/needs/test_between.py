"""A partner institution stands between the owner of a blind need and those who answer."""

import pytest
from sqlalchemy import select

from directory.needs import ladder
from directory.needs.ladder import ANSWERER, BETWEEN, OWNER, SIFTING, WAITING, NotNowError, state_after
from directory.needs.model import GoBetween
from directory.news.model import News
from directory.organisations.model import Member
from directory.partners.actions import appoint, bring
from tests.directory.needs.network import HIDDEN, REASON, TITLE, Network, organisation
from tests.directory.needs.test_blind import TELLING

CHAMBER = "Chamber of Mittelruhr"


@pytest.fixture
async def chamber(there: Network) -> str:
    """A partner institution for which Edda speaks, and to whose network the utility belongs; its id."""
    async with there.kernel.database.write() as uow:
        id_ = await organisation(uow, CHAMBER, "partner", "DE", "chamber.example")
        now = uow.clock.now()
        uow.session.add(Member(organisation_id=id_, person_id=there.people["edda"], role="editor", since=now))
        await appoint(uow, id_, by_id=None)
        await bring(uow, id_, there.organisations["utility"], by_id=None)
    return id_


async def chosen(there: Network, partner_id: str, by: str = "bernd") -> str:
    """A blind need with a go-between."""
    need_id = await there.need(blind=True)
    assert (await there[by].post(f"/needs/{need_id}/between", data={"partner": partner_id})).status_code == 303
    return need_id


async def told(there: Network, name: str) -> set[str]:
    """The kinds of news that somebody got."""
    async with there.kernel.database.read() as session:
        return set(await session.scalars(select(News.kind).where(News.person_id == there.people[name])))


async def test_an_answer_reaches_the_go_between_first_and_the_owner_when_it_is_passed_on(
    there: Network, chamber: str
) -> None:
    need_id = await chosen(there, chamber)
    made = await there.answer(need_id)
    assert REASON not in await there.text("bernd", f"/needs/{need_id}/answers")
    assert "No answers yet" in await there.text("bernd", f"/needs/{need_id}")
    assert (await there["bernd"].get(f"/answers/{made.id}")).status_code == 404
    assert (await there["bernd"].post(f"/answers/{made.id}/accepted", data={})).status_code == 404
    assert await told(there, "bernd") == set()
    assert await told(there, "edda") == {"need.sift"}
    assert "Waits for the go-between" in await there.text("aylin", f"/answers/{made.id}")
    desk = await there.text("edda", "/between")
    assert all(each in desk for each in (REASON, "Voltbus", TITLE, HIDDEN))
    assert (await there["edda"].post(f"/between/{made.id}/passed")).status_code == 303
    assert REASON in await there.text("bernd", f"/answers/{made.id}")
    assert await told(there, "bernd") == {"answer.answered"}
    assert "Nothing waits for you" in await there.text("edda", "/between")
    answerer = await there.text("aylin", f"/answers/{made.id}")
    assert "The go-between passes the answer on." in answerer
    assert not [secret for secret in TELLING if secret in answerer]
    assert (await there["edda"].post(f"/between/{made.id}/passed")).status_code == 409
    assert (await there["bernd"].post(f"/answers/{made.id}/revealed")).status_code == 303
    assert HIDDEN in await there.text("aylin", f"/answers/{made.id}")


async def test_what_is_returned_has_a_reason_and_the_owner_never_hears_of_it(there: Network, chamber: str) -> None:
    need_id = await chosen(there, chamber)
    made = await there.answer(need_id)
    assert (await there["edda"].post(f"/between/{made.id}/returned", data={"text": " "})).status_code == 422
    why = "They need chargers that are in the field already."
    assert (await there["edda"].post(f"/between/{made.id}/returned", data={"text": why})).status_code == 303
    assert why in await there.text("aylin", f"/answers/{made.id}")
    assert await told(there, "aylin") == {"answer.returned"}
    assert REASON not in await there.text("bernd", f"/needs/{need_id}/answers")
    assert await told(there, "bernd") == set()


async def test_strangers_see_who_stands_between_and_not_whose_it_is(there: Network, chamber: str) -> None:
    need_id = await chosen(there, chamber)
    for name in ("nobody", "chloe", "dev"):
        page = await there.text(name, f"/needs/{need_id}")
        assert f"Your answer goes to {CHAMBER} first" in page
        assert not [secret for secret in TELLING if secret in page]
    made = await there.answer(need_id, blind=True)
    desk = await there.text("edda", "/between")
    assert "Voltbus" not in desk
    assert "Start-up, Türkiye" in desk
    for name in ("chloe", "aylin", "bernd"):
        assert "Nothing waits for you" in await there.text(name, "/between")
        assert (await there[name].post(f"/between/{made.id}/passed")).status_code == 404


async def test_only_the_owner_chooses_and_only_an_institution_of_its_network(there: Network, chamber: str) -> None:
    blind, named = await there.need(blind=True), await there.need()
    assert CHAMBER in await there.text("bernd", f"/needs/{blind}")
    assert (await there["aylin"].post(f"/needs/{blind}/between", data={"partner": chamber})).status_code == 404
    assert (await there["bernd"].post(f"/needs/{named}/between", data={"partner": chamber})).status_code == 409
    other = there.organisations["hydro"]
    assert (await there["bernd"].post(f"/needs/{blind}/between", data={"partner": other})).status_code == 409
    async with there.kernel.database.read() as session:
        assert (await session.scalars(select(GoBetween))).all() == []


async def test_what_waits_comes_to_the_owner_when_the_go_between_is_let_go(there: Network, chamber: str) -> None:
    need_id = await chosen(there, chamber)
    made = await there.answer(need_id)
    assert (await there["bernd"].post(f"/needs/{need_id}/between", data={"partner": ""})).status_code == 303
    assert REASON in await there.text("bernd", f"/answers/{made.id}")
    assert "Nothing waits for you" in await there.text("edda", "/between")
    page = await there.text("edda", f"/needs/{need_id}")
    assert not [secret for secret in TELLING if secret in page]


async def test_what_is_withdrawn_before_it_was_passed_on_is_told_to_nobody(there: Network, chamber: str) -> None:
    need_id = await chosen(there, chamber)
    made = await there.answer(need_id)
    assert (await there["aylin"].post(f"/answers/{made.id}/withdrawn")).status_code == 303
    assert await told(there, "bernd") == set()
    assert "Nothing waits for you" in await there.text("edda", "/between")
    assert (await there["edda"].post(f"/between/{made.id}/passed")).status_code == 409


def test_the_go_between_takes_one_step_and_nobody_else_takes_it() -> None:
    assert state_after(SIFTING, (), "passed", BETWEEN) == WAITING
    assert state_after(SIFTING, (), "returned", BETWEEN) == ladder.DECLINED
    for kind, side in (("passed", OWNER), ("passed", ANSWERER), ("accepted", BETWEEN)):
        with pytest.raises(NotNowError, match="not_yours"):
            state_after(SIFTING, (), kind, side)
    for kind in ("asked", "revealed", "accepted", "declined"):
        with pytest.raises(NotNowError, match="over"):
            state_after(SIFTING, (), kind, OWNER)
    with pytest.raises(NotNowError, match="over"):
        state_after(WAITING, (), "passed", BETWEEN)
