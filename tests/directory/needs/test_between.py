"""A partner institution stands between the owner of a blind need and those who answer."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select, update

from directory.needs import ladder
from directory.needs.ladder import ANSWERER, BETWEEN, OWNER, SIFTING, WAITING, NotNowError, state_after
from directory.needs.model import GoBetween
from directory.needs.own_data import collect
from directory.news.model import News
from directory.organisations.actions import remove
from directory.organisations.model import Member
from directory.partners.actions import appoint, bring, dismiss, let_go
from people.model import Person
from tests.directory.needs.network import HIDDEN, REASON, TITLE, Network, organisation
from tests.directory.needs.test_blind import TELLING
from tests.support.full import no_room_in

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


async def later(there: Network, **time: int) -> None:
    there.kernel.clock.advance(**time)  # type: ignore[attr-defined]  # the tests' clock is frozen
    await there.kernel.jobs.run_due()


async def unseen(there: Network, name: str) -> list[str]:
    """What somebody is told, in words."""
    async with there.kernel.database.read() as session:
        person = await session.get_one(Person, there.people[name])
        return [item.line.text for item in await there.app.state.needs.newsroom.unseen(session, person, person.locale)]


async def remove_institution(there: Network, chamber: str) -> None:
    async with there.kernel.database.write() as uow:
        await remove(uow, chamber, by_id=there.people["dev"])


async def end_partnership(there: Network, chamber: str) -> None:
    async with there.kernel.database.write() as uow:
        await dismiss(uow, chamber, by_id=there.people["dev"])


async def leave_network(there: Network, chamber: str) -> None:
    async with there.kernel.database.write() as uow:
        await let_go(uow, chamber, there.organisations["utility"], by_id=None)


@pytest.mark.parametrize("end", [remove_institution, end_partnership, leave_network])
async def test_an_institution_that_may_not_stand_between_any_more_knows_nothing_and_holds_nothing(
    there: Network, chamber: str, end: Callable[[Network, str], Awaitable[None]]
) -> None:
    need_id = await chosen(there, chamber)
    made = await there.answer(need_id)
    await end(there, chamber)
    page = await there.text("edda", f"/needs/{need_id}")
    assert not [secret for secret in TELLING if secret in page]
    assert CHAMBER not in await there.text("chloe", f"/needs/{need_id}")
    assert "Nothing waits for you" in await there.text("edda", "/between")
    assert REASON in await there.text("bernd", f"/answers/{made.id}")
    assert "Nobody stands between any more" in await there.text("aylin", f"/answers/{made.id}")
    assert (await there["edda"].post(f"/between/{made.id}/passed")).status_code == 404
    second = await there.answer(need_id, by="chloe")
    assert REASON in await there.text("bernd", f"/answers/{second.id}")
    async with there.kernel.database.read() as session:
        assert (await session.scalars(select(GoBetween))).all() == []


async def test_on_a_full_disk_the_pages_that_note_that_one_has_looked_are_still_shown(
    there: Network, chamber: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await there.answer(await chosen(there, chamber))
    open_need = await there.need()
    second = await there.answer(open_need)
    await later(there, days=1)
    assert await unseen(there, "edda")
    assert await unseen(there, "bernd")
    no_room_in(monkeypatch, there.kernel.database)
    assert REASON in await there.text("edda", "/between")
    for path in (f"/needs/{open_need}", f"/answers/{second.id}"):
        assert await there.text("bernd", path)
    assert await there.text("aylin", f"/answers/{made.id}")


async def test_what_nobody_is_left_to_pass_on_comes_to_the_owner(there: Network, chamber: str) -> None:
    need_id = await chosen(there, chamber)
    made = await there.answer(need_id)
    async with there.kernel.database.write() as uow:
        mine = Member.organisation_id == chamber, Member.person_id == there.people["edda"]
        await uow.session.execute(update(Member).where(*mine).values(role="member"))
    assert await unseen(there, "edda") == []
    await later(there, days=2, minutes=1)
    assert REASON in await there.text("bernd", f"/answers/{made.id}")


async def test_a_silent_go_between_is_reminded_exactly_once(there: Network, chamber: str) -> None:
    need_id = await chosen(there, chamber)
    made = await there.answer(need_id)
    await later(there, days=1)
    assert [TITLE in line for line in await unseen(there, "edda")] == [True]
    await there.kernel.jobs.run_due()
    await later(there, days=1, minutes=1)
    assert await told(there, "edda") == {"need.sift", "need.sift_late"}
    await asyncio.gather(*(there.app.state.needs.ends._watch({"answer_id": made.id}) for _ in range(3)))
    await later(there, days=30)
    async with there.kernel.database.read() as session:
        query = select(func.count()).select_from(News).where(News.kind == "need.sift_late")
        assert await session.scalar(query) == 1
    mails = [mail for mail in there.mails() if "still waits for you as the go-between" in mail]
    assert len(mails) == 1
    assert not [secret for secret in TELLING if secret in mails[0]]
    assert (await there["edda"].post(f"/between/{made.id}/passed")).status_code == 303


async def test_the_desk_shows_the_product_and_what_was_decided_and_hides_who_wants_to_be_hidden(
    there: Network, chamber: str
) -> None:
    need_id = await chosen(there, chamber)
    open_one = await there.answer(need_id, product_id=there.charger)
    hidden = await there.answer(need_id, by="chloe", blind=True)
    desk = await there.text("edda", "/between")
    [link] = re.findall(r'href="(/o/[^"]+)"><bdi>Depot charger 350', desk)
    assert (await there["edda"].get(link)).status_code == 200
    assert "Hydrolumière" not in desk
    why = "They need chargers that are in the field already."
    assert (await there["edda"].post(f"/between/{hidden.id}/passed")).status_code == 303
    assert (await there["edda"].post(f"/between/{open_one.id}/returned", data={"text": why})).status_code == 303
    assert (await there["bernd"].post(f"/answers/{hidden.id}/revealed")).status_code == 303
    desk = await there.text("edda", "/between")
    assert all(
        each in desk
        for each in ("Decided before", why, "Passed on", "Voltbus on", "Start-up, France on", "Edda Brandt")
    )
    assert "Hydrolumière" not in desk
    assert "Decided before" not in await there.text("dev", "/between")
    rows = (await there["edda"].get("/between/export.json")).json()
    assert {(row["who"], row["state"], row["by"]) for row in rows} == {
        ("Voltbus", "Returned", "Edda Brandt"),
        ("Start-up, France", "Passed on", "Edda Brandt"),
    }
    assert (await there["dev"].get("/between/export.json")).json() == []


async def test_letting_go_and_returning_at_once_tells_the_owner_of_all_or_nothing(there: Network, chamber: str) -> None:
    need_id = await chosen(there, chamber)
    made = await there.answer(need_id)
    why = {"text": "They need chargers that are in the field already."}
    returned, let_go_of = await asyncio.gather(
        there["edda"].post(f"/between/{made.id}/returned", data=why),
        there["bernd"].post(f"/needs/{need_id}/between", data={"partner": ""}),
    )
    assert let_go_of.status_code == 303
    reached = (await there["bernd"].get(f"/answers/{made.id}")).status_code == 200
    assert reached == (returned.status_code != 303)


async def test_what_somebody_chose_is_theirs_to_take_along(there: Network, chamber: str) -> None:
    need_id = await chosen(there, chamber)
    async with there.kernel.database.read() as session:
        (mine,) = (await collect(session, there.people["bernd"]))["go_betweens"]
    assert (mine["need_id"], mine["institution"]) == (need_id, CHAMBER)


FORM = {
    "kind": "seek",
    "category": "product",
    "title_en": TITLE,
    "text_en": "From autumn on 24 buses charge in our depot.",
    "shown_as_en": "mid-size utility, NRW",
    "visibility": "public",
    "do": "publish",
    "currency": "EUR",
}


async def test_the_choice_stands_in_the_form_in_which_a_need_is_written(there: Network, chamber: str) -> None:
    page = await there.text("bernd", "/needs/new")
    assert CHAMBER in page
    assert CHAMBER not in await there.text("chloe", "/needs/new")
    form = FORM | {"organisation": there.organisations["utility"], "blind": "yes", "between": chamber}
    made = await there["bernd"].post("/needs", data=form)
    path = made.headers["location"]
    assert CHAMBER in await there.text("chloe", path)
    assert f'value="{chamber}" selected' in await there.text("bernd", f"{path}/edit")
    wrong = await there["bernd"].post("/needs", data=form | {"between": there.organisations["hydro"]})
    assert wrong.status_code == 422
    assert "Please choose an institution" in wrong.text
    unsaid = {name: value for name, value in form.items() if name != "between"}
    assert (await there["bernd"].post(f"{path}/edit", data=unsaid)).status_code == 303
    assert CHAMBER in await there.text("chloe", path)
    held = await there.answer(path.rpartition("/")[2])
    assert (await there["bernd"].post(f"{path}/edit", data=form | {"blind": ""})).status_code == 303
    assert CHAMBER not in await there.text("chloe", path)
    assert REASON in await there.text("bernd", f"/answers/{held.id}")
