"""Whoever leaves a fair or is shut out meets nobody there any more, from that moment on."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from fairs import actions as fairs_actions
from meetings import displacing
from meetings.calls import rights_in_meetings
from meetings.grid import Hours
from meetings.mine import mine
from meetings.model import NoShow, Request
from tests.meetings.scene import TUESDAY, WEDNESDAY, WISH, Scene
from tests.support.patience import PATIENCE_S

AWAY = "One of the two takes no meetings at this fair any more."


async def shut_out(there: Scene, name: str) -> None:
    """Ban somebody."""
    async with there.kernel.database.write() as uow:
        await fairs_actions.ban(uow, there.fair.id, there.ids[name], by_id=there.ids["edda"], reason="Advertising")


async def leave(there: Scene, name: str) -> None:
    """Leave the fair."""
    assert (await there[name].post("/fairs/ruhr/leave")).status_code == 303


async def answer_of(there: Scene, request_id: str) -> str | None:
    """How a request ended; None: it is open."""
    async with there.kernel.database.read() as session:
        return (await session.get_one(Request, request_id)).answer


@pytest.fixture
def deaf(there: Scene) -> Scene:
    """Where the listeners of these events never hear of them, as if the worker had died after the commit."""
    there.kernel.events._listeners.clear()
    return there


async def accept(there: Scene, request_id: str, slot_id: str, by: str) -> tuple[int, bool]:
    """Accept; the status, and whether it is said that one of the two is away."""
    answer = await there[by].post(f"/meetings/requests/{request_id}/accept", data={"slot": slot_id})
    return answer.status_code, AWAY in answer.text


@pytest.mark.parametrize("gone", [shut_out, leave])
@pytest.mark.parametrize("who", ["aylin", "bernd"])
async def test_a_request_with_somebody_who_is_not_there_any_more_is_over(there: Scene, gone: Any, who: str) -> None:
    [slot, *_] = await there.slots()
    request_id = await there.ask("aylin", "bernd", slot)
    await gone(there, who)
    assert await answer_of(there, request_id) == "withdrawn"
    assert (await accept(there, request_id, slot.id, "bernd"))[0] == 409
    assert await there.meetings() == []


@pytest.mark.parametrize("gone", [shut_out, leave])
@pytest.mark.parametrize("who", ["aylin", "bernd"])
async def test_nothing_is_accepted_or_proposed_while_the_end_of_a_request_is_still_owed(
    deaf: Scene, gone: Any, who: str
) -> None:
    [slot, other, *_] = await deaf.slots()
    request_id = await deaf.ask("aylin", "bernd", slot)
    await gone(deaf, who)
    assert await answer_of(deaf, request_id) is None, "nobody has ended it yet"
    assert await accept(deaf, request_id, slot.id, "bernd") == (409, True)
    proposed = await deaf["bernd"].post(f"/meetings/requests/{request_id}/propose", data={"slot": [other.id]})
    assert (proposed.status_code, AWAY in proposed.text) == (409, True)
    assert await deaf.meetings() == []


async def test_nobody_is_met_who_takes_no_meetings_any_more_but_they_may_say_yes(there: Scene) -> None:
    [slot, other, *_] = await there.slots()
    asked, asking = await there.ask("aylin", "bernd", slot), await there.ask("chloe", "aylin", other)
    assert (await there["aylin"].post("/fairs/ruhr/meetings/retreat")).status_code == 303
    assert await accept(there, asked, slot.id, "bernd") == (409, True)
    assert (await accept(there, asking, other.id, "aylin"))[0] == 303, "it is her own wish"


@pytest.mark.parametrize("gone", [shut_out, leave])
async def test_what_was_arranged_ends_as_a_job_where_the_worker_dies_after_the_commit(deaf: Scene, gone: Any) -> None:
    [slot, other, *_] = await deaf.slots()
    meeting_id, request_id = await deaf.book(slot, "aylin", "bernd"), await deaf.ask("chloe", "aylin", other)
    await gone(deaf, "aylin")
    [meeting] = await deaf.meetings()
    assert (meeting.id, meeting.cancelled_at) == (meeting_id, None)
    deaf.clock.advance(minutes=1)
    await deaf.kernel.jobs.run_due()
    [meeting] = await deaf.meetings()
    assert meeting.cancelled_at is not None
    assert await answer_of(deaf, request_id) == "withdrawn"


async def test_who_is_back_by_then_keeps_what_was_arranged(deaf: Scene) -> None:
    [slot, *_] = await deaf.slots()
    await deaf.book(slot, "aylin", "bernd")
    await leave(deaf, "aylin")
    assert (await deaf["aylin"].post("/fairs/ruhr/join")).status_code == 303
    deaf.clock.advance(minutes=1)
    await deaf.kernel.jobs.run_due()
    [meeting] = await deaf.meetings()
    assert meeting.cancelled_at is None


async def in_the_room(there: Scene, meeting_id: str, name: str) -> set[int | bool]:
    """What somebody may do in a meeting: its room, its notes, its line, and its call."""
    async with there.kernel.database.read() as session:
        pair = there.ids[name], meeting_id
        called = pair in await rights_in_meetings(there.clock)(session, [pair])
    heard = pair in await there.app.state.meetings.namespace.readable([pair])
    seen = (await there[name].get(f"/meetings/{meeting_id}/room")).status_code == 200
    notes = {"notes": "x", "version": "9"}
    wrote = (await there[name].post(f"/meetings/{meeting_id}/notes", data=notes)).status_code == 409
    return {called, heard, seen, wrote}


async def test_a_meeting_of_two_that_is_running_ends_when_one_is_shut_out(there: Scene) -> None:
    [slot, *_] = await there.slots()
    meeting_id = await there.book(slot, "aylin", "bernd")
    await there.go_to(meeting_id, minutes=-3)
    assert await in_the_room(there, meeting_id, "aylin") == {True}
    await shut_out(there, "aylin")
    [meeting] = await there.meetings()
    assert meeting.cancelled_at is not None
    assert (await there["bernd"].get(f"/meetings/{meeting_id}/room")).status_code == 303, "to what became of it"


async def test_of_a_running_meeting_of_several_only_who_is_shut_out_is_out(there: Scene) -> None:
    [slot, *_] = await there.slots()
    meeting_id = await there.book(slot, "aylin", "bernd", "chloe")
    await there.go_to(meeting_id, minutes=-3)
    await shut_out(there, "aylin")
    [meeting] = await there.meetings()
    assert meeting.cancelled_at is None
    assert await in_the_room(there, meeting_id, "aylin") == {False}
    assert await in_the_room(there, meeting_id, "bernd") == {True}
    await there.go_to(meeting_id, minutes=-60)
    assert (await there["aylin"].get(f"/meetings/{meeting_id}/room")).status_code == 200, "it is over: hers to look at"
    pair = there.ids["aylin"], meeting_id
    assert pair in await there.app.state.meetings.namespace.readable([pair])


async def test_of_a_running_meeting_who_is_out_reads_no_file_is_not_missed_and_is_not_led_there(there: Scene) -> None:
    [slot, *_] = await there.slots()
    meeting_id = await there.book(slot, "aylin", "bernd", "chloe")
    await there.go_to(meeting_id, seconds=-5)
    for name in ("bernd", "chloe"):
        assert (await there[name].post(f"/meetings/{meeting_id}/enter")).status_code == 303
    await shut_out(there, "aylin")
    path, chloe = f"/meetings/{meeting_id}", there.ids["chloe"]
    for name, status in (("aylin", 404), ("bernd", 200)):
        for part in ("files", "missing", f"beside/{chloe}"):
            there[name].headers["turbo-frame"] = "part"
            assert (await there[name].get(f"{path}/{part}")).status_code == status, (name, part)
            del there[name].headers["turbo-frame"]
        for page in ("/meetings", path):
            assert (f'href="{path}/room"' in (await there[name].get(page)).text) is (status == 200), (name, page)
    assert (await there["aylin"].post(f"{path}/stand-in")).status_code == 404
    there.clock.advance(minutes=2, seconds=1)
    await there.kernel.jobs.run_due()
    async with there.kernel.database.read() as session:
        assert list(await session.scalars(select(NoShow.person_id))) == []
        waits = await mine(session, [there.ids["aylin"], there.ids["bernd"]], there.clock.now())
    assert (waits[there.ids["aylin"]]["next"], waits[there.ids["bernd"]]["next"]["id"]) == (None, meeting_id)


async def test_a_running_meeting_ends_when_only_one_is_left_in_it(there: Scene) -> None:
    [slot, *_] = await there.slots()
    meeting_id = await there.book(slot, "aylin", "bernd", "chloe")
    await there.go_to(meeting_id, minutes=-3)
    for name, off in (("aylin", False), ("bernd", True)):
        await shut_out(there, name)
        [meeting] = await there.meetings()
        assert (meeting.cancelled_at is not None) is off, name


async def test_an_answer_and_a_plan_that_is_laid_anew_do_not_wait_for_each_other_in_a_circle(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    [slot, *_] = await there.slots()
    request_id = await there.ask("aylin", "bernd", slot)
    keep, laying, asking = displacing.keep_absences, asyncio.Event(), asyncio.Event()

    async def slow(*given: Any, **named: Any) -> None:
        await keep(*given, **named)
        laying.set()
        await asyncio.wait_for(asking.wait(), PATIENCE_S)

    monkeypatch.setattr(displacing, "keep_absences", slow)
    wish = replace(WISH, days=[Hours(TUESDAY, 545, 725), Hours(WEDNESDAY, 545, 725)])
    laid = asyncio.create_task(there.arrange(wish, along=True))
    await asyncio.wait_for(laying.wait(), PATIENCE_S)
    answer = asyncio.create_task(accept(there, request_id, slot.id, "bernd"))
    await asyncio.sleep(0.2)  # it comes as far as it can
    asking.set()
    await laid
    assert (await answer)[0] in (303, 409)


async def test_one_tap_that_comes_twice_at_once_is_taken_once(there: Scene) -> None:
    [slot, *_] = await there.slots()
    meeting_id = await there.book(slot, "aylin", "bernd")
    await there.go_to(meeting_id, minutes=-3)
    said = {"verdict": "good", "next_step": "", "note": ""}
    path = f"/meetings/{meeting_id}/outcome"
    answers = await asyncio.gather(*(there["aylin"].post(path, data=said) for _ in range(4)))
    assert [each.status_code for each in answers] == [303] * 4


async def test_whoever_is_out_is_not_sent_to_find_another_time_where_they_may_not_go(there: Scene) -> None:
    [slot, *_] = await there.slots()
    meeting_id = await there.book(slot, "aylin", "bernd")
    await shut_out(there, "aylin")
    for name, offered in (("aylin", False), ("bernd", True)):
        for path in ("/meetings", f"/meetings/{meeting_id}"):
            page = await there[name].get(path)
            assert (page.status_code, "Find another time" in page.text) == (200, offered), (name, path)
