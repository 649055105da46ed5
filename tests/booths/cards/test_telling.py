"""Exhibitors read of new cards: one line for all that came since they looked."""

import asyncio

from sqlalchemy import func, select

from booths.cards.actions import leave
from booths.cards.rules import Said
from booths.cards.telling import KIND
from directory.news.model import News
from directory.organisations.model import Member
from fairs.model import Fair
from rooms.model import Room
from tests.booths.cards.scene import Cards
from tests.people.browsers import signed_in
from web.frame import LOCALE_COOKIE

ONE = "Bernd Kowalski left a card at the stand of Voltbus"


async def lines(there: Cards, by: str = "aylin") -> list[str]:
    """What somebody's news say of cards, with where they lead."""
    news = (await there[by].get("/needs/news/export.json")).json()
    return [one["text"] for one in news if one["page"].endswith(there.path) and one["seen"] is None]


async def visitors(there: Cards, number: int) -> None:
    """So many people leave a card."""
    names = [f"Visitor {each}" for each in "ABCDEFGH"[:number]]
    guests = there.fair.guests
    ids = dict(zip(names, await guests.place.people(*names), strict=True))
    await guests.place.join(guests.fair, *ids.values())
    async with signed_in(guests.app, ids) as browsers:
        answers = await asyncio.gather(
            *(each.post("/fairs/ruhr/rooms/hall-1/card", data={"to": there.voltbus}) for each in browsers.values())
        )
    assert {answer.status_code for answer in answers} == {303}


async def test_a_card_is_told_to_the_people_of_the_stand_once(there: Cards) -> None:
    await there.leave()
    await there.leave(about="Changed")
    for one in ("aylin", "dev"):
        assert await lines(there, one) == [ONE]
    assert await lines(there, "bernd") == []
    assert ONE in await there.text("aylin", "/")
    there["aylin"].cookies.set(LOCALE_COOKIE, "de")
    assert "Bernd Kowalski hat am Stand von Voltbus eine Visitenkarte hinterlassen" in await there.text("aylin", "/")


async def test_many_cards_are_one_line_also_when_they_come_at_once(there: Cards) -> None:
    await visitors(there, 5)
    assert await lines(there) == ["5 people left a card at the stand of Voltbus"]
    async with there.kernel.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(News).where(News.kind == KIND)) == 2, "one each"


async def test_whoever_looks_has_seen_them_and_reads_of_the_next_ones(there: Cards) -> None:
    await there.leave()
    await there.text("aylin")
    assert (await lines(there), await lines(there, "dev")) == ([], [ONE])
    await visitors(there, 2)
    assert await lines(there) == ["2 people left a card at the stand of Voltbus"]
    assert await lines(there, "dev") == ["3 people left a card at the stand of Voltbus"]


async def test_a_card_that_comes_while_somebody_looks_is_in_the_list_or_told(there: Cards) -> None:
    await there.leave()
    async with there.kernel.database.write() as uow:
        fair = await uow.session.get_one(Fair, there.fair.guests.fair.id)
        room = await uow.session.get_one(Room, there.fair.stand)
        await leave(uow, fair, room, there.voltbus, Said(), by_id=there.ids["edda"])
        looking = asyncio.create_task(there.text("aylin"))
        await asyncio.wait([looking], timeout=1)
    assert "Edda Brandt" in await looking or "Edda Brandt" in str(await lines(there))


async def test_what_was_taken_back_is_no_news(there: Cards) -> None:
    await there.leave()
    await visitors(there, 1)
    first, second = await there.cards()
    await there["bernd"].post(f"/cards/{first.id}/take-back")
    assert await lines(there) == ["Visitor A left a card at the stand of Voltbus"]
    async with there.kernel.database.write() as uow:
        await uow.session.delete(await uow.session.get_one(type(second), second.id))
    assert await lines(there) == []
    await there.leave()
    assert await lines(there) == [ONE]


async def test_who_does_not_belong_to_it_any_more_reads_nothing_of_it(there: Cards) -> None:
    await there.leave()
    async with there.kernel.database.write() as uow:
        await uow.session.delete(await uow.session.get_one(Member, (there.voltbus, there.ids["dev"])))
    assert await lines(there, "dev") == []


async def test_colleagues_who_are_not_at_the_fair_are_told_where_they_speak_for_it(there: Cards) -> None:
    await there.belongs("chloe")
    await there.leave()
    assert await lines(there, "chloe") == []
    assert "Bernd" in await there.text("chloe"), "but she may look"
