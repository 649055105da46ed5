"""Nobody waits in vain: who is asked to step in for whoever is missing, how long, and what ends it."""

import asyncio
import re
from typing import Any

import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from meetings import own_data, parts, rescue
from meetings.model import Absence, Meeting, Rescue
from meetings.room import come_in
from meetings.timetable.model import Pairing
from people.model import Person
from server.live import topics
from tests.meetings.inside import begun, in_the_lobby, line, two_minutes_after_the_start
from tests.meetings.scene import Scene
from tests.server.walk import Socket


async def test_who_waits_in_vain_is_offered_somebody_who_is_there_and_free(there: Scene) -> None:
    slots = await there.slots()
    meeting = await begun(there, "aylin", "bernd")
    await there.book(slots[1], "chloe", "dev")
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.ids["aylin"])).seeks = "Depots that want charging"
        (await uow.session.get_one(Person, there.ids["chloe"])).offers = "Chargers for depots"
    hall = [await in_the_lobby(there, name) for name in ("dev", "chloe")]
    async with line(there, "aylin", topics.meeting(meeting)), hall[0], hall[1]:
        await two_minutes_after_the_start(there)
        text = (await there["aylin"].get(f"/meetings/{meeting}/room")).text
        assert "Meet them instead" in text
        assert "fits: charging, depots" in text
        await there["aylin"].post(f"/meetings/{meeting}/stand-in")
        async with there.kernel.database.read() as session:
            [asked] = await session.scalars(select(Rescue))
        assert asked.candidate_id == there.ids["chloe"]
        path = f"/meetings/rescues/{asked.id}"
        assert (await there["dev"].get(path)).status_code == 404
        assert "Aylin Demir waits in a meeting" in (await there["chloe"].get(path)).text
        answered = await there["chloe"].post(path, data={"answer": "yes"})
    new = answered.headers["location"].split("/")[2]
    row: Meeting = await there.get(Meeting, new)
    assert row.ends_at == slots[0].ends_at
    assert sorted(await there.locks()) == sorted(
        [(there.ids["aylin"], slots[0].id), (there.ids["chloe"], slots[0].id), (there.ids["bernd"], slots[0].id),
         (there.ids["chloe"], slots[1].id), (there.ids["dev"], slots[1].id)])  # fmt: skip
    again = await there["chloe"].post(path, data={"answer": "yes"})
    assert again.headers["location"] == "/meetings"


async def test_whoever_comes_late_and_is_alone_is_offered_somebody_as_soon_as_that_one_comes(there: Scene) -> None:
    """Both are missed two minutes after the start; the room, which is open already, asks for this piece of itself."""
    meeting = await begun(there, "aylin", "bernd")
    await two_minutes_after_the_start(there)
    path, frame = f"/meetings/{meeting}/missing", {"turbo-frame": "meeting-missing"}
    async with line(there, "aylin", topics.meeting(meeting)):
        waits = await there["aylin"].get(path, headers=frame)
        assert "You can wait; as soon as somebody who fits is free" in waits.text
        async with await in_the_lobby(there, "chloe"):
            offer = await there["aylin"].get(path, headers=frame)
    assert "Meet them instead" in offer.text
    assert there.ids["chloe"] in offer.text  # whom the press then asks
    assert "<html" not in offer.text
    assert (await there["aylin"].get(path)).headers["location"] == f"/meetings/{meeting}/room"
    assert (await there["chloe"].get(path, headers=frame)).status_code == 404


async def test_nobody_is_offered_from_whom_one_is_kept_apart_or_who_said_that_they_are_not_free(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    slot = (await there.slots())[0].id
    async with there.kernel.database.write() as uow:
        uow.session.add(Absence(person_id=there.ids["edda"], slot_id=slot, since=there.clock.now()))
    hall = [await in_the_lobby(there, name) for name in ("chloe", "dev", "edda")]
    asked = await there["chloe"].post(f"/fairs/ruhr/meetings/wishes/{there.ids['aylin']}", data={"wish": "never"})
    assert asked.is_redirect
    async with line(there, "aylin", topics.meeting(meeting)), hall[0], hall[1], hall[2]:
        await two_minutes_after_the_start(there)
        room = f"/meetings/{meeting}/room"
        offer = (await there["aylin"].get(room)).text
        assert [name for name in ("Dev Patel", "Chloé Martin", "Edda Brandt") if name in offer] == ["Dev Patel"]
        one, other = sorted((there.ids["aylin"], there.ids["dev"]))
        async with there.kernel.database.write() as uow:
            pair = {"fair_id": there.fair.id, "one_id": one, "other_id": other, "slot_id": None}
            uow.session.add(Pairing(**pair, at=there.clock.now(), by_id=there.ids["edda"]))
        assert "Meet them instead" not in (await there["aylin"].get(room)).text


async def test_who_comes_after_they_were_missed_was_late_and_nobody_steps_in_for_them(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    topic = topics.meeting(meeting)
    async with line(there, "aylin", topic), await in_the_lobby(there, "chloe") as chloe:
        await two_minutes_after_the_start(there)
        asked = await ask_to_step_in(there, meeting)
        assert await asked_by(there, chloe) == "Aylin Demir"
        there.clock.advance(minutes=2)
        async with line(there, "bernd", topic):
            assert await asked_by(there, chloe) is None
        late = await there["chloe"].post(asked, data={"answer": "yes"}, follow_redirects=True)
    assert "Whoever was missing has come in the meantime." in late.text
    assert ": late, and not missing." in (await there["bernd"].get(f"/meetings/{meeting}")).text
    there.clock.advance(days=7)
    await there.kernel.jobs.run_due()
    assert (await there["bernd"].get(f"/meetings/{meeting}/later/7")).status_code == 200
    results = (await there["edda"].get("/fairs/ruhr/meetings/results")).text
    assert "1 / 1 (100 %)" in results
    assert [figure(results, name) for name in ("People who were missed", "People who came late")] == ["0", "1"]


async def test_who_comes_while_the_database_is_away_was_not_missed_either(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting, tries = await begun(there, "aylin", "bernd"), 0
    topic = topics.meeting(meeting)

    async def flaky(*noted: Any) -> None:
        nonlocal tries
        tries += 1
        if tries <= 2:
            raise OperationalError("INSERT", {}, ConnectionError())
        await come_in(*noted)

    monkeypatch.setattr(parts, "come_in", flaky)
    async with line(there, "aylin", topic) as aylin, await in_the_lobby(there, "chloe") as chloe:
        tries = 2  # Aylin is there in time
        await two_minutes_after_the_start(there)
        await ask_to_step_in(there, meeting)
        assert await asked_by(there, chloe) == "Aylin Demir"
        there.clock.advance(minutes=2)
        tries = 0
        async with line(there, "bernd", topic):
            assert await asked_by(there, chloe) is None
        assert "r" in await aylin.ask("meetings.mine")
    assert tries == 3
    assert ": late, and not missing." in (await there["bernd"].get(f"/meetings/{meeting}")).text


async def test_of_two_tabs_that_ask_at_once_one_asks(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    hall = [await in_the_lobby(there, name) for name in ("chloe", "dev")]
    async with line(there, "aylin", topics.meeting(meeting)), hall[0], hall[1]:
        await two_minutes_after_the_start(there)
        async with there.kernel.database.write() as uow:  # the first tab has chosen, and has not written it yet
            row = await uow.session.get_one(Meeting, meeting, with_for_update={"key_share": True})
            await rescue.offer(uow, row, there.ids["aylin"], there.ids["chloe"])
            second = asyncio.create_task(there["aylin"].post(f"/meetings/{meeting}/stand-in"))
            await asyncio.wait([second], timeout=0.3)
        assert (await second).status_code == 409
    async with there.kernel.database.read() as session:
        assert list(await session.scalars(select(Rescue.candidate_id))) == [there.ids["chloe"]]


async def test_whom_somebody_asks_sees_so_in_every_tab_until_it_is_not_worth_it(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    async with line(there, "aylin", topics.meeting(meeting)), await in_the_lobby(there, "chloe") as chloe:
        await two_minutes_after_the_start(there)
        asked = await ask_to_step_in(there, meeting)
        assert await asked_by(there, chloe) == "Aylin Demir"
        async with line(there, "chloe") as later:  # a tab that is opened afterwards
            [offer] = [(await later.ask("meetings.mine"))["r"]["offer"]]
            assert offer["path"] == asked
            assert "Somebody did not come." in (await there["chloe"].get("/meetings")).text
            assert waiting(await there["chloe"].get("/messages")) == 1
            there.clock.advance(minutes=14)
            await there.kernel.jobs.run_due()
            assert await asked_by(there, chloe) is await asked_by(there, later) is None
    assert "Somebody did not come." not in (await there["chloe"].get("/meetings")).text
    assert waiting(await there["chloe"].get("/messages")) == 0


async def test_what_is_answered_in_one_tab_is_answered_in_all(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    async with line(there, "aylin", topics.meeting(meeting)) as aylin, await in_the_lobby(there, "chloe") as chloe:
        await two_minutes_after_the_start(there)
        asked = await ask_to_step_in(there, meeting)
        assert await asked_by(there, chloe) == "Aylin Demir"
        assert "Meet them instead" not in (await there["aylin"].get(f"/meetings/{meeting}/room")).text
        await there["chloe"].post(asked, data={"answer": "no"})
        assert await asked_by(there, chloe) is None
        assert (await aylin.hear("meeting.reminder"))["what"] == "no_stand_in"
    assert "Chloé Martin cannot come in." in (await there["aylin"].get(f"/meetings/{meeting}/room")).text


async def test_who_says_yes_first_comes_in_and_the_other_one_is_asked_no_more(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    hall = [await in_the_lobby(there, name) for name in ("chloe", "dev")]
    async with line(there, "aylin", topics.meeting(meeting)), hall[0] as chloe, hall[1] as dev:
        await two_minutes_after_the_start(there)
        paths = [await ask_to_step_in(there, meeting)]
        there.clock.advance(minutes=1, seconds=1)  # nobody has answered: another one may be asked
        paths.append(await ask_to_step_in(there, meeting))
        assert [await asked_by(there, each) for each in (chloe, dev)] == ["Aylin Demir"] * 2
        first, second = (
            ("chloe", "dev") if (await there["chloe"].get(paths[0])).status_code == 200 else ("dev", "chloe")
        )
        assert (await there[first].post(paths[0], data={"answer": "yes"})).headers["location"].endswith("/room")
        assert [await asked_by(there, each) for each in (chloe, dev)] == [None] * 2
        late = await there[second].post(paths[1], data={"answer": "yes"}, follow_redirects=True)
    assert "Somebody was faster" in late.text
    assert len(await there.meetings()) == 2


async def test_who_is_asked_is_the_one_whom_the_waiting_one_sees_and_nobody_else(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.ids["aylin"])).seeks = "Depots that want charging"
        (await uow.session.get_one(Person, there.ids["chloe"])).offers = "Chargers for depots"
    path = f"/meetings/{meeting}/stand-in"
    hall = [await in_the_lobby(there, name) for name in ("chloe", "dev")]
    async with line(there, "aylin", topics.meeting(meeting)), hall[0], hall[1]:
        await two_minutes_after_the_start(there)
        gone = await there["aylin"].post(path, data={"person": there.ids["edda"]})
        room = (await there["aylin"].get(gone.headers["location"])).text
        assert "They are no longer free." in room
        async with there.kernel.database.read() as session:
            assert (await session.scalars(select(Rescue))).all() == []
        assert (await there["aylin"].post(path, data={"person": there.ids["dev"]})).is_redirect
    async with there.kernel.database.read() as session:
        assert [each.candidate_id for each in await session.scalars(select(Rescue))] == [there.ids["dev"]]


async def test_nobody_is_asked_into_a_meeting_that_was_called_off(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    async with line(there, "aylin", topics.meeting(meeting)), await in_the_lobby(there, "chloe"):
        await two_minutes_after_the_start(there)
        async with there.kernel.database.write() as uow:
            (await uow.session.get_one(Meeting, meeting)).cancelled_at = there.clock.now()
        refused = await there["aylin"].post(f"/meetings/{meeting}/stand-in")
    assert refused.status_code == 409
    async with there.kernel.database.read() as session:
        assert (await session.scalars(select(Rescue))).all() == []


async def test_nobody_is_asked_any_more_by_who_was_erased(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    async with line(there, "aylin", topics.meeting(meeting)), await in_the_lobby(there, "chloe") as chloe:
        await two_minutes_after_the_start(there)
        asked = await ask_to_step_in(there, meeting)
        assert await asked_by(there, chloe) == "Aylin Demir"
        async with there.kernel.database.write() as uow:
            await own_data.erase(uow, there.ids["aylin"])
        assert await asked_by(there, chloe) is None
    assert (await there["chloe"].get(asked)).status_code == 404


async def ask_to_step_in(there: Scene, meeting: str) -> str:
    """Aylin asks whom she is offered; the path at which that one answers."""
    assert (await there["aylin"].post(f"/meetings/{meeting}/stand-in")).is_redirect
    async with there.kernel.database.read() as session:
        latest = await session.scalar(select(Rescue.id).order_by(Rescue.at.desc()).limit(1))
    return f"/meetings/rescues/{latest}"


async def asked_by(there: Scene, line: Socket) -> str | None:
    """Who asks to step in, by what is told next of somebody's meetings; None: nobody any more."""
    offer = (await line.hear("meetings"))["offer"]
    there.clock.advance(seconds=1)  # of what is told at the same moment, the first counts
    return offer["name"] if offer else None


def waiting(page: httpx2.Response) -> int:
    """The number at "Meetings" in the frame of a page; 0 where none is shown."""
    found = re.search(r'data-count="meetings"( hidden)?><span data-number>(\d+)', page.text)
    assert found, "the page has no frame"
    return int(found[2])


def figure(results: str, name: str) -> str:
    """What stands at a name in the results."""
    found = re.search(f"<dt>{name}</dt><dd>([^<]*)</dd>", results)
    assert found, name
    return found[1]
