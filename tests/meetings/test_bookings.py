"""Nobody is ever in two meetings at once, whoever books at the same moment."""

import asyncio

import pytest

from fairs.actions import Plan as FairPlan
from meetings import bookings, plans
from meetings.bookings import ConflictError, Wanted
from meetings.displacing import SLOT_WITHDRAWN
from meetings.grid import Hours
from meetings.model import Meeting
from meetings.plans import GroupWish, Wish
from meetings.rules import SlotTaken
from tests.meetings.scene import TUESDAY, WEDNESDAY, WISH, Scene


async def test_of_fifty_who_book_one_person_in_one_slot_one_wins(there: Scene) -> None:
    slots = await there.slots()
    guests = [await there.place.person(f"Guest {number}") for number in range(50)]
    await there.place.join(there.fair, *guests)
    there.ids |= {f"guest {number}": id for number, id in enumerate(guests)}
    tries = await asyncio.gather(
        *(there.book(slots[0], f"guest {number}", "bernd") for number in range(50)), return_exceptions=True
    )
    refused = [each for each in tries if isinstance(each, ConflictError)]
    assert len(refused) == 49, tries
    assert {each.why for each in refused} == {SlotTaken.MEETING}
    assert len(await there.meetings()) == 1
    assert len(await there.locks()) == 2


async def test_the_key_holds_even_where_no_lock_was_taken(there: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object, **__: object) -> None: ...

    slots = await there.slots()
    await there.book(slots[0], "aylin", "bernd")
    monkeypatch.setattr(bookings, "lock_people", nothing)
    monkeypatch.setattr(bookings, "_check", nothing)
    with pytest.raises(ConflictError, match="meeting"):
        await there.book(slots[0], "aylin", "chloe")
    assert len(await there.meetings()) == 1


async def test_moving_and_calling_off_at_once_leaves_nothing_half_done(there: Scene) -> None:
    slots = await there.slots()
    meeting = await there.book(slots[0], "aylin", "bernd")
    other = await there.book(slots[3], "chloe", "dev")
    path = f"/meetings/{meeting}"
    answers = await asyncio.gather(
        there["aylin"].post(f"{path}/move", data={"slot": slots[1].id}),
        there["bernd"].post(f"{path}/cancel", data={"reason": "Ill"}),
        there["bernd"].post(f"{path}/move", data={"slot": slots[2].id}),
        there["dev"].post(f"/meetings/{other}/move", data={"slot": slots[1].id}),
    )
    assert {each.status_code for each in answers} <= {303, 409}
    row: Meeting = await there.get(Meeting, meeting)
    held = [each for each in await there.locks() if each[0] in (there.ids["aylin"], there.ids["bernd"])]
    assert held == [] if row.cancelled_at else {slot for _, slot in held} == {row.slot_id}


async def test_a_move_frees_the_old_slot_in_the_same_moment(there: Scene) -> None:
    slots = await there.slots()
    meeting = await there.book(slots[0], "aylin", "bernd")
    assert (await there["aylin"].post(f"/meetings/{meeting}/move", data={"slot": slots[5].id})).is_redirect
    await there.book(slots[0], "aylin", "chloe")
    moved: Meeting = await there.get(Meeting, meeting)
    assert (moved.slot_id, moved.starts_at, moved.sequence) == (slots[5].id, slots[5].starts_at, 1)
    taken = await there["aylin"].post(f"/meetings/{meeting}/move", data={"slot": slots[0].id})
    assert taken.status_code == 409
    assert "Nothing has been changed." in taken.text


async def test_two_meetings_change_places(there: Scene) -> None:
    slots = await there.slots()
    one, other = await there.book(slots[0], "aylin", "bernd"), await there.book(slots[1], "aylin", "chloe")
    assert (await there["aylin"].post(f"/meetings/{one}/swap", data={"with": other})).is_redirect
    rows: list[Meeting] = [await there.get(Meeting, each) for each in (one, other)]
    assert [each.slot_id for each in rows] == [slots[1].id, slots[0].id]
    await there.book(slots[0], "bernd", "dev")
    refused = await there["aylin"].post(f"/meetings/{one}/swap", data={"with": other})
    assert refused.status_code == 409


async def test_up_to_eight_meet_and_the_ninth_is_told_that_it_is_full(there: Scene) -> None:
    slots = await there.slots()
    guests = [await there.place.person(f"Guest {number}") for number in range(7)]
    await there.place.join(there.fair, *guests)
    meeting = await there.book(slots[0], "aylin", "bernd")
    for guest in guests[:6]:
        brought = await there["aylin"].post(f"/meetings/{meeting}/bring", data={"person": f"http://x/people/{guest}"})
        assert brought.is_redirect, brought.text
    full = await there["aylin"].post(f"/meetings/{meeting}/bring", data={"person": guests[6]})
    assert full.status_code == 409
    assert "You are eight: nobody else can come along." in full.text
    assert len(await there.locks()) == 8


async def test_nobody_is_brought_whom_the_fair_keeps_apart_from_one_who_sits_there(there: Scene) -> None:
    meeting = await there.book((await there.slots())[0], "aylin", "bernd")
    async with there.kernel.database.write() as uow:
        one, other = [
            await plans.add_group(uow, there.fair.id, GroupWish(name, None, [there.ids[name]]))
            for name in ("bernd", "chloe")
        ]
        await plans.set_rules(uow, [one.id, other.id], {(one.id, other.id): "never"})
    path = f"/meetings/{meeting}/bring"
    assert (await there["aylin"].post(path, data={"person": there.ids["chloe"]})).status_code == 409
    assert (await there["aylin"].post(path, data={"person": there.ids["dev"]})).is_redirect
    assert {person for person, _ in await there.locks()} == {there.ids[each] for each in ("aylin", "bernd", "dev")}


async def test_days_streaks_and_absences_are_kept(there: Scene) -> None:
    slots = await there.slots()
    await there["bernd"].post("/fairs/ruhr/meetings/availability", data={"slot": slots[0].id, "free": "no"})
    with pytest.raises(ConflictError, match="absent"):
        await there.book(slots[0], "aylin", "bernd")
    for number, name in zip(range(1, 5), ("bernd", "chloe", "dev", "edda"), strict=True):
        await there.book(slots[number], "aylin", name)
    with pytest.raises(ConflictError, match="streak"):
        await there.book(slots[5], "aylin", "bernd")
    await there.arrange(Wish("request", 20, 5, 4, 20, 3, 48, WISH.days))
    with pytest.raises(ConflictError, match="day_full"):
        await there.book(slots[6], "aylin", "bernd")
    await there.book(slots[7], "aylin", "bernd")  # the next day


async def test_a_meeting_at_another_fair_takes_the_time_too(there: Scene) -> None:
    slots = await there.slots()
    await there.book(slots[0], "aylin", "bernd")
    other = await there.place.fair(there.ids["edda"], FairPlan("nord", "Nord", "", TUESDAY, WEDNESDAY, "Europe/London"))
    await there.place.join(other, there.ids["aylin"], there.ids["chloe"])
    wish = Wish("request", 30, 0, 6, 9, 3, 48, [Hours(TUESDAY, 480, 600)])  # eight in London is nine in Berlin
    async with there.kernel.database.write() as uow:
        await plans.arrange(uow, await uow.session.get_one(type(other), other.id), wish, by_id=there.ids["edda"])
    from meetings import queries

    async with there.kernel.database.read() as session:
        plan, [first, second, *_] = await queries.plan_of(session, other.id), await queries.slots_of(session, other.id)
    assert plan is not None
    people = [there.ids["aylin"], there.ids["chloe"]]
    async with there.kernel.database.write() as uow:
        with pytest.raises(ConflictError, match="meeting"):
            await bookings.book(uow, Wanted(other, plan, first.id, people), by_id=people[0])
        await bookings.book(uow, Wanted(other, plan, second.id, people), by_id=people[0])


async def test_slots_that_go_under_meetings_tell_their_people_and_offer_others(there: Scene) -> None:
    slots = await there.slots()
    stays, goes = await there.book(slots[7], "aylin", "bernd"), await there.book(slots[0], "aylin", "chloe")
    displaced = await there.arrange(Wish("request", 20, 5, 6, 4, 3, 48, [Hours(WEDNESDAY, 540, 720)]))
    assert (displaced.off, displaced.moved) == ([goes], [])
    row: Meeting = await there.get(Meeting, goes)
    assert row.cancel_reason == SLOT_WITHDRAWN
    text = (await there["chloe"].get("/meetings")).text
    assert "Find another time" in text
    assert "The organiser has changed the times" in (await there["chloe"].get(f"/meetings/{goes}")).text
    assert [each.id for each in await there.meetings() if each.cancelled_at is None] == [stays]
    await there.arrange()  # and with the old plan the same slots are back
    assert [each.id for each in await there.slots()] == [each.id for each in slots]
