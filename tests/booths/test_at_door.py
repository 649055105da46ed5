"""Whoever stands before a fair reads who exhibits and what is on next, as far as they may see it."""

from booths.actions import give_stand, open_place
from fairs import actions as fairs
from fairs.model import Fair
from rooms.model import BOOTH
from tests.booths.stage import Programme
from tests.booths.test_in_room import held_by

FAIR = "/fairs/ruhr"


async def test_before_a_fair_one_reads_who_exhibits_and_the_next_talks(there: Programme) -> None:
    for browser in (there.stranger, there["chloe"]):
        page = (await browser.get(FAIR)).text
        assert ("Who exhibits" in page, "Next in the programme" in page) == (False, False), "there is nothing yet"
    slug, hydro = await there.organisation(name="Hydro Lumière", visibility="public")
    await held_by(there, hydro)
    await there.enter(title="Over by now", day="0", begins="10:00")
    for hour in range(12, 16):
        await there.enter(title=f"Talk at {hour}", begins=f"{hour}:00")
    for browser in (there.stranger, there["chloe"]):
        page = (await browser.get(FAIR)).text
        assert page.count(f'href="/o/{slug}"') == 1
        assert [f"Talk at {hour}" in page for hour in range(12, 16)] == [True, True, True, False]
        assert "Over by now" not in page
    assert "Next in the programme" not in (await there["bernd"].get(FAIR)).text, "who is in has the lobby"


async def test_what_only_members_may_see_is_not_told_to_strangers(there: Programme) -> None:
    _, quiet = await there.organisation(name="Quiet Works", visibility="members")
    await held_by(there, quiet)
    assert "Quiet Works" not in (await there.stranger.get(FAIR)).text
    assert "Quiet Works" in (await there["chloe"].get(FAIR)).text


async def test_an_organisation_with_two_stands_is_named_once_and_a_dozen_lead_to_the_rest(there: Programme) -> None:
    edda, all_of_them = there.guests.ids["edda"], f'href="{FAIR}/programme#stands-title"'
    works = [await there.organisation(name=f"Works {number}", visibility="public") for number in range(13)]
    for number, (_, whose) in enumerate([works[0], *works[:12]]):
        async with there.guests.kernel.database.write() as uow:
            fair = await uow.session.get_one(Fair, there.guests.fair.id)
            room = await open_place(uow, fair, BOOTH, f"Stand {number}")
            await give_stand(uow, fair, room.id, whose, by_id=edda)
    page = (await there.stranger.get(FAIR)).text
    assert [page.count(f'href="/o/{slug}"') for slug, _ in works] == [1] * 12 + [0]
    assert all_of_them not in page, "these are all"
    await held_by(there, works[12][1])
    page = (await there.stranger.get(FAIR)).text
    assert (all_of_them in page, "All 13 exhibitors" in page) == (True, True)


async def test_who_is_shut_out_reads_why_and_no_more(there: Programme) -> None:
    await there.enter(title="Depots at night")
    async with there.guests.kernel.database.write() as uow:
        edda, bernd = there.guests.ids["edda"], there.guests.ids["bernd"]
        await fairs.ban(uow, there.guests.fair.id, bernd, by_id=edda, reason="Spam")
    page = (await there["bernd"].get(FAIR)).text
    assert ("Spam" in page, "Depots at night" in page) == (True, False)
