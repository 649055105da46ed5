"""Meetings in calendars: invitations, the feed, and what hostile texts do there, which is nothing."""

import email
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from meetings.ics import Entry, Letterhead, feed, invitation
from meetings.jobs import take_step
from meetings.model import Meeting
from meetings.rules import STEPS
from tests.kernel_fixtures import NOON, browser_of
from tests.meetings.lines import read
from tests.meetings.scene import Scene

HEAD = Letterhead("Fairmatch <fair@example.org>", "fair.example.org")
HOSTILE = (
    "Lunch\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:gotcha",
    "a;b,c\\n d\\\\ \"q\" 'q' : =",
    "BEGIN:VEVENT\nATTENDEE:mailto:x@example.org\nEND:VEVENT",
    "tab\tnull\x00bell\x07\x0b\x0c\x1c\u2028\u2029\x85end",
    "\u202e right to left, " + "ü" * 200 + " 😀" * 40,
)


def entry(text: str, **changes: Any) -> Entry:
    values = {"summary": f"Meeting: {text}", "description": text} | changes
    return Entry("m1", 3, NOON, NOON, NOON, url="https://fair.example.org/meetings/m1/room", **values)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_within_their_property(text: str) -> None:
    for made in (invitation(entry(text), HEAD, to="a@example.org", name=text)[1], feed([entry(text)], HEAD, name=text)):
        calendar = read(made)
        [event] = calendar.parts
        assert event.parts == []
        assert event["UID"] == "m1@fair.example.org"
        assert event.text("SUMMARY").startswith("Meeting: ")
        assert {name for name, _, _ in event.lines} <= {
            "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "STATUS", "URL", "LOCATION",
            "CONFERENCE", "ORGANIZER", "ATTENDEE",
        }  # fmt: skip


def test_an_invitation_says_what_itip_wants() -> None:
    method, text = invitation(entry("Charging"), HEAD, to="aylin@example.org", name="Aylin Demir")
    calendar = read(text)
    [event] = calendar.parts
    assert (method, calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "REQUEST", "2.0")
    assert (event["SEQUENCE"], event["DTSTART"], event["STATUS"]) == ("3", "20260914T120000Z", "CONFIRMED")
    assert event["ATTENDEE"] == "mailto:aylin@example.org"
    assert event.parameters("ATTENDEE") == {"CN": "Aylin Demir", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    assert event["ORGANIZER"] == "mailto:fair@example.org"
    assert event["CONFERENCE"] == "https://fair.example.org/meetings/m1/room"
    assert event.parameters("CONFERENCE")["VALUE"] == "URI"
    method, text = invitation(entry("Charging", cancelled=True), HEAD, to="aylin@example.org", name="Aylin")
    assert (method, read(text).parts[0]["STATUS"]) == ("CANCEL", "CANCELLED")


def mails(there: Scene) -> list[EmailMessage]:
    """Every mail so far, in the order of their sending."""
    found = sorted((there.kernel.settings.data / "mail").glob("*.eml"))
    return [email.message_from_bytes(path.read_bytes(), policy=default) for path in found]  # type: ignore[misc]


def calendar_of(mail: EmailMessage) -> Any:
    part = next((each for each in mail.walk() if each.get_content_type() == "text/calendar"), None)
    if part is None:
        return None
    return part["content-type"].params["method"], read(part.get_content().replace("\r\n", "\n").replace("\n", "\r\n"))


async def test_booking_moving_and_calling_off_reach_both_calendars_with_one_uid(there: Scene) -> None:
    slots = await there.slots()
    meeting = await there.book(slots[0], "aylin", "bernd")
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    await there["aylin"].post(f"/meetings/{meeting}/move", data={"slot": slots[8].id})
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    await there["bernd"].post(f"/meetings/{meeting}/cancel", data={"reason": "Ill\r\nBEGIN:VEVENT"})
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    found = [(mail["to"], *calendar_of(mail)) for mail in mails(there)]
    assert len(found) == 6
    assert {calendar.parts[0]["UID"] for _, _, calendar in found} == {f"{meeting}@localhost"}
    for_each = {to: [(m, c.parts[0]["SEQUENCE"]) for t, m, c in found if t == to] for to, _, _ in found}
    assert list(for_each.values()) == [[("REQUEST", "0"), ("REQUEST", "1"), ("CANCEL", "2")]] * 2
    assert all(len(calendar.parts) == 1 for _, _, calendar in found)


async def test_who_books_and_calls_off_in_one_breath_writes_to_nobody(there: Scene) -> None:
    slots = await there.slots()
    meeting = await there.book(slots[0], "aylin", "bernd")
    await there["aylin"].post(f"/meetings/{meeting}/cancel", data={"reason": ""})
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    assert mails(there) == []


async def test_reminders_go_out_once_whoever_asks_and_however_often(there: Scene) -> None:
    slots = await there.slots()
    meeting = await there.book(slots[7], "aylin", "bernd")  # on Wednesday, more than a day ahead
    for kind, after in STEPS[:4]:
        await there.go_to(meeting, seconds=-after.total_seconds() - 1)
        await there.kernel.jobs.run_due()
        row: Meeting = await there.get(Meeting, meeting)
        async with there.kernel.database.write() as uow:  # a worker that died after its commit: the job comes again
            again = {"meeting_id": meeting, "sequence": row.sequence, "kind": kind}
            await take_step(there.app.state.meetings, uow, again)
        await there.kernel.jobs.run_due()
    subjects = sorted(str(mail["subject"]).partition(":")[0] for mail in mails(there))
    assert subjects == ["In an hour"] * 2 + [s for s in subjects if s.startswith("Meeting with")] + ["Tomorrow"] * 2
    assert len(subjects) == 6


async def test_a_moved_meeting_is_reminded_of_at_its_new_time_only(there: Scene) -> None:
    slots = await there.slots()
    meeting = await there.book(slots[7], "aylin", "bernd")
    await there["aylin"].post(f"/meetings/{meeting}/move", data={"slot": slots[13].id})
    there.clock.advance(seconds=(slots[7].starts_at - there.clock.now()).total_seconds())
    await there.kernel.jobs.run_due()
    kinds = [str(mail["subject"]).partition(":")[0] for mail in mails(there)]
    assert kinds.count("In an hour") == 0
    assert kinds.count("Tomorrow") == 2


async def test_the_feed_is_read_without_signing_in_until_it_is_revoked(there: Scene) -> None:
    slots = await there.slots()
    await there.book(slots[0], "aylin", "bernd")
    await there["aylin"].post("/meetings/calendar/feed")
    page = (await there["aylin"].get("/meetings/calendar")).text
    path = page.partition('value="http://localhost:8000/calendar/')[2].partition('"')[0]
    async with browser_of(there.app) as stranger:
        answer = await stranger.get(f"/calendar/{path}")
        assert answer.headers["content-type"].startswith("text/calendar")
        assert "Bernd Kowalski" in read(answer.text).parts[0].text("SUMMARY")
        assert (await stranger.get(f"/calendar/{path[:-1]}x")).status_code == 404
        assert (await stranger.get("/calendar/nothing.at.all")).status_code == 404
        await there["aylin"].post("/meetings/calendar/feed/revoke")
        assert (await stranger.get(f"/calendar/{path}")).status_code == 404


async def test_a_file_for_the_calendar_is_for_who_takes_part(there: Scene) -> None:
    meeting = await there.book((await there.slots())[0], "aylin", "bernd")
    answer = await there["aylin"].get(f"/meetings/{meeting}/meeting.ics")
    assert "attachment" in answer.headers["content-disposition"]
    assert len(read(answer.text).parts) == 1
    for path in ("", "/room", "/meeting.ics"):
        assert (await there["chloe"].get(f"/meetings/{meeting}{path}")).status_code == 404
