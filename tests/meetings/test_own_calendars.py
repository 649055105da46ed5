"""One's own calendar blocks times: read in a job, whatever stands at its address."""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from meetings import calendar_worker, calendars, own_calendars
from meetings.bookings import ConflictError
from meetings.calendar_worker import StoppedError, read
from meetings.calendars import NoCalendarError, Window, busy
from meetings.grid import Span
from meetings.model import OwnCalendar
from server.kernel import fetch
from server.kernel.fetch import Fetched, FetchError
from server.kernel.outbox import OutboxRow
from tests.meetings.scene import Scene
from tests.support.hosts import HERE, knowing, saying, serving
from tests.support.patience import PATIENCE_S

BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = Window(Span(datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)), BERLIN)


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\nUID:{number}\r\n{each}\r\nEND:VEVENT\r\n" for number, each in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()


def local(spans: list[Span]) -> list[str]:
    return [f"{each.starts.astimezone(BERLIN):%d.%m. %H:%M}-{each.ends.astimezone(BERLIN):%H:%M}" for each in spans]


EVENTS = [
    ("DTSTART:20260915T070000Z\r\nDTEND:20260915T080000Z", ["15.09. 09:00-10:00"]),
    ("DTSTART;TZID=Europe/Berlin:20260915T090000\r\nDURATION:PT30M", ["15.09. 09:00-09:30"]),
    ("DTSTART:20260915T090000\r\nDTEND:20260915T093000", ["15.09. 09:00-09:30"]),  # on the owner's own clock
    ("DTSTART;VALUE=DATE:20260915", ["15.09. 00:00-00:00"]),  # the whole day
    # Weekly at nine, also after the clocks went back on 25 October, but not on the day that was taken out
    (
        "DTSTART;TZID=Europe/Berlin:20261012T090000\r\nDTEND;TZID=Europe/Berlin:20261012T100000\r\n"
        "RRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE;TZID=Europe/Berlin:20261019T090000",
        ["12.10. 09:00-10:00", "26.10. 09:00-10:00", "02.11. 09:00-10:00"],
    ),
    # Twice beside the first time, of which one was taken out
    (
        "DTSTART:20260915T070000Z\r\nDTEND:20260915T080000Z\r\nRDATE:20260916T070000Z,20260917T070000Z\r\n"
        "RDATE;VALUE=PERIOD:20260918T070000Z/PT1H\r\nEXDATE:20260917T070000Z",
        ["15.09. 09:00-10:00", "16.09. 09:00-10:00", "18.09. 09:00-10:00"],
    ),
    # A list that nobody can read takes nothing away
    ("DTSTART:20260915T070000Z\r\nDTEND:20260915T080000Z\r\nEXDATE:\r\nRDATE:banana", ["15.09. 09:00-10:00"]),
    # Every day for half a life
    (
        "DTSTART;TZID=Europe/Berlin:19900101T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;UNTIL=20260902T220000Z",
        ["01.09. 09:00-10:00", "02.09. 09:00-10:00"],
    ),
    ("DTSTART:20260915T070000Z\r\nDTEND:20260915T080000Z\r\nTRANSP:TRANSPARENT", []),
    ("DTSTART:20260915T070000Z\r\nDTEND:20260915T080000Z\r\nSTATUS:CANCELLED", []),
    ("DTSTART:20260915T080000Z\r\nDTEND:20260915T070000Z", []),
    ("DTSTART:nonsense\r\nDTEND:20260915T070000Z", []),
    ("SUMMARY:no time at all", []),
    ("DTSTART:00010101T000000\r\nDURATION:PT1H", []),  # as calendars write that there is no day
    ("DTSTART;TZID=America/New_York:99991231T230000\r\nDURATION:PT30M", []),
    # What repeats each second blocks nothing, and takes no time
    ("DTSTART:19700101T000000Z\r\nDTEND:19700101T000001Z\r\nRRULE:FREQ=SECONDLY", []),
    ("DTSTART:20260101T000000Z\r\nDTEND:20260101T010000Z\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9", []),
]


WEEKLY = "DTSTART;TZID=Europe/Berlin:20260901T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=4"
ON_THE_15TH = "RECURRENCE-ID;TZID=Europe/Berlin:20260915T100000\r\n"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("DTSTART;TZID=Europe/Berlin:20260915T160000\r\nDURATION:PT1H", ["15.09. 16:00-17:00"]),  # moved
        ("DTSTART:20260915T080000Z\r\nDURATION:PT1H\r\nSTATUS:CANCELLED", []),
        ("STATUS:CANCELLED", []),
        ("DTSTART:20260915T080000Z\r\nDURATION:PT1H\r\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20260915T080000Z\r\nDURATION:PT30M", ["15.09. 10:00-10:30"]),
        ("DTSTART:banana\r\nDURATION:PT30M", ["15.09. 10:00-11:00"]),  # nobody knows when: as it was
    ],
)
@pytest.mark.parametrize("at_first", [True, False])
def test_a_time_of_a_series_that_was_changed_is_as_it_is_told_by_itself(
    told: str, expected: list[str], at_first: bool
) -> None:
    events = [f"UID:weekly\r\n{WEEKLY}", f"UID:weekly\r\n{ON_THE_15TH}{told}"]
    body = "".join(f"BEGIN:VEVENT\r\n{each}\r\nEND:VEVENT\r\n" for each in (events[::-1] if at_first else events))
    found = busy(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode(), WINDOW)
    others = ["01.09. 10:00-11:00", "08.09. 10:00-11:00", "22.09. 10:00-11:00"]
    assert local(found) == sorted(others + expected)


def test_another_series_keeps_the_time_that_one_has_moved() -> None:
    moved = f"{ON_THE_15TH}DTSTART;TZID=Europe/Berlin:20260915T160000\r\nDURATION:PT1H"
    assert "15.09. 10:00-11:00" in local(busy(calendar(WEEKLY, moved), WINDOW))


@pytest.mark.parametrize(("event", "expected"), EVENTS)
def test_a_calendar_is_busy_when_it_says_so(event: str, expected: list[str]) -> None:
    assert local(busy(calendar(event), WINDOW)) == expected


def test_times_that_touch_are_one() -> None:
    found = busy(calendar(
        "DTSTART:20260915T070000Z\r\nDTEND:20260915T080000Z", "DTSTART:20260915T073000Z\r\nDTEND:20260915T090000Z",
        "DTSTART:20260915T090000Z\r\nDTEND:20260915T093000Z"), WINDOW)  # fmt: skip
    assert local(found) == ["15.09. 09:00-11:30"]


def test_an_only_event_that_takes_too_long_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    times, taken = calendars._times, [0.0]

    def long(*event: Any) -> list[Span]:
        taken.append(calendars.READ_S + 1)
        return times(*event)

    monkeypatch.setattr(calendars, "_times", long)
    monkeypatch.setattr(calendars.time, "thread_time", lambda: taken[-1])
    with pytest.raises(NoCalendarError):
        busy(calendar("DTSTART:20260915T070000Z\r\nDTEND:20260915T080000Z"), WINDOW)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"\xff\xfe\x00", b"BEGIN:VTODO\r\nEND:VTODO\r\n", b"BEGIN:VCALENDAR"]
)
def test_what_is_no_calendar_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(NoCalendarError):
        busy(content, WINDOW)


async def test_a_calendar_is_read_beside_the_server_as_it_stands() -> None:
    for event, expected in EVENTS[3:6]:
        assert local(await read(calendar(event), WINDOW)) == expected
    assert await read(calendar(), WINDOW) == []
    with pytest.raises(NoCalendarError):
        await read(b"<html>", WINDOW)


async def test_a_calendar_that_cannot_be_read_in_time_is_given_up_with_its_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, start = [], asyncio.create_subprocess_exec

    async def starting(*command: Any, **how: Any) -> Any:
        begun.append(await start(*command, **how))
        return begun[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", starting)
    monkeypatch.setattr(calendar_worker, "WAITED_S", 0.0)
    with pytest.raises(NoCalendarError):
        await read(calendar(), WINDOW)
    assert begun[0].returncode is not None


def instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: str) -> None:
    """Have the process that reads calendars do this instead."""
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n{deed}\n")
    program.chmod(0o700)
    monkeypatch.setattr(calendar_worker, "sys", SimpleNamespace(executable=str(program)))


@pytest.mark.parametrize("how", ["TERM", "INT"])
async def test_a_calendar_is_not_called_none_as_the_server_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    # Not by the shell: where the tests run in the background they are told to ignore SIGINT, and so is all they start.
    ends = f"import os, signal; signal.signal(signal.SIG{how}, signal.SIG_DFL); os.kill(os.getpid(), signal.SIG{how})"
    instead(tmp_path, monkeypatch, f"exec '{sys.executable}' -c '{ends}'")
    with pytest.raises(StoppedError):
        await read(calendar(), WINDOW)


async def test_a_fault_of_what_reads_calendars_is_told_to_the_operator(
    there: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(tmp_path, monkeypatch, "exit 1")

    async def fetch(url: str, **_: Any) -> Fetched:
        return Fetched(url, 200, calendar(), "text/calendar", "", "")

    monkeypatch.setattr(there.kernel.fetcher, "fetch", fetch)
    with capture_logs() as told:
        await there["bernd"].post("/meetings/calendar/own", data={"url": "https://calendar.example/b.ics"})
        await there.kernel.jobs.run_due()
    assert [one["reason"] for one in told if one["event"] == "calendar_worker_failed"] == ["ended with code 1"]


async def test_a_calendar_blocks_times_and_lets_them_go_again(there: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = await there.slots()
    content = calendar(f"DTSTART:{slots[0].starts_at:%Y%m%dT%H%M%SZ}\r\nDURATION:PT20M")

    async def fetch(url: str, **_: Any) -> Fetched:
        return Fetched(url, 200, content, "text/calendar", "", "")

    monkeypatch.setattr(there.kernel.fetcher, "fetch", fetch)
    await there["bernd"].post("/meetings/calendar/own", data={"url": "webcal://calendar.example/b.ics"})
    await there.kernel.jobs.run_due()
    with pytest.raises(ConflictError, match="calendar"):
        await there.book(slots[0], "aylin", "bernd")
    page = (await there["aylin"].get(f"/fairs/ruhr/meetings/with/{there.ids['bernd']}")).text
    assert "the other one is not free" in page  # and not why
    assert "busy by your calendar" in (await there["bernd"].get("/fairs/ruhr/meetings/availability")).text
    content = calendar()
    there.clock.advance(hours=1, minutes=1)
    await there.kernel.jobs.run_due()
    await there.book(slots[0], "aylin", "bernd")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/x", "http://[::1]/", "http://169.254.169.254/latest", "http://0/"]
)
async def test_nothing_is_fetched_from_ones_own_network(there: Scene, url: str) -> None:
    await there["bernd"].post("/meetings/calendar/own", data={"url": url})
    await there.kernel.jobs.run_due()
    own: OwnCalendar = await there.get(OwnCalendar, there.ids["bernd"])
    assert own.problem == "address"
    assert "no public web address" in (await there["bernd"].get("/meetings/calendar")).text


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x/", "javascript:alert(1)", "", "http://u:p@x.example/"]
)
async def test_what_is_no_web_address_is_refused_at_once(there: Scene, url: str) -> None:
    answer = await there["bernd"].post("/meetings/calendar/own", data={"url": url})
    assert answer.status_code == 422


async def test_calendars_that_hang_are_given_up_and_keep_nothing_else_waiting(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "WHOLE_S", 5.0)
    monkeypatch.setitem(fetch._PATIENCE, "timeout", {})  # nothing else gives them up
    asked, told, over = asyncio.Queue[str](), asyncio.Event(), asyncio.Event()

    async def hangs(head: str, _writer: asyncio.StreamWriter) -> None:
        asked.put_nowait(head)
        await over.wait()

    async def tell(_payload: dict[str, Any]) -> None:
        told.set()

    there.kernel.jobs.register("tell", tell)
    async with hosts_of(there, serving(hangs)) as port:
        async with there.kernel.database.write() as uow:
            for name in there.ids.values():
                await own_calendars.connect(uow, name, f"http://own.example:{port}/")
            uow.enqueue("tell", {})  # due after all of them
        reading = asyncio.create_task(there.kernel.jobs.run_due())
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(own_calendars.AT_ONCE):
                await asked.get()
            await told.wait()
            assert not reading.done()  # they hang still
            monkeypatch.setattr(fetch, "WHOLE_S", 0.5)  # of those that follow nobody need hear
            await reading
        over.set()
    for name in there.ids.values():
        own: OwnCalendar = await there.get(OwnCalendar, name)
        assert own.problem == "unreachable"


async def test_a_calendar_that_leads_inwards_later_is_not_followed(there: Scene) -> None:
    """By a redirect, or by its name: what stands for a public host today may stand for one in our network tomorrow."""
    slots = await there.slots()
    secret: list[str] = []

    async def inside(head: str, writer: asyncio.StreamWriter) -> None:
        secret.append(head)
        await saying(b"")(head, writer)

    content = calendar(f"DTSTART:{slots[0].starts_at:%Y%m%dT%H%M%SZ}\r\nDURATION:PT20M")
    async with serving(inside) as ours, hosts_of(there, serving(saying(content))) as port:
        await there["bernd"].post("/meetings/calendar/own", data={"url": f"http://own.example:{port}/b.ics"})
        redirect = saying(b"", "302 Found", location=f"http://inside.example:{ours}/")
        async with serving(redirect) as elsewhere:
            await there["chloe"].post("/meetings/calendar/own", data={"url": f"http://own.example:{elsewhere}/c.ics"})
            await there.kernel.jobs.run_due()
        assert await problems(there, "bernd", "chloe") == [None, "address"]
        there.kernel.fetcher._own_hosts = frozenset()  # its name stands for our own network now
        there.clock.advance(hours=1, minutes=1)
        await there.kernel.jobs.run_due()
        assert await problems(there, "bernd", "chloe") == ["address", "address"]
        with pytest.raises(ConflictError, match="calendar"):  # what was read stays
            await there.book(slots[0], "aylin", "bernd")
    assert secret == []


async def problems(there: Scene, *names: str) -> list[str | None]:
    return [(await there.get(OwnCalendar, there.ids[name])).problem for name in names]


@asynccontextmanager
async def hosts_of(there: Scene, host: AbstractAsyncContextManager[int]) -> AsyncIterator[int]:
    """own.example is public for the application, though it stands here; everything else stands here, too."""
    fetcher = there.kernel.fetcher
    fetcher._own_hosts, fetcher._resolve = frozenset({"own.example"}), knowing(own=[HERE], inside=[HERE])
    async with host as port:
        yield port


async def test_another_address_leaves_the_old_ones_jobs_without_effect(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def fetch(url: str, **_: Any) -> Fetched:
        asked.append(url)
        return Fetched(url, 200, calendar(), "text/calendar", "", "")

    monkeypatch.setattr(there.kernel.fetcher, "fetch", fetch)
    async with there.kernel.database.write() as uow:  # in one: no worker reads the first before there is the second
        for name in ("a", "b"):
            await own_calendars.connect(uow, there.ids["bernd"], f"https://{name}.example/")
            await uow.session.flush()
    await there.kernel.jobs.run_due()
    there.clock.advance(seconds=timedelta(hours=1, minutes=1).total_seconds())
    await there.kernel.jobs.run_due()
    assert asked == ["https://b.example/"] * 2


async def test_a_calendar_that_is_read_twice_at_once_has_one_next_reading(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies after it has read, and before it says so, leaves the job to another one."""

    async def fetch(url: str, **_: Any) -> Fetched:
        return Fetched(url, 200, calendar(), "text/calendar", "", "")

    monkeypatch.setattr(there.kernel.fetcher, "fetch", fetch)
    async with there.kernel.database.write() as uow:
        await own_calendars.connect(uow, there.ids["bernd"], "https://calendar.example/b.ics")
    await there.kernel.jobs.run_due()
    there.clock.advance(seconds=7)
    async with there.kernel.database.write() as uow:
        own = await uow.session.get_one(OwnCalendar, there.ids["bernd"])
        uow.enqueue(own_calendars.JOB, {"person_id": own.person_id, "id": own.id})
    await there.kernel.jobs.run_due()
    async with there.kernel.database.read() as session:
        waiting = select(OutboxRow).where(OutboxRow.job == own_calendars.JOB, OutboxRow.due_at.is_not(None))
        assert len(list(await session.scalars(waiting))) == 1


async def test_a_calendar_that_cannot_be_read_for_long_is_asked_ever_less_often(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []
    answers = False

    async def fetch(url: str, **_: Any) -> Fetched:
        asked.append(there.clock.now())
        if not answers:
            raise FetchError("status", "404")
        return Fetched(url, 200, calendar(), "text/calendar", "", "")

    async def hours(count: int) -> list[int]:
        """Pass, and say after how many hours it was asked each time."""
        for _ in range(count):
            there.clock.advance(hours=1)
            await there.kernel.jobs.run_due()
        return [round((later - sooner) / timedelta(hours=1)) for sooner, later in itertools.pairwise(asked)]

    monkeypatch.setattr(there.kernel.fetcher, "fetch", fetch)
    async with there.kernel.database.write() as uow:
        await own_calendars.connect(uow, there.ids["bernd"], "https://calendar.example/b.ics")
    await there.kernel.jobs.run_due()
    assert await hours(80) == [1, 2, 4, 8, 16, 24, 24]
    assert await problems(there, "bernd") == ["unreachable"]
    answers = True
    assert (await hours(27))[-5:] == [24, 1, 1, 1, 1]


async def test_who_presses_twice_connects_one_calendar(there: Scene) -> None:
    async with there.kernel.database.write() as uow:
        await own_calendars.connect(uow, there.ids["aylin"], "https://calendar.example/first.ics")
        await uow.session.flush()
        data = {"url": "https://calendar.example/second.ics"}
        again = asyncio.create_task(there["aylin"].post("/meetings/calendar/own", data=data))
        await asyncio.wait([again], timeout=0.3)
    assert (await again).is_redirect
    own: OwnCalendar = await there.get(OwnCalendar, there.ids["aylin"])
    assert own.url == "https://calendar.example/second.ics"
