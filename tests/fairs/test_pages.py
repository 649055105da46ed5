"""The pages of fairs: the list, going in and out, who is there."""

import asyncio

import httpx2
import pytest

from fairs import actions, queries
from tests.fairs.cast import Place
from tests.fairs.guests import Guests


async def test_the_list_shows_where_one_is_in_and_where_one_can_go(there: Guests) -> None:
    mine, others = (await there["aylin"].get("/fairs")).text, (await there["chloe"].get("/fairs")).text
    assert "You are in" in mine
    assert "Fairs that you can join" not in mine
    assert "Fairs that you can join" in others
    assert "Ruhr Energy Forum" in others


async def test_who_joins_is_in_the_lobby_at_once(there: Guests) -> None:
    answer = await there["chloe"].post("/fairs/ruhr/join")
    assert (answer.status_code, answer.headers["location"]) == (303, "/fairs/ruhr")
    assert "Write to everybody in the lobby" in (await there["chloe"].get("/fairs/ruhr")).text


async def test_who_leaves_stands_before_the_door_again(there: Guests) -> None:
    assert (await there["aylin"].post("/fairs/ruhr/leave")).status_code == 303
    assert "Join the fair" in (await there["aylin"].get("/fairs/ruhr")).text
    assert (await there["aylin"].get("/fairs/ruhr/people")).status_code == 404


async def test_the_last_organiser_is_told_why_they_cannot_leave(there: Guests) -> None:
    assert (await there["edda"].post("/fairs/ruhr/leave")).status_code == 409


async def test_a_fair_that_is_not_there_is_not_found(there: Guests) -> None:
    for path in ("/fairs/elsewhere", "/fairs/elsewhere/people"):
        assert (await there["aylin"].get(path)).status_code == 404
    assert (await there["aylin"].post("/fairs/elsewhere/join")).status_code == 404


async def test_everybody_sees_who_is_there_and_only_staff_the_way_to_keep_order(there: Guests) -> None:
    aylin, dev = (
        (await there["aylin"].get("/fairs/ruhr/people")).text,
        (await there["dev"].get("/fairs/ruhr/people")).text,
    )
    for text in (aylin, dev):
        assert "Bernd Kowalski" in text
        assert "Stadtwerke Hagenow" in text
    assert "Keep order: Bernd Kowalski" in dev
    assert "Keep order" not in aylin


async def test_the_list_can_be_narrowed_to_a_role(there: Guests) -> None:
    text = (await there["aylin"].get("/fairs/ruhr/people?role=moderator")).text
    assert "Dev Patel" in text
    assert "Bernd Kowalski" not in text
    assert (await there["aylin"].get("/fairs/ruhr/people?role=emperor")).status_code == 404


async def test_a_long_list_comes_page_by_page_with_a_link_header(there: Guests) -> None:
    for number in range(70):
        await there.place.join(there.fair, await there.place.person(f"Guest {number:02}"))
    first = await there["aylin"].get("/fairs/ruhr/people")
    assert 'rel="next"' in first.headers["link"]
    onward = first.headers["link"].split(">")[0].removeprefix("<")
    second = await there["aylin"].get(onward)
    assert "link" not in second.headers
    assert "Guest 69" in second.text
    assert "Guest 69" not in first.text


async def test_a_cursor_that_is_none_is_not_found(there: Guests) -> None:
    assert (await there["aylin"].get("/fairs/ruhr/people?after=1%27%20OR%201")).status_code == 404


async def test_a_stranger_sees_what_the_fair_is_and_is_sent_to_register(
    client: httpx2.AsyncClient, there: Guests
) -> None:
    text = (await client.get("/fairs/ruhr")).text
    assert "Ruhr Energy Forum" in text
    assert "/register?next=/fairs/ruhr" in text
    assert "Aylin" not in text
    assert (await client.get("/fairs/ruhr/people")).headers["location"].startswith("/sign-in")


async def test_the_landing_page_names_the_open_fairs(client: httpx2.AsyncClient, there: Guests) -> None:
    text = (await client.get("/")).text
    assert "Ruhr Energy Forum" in text
    assert "Register free" in text


async def test_joining_twice_at_once_joins_once(place: Place) -> None:
    edda, aylin = await place.people("Edda Brandt", "Aylin Demir")
    fair = await place.fair(edda)
    await asyncio.gather(*(place.join(fair, aylin) for _ in range(4)))
    async with place.database.read() as session:
        assert await queries.granted_roles(session, fair.id, aylin) == {"attendee"}


async def test_people_are_found_by_parts_of_their_names_page_by_page(there: Guests) -> None:
    for number in range(70):
        await there.place.join(there.fair, await there.place.person(f"Ömer Guest {number:02}"))
    first = await there["edda"].get("/fairs/ruhr/people?q=guest++ÖMER")
    assert "70 people found" in first.text
    assert "Bernd Kowalski" not in first.text
    onward = first.headers["link"].split(">")[0].removeprefix("<")
    second = await there["edda"].get(onward)
    assert "link" not in second.headers
    assert "Ömer Guest 69" in second.text
    assert "Ömer Guest 69" not in first.text
    assert 'value="guest ÖMER"' in second.text, "what was typed is still there"
    assert "Aylin Demir" not in (await there["edda"].get("/fairs/ruhr/people?q=hagenow")).text
    by_organisation = (await there["edda"].get("/fairs/ruhr/people?q=Kowal+hagenow")).text
    assert "1 person found" in by_organisation
    assert "Bernd Kowalski" in by_organisation


async def test_people_are_found_without_their_accents_the_ones_who_are_shut_out_too(there: Guests) -> None:
    joerg = await there.place.person("Jörg Séguin")
    await there.place.join(there.fair, joerg)
    for shut_out in (False, True):
        if shut_out:
            async with there.kernel.database.write() as uow:
                await actions.ban(uow, there.fair.id, joerg, by_id=there.ids["edda"], reason="Spam")
        for typed in ("jorg seguin", "Joerg", "JÖRG SÉGUIN"):
            page = (await there["edda"].get("/fairs/ruhr/people", params={"q": typed})).text
            assert "Jörg Séguin" in page, typed
        assert "Jörg Séguin" not in (await there["edda"].get("/fairs/ruhr/people?q=jurg")).text


async def test_what_is_sought_stays_with_the_role_and_goes_along_as_a_file(there: Guests) -> None:
    page = (await there["dev"].get("/fairs/ruhr/people?q=dev&role=moderator")).text
    assert "Dev Patel" in page
    assert '<input type="hidden" name="role" value="moderator">' in page
    assert "/fairs/ruhr/people?role=speaker&amp;q=dev" in page
    assert "/fairs/ruhr/people/export.csv?role=moderator&amp;q=dev" in page
    assert 'href="/fairs/ruhr/people?role=moderator">Show all<' in page
    file = (await there["dev"].get("/fairs/ruhr/people/export.csv?q=dev")).text
    assert "Dev Patel" in file
    assert "Bernd Kowalski" not in file


@pytest.mark.parametrize("typed", ["%", "_", "zzz", "' OR 1=1", "\\"])
async def test_who_is_not_there_is_not_found(there: Guests, typed: str) -> None:
    answer = await there["aylin"].get("/fairs/ruhr/people", params={"q": typed})
    assert answer.status_code == 200
    assert "Nobody here is called that" in answer.text


@pytest.mark.parametrize("typed", ["\x00", "\x00bernd\x07", "   ", "bernd" + " " * 500])
async def test_what_is_no_text_seeks_nothing(there: Guests, typed: str) -> None:
    answer = await there["aylin"].get("/fairs/ruhr/people", params={"q": typed})
    assert "Bernd Kowalski" in answer.text
