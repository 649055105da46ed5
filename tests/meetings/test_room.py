"""The room: who may be there, what is written, who is missing, and what comes of it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from meetings import bookings
from meetings.agendas import choices
from meetings.mine import mine
from meetings.model import FollowUp, Meeting, NoShow, Notes, Outcome
from meetings.rules import EXTENSION
from people.model import Person
from server.live import topics
from signaling.protocol import Expel, Presence
from tests.meetings.inside import begun, line
from tests.meetings.scene import Scene
from tests.signaling.quiet import QuietBackEnd
from tests.support.full import no_room_in


async def test_the_room_opens_five_minutes_before_and_only_for_its_people(there: Scene) -> None:
    meeting = await there.book((await there.slots())[0], "aylin", "bernd")
    path = f"/meetings/{meeting}/room"
    assert "The room opens five minutes before" in (await there["aylin"].get(path)).text
    assert (await there["aylin"].post(f"/meetings/{meeting}/enter")).status_code == 409
    await there.go_to(meeting, minutes=4)
    text = (await there["aylin"].get(path)).text
    assert "The room opens five minutes before" not in text
    assert f'topic="meeting:{meeting}"' in text
    closes = (await there.get(Meeting, meeting)).ends_at + EXTENSION
    assert f'closes="{closes.isoformat()}"' in text, "then the page follows"
    assert (await there["aylin"].post(f"/meetings/{meeting}/enter")).is_redirect
    async with line(there, "chloe") as strange:
        heard = (await strange.ask("subscribe", channels={topics.meeting(meeting): None}))["r"]["channels"]
        noted = await strange.ask("meeting.note", meeting=topics.meeting(meeting), text="x", version=0)
        read = await strange.ask("meeting.written", meeting=topics.meeting(meeting))
    assert heard[topics.meeting(meeting)]["e"]["code"] in ("not_found", "forbidden")
    assert noted["e"]["code"] in ("not_found", "forbidden")
    assert read["e"]["code"] == noted["e"]["code"]


async def test_one_is_led_into_the_room_once_it_is_open_and_before_to_prepare(there: Scene) -> None:
    meeting_id = await there.book((await there.slots())[1], "aylin", "bernd")
    pages = ("/", "/meetings", f"/meetings/{meeting_id}")
    opens = "2026-09-15T07:20:00+00:00"
    for minutes, sign in ((-6, "Prepare the meeting"), (-5, "Enter the room")):
        await there.go_to(meeting_id, minutes=-minutes)
        for path in pages:
            text = (await there["aylin"].get(path)).text
            assert f"<span>{sign}</span>" in text
            assert ("The room opens five minutes before" in text) == (minutes == -6)
            assert text.count("<span>Enter the room</span>") == (minutes == -5)
            assert path == "/" or (f'data-until="{opens}"' in text) == (minutes == -6), "it comes anew by itself"


async def test_on_a_full_disk_the_room_of_a_meeting_is_shown(there: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = await there.book((await there.slots())[0], "aylin", "bernd")
    await there.go_to(meeting, minutes=4)
    no_room_in(monkeypatch, there.kernel.database)
    shown = await there["aylin"].get(f"/meetings/{meeting}/room")
    assert (shown.status_code, f'topic="meeting:{meeting}"' in shown.text) == (200, True)


async def test_a_meetings_call_is_for_its_people_while_its_room_is_open(there: Scene) -> None:
    meeting = await there.book((await there.slots())[0], "aylin", "bernd")

    async def may(*names: str) -> set[str]:
        asked = [(there.ids[name], meeting) for name in ("aylin", "bernd", "chloe")]
        found = await there.app.state.calls.rights(asked)
        assert all(rights.publish and not rights.moderate for rights in found.values())
        return {person for person, _ in found} ^ {there.ids[name] for name in names}

    await there.go_to(meeting, minutes=6)
    assert await may() == set()
    await there.go_to(meeting, minutes=4)
    assert await may("aylin", "bernd") == set()
    await there.go_to(meeting, minutes=-40)
    assert await may() == set()


async def test_whoever_sits_in_a_meeting_that_is_called_off_is_out_of_its_call_at_once(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    calls = there.app.state.calls
    await calls.stop()
    calls.back_end = back_end = QuietBackEnd()
    back_end.taking_part = {there.ids["bernd"]: [Presence(room=meeting, participant="p-1")]}
    async with line(there, "bernd", topics.call(meeting)) as bernd:
        assert "r" in await bernd.ask("call.ice", call=topics.call(meeting))
        assert (await there["aylin"].post(f"/meetings/{meeting}/cancel", data={"reason": "Ill"})).status_code == 303
        assert (await bernd.ask("call.ice", call=topics.call(meeting)))["e"]["code"] == "not_found"
    assert back_end.asked == [("expel", Expel(person=there.ids["bernd"], room=meeting))]


async def test_a_call_ends_with_the_grace_after_its_meeting_and_later_for_who_stays_longer(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    calls = there.app.state.calls
    await calls.stop()
    calls.back_end = back_end = QuietBackEnd()
    booked = await there.get(Meeting, meeting)
    await there.go_to(meeting, minutes=-3)
    await there.kernel.jobs.run_due()
    assert (await there["aylin"].post(f"/meetings/{meeting}/extend")).is_redirect
    call = topics.call(meeting)
    async with line(there, "bernd", call) as bernd:
        there.clock.advance(seconds=(booked.ends_at - there.clock.now()).total_seconds())
        for closed in (False, True):
            there.clock.advance(minutes=5)
            await there.kernel.jobs.run_due()
            assert back_end.asked == ([("close", meeting)] if closed else [])
            assert closed or "r" in await bernd.ask("call.ice", call=call)
        assert (await bernd.ask("call.ice", call=call))["e"]["code"] == "not_found"


async def test_notes_are_shared_and_who_was_slower_loses_nothing(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    topic = topics.meeting(meeting)
    async with line(there, "aylin", topic) as one, line(there, "bernd", topic) as other:
        assert (await one.ask("meeting.written", meeting=topic))["r"] == {"version": 0, "text": ""}
        first = await one.ask("meeting.note", meeting=topic, text="A trafo of 630 kVA", version=0)
        assert first["r"] == {"taken": True, "version": 1, "text": "A trafo of 630 kVA"}
        late = await other.ask("meeting.note", meeting=topic, text="Something else", version=0)
        assert late["r"] == {"taken": False, "version": 1, "text": "A trafo of 630 kVA"}
        read = await other.ask("meeting.written", meeting=topic)
        assert read["r"] == {"version": 1, "text": "A trafo of 630 kVA"}
    plain = await there["bernd"].post(f"/meetings/{meeting}/notes", data={"notes": "By form", "version": "0"})
    assert plain.status_code == 409
    assert "By form" in plain.text
    assert "A trafo of 630 kVA" in plain.text
    notes: Notes = await there.get(Notes, meeting)
    assert (notes.text, notes.version) == ("A trafo of 630 kVA", 1)


async def test_who_is_missing_is_known_from_presence_and_may_say_otherwise(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    async with line(there, "aylin", topics.meeting(meeting)):
        there.clock.advance(minutes=6, seconds=1)
        await there.kernel.jobs.run_due()
        async with there.kernel.database.read() as session:
            missed = list(await session.scalars(select(NoShow.person_id)))
    assert missed == [there.ids["bernd"]]
    path = f"/meetings/{meeting}"
    assert "You were missed here" in (await there["bernd"].get(path)).text
    assert "You were missed here" not in (await there["aylin"].get(path)).text
    await there["bernd"].post(f"{path}/dispute", data={"text": "My microphone was dead."})
    assert "My microphone was dead." in (await there["bernd"].get(path)).text
    assert (await there["aylin"].post(f"{path}/dispute", data={"text": "x"})).status_code == 404


async def test_nobody_is_missed_where_both_are_there(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    async with line(there, "aylin", topics.meeting(meeting)):
        await there["bernd"].post(f"/meetings/{meeting}/enter")  # a browser without the live line
        there.clock.advance(minutes=6, seconds=1)
        await there.kernel.jobs.run_due()
    async with there.kernel.database.read() as session:
        assert list(await session.scalars(select(NoShow.person_id))) == []


async def test_a_meeting_goes_on_only_while_everybody_is_free(there: Scene) -> None:
    slots = await there.slots()
    meeting = await begun(there, "aylin", "bernd")
    assert (await there["aylin"].post(f"/meetings/{meeting}/extend")).is_redirect
    longer: Meeting = await there.get(Meeting, meeting)
    assert longer.extended_until == slots[0].ends_at + timedelta(minutes=5)
    await there.book(slots[1], "bernd", "chloe")  # begins as soon as the gap is over
    await there["bernd"].post(f"/meetings/{meeting}/extend")
    still: Meeting = await there.get(Meeting, meeting)
    assert still.extended_until == slots[0].ends_at + timedelta(minutes=5)


async def test_who_stays_longer_is_in_that_meeting_wherever_it_is_listed(there: Scene) -> None:
    slots, meeting = await there.slots(), await begun(there, "aylin", "bernd")
    person = topics.person(there.ids["bernd"])
    async with line(there, "bernd", person) as bernd:
        await there["aylin"].post(f"/meetings/{meeting}/extend")
        until = (slots[0].ends_at + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
        assert (await bernd.hear("meetings"))["next"]["ends_at"] == until, "the dock counts to the later end"
        await there.go_to(meeting, minutes=-22)
        assert (await bernd.ask("meetings.mine"))["r"]["next"]["id"] == meeting
    assert f"/meetings/{meeting}" in (await there["bernd"].get("/meetings")).text
    assert "No meeting is over yet" in (await there["bernd"].get("/meetings/past")).text
    async with there.kernel.database.read() as session:
        found = await choices(session, there.fair, await there.plan(), [there.ids["bernd"]], there.clock.now())
    assert found[0].free, "the time after the gap"
    async with there.kernel.database.write() as uow:
        longer = await uow.session.get_one(Meeting, meeting)
        longer.extended_until = slots[0].ends_at + timedelta(minutes=10)
    async with there.kernel.database.read() as session:
        found = await choices(session, there.fair, await there.plan(), [there.ids["bernd"]], there.clock.now())
    assert found[0].why == "meeting", "the meeting goes on into it"


async def test_what_waits_for_somebody_names_the_next_meeting_and_the_one_after_it(there: Scene) -> None:
    slots = await there.slots()
    made = [await there.book(slots[at], "aylin", other) for at, other in enumerate(("bernd", "chloe", "dev"))]
    async with there.kernel.database.read() as session:
        found = await mine(session, [there.ids["aylin"], there.ids["chloe"]], there.clock.now())
    aylin, chloe = found[there.ids["aylin"]], found[there.ids["chloe"]]
    assert [aylin["next"]["id"], aylin["following"]["id"]] == made[:2]
    assert (aylin["following"]["name"], chloe["next"]["id"], chloe["following"]) == ("Chloé Martin", made[1], None)


async def test_of_what_was_called_off_the_latest_news_stand_first(there: Scene) -> None:
    slots = await there.slots()
    early, late = await there.book(slots[0], "aylin", "bernd"), await there.book(slots[1], "aylin", "chloe")
    for meeting in (early, late):
        await there["aylin"].post(f"/meetings/{meeting}/cancel", data={"reason": ""})
        there.clock.advance(minutes=1)
    page = (await there["aylin"].get("/meetings")).text
    assert page.index(late) < page.index(early)


async def test_a_page_loaded_anew_stays_where_one_is_unless_it_has_something_to_say(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    stays = '<meta name="turbo-refresh-scroll" content="preserve">'
    longer = await there["aylin"].post(f"/meetings/{meeting}/extend", follow_redirects=True)
    assert 'class="quiet-line' in longer.text
    assert stays not in longer.text, "what it says stands above"
    assert stays in (await there["aylin"].get(f"/meetings/{meeting}/room")).text


async def test_the_conveyor_leads_from_meeting_to_meeting(there: Scene) -> None:
    slots = await there.slots()
    first, second = await there.book(slots[0], "aylin", "bernd"), await there.book(slots[1], "aylin", "chloe")
    there.clock.advance(seconds=(slots[0].starts_at - there.clock.now()).total_seconds() + 60)
    assert (await there["aylin"].get("/meetings/day")).headers["location"] == f"/meetings/{first}/room?day=1"
    note = {"verdict": "good", "next_step": "Send curves", "note": "Knows Dev", "day": "1"}
    done = await there["aylin"].post(f"/meetings/{first}/outcome", data=note)
    assert done.headers["location"] == f"/meetings/{second}/room?day=1"
    outcome: Outcome = await there.get(Outcome, (first, there.ids["aylin"]))
    assert (outcome.verdict, outcome.next_step, outcome.note) == ("good", "Send curves", "Knows Dev")
    for page in ("", "/room"):
        assert "Knows Dev" not in (await there["bernd"].get(f"/meetings/{first}{page}")).text
    early = await there["aylin"].post(f"/meetings/{second}/outcome", data={"verdict": "good"})
    assert early.status_code == 409
    assert (await there["aylin"].post(f"/meetings/{first}/outcome", data={"verdict": "super"})).status_code == 400


async def test_an_address_is_seen_once_it_was_given(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    async with there.kernel.database.read() as session:
        email = (await session.get_one(Person, there.ids["aylin"])).email or ""
    assert email not in (await there["bernd"].get(f"/meetings/{meeting}/room")).text
    await there["aylin"].post(f"/meetings/{meeting}/contact", data={"to": there.ids["bernd"]})
    assert email in (await there["bernd"].get(f"/meetings/{meeting}/room")).text


async def test_what_is_written_by_a_plain_form_or_why_it_was_not_taken_is_seen_at_once(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    room, path = f"/meetings/{meeting}/room", f"/meetings/{meeting}/messages"

    def chat(text: str) -> str:
        return next(part for part in text.split("<details ") if 'id="chat"' in part).partition(">")[0]

    assert not chat((await there["aylin"].get(room)).text).endswith(" open")
    refused = await there["aylin"].post(path, data={"text": " "})
    assert (refused.status_code, "There is nothing to send yet." in refused.text) == (422, True)
    assert chat(refused.text).endswith(" open")
    sent = await there["aylin"].post(path, data={"text": "On my way"})
    anchor = sent.headers["location"].removeprefix(f"{room}#")
    assert f'id="{anchor}"' in (await there["aylin"].get(room)).text


async def test_an_address_is_for_those_to_whom_it_was_given_and_for_nobody_who_comes_later(there: Scene) -> None:
    meeting, plan = await begun(there, "aylin", "bernd"), await there.plan()
    email = (await there.get(Person, there.ids["aylin"])).email
    room, give = f"/meetings/{meeting}/room", f"/meetings/{meeting}/contact"
    assert there.ids["bernd"] in (await there["aylin"].get(room)).text.partition(f'action="{give}"')[2]
    await there["aylin"].post(give, data={"to": there.ids["bernd"]})
    assert f'action="{give}"' not in (await there["aylin"].get(room)).text
    async with there.kernel.database.write() as uow:
        row = await uow.session.get_one(Meeting, meeting)
        await bookings.hand_on(
            uow, row, there.fair, plan, there.ids["bernd"], there.ids["chloe"], by_id=there.ids["chloe"]
        )
        await bookings.bring(uow, row, there.fair, plan, there.ids["dev"])
    stale = await there["aylin"].post(give, data={"to": there.ids["bernd"]}, follow_redirects=True)
    assert "Somebody else is in this meeting now." in stale.text
    for name in ("chloe", "dev"):
        for page in (room, f"/meetings/{meeting}"):
            assert email not in (await there[name].get(page)).text
    assert f'action="{give}"' in (await there["aylin"].get(room)).text
    await there["aylin"].post(give, data={"to": there.ids["chloe"]})
    assert [email in (await there[name].get(room)).text for name in ("chloe", "dev")] == [True, False]
    page = (await there["aylin"].get(room)).text
    assert "You have given your mail address to Chloé Martin." in page
    assert "Give it to Dev Patel as well" in page
    assert there.ids["dev"] in page.partition(f'action="{give}"')[2].partition("</form>")[0]


async def test_what_became_of_it_is_asked_after_a_week_and_answered_with_one_tap(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    for name in ("aylin", "bernd"):
        await there[name].post(f"/meetings/{meeting}/enter")
    there.clock.advance(minutes=6, seconds=1)
    await there.kernel.jobs.run_due()
    await there["bernd"].post(f"/meetings/{meeting}/outcome", data={"verdict": "no"})
    there.clock.advance(days=7)
    await there.kernel.jobs.run_due()
    path = f"/meetings/{meeting}/later/7"
    assert "What became of it?" in (await there["aylin"].get(path)).text
    assert (await there["bernd"].get(path)).status_code == 404  # it was not for them, they had said
    assert (await there["aylin"].post(path, data={"became": "pilot"})).is_redirect
    asked: FollowUp = await there.get(FollowUp, (meeting, there.ids["aylin"], 7))
    assert asked.answer == "pilot"
    assert (await there["aylin"].get(f"/meetings/{meeting}/later/8")).status_code == 404


async def test_who_says_much_is_one_person_in_the_organisers_sums(there: Scene) -> None:
    slots = await there.slots()
    held = [
        await there.book(slot, "aylin", other) for slot, other in zip(slots, ("bernd", "chloe", "dev"), strict=False)
    ]
    await there.go_to(held[-1], minutes=-5)
    for meeting in held:
        assert (await there["aylin"].post(f"/meetings/{meeting}/outcome", data={"verdict": "no"})).is_redirect
    path = "/fairs/ruhr/meetings/results"
    assert (await there["edda"].get(path)).text.count("Shown as soon as 3 people have said something.") == 2
    for meeting, name in zip(held, ("bernd", "chloe"), strict=False):
        await there[name].post(f"/meetings/{meeting}/outcome", data={"verdict": "good"})
    assert (await there["edda"].get(path)).text.count("Shown as soon as 3 people have said something.") == 1


async def test_the_organiser_sees_sums_and_none_of_too_few_people(there: Scene) -> None:
    slots = await there.slots()
    first, second = await there.book(slots[0], "aylin", "bernd"), await there.book(slots[0], "chloe", "dev")
    await there.go_to(first, minutes=4)
    for meeting, names in ((first, ("aylin", "bernd")), (second, ("chloe",))):
        for name in names:
            await there[name].post(f"/meetings/{meeting}/enter")
    there.clock.advance(minutes=40)
    await there["aylin"].post(f"/meetings/{first}/outcome", data={"verdict": "good"})
    path = "/fairs/ruhr/meetings/results"
    text = (await there["edda"].get(path)).text
    assert "1 / 2 (50 %)" in text
    assert shares(text) == {"held": 1, "not over yet": 0, "over, and not held": 1, "called off": 0}
    assert text.count("Shown as soon as 3 people have said something.") == 2
    for name in ("bernd", "chloe"):
        meeting = first if name == "bernd" else second
        await there[name].post(f"/meetings/{meeting}/outcome", data={"verdict": "follow_up"})
    bars = re.findall(
        r'<progress value="([0-9]+)" max="([0-9]+)" aria-label="([^"]+)"', (await there["edda"].get(path)).text
    )
    assert ("1", "2", "Over, and held") in bars
    assert ("2", "3", "We follow up") in bars
    assert ("0", "3", "Not for us") in bars
    assert (await there["aylin"].get(path)).status_code == 404


def shares(text: str) -> dict[str, int]:
    """The words and numbers of the parts of a whole."""
    found = re.findall(r'<dt><span class="shares-dot[^>]*></span>([^<]+)</dt><dd class="figures">([0-9]+)</dd>', text)
    return {word: int(number) for word, number in found}
