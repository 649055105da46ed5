"""Meetings in calendars: invitations, the feed, and what hostile texts do there, which is nothing."""

import email
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ical.calendar import Calendar
from ical.event import Event, EventStatus
from ical.types.conference import Feature

from meetings.ics import Entry, Letterhead, feed, invitation
from meetings.jobs import take_step
from meetings.model import Meeting
from meetings.rules import STEPS
from tests.kernel_fixtures import NOON, browser_of
from tests.meetings.reader import read
from tests.meetings.scene import Scene

HEAD = Letterhead("Fairmatch <fair@example.org>", "fair.example.org")
ROOM = "https://fair.example.org/meetings/m1/room"
# What somebody typed, and what of it is read again where a property has one line.
HOSTILE = (
    ("Lunch\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:gotcha", "Lunch END:VEVENT BEGIN:VEVENT SUMMARY:gotcha"),
    ("a;b,c\\n d\\\\ \"q\" 'q' : =", "a;b,c\\n d\\\\ \"q\" 'q' : ="),
    (
        "BEGIN:VEVENT\nATTENDEE:mailto:x@example.org\nEND:VEVENT",
        "BEGIN:VEVENT ATTENDEE:mailto:x@example.org END:VEVENT",
    ),
    ("tab\tnull\x00bell\x07\x0b\x0c\x1c\u2028\u2029\x85end", "tab null bell end"),
    ("\u202e right to left, " + "ü" * 150 + " 😀" * 10, "right to left, " + "ü" * 150 + " 😀" * 10),
)


def entry(text: str, **changes: Any) -> Entry:
    times = {"starts_at": NOON, "ends_at": NOON + timedelta(minutes=20), "changed_at": NOON}
    values = times | {"summary": f"Meeting: {text}", "description": text} | changes
    return Entry("m1", 3, url=ROOM, **values)


@pytest.mark.parametrize(("text", "line"), HOSTILE, ids=("event", "signs", "attendee", "controls", "letters"))
def test_hostile_texts_are_read_as_what_they_are_and_as_nothing_else(text: str, line: str) -> None:
    invited = read(invitation(entry(text), HEAD, to="a@example.org", name=text)[1])
    followed = read(feed([entry(text)], HEAD, name=text))
    for calendar in (invited, followed):
        [event] = calendar.events
        assert (event.uid, event.summary, event.start, event.end) == (
            "m1@fair.example.org", f"Meeting: {line}", NOON, NOON + timedelta(minutes=20)
        )  # fmt: skip
        assert (event.description or "").split() == line.split()
        assert (calendar.todos, calendar.journal, event.alarm, event.extras) == ([], [], [], [])
    [attendee] = invited.events[0].attendees
    assert (attendee.uri, attendee.common_name) == ("mailto:a@example.org", line.replace('"', "'"))
    assert (followed.events[0].attendees, followed.events[0].organizer) == ([], None)
    assert [str(name) for name in followed.name] == [line]
    [title] = followed.extras
    assert title.name == "x-wr-calname"


def test_lines_of_a_description_stay_lines() -> None:
    for typed in ("one\r\ntwo\r\n\r\nfour", "one\ntwo\n\nfour"):
        [event] = read(feed([entry("", description=typed)], HEAD, name="")).events
        assert event.description == "one\ntwo\n\nfour"


def test_an_invitation_says_what_itip_wants() -> None:
    method, text = invitation(entry("Charging"), HEAD, to="aylin@example.org", name="Aylin Demir")
    calendar = read(text)
    [event] = calendar.events
    assert (method, calendar.method, calendar.version) == ("REQUEST", "REQUEST", "2.0")
    assert (event.sequence, event.dtstamp, event.status) == (3, NOON, EventStatus.CONFIRMED)
    [attendee] = event.attendees
    assert (attendee.uri, attendee.common_name, attendee.status, attendee.rsvp) == (
        "mailto:aylin@example.org", "Aylin Demir", "ACCEPTED", False
    )  # fmt: skip
    assert event.organizer is not None
    assert event.organizer.uri == "mailto:fair@example.org"
    assert rooms(event) == [(ROOM, [Feature.VIDEO])]
    method, text = invitation(entry("Charging", cancelled=True), HEAD, to="aylin@example.org", name="Aylin")
    calendar = read(text)
    assert (method, calendar.method, calendar.events[0].status) == ("CANCEL", "CANCEL", EventStatus.CANCELLED)
    assert calendar.events[0].uid == event.uid


def rooms(event: Event) -> list[tuple[str, list[Any]]]:
    """Where an event is held online, and what for."""
    return [(str(each.uri), each.feature) for each in event.conference]


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-03-28T09:00", "Europe/Berlin", "2026-03-28T08:00"),  # the day before clocks go forward
        ("2026-03-29T09:00", "Europe/Berlin", "2026-03-29T07:00"),
        ("2026-10-25T09:00", "Europe/Berlin", "2026-10-25T08:00"),  # the day on which they went back
        ("2026-11-01T09:00", "America/New_York", "2026-11-01T14:00"),
        ("2026-09-15T09:00", "Asia/Kathmandu", "2026-09-15T03:15"),
    ],
)
def test_another_program_shows_a_meeting_at_the_hour_that_was_meant(local: str, zone: str, utc: str) -> None:
    starts = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    said = entry("Charging", starts_at=starts, ends_at=starts + timedelta(minutes=20))
    [event] = read(feed([said], HEAD, name="")).events
    assert isinstance(event.start, datetime)
    assert event.start.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") == local
    assert event.end - event.start == timedelta(minutes=20)


def mails(there: Scene) -> list[EmailMessage]:
    """Every mail so far, in the order of their sending."""
    found = sorted((there.kernel.settings.data / "mail").glob("*.eml"))
    return [email.message_from_bytes(path.read_bytes(), policy=default) for path in found]  # type: ignore[misc]


def calendar_of(mail: EmailMessage) -> Any:
    part = next((each for each in mail.walk() if each.get_content_type() == "text/calendar"), None)
    if part is None:
        return None
    return part["content-type"].params["method"], read(part.get_content().replace("\r\n", "\n").replace("\n", "\r\n"))


def only(calendar: Calendar) -> Event:
    """The one event of a calendar."""
    [event] = calendar.events
    return event


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
    assert {only(calendar).uid for _, _, calendar in found} == {f"{meeting}@localhost"}
    assert all(calendar.method == method for _, method, calendar in found)
    for_each = {to: [(m, only(c).sequence, only(c).start) for t, m, c in found if t == to] for to, _, _ in found}
    first, then = slots[0].starts_at, slots[8].starts_at
    assert list(for_each.values()) == [[("REQUEST", 0, first), ("REQUEST", 1, then), ("CANCEL", 2, then)]] * 2


async def test_of_two_who_are_brought_at_once_the_others_hear_that_they_are_more(there: Scene) -> None:
    meeting = await there.book((await there.slots())[0], "aylin", "bernd")
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    before = len(mails(there))
    there.clock.advance(seconds=1)
    for name in ("chloe", "dev"):
        await there["aylin"].post(f"/meetings/{meeting}/bring", data={"person": there.ids[name]})
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    subjects = sorted(str(each["subject"]).split()[0] for each in mails(there)[before:])
    assert subjects == ["Meeting", "Meeting", "You", "You"]


@pytest.mark.parametrize("also_moved", [False, True])
async def test_who_is_brought_hears_of_a_new_meeting_and_the_others_of_who_joins_them(
    there: Scene, also_moved: bool
) -> None:
    slots = await there.slots()
    meeting = await there.book(slots[0], "aylin", "bernd")
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    before = len(mails(there))
    there.clock.advance(seconds=1)
    await there["aylin"].post(f"/meetings/{meeting}/bring", data={"person": there.ids["chloe"]})
    if also_moved:
        await there["aylin"].post(f"/meetings/{meeting}/move", data={"slot": slots[8].id})
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    found = mails(there)[before:]
    others = "New time" if also_moved else "You are more now"
    assert sorted(str(each["subject"]).partition(":")[0] for each in found) == sorted(
        [others, others, "Meeting with Aylin Demir, Bernd Kowalski"]
    )
    told = {(calendar.method, only(calendar).sequence) for _, calendar in map(calendar_of, found)}
    assert told == {("REQUEST", 2 if also_moved else 1)}


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
    meeting = await there.book(slots[0], "aylin", "bernd")
    await there["aylin"].post("/meetings/calendar/feed")
    page = (await there["aylin"].get("/meetings/calendar")).text
    path = page.partition('value="http://localhost:8000/calendar/')[2].partition('"')[0]
    async with browser_of(there.app) as stranger:
        answer = await stranger.get(f"/calendar/{path}")
        assert answer.headers["content-type"].startswith("text/calendar")
        calendar = read(answer.text)
        assert (calendar.method, calendar.refresh_interval) == ("PUBLISH", timedelta(minutes=30))
        assert only(calendar).summary == "Meeting: Bernd Kowalski (Stadtwerke Hagenow)"
        assert (only(calendar).start, only(calendar).end) == (slots[0].starts_at, slots[0].ends_at)
        assert rooms(only(calendar)) == [(f"http://localhost:8000/meetings/{meeting}/room", [Feature.VIDEO])]
        assert (await stranger.get(f"/calendar/{path[:-1]}x")).status_code == 404
        assert (await stranger.get("/calendar/nothing.at.all")).status_code == 404
        await there["aylin"].post("/meetings/calendar/feed/revoke")
        assert (await stranger.get(f"/calendar/{path}")).status_code == 404


async def test_a_file_for_the_calendar_is_for_who_takes_part(there: Scene) -> None:
    meeting = await there.book((await there.slots())[0], "aylin", "bernd")
    answer = await there["aylin"].get(f"/meetings/{meeting}/meeting.ics")
    assert "attachment" in answer.headers["content-disposition"]
    assert only(read(answer.text)).uid == f"{meeting}@localhost"
    for path in ("", "/room", "/meeting.ics"):
        assert (await there["chloe"].get(f"/meetings/{meeting}{path}")).status_code == 404


async def test_no_line_of_when_a_meeting_is_begins_with_a_dot(there: Scene) -> None:
    """When it is takes a line on a phone, and what followed it in the same one began the next."""
    meeting = await there.book((await there.slots())[0], "aylin", "bernd")
    page = (await there["aylin"].get(f"/meetings/{meeting}")).text
    head = page[page.index('<header class="page-head"') : page.index("</header>", page.index('class="page-head"'))]
    assert "times-day" in head
    assert "·" not in head
