"""Whoever comes to a stand reads whose it is, and whoever comes to a stage what is on."""

from booths.actions import give_stand
from directory.organisations import actions as organisations
from fairs.model import Fair
from tests.booths.stage import PATH, Programme

STAND, STAGE = "/fairs/ruhr/rooms/hall-1", "/fairs/ruhr/rooms/main-stage"


async def held_by(there: Programme, organisation_id: str | None) -> None:
    async with there.guests.kernel.database.write() as uow:
        fair = await uow.session.get_one(Fair, there.guests.fair.id)
        await give_stand(uow, fair, there.stand, organisation_id, by_id=there.guests.ids["edda"])


async def test_a_stand_leads_to_the_page_of_whose_it_is(there: Programme) -> None:
    assert "/o/" not in (await there["bernd"].get(STAND)).text, "nobody has it yet"
    slug, hydro = await there.organisation(name="Hydro Lumière", visibility="public")
    await held_by(there, hydro)
    page = (await there["bernd"].get(STAND)).text
    assert f'href="/o/{slug}"' in page
    assert "Hydro Lumière" in page


async def test_an_organisation_that_was_taken_off_is_named_no_more(there: Programme) -> None:
    _, hydro = await there.organisation(name="Hydro Lumière", visibility="public")
    await held_by(there, hydro)
    async with there.guests.kernel.database.write() as uow:
        await organisations.remove(uow, hydro, by_id=there.guests.ids["aylin"])
    answer = await there["bernd"].get(STAND)
    assert (answer.status_code, "Hydro Lumière" in answer.text) == (200, False)


async def test_a_stage_says_what_is_on_and_what_comes_next(there: Programme) -> None:
    assert "/talks/" not in (await there["bernd"].get(STAGE)).text
    await there.enter(title="Over by now", day="0", begins="10:00")
    await there.enter(title="Depots at night", begins="12:00")
    await there.enter(title="Depots by day", begins="13:00")
    page = (await there["bernd"].get(STAGE)).text
    assert "Next on this stage: Tuesday, 15 September" in page
    assert ("Over by now" in page, "Depots at night" in page, "Depots by day" in page) == (False, True, False)
    there.guests.kernel.clock.advance(hours=22, minutes=10)  # type: ignore[attr-defined]  # the tests' clock is frozen
    page = (await there["bernd"].get(STAGE)).text
    assert "On now" in page
    assert "Depots at night" in page


async def test_the_lobby_leads_to_who_exhibits_as_long_as_there_are_stands(there: Programme) -> None:
    way = "/fairs/ruhr/programme#stands-title"
    assert (await there["bernd"].get("/fairs/ruhr")).text.count(way) == 2, "in the menu, and beside who is here"
    await there["edda"].post(f"{PATH}/rooms/{there.stand}/close")
    assert way not in (await there["bernd"].get("/fairs/ruhr")).text
