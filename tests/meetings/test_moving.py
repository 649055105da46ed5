"""A fair is moved: by an hour, by days, to another zone. Its meetings go along, or are called off; never silently."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select, update

from meetings import displacing
from meetings.displacing import SLOT_WITHDRAWN
from meetings.grid import Grid, Hours, moved_along, slots
from meetings.model import Absence, Meeting, Proposal, Seat, Slot
from meetings.timetable.model import Pairing
from server.kernel.db import UnitOfWork
from tests.meetings.reader import read
from tests.meetings.scene import FAIR, TUESDAY, WEDNESDAY, WISH, Scene

BERLIN, LONDON, NEW_YORK = "Europe/Berlin", "Europe/London", "America/New_York"
NINE_TO_TEN = (540, 600)


def grid(zone: str, day: date, hours: tuple[int, int] = NINE_TO_TEN, **more: object) -> Grid:
    return replace(Grid(zone, 30, 0, [Hours(day, *hours)]), **more)  # type: ignore[arg-type]


# Before, after, by how many days, and where the first and the last slot begin then, in UTC. Nothing: none goes along.
MOVES = [
    ("nothing changed", grid(BERLIN, TUESDAY), grid(BERLIN, TUESDAY), 0, None),
    ("to another zone", grid(BERLIN, TUESDAY), grid(LONDON, TUESDAY), 0, ("09-15T08:00", "09-15T08:30")),
    ("to a zone of half hours",
     grid(BERLIN, TUESDAY), grid("Asia/Kolkata", TUESDAY), 0, ("09-15T03:30", "09-15T04:00")),
    ("to a zone where it is another day",
     grid(BERLIN, TUESDAY), grid("Pacific/Auckland", TUESDAY), 0, ("09-14T21:00", "09-14T21:30")),
    ("to another name of the same zone", grid(BERLIN, TUESDAY), grid("Europe/Paris", TUESDAY), 0, None),
    ("by a day", grid(BERLIN, TUESDAY), grid(BERLIN, WEDNESDAY), 1, ("09-16T07:00", "09-16T07:30")),
    ("by an hour", grid(BERLIN, TUESDAY), grid(BERLIN, TUESDAY, (600, 660)), 0, ("09-15T08:00", "09-15T08:30")),
    ("by half an hour", grid(BERLIN, TUESDAY), grid(BERLIN, TUESDAY, (570, 630)), 0, ("09-15T07:30", "09-15T08:00")),
    # Over a change of the clocks the wall clock counts: nine stays nine, and that is an hour later by the sun
    ("over the end of summer time",
     grid(BERLIN, date(2026, 10, 24)), grid(BERLIN, date(2026, 10, 31)), 7, ("10-31T08:00", "10-31T08:30")),
    ("over its beginning",
     grid(NEW_YORK, date(2026, 3, 7)), grid(NEW_YORK, date(2026, 3, 8)), 1, ("03-08T13:00", "03-08T13:30")),
    ("between two zones, one of which has changed already",
     grid(NEW_YORK, date(2026, 3, 16)), grid(BERLIN, date(2026, 3, 16)), 0, ("03-16T08:00", "03-16T08:30")),
    # A night with a change has an hour more or less: which slot would be which?
    ("from a whole night to one with an hour less",
     grid(BERLIN, date(2026, 3, 28), (60, 240)), grid(BERLIN, date(2026, 3, 29), (60, 240)), 1, None),
    ("from a night with an hour more to a whole one",
     grid(BERLIN, date(2026, 10, 25), (60, 240)), grid(BERLIN, date(2026, 10, 26), (60, 240)), 1, None),
    ("a longer day", grid(BERLIN, TUESDAY), grid(BERLIN, TUESDAY, (510, 600)), 0, None),
    ("a break more", grid(BERLIN, TUESDAY), grid(BERLIN, TUESDAY, breaks=[(560, 580)]), 0, None),
    ("shorter meetings", grid(BERLIN, TUESDAY), grid(BERLIN, TUESDAY, length=20), 0, None),
    ("a day that there is not", grid(BERLIN, TUESDAY), grid(BERLIN, WEDNESDAY), 0, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "days", "goes"), [case[1:] for case in MOVES], ids=[case[0] for case in MOVES]
)
def test_slots_go_along_where_a_day_keeps_its_pattern(
    before: Grid, after: Grid, days: int, goes: tuple[str, str] | None
) -> None:
    found = moved_along(before, after, days)
    if goes is None:
        assert found == {}
        return
    assert list(found) == slots(before)
    assert list(found.values()) == slots(after)
    first, *_, last = found.values()
    assert (f"{first.starts:%m-%dT%H:%M}", f"{last.starts:%m-%dT%H:%M}") == goes
    assert {each.starts.tzinfo for each in found.values()} == {UTC}


async def revise(there: Scene, **changes: str) -> None:
    """Edda changes the fair, and what hangs on it follows."""
    said = {"name": FAIR.name, "tagline": FAIR.tagline, "time_zone": BERLIN}
    said |= {"starts_on": TUESDAY.isoformat(), "ends_on": WEDNESDAY.isoformat()}
    assert (await there["edda"].post("/fairs/ruhr/plan", data=said | changes)).is_redirect
    await there.kernel.jobs.run_due()


async def told(there: Scene) -> dict[str, str]:
    """What was mailed since the last time: the texts, by receiver and calendar method."""
    there.clock.advance(seconds=20)
    await there.kernel.jobs.run_due()
    found = {}
    for path in (there.kernel.settings.data / "mail").glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
        calendar = parts.get("text/calendar")
        method = read(calendar.decode() if isinstance(calendar, bytes) else calendar).method if calendar else ""
        found[f"{mail['to']} {method}".strip()] = f"{mail['subject']}\n{parts['text/plain']}"
        path.unlink()
    return found


async def test_a_fair_in_another_zone_takes_its_meetings_along_and_calls_off_what_cannot_be(there: Scene) -> None:
    times = await there.slots()
    stays, goes = await there.book(times[0], "aylin", "bernd"), await there.book(times[1], "chloe", "dev")
    await told(there)
    # Dev is not free at nine and at half past nine in London, which he said of the slots at that time in Berlin.
    for slot in times[2:5]:
        await there["dev"].post("/fairs/ruhr/meetings/availability", data={"slot": slot.id, "free": "no"})
    await revise(there, time_zone=LONDON)
    moved, off = await there.get(Meeting, stays), await there.get(Meeting, goes)
    assert (moved.starts_at, moved.sequence, moved.cancelled_at) == (times[0].starts_at + timedelta(hours=1), 1, None)
    assert off.cancel_reason == SLOT_WITHDRAWN
    mails = await told(there)
    assert sorted(each.split(" ")[1] for each in mails) == ["CANCEL", "CANCEL", "REQUEST", "REQUEST"]
    for receiver, text in mails.items():
        assert ("Still free for all of you" if "CANCEL" in receiver else "New time") in text
    await revise(there, time_zone=LONDON)  # once more is no move
    assert (await there.get(Meeting, stays)).sequence == 1
    # What is offered is booked by one press for both, and by the other one not once more
    page = (await there["dev"].get(f"/meetings/{goes}")).text
    offered = [each for each in await there.slots() if f'value="{each.id}"' in page]
    assert len(offered) == 3
    async with there.kernel.database.read() as session:
        absent = set(await session.scalars(select(Absence.slot_id).where(Absence.person_id == there.ids["dev"])))
    assert not absent & {each.id for each in offered}
    answers = [await there[name].post(f"/meetings/{goes}/again", data={"slot": slot.id})
               for name, slot in (("dev", offered[0]), ("chloe", offered[1]))]  # fmt: skip
    assert [each.status_code for each in answers] == [303, 409]
    assert "The two have another meeting ahead." in answers[1].text
    anew = answers[0].headers["location"]
    assert (await there["chloe"].post(f"{anew}/cancel", data={"reason": "Not then"})).is_redirect
    once_more = await there["dev"].post(f"/meetings/{goes}/again", data={"slot": offered[1].id})
    assert "You have arranged something with each other since then." in once_more.text
    mine = await there["aylin"].post(f"/meetings/{stays}/again", data={"slot": offered[2].id})
    assert mine.status_code == 409  # nobody took this one away


async def test_a_fair_on_other_days_takes_everything_along_and_drops_days_that_it_has_not(there: Scene) -> None:
    times = await there.slots()
    first, last = await there.book(times[0], "aylin", "bernd"), await there.book(times[7], "aylin", "bernd")
    request = await there.ask("chloe", "dev", times[3], times[8])
    one, other = sorted((there.ids["chloe"], there.ids["edda"]))
    async with there.kernel.database.write() as uow:
        row = {"fair_id": there.fair.id, "one_id": one, "other_id": other, "slot_id": times[2].id}
        uow.session.add(Pairing(**row, at=there.clock.now(), by_id=there.ids["edda"]))
    # A week later, over no change of clocks, and a day shorter
    await revise(there, starts_on="2026-09-22", ends_on="2026-09-22")
    week = timedelta(days=7)
    assert (await there.get(Meeting, first)).starts_at == times[0].starts_at + week
    assert (await there.get(Meeting, last)).cancel_reason == SLOT_WITHDRAWN
    async with there.kernel.database.read() as session:
        proposed = await session.scalars(
            select(Slot.starts_at).join(Proposal, Proposal.slot_id == Slot.id).where(Proposal.request_id == request)
        )
        assert list(proposed) == [times[3].starts_at + week]
        pinned = await session.scalar(select(Slot.starts_at).join(Pairing, Pairing.slot_id == Slot.id))
        assert pinned == times[2].starts_at + week
    assert {each.starts_at.date() for each in await there.slots()} == {date(2026, 9, 22)}


async def test_where_a_day_comes_in_front_meetings_keep_their_date_and_nobody_is_told(there: Scene) -> None:
    times = await there.slots()
    first, last = await there.book(times[0], "aylin", "bernd"), await there.book(times[7], "chloe", "dev")
    await told(there)
    await revise(there, starts_on="2026-09-14")
    assert (await there.get(Meeting, first)).starts_at == times[0].starts_at
    assert await told(there) == {}
    assert [each.starts_at for each in await there.slots()] == [each.starts_at for each in times]
    # Without the first of the days that were planned, only what was on that day is off
    await revise(there, starts_on=WEDNESDAY.isoformat())
    assert (await there.get(Meeting, first)).cancel_reason == SLOT_WITHDRAWN
    kept = await there.get(Meeting, last)
    assert (kept.starts_at, kept.cancelled_at, kept.sequence) == (times[7].starts_at, None, 0)
    # And the fair that is moved then takes along what is left
    await revise(there, starts_on="2026-09-23", ends_on="2026-09-23")
    assert (await there.get(Meeting, last)).starts_at == times[7].starts_at + timedelta(days=7)


async def test_an_hour_later_is_the_organisers_to_decide(there: Scene) -> None:
    later = replace(WISH, days=[Hours(TUESDAY, 600, 780), Hours(WEDNESDAY, 540, 720)])
    times = await there.slots()
    meeting = await there.book(times[6], "aylin", "bernd")
    tight = await there.book(times[5], "chloe", "dev")
    laid = await there.arrange(later, along=True)
    assert (sorted(laid.moved), laid.off) == (sorted([meeting, tight]), [])
    assert (await there.get(Meeting, meeting)).starts_at == times[6].starts_at + timedelta(hours=1)
    assert len(await there.locks()) == 4
    laid = await there.arrange(WISH)  # back, and this time what has no place is called off
    assert (laid.moved, sorted(laid.off)) == ([], sorted([meeting, tight]))
    assert await there.locks() == []


async def test_a_request_whose_times_are_all_gone_is_brought_to_whoever_has_the_turn(there: Scene) -> None:
    times = await there.slots()
    await there.ask("aylin", "bernd", times[0])
    await there.ask("chloe", "bernd", times[0], times[8])
    await told(there)
    await there.arrange(replace(WISH, days=[Hours(WEDNESDAY, 540, 720)]))
    mails = await told(there)
    assert len(mails) == 1  # Bernd, about Aylin; Chloé has another time on the table
    [text] = mails.values()
    assert "Propose other times: Aylin Demir" in text


async def test_a_meeting_that_runs_is_left_alone(there: Scene) -> None:
    times = await there.slots()
    meeting = await there.book(times[0], "aylin", "bernd")
    there.clock.advance(seconds=(times[0].starts_at - there.clock.now()).total_seconds() + 60)
    await revise(there, time_zone=LONDON)
    row = await there.get(Meeting, meeting)
    assert (row.starts_at, row.cancelled_at) == (times[0].starts_at, None)


async def test_a_meeting_that_its_people_have_moved_to_a_time_that_stays_is_not_called_off(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They move it while the organiser saves: between the look for meetings without a place, and their lock."""
    times, lock_meetings = await there.slots(), displacing.lock_meetings
    meeting = await there.book(times[0], "aylin", "bernd")
    stays = times[7]

    async def moved_first(uow: UnitOfWork, found: Collection[Meeting]) -> dict[str, list[str]]:
        where = {"slot_id": stays.id, "starts_at": stays.starts_at, "ends_at": stays.ends_at}
        quietly = {"synchronize_session": False}  # as another worker's commit: the session knows nothing of it
        await uow.session.execute(update(Meeting).values(where), execution_options=quietly)
        await uow.session.execute(update(Seat).values(slot_id=stays.id), execution_options=quietly)
        return await lock_meetings(uow, found)

    monkeypatch.setattr(displacing, "lock_meetings", moved_first)
    laid = await there.arrange(replace(WISH, days=[Hours(WEDNESDAY, 540, 720)]))
    assert (laid.moved, laid.off) == ([], [])
    assert (await there.get(Meeting, meeting)).cancelled_at is None
    assert {slot for _, slot in await there.locks()} == {stays.id}
