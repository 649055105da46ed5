"""What is on at a fair: made by its organisers, seen in its programme and on the pages of organisations."""

import asyncio
import json
import re

import pytest
from sqlalchemy import select

from booths import own_data
from booths.model import Stand, Talk
from directory.organisations import actions as organisations
from fairs.model import Membership
from people.admins import grant_admin
from server.kernel.clock import FrozenClock
from tests.booths.stage import PATH, Programme


async def talks(there: Programme) -> list[Talk]:
    async with there.guests.kernel.database.read() as session:
        return list(await session.scalars(select(Talk).order_by(Talk.begins)))


async def test_a_talk_stands_in_the_programme_and_on_the_page_of_who_speaks(there: Programme) -> None:
    assert (await there.enter(title="Depots at night")).status_code == 303
    await there.enter(title="Over by now", day="0", begins="10:00")
    programme = (await there.stranger.get(PATH)).text
    assert "Depots at night" in programme
    assert "Voltbus" in programme
    assert programme.index("Over by now") < programme.index("Depots at night")
    own = (await there.stranger.get(f"/o/{there.voltbus}")).text
    assert "Ruhr Energy Forum, " in own
    assert "Depots at night" in own
    assert "Over by now" not in own
    [data] = re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', own)
    [event] = [each for each in json.loads(data) if each["@type"] == "Event"]
    assert (event["name"], event["startDate"]) == ("Depots at night", "2026-09-15T10:00:00+00:00")


async def test_who_looks_from_another_zone_sees_the_time_there_too(there: Programme) -> None:
    await there.enter()
    assert "time-elsewhere" not in (await there["aylin"].get(PATH)).text
    await there["aylin"].post("/me/time-zone", data={"time_zone": "Asia/Tokyo"})
    assert "19:00" in (await there["aylin"].get(PATH)).text
    assert "19:00" in (await there["aylin"].get(f"/o/{there.voltbus}")).text


async def test_a_stand_is_an_organisations_until_the_organiser_says_otherwise(there: Programme) -> None:
    address, field = f"{PATH}/stands/{there.stand}", f"stand-{there.stand}"
    whole = f"http://localhost:8000/o/{there.voltbus}?lang=de"
    assert (await there["edda"].post(address, data={field: whole})).status_code == 303
    assert "Hall 1" in (await there.stranger.get(PATH)).text
    assert "Stand at “Ruhr Energy Forum”" in (await there.stranger.get(f"/o/{there.voltbus}")).text
    assert "Stand at a fair" in (await there["aylin"].get(f"/o/{there.voltbus}/history")).text
    wrong = await there["edda"].post(address, data={field: "/o/nobody"})
    assert (wrong.status_code, "No organisation has this name or address" in wrong.text) == (422, True)
    await there["edda"].post(address, data={field: ""})
    assert "Stand at" not in (await there.stranger.get(f"/o/{there.voltbus}")).text
    assert (await there["edda"].post(f"{PATH}/stands/{there.stage}", data={})).status_code == 404


async def test_an_organisation_is_known_by_its_name_where_no_other_one_has_it(there: Programme) -> None:
    field = f"stand-{there.stand}"

    async def given(name: str) -> int:
        return (await there["edda"].post(f"{PATH}/stands/{there.stand}", data={field: name})).status_code

    assert [await given(name) for name in ("Voltbus GmbH", " voltbus ", "Norrnät")] == [303, 303, 422]
    await there.organisation(name="Norrnät")
    assert await given("NORRNÄT") == 303
    await there.organisation(name="Norrnät AB")
    refused = await there["edda"].post(f"{PATH}/stands/{there.stand}", data={field: "Norrnät"})
    assert (refused.status_code, "Several organisations have this name." in refused.text) == (422, True)


async def test_the_form_offers_the_organisations_of_the_exhibitors(there: Programme) -> None:
    await there.organisation(by="edda", name="Nobody's at the fair")
    async with there.guests.kernel.database.write() as uow:
        now, aylin = uow.clock.now(), there.guests.ids["aylin"]
        uow.session.add(Membership(fair_id=there.guests.fair.id, person_id=aylin, role="exhibitor", since=now))
    desk = (await there["edda"].get(f"{PATH}/desk")).text
    assert re.findall(r'<option value="(/o/[^"]*)">', desk) == [f"/o/{there.voltbus}"]


WRONG = [
    ({"title": " "}, "give the talk a title"),
    ({"title": "x" * 121}, "at most 120 characters"),
    ({"organisation": "/o/nobody"}, "No organisation has this name or address"),
    ({"day": "3"}, "choose a day of the fair"),
    ({"day": "²"}, "choose a day of the fair"),
    ({"begins": "25:00"}, "write the time like"),
    ({"minutes": "481"}, "5 to 480 minutes"),
    ({"begins": "12:29"}, "Somebody else speaks"),
    ({"room": "lobby"}, "choose a stage"),
]


async def test_what_cannot_be_is_said_beside_the_form(there: Programme) -> None:
    await there.enter()
    for said, why in WRONG:
        answer = await there.enter(**said)
        assert (answer.status_code, why in answer.text) == (422, True), said
    assert len(await talks(there)) == 1


async def test_a_talk_is_entered_for_the_first_day_that_is_not_over_unless_said_otherwise(
    there: Programme, clock: FrozenClock
) -> None:
    async def day() -> str:
        text = (await there["edda"].get(f"{PATH}/desk")).text
        return re.findall(r'<option value="(\d)" selected>', text[text.index('id="day"') :])[0]

    gone = (clock.now().date() - there.guests.fair.starts_on).days
    assert await day() == str(max(gone, 0))
    clock.advance(days=1 - gone)
    assert await day() == "1"
    clock.advance(days=7)
    assert await day() == str((there.guests.fair.ends_on - there.guests.fair.starts_on).days)


async def test_of_two_who_give_one_stage_at_once_one_does(there: Programme) -> None:
    answers = await asyncio.gather(*(there.enter(title=f"Talk {number}") for number in range(3)))
    assert sorted(each.status_code for each in answers) == [303, 422, 422]
    assert len(await talks(there)) == 1


async def test_a_talk_is_changed_and_taken_out(there: Programme) -> None:
    await there.enter()
    [talk] = await talks(there)
    one = f"{PATH}/talks/{talk.id}"
    assert 'value="12:00"' in (await there["edda"].get(one)).text
    assert (await there.enter(path=one, title="Depots by day", begins="12:15")).status_code == 303
    assert [(each.title, each.begins) for each in await talks(there)] == [("Depots by day", 735)]
    assert (await there["edda"].post(f"{one}/remove")).status_code == 303
    assert await talks(there) == []
    assert (await there["edda"].get(one)).status_code == 404


async def test_a_fair_that_is_moved_takes_its_talks_along_and_a_shorter_one_hides_what_lies_after(
    there: Programme,
) -> None:
    await there.enter(title="Depots", day="0")
    await there.enter(title="The last word", day="2")
    plan = {"name": "Ruhr", "time_zone": "Europe/Berlin", "starts_on": "2026-09-21", "ends_on": "2026-09-22"}
    assert (await there["edda"].post("/fairs/ruhr/plan", data=plan)).status_code == 303
    programme = (await there.stranger.get(PATH)).text
    assert "Monday, 21 September" in programme
    assert "The last word" not in programme + (await there.stranger.get(f"/o/{there.voltbus}")).text
    assert "The last word" in (await there["edda"].get(f"{PATH}/desk")).text


async def test_where_a_day_comes_or_goes_in_front_talks_keep_their_date(there: Programme) -> None:
    await there.enter(title="Depots", day="0")
    plan = {"name": "Ruhr", "time_zone": "Europe/Berlin", "starts_on": "2026-09-13", "ends_on": "2026-09-16"}
    assert (await there["edda"].post("/fairs/ruhr/plan", data=plan)).status_code == 303
    desk = (await there["edda"].get(f"{PATH}/desk")).text
    assert re.search(r'value="-1"[^>]*>Sunday, 13 September', desk)
    await there.enter(title="The first word", day="-1")
    assert (await there.enter(title="Too early", day="-2")).status_code == 422
    programme = (await there.stranger.get(PATH)).text
    found = re.findall("Sunday, 13|The first word|Monday, 14|Depots", programme[programme.index("Sunday, 13") :])
    assert list(dict.fromkeys(found)) == ["Sunday, 13", "The first word", "Monday, 14", "Depots"]
    assert "2026-09-14T10:00" in programme
    for starts_on in ("2026-09-14", "2026-09-15"):
        plan["starts_on"] = starts_on
        assert (await there["edda"].post("/fairs/ruhr/plan", data=plan)).status_code == 303
    assert "Depots" not in (await there.stranger.get(PATH)).text
    outside = (await there["edda"].get(f"{PATH}/desk")).text
    assert outside.index("Talks outside the fair") < outside.index("The first word") < outside.index("Depots")
    plan["ends_on"] = "2026-09-17"
    assert (await there["edda"].post("/fairs/ruhr/plan", data=plan)).status_code == 303
    assert "Depots" not in (await there.stranger.get(PATH)).text


async def test_of_an_organisation_that_is_not_for_all_strangers_read_no_name(there: Programme) -> None:
    hidden, hidden_id = await there.organisation(name="Quiet Works", visibility="members")
    await there.enter(organisation=hidden)
    assert "Quiet Works" not in (await there.stranger.get(PATH)).text
    assert "Quiet Works" in (await there["chloe"].get(PATH)).text
    async with there.guests.kernel.database.write() as uow:
        await organisations.remove(uow, hidden_id, by_id=there.guests.ids["aylin"])
    assert "Quiet Works" not in (await there["chloe"].get(PATH)).text


async def test_a_merge_carries_stands_and_talks_over(there: Programme) -> None:
    other, _ = await there.organisation(name="Volt Bus")
    await there.enter(organisation=other)
    await there["edda"].post(f"{PATH}/stands/{there.stand}", data={f"stand-{there.stand}": other})
    async with there.guests.kernel.database.write() as uow:
        await grant_admin(uow, there.guests.ids["bernd"], by=None)
    await there["bernd"].post(f"/o/{other}/merge", data={"into": f"/o/{there.voltbus}"})
    own = (await there.stranger.get(f"/o/{there.voltbus}")).text
    assert "Depots" in own
    assert "Stand at" in own


async def test_when_the_fair_is_over_nothing_is_upcoming(there: Programme) -> None:
    await there.enter(day="2")
    await there["edda"].post(f"{PATH}/stands/{there.stand}", data={f"stand-{there.stand}": there.voltbus})
    there.guests.place.clock.advance(days=3)
    own = (await there.stranger.get(f"/o/{there.voltbus}")).text
    assert "Depots" not in re.sub("Depots charge overnight", "", own)
    assert "Stand at" not in own


async def test_who_entered_it_is_handed_out_and_forgotten(there: Programme) -> None:
    await there.enter()
    await there["edda"].post(f"{PATH}/stands/{there.stand}", data={f"stand-{there.stand}": there.voltbus})
    edda = there.guests.ids["edda"]
    async with there.guests.kernel.database.read() as session:
        kept = await own_data.collect(session, edda)
    assert [each["title"] for each in kept["talks_entered"]] == ["Depots"]
    assert [each["stand"] for each in kept["stands_given"]] == ["Hall 1"]
    async with there.guests.kernel.database.write() as uow:
        await own_data.erase(uow, edda)
        assert list(await uow.session.scalars(select(Talk.by_id))) == [None]
        assert list(await uow.session.scalars(select(Stand.by_id))) == [None]


async def test_a_fair_without_rooms_says_what_to_do_and_rooms_are_opened(there: Programme) -> None:
    for name in ("Main stage!", "Main stage?"):  # of one name in addresses
        opened = {"kind": "stage", "name": name}
        assert (await there["edda"].post(f"{PATH}/rooms", data=opened)).status_code == 303
    assert (await there["aylin"].get("/fairs/ruhr/rooms")).text.count("Main stage") >= 3
    for bad in ({"kind": "lobby", "name": "A"}, {"kind": "stage", "name": ""}):
        assert (await there["edda"].post(f"{PATH}/rooms", data=bad)).status_code == 422


@pytest.mark.parametrize("name", ["Main stage", " MAIN  stage ", "hall 1"])
async def test_no_two_open_rooms_of_a_fair_have_one_name(there: Programme, name: str) -> None:
    refused = await there["edda"].post(f"{PATH}/rooms", data={"kind": "lounge", "name": name})
    assert refused.status_code == 422
    assert re.search(r'id="name-error".*?An open room of this fair has this name already\.', refused.text, re.DOTALL)


async def test_the_name_of_a_closed_room_is_free_until_it_opens_again(there: Programme) -> None:
    """Of two who open one at once, one does."""
    await there["edda"].post(f"{PATH}/rooms/{there.stand}/close")
    opened = {"kind": "booth", "name": "Hall 1"}
    both = await asyncio.gather(*(there["edda"].post(f"{PATH}/rooms", data=opened) for _ in range(2)))
    assert sorted(each.status_code for each in both) == [303, 422]
    refused = await there["edda"].post(f"{PATH}/rooms/{there.stand}/reopen")
    assert (refused.status_code, "An open room of this fair has this name already." in refused.text) == (422, True)


async def test_an_organiser_chooses_the_kind_of_a_room_in_their_own_language(there: Programme) -> None:
    await there["edda"].post("/language", data={"locale": "de"})
    german = (await there["edda"].get(f"{PATH}/desk")).text
    kinds = re.findall(r"<option[^>]*>([^<]*)</option>", german.partition('name="kind"')[2])
    assert kinds == ["Bühne", "Stand", "Gesprächsraum", "Lounge"]
