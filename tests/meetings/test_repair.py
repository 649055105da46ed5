"""Mending a published timetable: looked at first, then done as a whole."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from fairs import actions
from matching.running import end_session, running
from meetings import bookings
from meetings.displacing import SLOT_WITHDRAWN
from meetings.model import Absence, Meeting, Reminder, Retreat, Seat
from meetings.timetable import repairs, runs
from meetings.timetable.model import TimetableChange, TimetableRun
from server.kernel.ids import new_id
from server.kernel.jobs import GiveUpError
from tests.meetings.scene import Scene
from tests.meetings.test_timetable import PATH, bring, four, mails, make
from tests.support.trouble import expects_trouble

REPAIR = f"{PATH}/repair"


async def published(there: Scene) -> None:
    """Four people who all wish to meet each other have their six meetings."""
    await bring(there, *await four(there))
    run = await make(there)
    await there["edda"].post(f"{PATH}/{run.id}/publish")
    await there.kernel.jobs.run_due()


async def mended(there: Scene) -> TimetableRun:
    """Have the smallest change looked for, and wait for it."""
    assert (await there["edda"].post(REPAIR)).is_redirect
    await there.kernel.jobs.run_due()
    async with there.kernel.database.read() as session:
        found = await session.scalars(select(TimetableRun).where(TimetableRun.mends_id.is_not(None)))
        return max(found, key=lambda each: each.id)


async def changes(there: Scene, run: TimetableRun) -> list[TimetableChange]:
    """What a run changes."""
    async with there.kernel.database.read() as session:
        return list(await session.scalars(select(TimetableChange).where(TimetableChange.timetable_id == run.id)))


async def held(there: Scene) -> dict[str, tuple[str, int]]:
    """The meetings that are on, each with its slot and how often it changed."""
    return {each.id: (each.slot_id, each.sequence) for each in await there.meetings() if each.cancelled_at is None}


async def test_a_late_arrival_and_an_absence_are_shown_first_and_concern_only_a_few(there: Scene) -> None:
    await published(there)
    before = await held(there)
    assert len(before) == 6
    gone = next(each for each in await there.meetings())
    async with there.kernel.database.read() as session:
        people = await people_of(session, gone.id)
    async with there.kernel.database.write() as uow:  # one of the two is not free any more, at this time alone
        uow.session.add(Absence(person_id=people[0], slot_id=gone.slot_id, since=uow.clock.now()))
    late = await there.place.person("Fatima Late")
    await there.place.join(there.fair, late)
    mail = await mails(there)
    await bring(there, *await four(there), f"{mail[late]},{mail[there.ids['aylin']]},like,2")
    run = await mended(there)
    found = await changes(there, run)
    moved = [each for each in found if each.from_id and each.to_id]
    assert [each.meeting_id for each in moved] == [gone.id]
    new = [each for each in found if each.from_id is None]
    assert {late, there.ids["aylin"]} == {new[0].one_id, new[0].other_id}
    assert len(found) == 2
    page = (await there["edda"].get(REPAIR)).text
    assert "2 meetings would change" in page
    assert "Fatima Late" in page
    assert await held(there) == before  # looked at, not done
    for _twice in range(2):
        assert (await there["edda"].post(f"{PATH}/{run.id}/apply")).is_redirect
    after = await held(there)
    assert len(after) == 7
    assert after[gone.id] == (moved[0].to_id, before[gone.id][1] + 1)
    assert {id: each for id, each in after.items() if id in before and id != gone.id} == {
        id: each for id, each in before.items() if id != gone.id
    }
    there.clock.advance(seconds=60)
    await there.kernel.jobs.run_due()
    async with there.kernel.database.read() as session:
        told = select(Reminder.meeting_id).where(Reminder.kind == "invitation", Reminder.at > run.made_at)
        assert set(await session.scalars(told.where(Reminder.sequence > 0))) == {gone.id}
    assert "This was changed" in (await there["edda"].get(REPAIR)).text
    assert (await there["edda"].get(f"{PATH}/{(await published_run(there)).id}/timetable.csv")).text.count("\n") == 8


async def people_of(session: Any, meeting_id: str) -> list[str]:
    """Who takes part in a meeting."""
    return list(await session.scalars(select(Seat.person_id).where(Seat.meeting_id == meeting_id)))


async def published_run(there: Scene) -> TimetableRun:
    """The timetable that was mended."""
    async with there.kernel.database.read() as session:
        run = await session.scalar(select(TimetableRun).where(TimetableRun.mends_id.is_(None)))
    assert run is not None
    return run


async def test_what_changed_meanwhile_stops_all_of_it(there: Scene) -> None:
    await published(there)
    late = await there.place.person("Fatima Late")
    await there.place.join(there.fair, late)
    mail = await mails(there)
    wishes = [f"{mail[late]},{mail[there.ids[name]]},like,2" for name in ("aylin", "bernd")]
    await bring(there, *await four(there), *wishes)
    run = await mended(there)
    found = await changes(there, run)
    assert len(found) == 2
    before = await held(there)
    slot = next(each for each in await there.slots() if each.id == found[0].to_id)
    other = next(name for name, id in there.ids.items() if id in (found[0].one_id, found[0].other_id))
    await there.book(slot, other, "edda")
    answer = await there["edda"].post(f"{PATH}/{run.id}/apply")
    assert answer.status_code == 409
    assert "nothing was done" in answer.text
    assert len(await held(there)) == len(before) + 1
    run = await mended(there)  # again, around what is booked now
    assert (await there["edda"].post(f"{PATH}/{run.id}/apply")).is_redirect
    assert len(await held(there)) == len(before) + 3
    locks = await there.locks()
    assert len(locks) == len(set(locks))


async def with_late_one(there: Scene) -> tuple[str, TimetableRun]:
    """A published timetable, and a mending of it that would give somebody who came late a meeting with Aylin."""
    await published(there)
    late = await there.place.person("Fatima Late")
    await there.place.join(there.fair, late)
    mail = await mails(there)
    await bring(there, *await four(there), f"{mail[late]},{mail[there.ids['aylin']]},like,2")
    return late, await mended(there)


async def test_a_meeting_that_has_begun_is_left_to_its_people(there: Scene) -> None:
    await published(there)
    first = (await there.meetings())[0]
    async with there.kernel.database.write() as uow:
        people = await people_of(uow.session, first.id)
        uow.session.add(Absence(person_id=people[0], slot_id=first.slot_id, since=uow.clock.now()))
    run = await mended(there)
    assert [each.meeting_id for each in await changes(there, run)] == [first.id]
    before = await held(there)
    await there.go_to(first.id, minutes=-1)
    assert (await there["edda"].post(f"{PATH}/{run.id}/apply")).status_code == 409
    assert await held(there) == before


@pytest.mark.parametrize("how", ["left", "takes_none", "arranged"])
async def test_who_is_gone_or_has_arranged_it_meanwhile_is_not_put_together(there: Scene, how: str) -> None:
    late, run = await with_late_one(there)
    new = (await changes(there, run))[0]
    async with there.kernel.database.write() as uow:
        if how == "left":
            await actions.leave(uow, there.fair.id, late)
        elif how == "takes_none":
            uow.session.add(Retreat(id=new_id(), fair_id=there.fair.id, person_id=late, at=uow.clock.now()))
    if how == "arranged":
        there.ids["late"] = late
        await there.book(next(each for each in reversed(await there.slots()) if each.id != new.to_id), "late", "aylin")
    before = await held(there)
    assert (await there["edda"].post(f"{PATH}/{run.id}/apply")).status_code == 409
    assert await held(there) == before


async def test_what_was_lost_and_booked_anew_by_another_timetable_is_no_change(there: Scene) -> None:
    await published(there)
    first = (await there.meetings())[0]
    async with there.kernel.database.write() as uow:
        meeting = await uow.session.get_one(Meeting, first.id)
        await bookings.cancel(uow, meeting, by_id=there.ids["edda"], reason=SLOT_WITHDRAWN)
    again = await make(there)
    await there["edda"].post(f"{PATH}/{again.id}/publish")
    await there.kernel.jobs.run_due()
    assert len(await held(there)) == 6
    assert not await changes(there, await mended(there))


async def test_what_people_move_while_the_solver_is_at_work_is_left_where_it_is_now(there: Scene) -> None:
    await published(there)
    run, slots = await mended(there), [each.id for each in await there.slots()]
    first = (await there.meetings())[0]
    async with there.kernel.database.write() as uow:
        one, other = await people_of(uow.session, first.id)
        elsewhere = next(each for each in slots if each != first.slot_id)
        found = {"one": one, "other": other, "from": elsewhere, "to": slots[-1]}
        await repairs.note(uow, await uow.session.get_one(TimetableRun, run.id), [found])
        assert not await repairs.changes_of(uow.session, run.id)
        await repairs.note(uow, await uow.session.get_one(TimetableRun, run.id), [found | {"from": first.slot_id}])
        assert len(await repairs.changes_of(uow.session, run.id)) == 1


async def test_what_mends_a_timetable_cannot_be_published_as_one(there: Scene) -> None:
    _late, run = await with_late_one(there)
    assert (await there["edda"].post(f"{PATH}/{run.id}/publish")).is_redirect
    page = (await there["edda"].get(REPAIR)).text
    assert "1 meeting would change" in page
    assert "This was changed" not in page


async def test_who_lost_a_meeting_is_not_put_together_with_the_same_one_again(there: Scene) -> None:
    await published(there)
    first = (await there.meetings())[0]
    async with there.kernel.database.write() as uow:
        meeting = await uow.session.get_one(Meeting, first.id)
        await bookings.cancel(uow, meeting, by_id=first.made_by_id, reason="Ill")
    await there["dev"].post("/fairs/ruhr/meetings/retreat")  # what Dev has booked stays
    run = await mended(there)
    assert not await changes(there, run)
    assert "Nothing has to change" in (await there["edda"].get(REPAIR)).text
    assert (await there["edda"].post(f"{PATH}/{run.id}/apply")).status_code == 422


async def test_a_killed_optimiser_mends_again_and_says_so_in_the_end(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(there)
    left = 1

    class Dying:
        """A run whose process is killed as soon as it begins."""

        def __init__(self, job: Any) -> None:
            self.inner = running(job)

        async def __aenter__(self) -> Any:
            nonlocal left
            run = await self.inner.__aenter__()
            if left:
                left -= 1
                end_session(run.pid)
            return run

        async def __aexit__(self, *what: Any) -> Any:
            return await self.inner.__aexit__(*what)

    monkeypatch.setattr(runs, "running", Dying)
    run = await mended(there)
    assert (run.attempts, run.failure) == (2, "")
    left = 9
    run = await mended(there)
    assert run.failure
    assert "Nothing was changed" in (await there["edda"].get(REPAIR)).text


async def test_nothing_is_mended_before_something_is_published(there: Scene) -> None:
    assert (await there["edda"].get(REPAIR)).status_code == 404
    assert (await there["edda"].post(REPAIR)).status_code == 404
    assert (await there["aylin"].get(REPAIR)).status_code == 404


@expects_trouble
async def test_it_is_offered_where_the_booking_was_given_up_and_the_rest_can_still_be_booked(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, edda, tried = runs._book, there["edda"], 0

    async def twice(*what: Any) -> None:
        nonlocal tried
        tried += 1
        if tried > 2:
            raise GiveUpError
        await book(*what)

    monkeypatch.setattr(runs, "_book", twice)
    await published(there)
    assert await there.kernel.jobs.parked() == 1
    assert (await edda.get(f"{PATH}/progress")).status_code == 204, "nothing goes on: the page is read anew"
    page = (await edda.get(PATH)).text
    assert "The booking broke off" in page
    assert "2 of 6 meetings are through." in page
    assert "data-import-progress" not in page
    assert f'href="{REPAIR}"' in page
    asked = asyncio.Event()

    async def held_back(*what: Any) -> None:  # the application does what is due by itself, at once
        await asked.wait()
        await book(*what)

    monkeypatch.setattr(runs, "_book", held_back)
    run = await published_run(there)
    for _twice in range(2):
        assert (await edda.post(f"{PATH}/{run.id}/publish")).is_redirect
    assert "data-import-progress" in (await edda.get(PATH)).text
    early = await edda.post(REPAIR)
    assert (early.status_code, "still being booked" in early.text) == (422, True)
    asked.set()
    await there.kernel.jobs.run_due()
    assert len(await held(there)) == 6
    assert (await edda.post(REPAIR)).is_redirect
    page = (await edda.get(PATH)).text
    assert "6 meetings are booked." in page
    assert "The booking broke off" not in page
