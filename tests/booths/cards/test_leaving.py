"""Visitors leave their card at a stand: what they choose, to whom they choose, and as long as they like."""

import asyncio

import pytest
from sqlalchemy import select, update

from booths.cards import rules
from booths.cards.model import CardAssessment, CardNote
from directory.organisations import actions as organisations
from people import erasure
from people.admins import grant_admin
from people.model import Person
from server.kernel.ids import new_id
from tests.booths.cards.scene import ABOUT, FORM, MAIL, Cards, said_of

ROOM = "/fairs/ruhr/rooms/hall-1"


async def test_the_form_says_what_is_given_and_to_whom(there: Cards) -> None:
    assert f'href="{FORM}"' in await there.text("bernd", ROOM)
    page = await there.text("bernd", FORM)
    for said in ("Bernd Kowalski", "Stadtwerke Ruhr", "Head of fleet", MAIL):
        assert said in page
    assert "The people of Voltbus will see this, and nobody else, until you take it back." in page
    assert " checked" not in page, "whether the mail address goes along, is chosen"


async def test_what_is_not_chosen_is_not_given(there: Cards) -> None:
    await there.leave(about="")
    [card] = await there.cards()
    assert (card.name, card.organisation, card.position) == ("Bernd Kowalski", "Stadtwerke Ruhr", "Head of fleet")
    assert (card.email, card.phone, card.about) == ("", "", "")
    assert MAIL not in await there.text("aylin")


async def test_one_comes_back_to_where_one_was_and_reads_that_it_is_done(there: Cards) -> None:
    answer = await there.leave(email="yes", phone="+49 201 123456")
    assert answer.headers["location"] == ROOM
    room = await there.text("bernd", ROOM)
    assert said_of(room) == "Your card is left at the stand. You can take it back at any time."
    assert "You left your card here on" in room
    answer = await there.leave(back="organisation")
    assert answer.headers["location"] == f"/o/{there.fair.voltbus}"
    for elsewhere in ("https://example.org", "//example.org", "nowhere"):
        assert (await there.leave(back=elsewhere)).headers["location"] == ROOM


async def test_an_organisations_page_leads_to_it_where_one_is_in_the_fair(there: Cards) -> None:
    path, link = f"/o/{there.fair.voltbus}", f"{FORM}?from=organisation"
    assert link in await there.text("bernd", path)
    assert link not in await there.text("chloe", path), "she is at no fair"
    assert link not in await there.text("dev", path), "he would leave it to himself"
    assert link not in (await there.fair.stranger.get(path)).text


async def test_a_card_that_is_left_again_is_changed(there: Cards) -> None:
    await there.leave(email="yes")
    before = await there.card()
    there.kernel.clock.advance(hours=1)  # type: ignore[attr-defined]  # the tests' clock is frozen
    await there.profile("bernd", position="Head of depots")
    page = await there.text("bernd", FORM)
    assert ABOUT in page
    assert "checked" in page
    assert "Save the card" in page
    await there.leave(about="Sixty buses by now.")
    [card] = await there.cards()
    assert (card.id, card.position, card.about, card.email) == (before, "Head of depots", "Sixty buses by now.", "")
    assert card.changed_at is not None


async def test_sent_twice_it_is_one_card_and_unchanged(there: Cards) -> None:
    answers = await asyncio.gather(*(there.leave() for _ in range(5)))
    assert {answer.status_code for answer in answers} == {303}
    [card] = await there.cards()
    assert card.changed_at is None


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        ("about", "x" * 601, "That is too long"),
        ("phone", "call me", "Please write the number with digits"),
        ("phone", "+", "Please write the number with digits"),
        ("phone", "1" * 41, "That is too long"),
        ("about", "\u202etxet", "There are characters in it that are not text."),
    ],
)
async def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(
    there: Cards, field: str, typed: str, why: str
) -> None:
    answer = await there.leave(**{"about": "Forty buses", "phone": "", "email": "yes", field: typed})
    assert answer.status_code == 422
    assert why in answer.text
    assert "checked" in answer.text
    assert typed in answer.text
    assert await there.cards() == []


async def test_who_is_not_in_the_fair_leaves_none(there: Cards) -> None:
    assert [(await there["chloe"].get(FORM)).status_code, (await there.leave("chloe")).status_code] == [404, 403]
    await there.fair.guests.place.ban(there.fair.guests.fair, there.ids["bernd"], there.ids["edda"])
    assert [(await there["bernd"].get(FORM)).status_code, (await there.leave()).status_code] == [404, 403]
    assert await there.cards() == []


async def test_who_runs_the_platform_and_is_at_no_fair_leaves_none(there: Cards) -> None:
    async with there.kernel.database.write() as uow:
        await grant_admin(uow, there.ids["chloe"], by=None)
    assert [(await there["chloe"].get(FORM)).status_code, (await there.leave("chloe")).status_code] == [404, 404]


async def test_the_stands_own_people_are_led_to_the_cards_instead(there: Cards) -> None:
    for one in ("aylin", "dev"):
        room = await there.text(one, ROOM)
        assert f'href="{there.path}"' in room
        assert FORM not in room
        assert (await there[one].get(FORM)).headers["location"] == there.path
        answer = await there.leave(one)
        assert (answer.status_code, "You belong to this organisation yourself." in answer.text) == (422, True)
    assert await there.cards() == []


async def test_there_is_no_form_where_nobody_exhibits(there: Cards) -> None:
    for room in ("main-stage", "nowhere"):
        path = f"/fairs/ruhr/rooms/{room}/card"
        assert [(await there["bernd"].get(path)).status_code, (await there.leave(path=path)).status_code] == [404, 404]
    await there.give_stand(None)
    assert [(await there["bernd"].get(FORM)).status_code, (await there.leave()).status_code] == [404, 404]
    await there.give_stand(there.voltbus)
    async with there.kernel.database.write() as uow:
        await organisations.remove(uow, there.voltbus, by_id=there.ids["aylin"])
    assert [(await there["bernd"].get(FORM)).status_code, (await there.leave()).status_code] == [404, 404]
    assert await there.cards() == []


async def test_nobody_gets_a_card_that_was_meant_for_somebody_else(there: Cards) -> None:
    _, hydro = await there.fair.organisation(name="Hydro Lumière", visibility="public")
    assert f'name="to" value="{there.voltbus}"' in await there.text("bernd", FORM)
    await there.give_stand(hydro)
    answer = await there.leave(to=there.voltbus, about="For Voltbus")
    assert answer.status_code == 422
    for said in ("This stand belongs to somebody else by now.", "The people of Hydro Lumière", "For Voltbus"):
        assert said in answer.text
    assert await there.cards() == []
    assert (await there.leave(to="")).status_code == 422


async def test_at_one_fair_somebody_leaves_so_many_cards_and_no_more(
    there: Cards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booths.cards.actions.CARDS_MOST", 1)
    _, hydro = await there.fair.organisation(name="Hydro Lumière", visibility="public")
    await there.leave()
    await there.give_stand(hydro)
    answer = await there.leave()
    assert (answer.status_code, "Take one back first." in answer.text) == (422, True)
    await there.give_stand(there.voltbus)
    assert (await there.leave(about="Changed")).status_code == 303, "changing one is none more"
    assert rules.CARDS_MOST == 100


async def test_a_program_that_goes_wild_is_slowed_down(there: Cards, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("booths.cards.pages.leaving.CARDS", "2 per hour")
    statuses = [(await there.leave(about=about)).status_code for about in ("x" * 601, "One", "Two", "Three")]
    assert statuses == [422, 303, 303, 429], "what was not taken does not count"


async def test_ones_cards_say_who_has_what_and_one_press_takes_them_back(there: Cards) -> None:
    assert "You have left no card yet" in await there.text("bernd", "/cards")
    await there.leave(email="yes", phone="0201 / 123456")
    page = await there.text("bernd", "/cards")
    for said in ("Voltbus", "Ruhr", MAIL, "0201 / 123456", ABOUT, "deleted there at once"):
        assert said in page
    card = await there.card()
    await there["aylin"].post(f"{there.path}/{card}/note", data={"note": "Ring him."})
    await there["aylin"].post(f"{there.path}/{card}/assessment", data={"assessment": "soon"})
    answers = [await there["bernd"].post(f"/cards/{card}/take-back") for _ in range(2)]
    assert [each.headers["location"] for each in answers] == ["/cards", "/cards"]
    assert await there.cards() == []
    assert "Bernd" not in await there.text("aylin")
    assert (await there["aylin"].post(f"{there.path}/{card}/note", data={"note": "Late"})).status_code == 404


async def test_nobody_takes_back_the_card_of_somebody_else(there: Cards) -> None:
    await there.leave()
    card = await there.card()
    for one in ("edda", "aylin"):
        assert "Bernd" not in await there.text(one, "/cards")
        await there[one].post(f"/cards/{card}/take-back")
    assert await there.card() == card
    assert (await there["bernd"].post("/cards/none/take-back")).status_code == 404
    assert (await there["bernd"].post(f"/cards/{new_id()}/take-back")).status_code == 303


async def test_a_card_stays_ones_own_when_the_stand_or_the_fair_is_left(there: Cards) -> None:
    await there.leave()
    await there.give_stand(None)
    assert ABOUT in await there.text("aylin"), "it was given to the organisation"
    page = await there.text("bernd", "/cards")
    assert "take-back" in page
    assert FORM not in page
    await there["bernd"].post("/fairs/ruhr/leave")
    assert "take-back" in await there.text("bernd", "/cards")
    async with there.kernel.database.write() as uow:
        await organisations.remove(uow, there.voltbus, by_id=there.ids["aylin"])
    assert f'href="/o/{there.fair.voltbus}"' not in await there.text("bernd", "/cards")
    await there["bernd"].post(f"/cards/{await there.card()}/take-back")
    assert await there.cards() == []


async def test_ones_cards_come_page_by_page(there: Cards, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("booths.cards.pages.own.PAGE", 1)
    _, hydro = await there.fair.organisation(name="Hydro Lumière", visibility="public")
    await there.leave(about="First")
    await there.give_stand(hydro)
    await there.leave(about="Second")
    first, second = await there.cards()
    page = await there.text("bernd", "/cards")
    assert ("Second" in page, "First" in page, f"/cards?before={second.id}" in page) == (True, False, True)
    page = await there.text("bernd", f"/cards?before={second.id}")
    assert ("Second" in page, "First" in page) == (False, True)
    assert (await there["bernd"].get("/cards?before=x")).status_code == 404
    assert first.person_id == there.ids["bernd"]


async def test_the_card_of_somebody_who_is_erased_is_gone_at_once(there: Cards) -> None:
    await there.leave()
    card = await there.card()
    async with there.kernel.database.write() as uow:
        await erasure.erase(uow, there.kernel, there.ids["bernd"])
    assert "Bernd" not in await there.text("aylin"), "before the job that deletes it has run"
    assert "Bernd" not in (await there["aylin"].get(f"{there.path}/export.csv")).text
    assert (await there["aylin"].get(f"{there.path}/{card}/card.vcf")).status_code == 404
    await there.kernel.jobs.run_due()
    assert await there.cards() == []


async def test_whoever_joins_the_organisation_afterwards_keeps_their_card_as_it_is(there: Cards) -> None:
    await there.leave()
    await there.belongs("bernd")
    assert ABOUT in await there.text("bernd")
    assert FORM not in await there.text("bernd", "/cards")


async def test_a_change_of_the_profile_does_not_reach_a_card(there: Cards) -> None:
    await there.leave()
    async with there.kernel.database.write() as uow:
        await uow.session.execute(update(Person).where(Person.id == there.ids["bernd"]).values(name="B. K."))
    assert "Bernd Kowalski" in await there.text("aylin")


async def test_leaving_again_and_taking_back_at_once_end_with_one_card_or_none(there: Cards) -> None:
    await there.leave()
    card = await there.card()
    deeds = [there.leave(about=each) for each in ("One", "Two")]
    answers = await asyncio.gather(*deeds, there["bernd"].post(f"/cards/{card}/take-back"), there.leave())
    assert {answer.status_code for answer in answers} == {303}
    assert len(await there.cards()) <= 1


async def test_taking_back_and_noting_at_once_leave_nothing_behind(there: Cards) -> None:
    await there.leave()
    card = await there.card()
    answers = await asyncio.gather(
        there["bernd"].post(f"/cards/{card}/take-back"),
        *(there[one].post(f"{there.path}/{card}/note", data={"note": one}) for one in ("aylin", "dev")),
        there["aylin"].post(f"{there.path}/{card}/assessment", data={"assessment": "soon"}),
        there["bernd"].post(f"/cards/{card}/take-back"),
    )
    assert {answer.status_code for answer in answers} <= {303, 404, 422}
    assert await there.cards() == []
    async with there.kernel.database.read() as session:
        assert [(await session.scalars(select(table))).all() for table in (CardAssessment, CardNote)] == [[], []]
