"""Who speaks for an organisation reads that a stand was given to it."""

import asyncio

from booths.actions import open_place
from fairs.model import Fair
from people.model import Person
from rooms.model import BOOTH
from server.kernel.db import POOL_SIZE
from tests.booths.stage import PATH, Programme
from tests.people.scene import last_mail, text_of
from web.frame import LOCALE_COOKIE

LINE = "Voltbus has the stand “Hall 1” at Ruhr Energy Forum"
STAND = "/fairs/ruhr/rooms/hall-1"


async def give(there: Programme, whose: str) -> None:
    """Say at the page of the programme whose the stand is; nobody's by an empty name."""
    answer = await there["edda"].post(f"{PATH}/stands/{there.stand}", data={f"stand-{there.stand}": whose})
    assert answer.status_code == 303


async def unseen(there: Programme, by: str = "aylin") -> list[tuple[str, str]]:
    """Somebody's news that they have not looked at, with where they lead."""
    news = (await there[by].get("/needs/news/export.json")).json()
    return [(one["text"], one["page"].partition("localhost:8000")[2]) for one in news if one["seen"] is None]


async def test_who_speaks_for_an_organisation_reads_once_that_it_has_a_stand(there: Programme) -> None:
    await give(there, there.voltbus)
    await give(there, "")
    assert await unseen(there) == [], "it is theirs no more"
    await give(there, there.voltbus)
    assert await unseen(there) == [(LINE, STAND)]
    assert (await unseen(there, "bernd"), await unseen(there, "edda")) == ([], [])
    assert LINE in (await there["aylin"].get("/")).text
    there["aylin"].cookies.set(LOCALE_COOKIE, "de")
    assert "Voltbus hat jetzt einen Stand: „Hall 1“, Ruhr Energy Forum" in (await there["aylin"].get("/")).text


async def test_whoever_is_at_the_stand_has_seen_it(there: Programme) -> None:
    await give(there, there.voltbus)
    assert (await there["aylin"].get("/fairs/ruhr/rooms/main-stage")).status_code == 200
    assert await unseen(there) == [(LINE, STAND)]
    assert (await there["aylin"].get(STAND)).status_code == 200
    assert await unseen(there) == []


async def test_many_can_come_to_their_stand_at_once(there: Programme) -> None:
    await give(there, there.voltbus)
    answers = await asyncio.gather(*(there["aylin"].get(STAND) for _each in range(POOL_SIZE + 2)))
    assert {one.status_code for one in answers} == {200}, "each held a connection, and waited for another one"
    assert await unseen(there) == []


async def test_a_stand_that_goes_to_others_is_news_to_them_alone(there: Programme) -> None:
    hydro, _ = await there.organisation("bernd", name="Hydro Nord", visibility="public")
    await give(there, there.voltbus)
    await give(there, hydro)
    assert await unseen(there) == []
    assert await unseen(there, "bernd") == [("Hydro Nord has the stand “Hall 1” at Ruhr Energy Forum", STAND)]


async def test_who_is_not_in_the_fair_is_led_to_where_one_joins_it(there: Programme) -> None:
    slug, _ = await there.organisation("chloe", name="Hydro Nord", visibility="public")
    await give(there, slug)
    [(_line, path)] = await unseen(there, "chloe")
    assert path == "/fairs/ruhr"
    assert (await there["chloe"].get(STAND)).status_code == 404
    assert (await there["chloe"].post("/fairs/ruhr/join")).status_code == 303
    assert [page for _line, page in await unseen(there, "chloe")] == [STAND]


async def test_who_is_shut_out_of_a_fair_reads_of_no_stand_there(there: Programme) -> None:
    await give(there, there.voltbus)
    await there.guests.place.ban(there.guests.fair, there.guests.ids["aylin"], by=there.guests.ids["edda"])
    assert await unseen(there) == []
    assert LINE not in (await there["aylin"].get("/")).text


async def test_a_mail_counts_nothing_that_was_taken_back_before_it_went(there: Programme) -> None:
    kernel = there.guests.kernel
    async with kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.guests.ids["aylin"])).email = "aylin@example.org"
        fair = await uow.session.get_one(Fair, there.guests.fair.id)
        hall_2 = await open_place(uow, fair, BOOTH, "Hall 2")
    for stand, whose in ((there.stand, there.voltbus), (hall_2.id, there.voltbus), (hall_2.id, "")):
        answer = await there["edda"].post(f"{PATH}/stands/{stand}", data={f"stand-{stand}": whose})
        assert answer.status_code == 303
    there.guests.place.clock.advance(hours=2)
    text = text_of(await last_mail(kernel, "aylin@example.org"))
    assert LINE in text
    assert "Hall 2" not in text
    assert "Something is new" in text, "one thing, and no more"
