"""The organiser's timetable: from wishes to booked meetings."""

import asyncio
import contextlib
import csv
import io
import re
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import func, select

from fairs import actions
from matching.running import end_session, running
from meetings import bookings
from meetings.model import Meeting
from meetings.pages.timetable import _csv
from meetings.timetable import runs, wishes
from meetings.timetable.model import MeetingWish, TimetableEntry, TimetableRun
from meetings.timetable.reading import Row
from people.model import Person
from server.kernel.jobs import GiveUpError
from tests.meetings.scene import Scene
from tests.support.trouble import expects_trouble

PATH = "/fairs/ruhr/meetings/timetable"


async def mails(there: Scene) -> dict[str, str]:
    """Everybody's address, by id."""
    async with there.kernel.database.read() as session:
        return {id: mail or "" for id, mail in await session.execute(select(Person.id, Person.email))}


async def bring(there: Scene, *lines: str) -> Any:
    """The organiser brings these lines of wishes."""
    content = "\n".join(["of,whom,kind,weight", *lines])
    return await there["edda"].post(f"{PATH}/wishes", files={"file": ("wishes.csv", content, "text/csv")})


async def last(there: Scene) -> TimetableRun:
    """The newest run."""
    async with there.kernel.database.read() as session:
        run = await session.scalar(select(TimetableRun).order_by(TimetableRun.made_at.desc(), TimetableRun.id.desc()))
    assert run is not None
    return run


async def make(there: Scene, **numbers: str) -> TimetableRun:
    """Have a timetable made, and wait for it."""
    assert (await there["edda"].post(PATH, data=numbers)).is_redirect
    await there.kernel.jobs.run_due()
    return await last(there)


async def four(there: Scene) -> list[str]:
    """Lines by which everybody but Edda would like to meet everybody."""
    mail = await mails(there)
    people = [mail[there.ids[name]] for name in ("aylin", "bernd", "chloe", "dev")]
    return [f"{one},{other},like,2" for one, other in combinations(people, 2)]


def test_a_name_is_no_formula_in_the_file_of_a_timetable() -> None:
    at = datetime(2026, 9, 15, 8, tzinfo=UTC)
    row = Row(at, at, "Ada;=1+1", "=Ben", "ada@example.org", "ben@example.org", booked=True, why="")
    [_, (_, _, *people)] = csv.reader(io.StringIO(_csv([row])))
    assert people == ["ada@example.org", "Ada;'=1+1", "ben@example.org", "'=Ben"]


async def test_sixty_people_get_from_wishes_to_booked_meetings_and_a_supplement(there: Scene) -> None:
    people = [await there.place.person(f"Guest Number {number}") for number in range(60)]
    await there.place.join(there.fair, *people)
    mail = await mails(there)
    wishes = [f"{mail[people[n]]},{mail[people[(n + d) % 60]]},like,{d}" for n in range(60) for d in (1, 2, 7)]
    assert (await bring(there, *wishes)).is_redirect
    run = await make(there)
    assert run.status in ("optimal", "feasible")
    assert run.distance is not None
    assert run.distance < 0.05
    page = (await there["edda"].get(PATH)).text
    assert "Provisional result" in page
    assert "Guest Number 7" in page
    assert not await there.meetings()
    for _twice in range(2):
        assert (await there["edda"].post(f"{PATH}/{run.id}/publish")).is_redirect
        await there.kernel.jobs.run_due()
    booked = await there.meetings()
    assert len(booked) == (await there["edda"].get(f"{PATH}/{run.id}/timetable.csv")).text.count("\n") - 1 > 150
    locks = await there.locks()
    assert len(locks) == len(set(locks)) == 2 * len(booked)
    # One is called off, and somebody comes late: what is booked stays, and the late one gets a meeting.
    async with there.kernel.database.write() as uow:
        await bookings.cancel(uow, await uow.session.get_one(Meeting, booked[0].id), by_id=people[0], reason="Ill")
    late = there.ids["dev"]
    assert (await bring(there, *wishes, f"{mail[late]},{mail[people[0]]},like,3")).is_redirect
    run = await make(there)
    async with there.kernel.database.read() as session:
        found = (await session.scalars(select(TimetableEntry).where(TimetableEntry.timetable_id == run.id))).all()
    assert any(late in (each.one_id, each.other_id) for each in found)
    await there["edda"].post(f"{PATH}/{run.id}/publish")
    await there.kernel.jobs.run_due()
    kept = [each for each in await there.meetings() if each.cancelled_at is None]
    assert {each.id for each in booked[1:]} <= {each.id for each in kept}


async def test_every_given_meeting_is_held_with_the_fewest_gaps_and_booked(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "SECONDS", 250.0)  # the proof ends it; two processes have to start before
    mail = await mails(there)
    assert "No meeting is given" in await packed(there)
    musts = [("aylin", "bernd"), ("chloe", "dev"), ("aylin", "chloe"), ("bernd", "dev"), ("aylin", "dev")]
    lines = [f"{mail[there.ids[one]]},{mail[there.ids[other]]},must," for one, other in musts]
    await bring(there, *lines, f"{mail[there.ids['bernd']]},{mail[there.ids['chloe']]},like,900")
    for name in ("aylin", "bernd", "chloe", "dev"):  # all on one day: over night nobody would wait
        day = {"day": "2026-09-16", "free": "no"}
        assert (await there[name].post("/fairs/ruhr/meetings/availability/day", data=day)).is_redirect
    page = await packed(there, tables="1")  # one at a time: Bernd meets Aylin and Dev, who meet in between
    run = await last(there)
    assert (run.status, run.objective, run.bound, run.gaps_apart) == ("optimal", 2, 2, 2)
    assert "no timetable has fewer gaps" in page
    rows = await entries(there, run)
    wanted = {frozenset((there.ids[one], there.ids[other])) for one, other in musts}
    assert {frozenset((each.one_id, each.other_id)) for each in rows} == wanted
    await there["edda"].post(f"{PATH}/{run.id}/publish")
    await there.kernel.jobs.run_due()
    assert len(await there.meetings()) == len(musts)


async def packed(there: Scene, **numbers: str) -> str:
    """Have a timetable of the given meetings made; the page that follows."""
    await make(there, goal="given", **numbers)
    return (await there["edda"].get(PATH)).text


async def test_wishes_that_cannot_be_kept_are_named(there: Scene) -> None:
    mail = await mails(there)
    one, other = mail[there.ids["aylin"]], mail[there.ids["bernd"]]
    for day in ("2026-09-15", "2026-09-16"):
        await there["aylin"].post("/fairs/ruhr/meetings/availability/day", data={"day": day, "free": "no"})
    await bring(there, f"{one},{other},must,1")
    assert (await make(there)).status == "infeasible"
    page = (await there["edda"].get(PATH)).text
    assert "Not everything can be kept together" in page
    assert "Aylin Demir and Bernd Kowalski" in page.replace("\n", " ") or "Bernd Kowalski and Aylin Demir" in page
    assert "cannot meet: they have no free time or no language in common, or one of them would rather not." in page
    assert "No timetable came out" in page
    assert "and make it again." in page, "what to do stands below it"
    assert "Provisional result" not in page
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.ids["edda"])).time_zone = "Asia/Baku"
    await there["bernd"].post("/fairs/ruhr/meetings/availability/day", data={"day": "2026-09-15", "free": "yes"})
    await there["aylin"].post("/fairs/ruhr/meetings/availability/day", data={"day": "2026-09-15", "free": "yes"})
    await make(there)
    assert re.search(r"15 Sept 2026, \d\d:\d\d UTC\+4 \(\d\d:\d\d in Berlin\)", (await there["edda"].get(PATH)).text)


async def test_a_killed_optimiser_goes_on_and_is_given_up_in_the_end(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bring(there, *await four(there))
    killed = 0

    class Dying:
        """A run whose process is killed as soon as it begins."""

        def __init__(self, job: Any, most: int) -> None:
            self.inner, self.most = running(job), most

        async def __aenter__(self) -> Any:
            nonlocal killed
            run = await self.inner.__aenter__()
            if killed < self.most:
                killed += 1
                end_session(run.pid)
            return run

        async def __aexit__(self, *what: Any) -> Any:
            return await self.inner.__aexit__(*what)

    monkeypatch.setattr(runs, "running", lambda job: Dying(job, 1))
    run = await make(there)
    assert run.attempts == 2
    assert run.status == "optimal"
    assert not run.failure
    killed = 0
    monkeypatch.setattr(runs, "running", lambda job: Dying(job, 9))
    run = await make(there)
    assert run.failure
    assert run.ended_at is not None
    assert "ended from outside several times" in (await there["edda"].get(PATH)).text


async def test_how_far_the_booking_is_stands_on_the_page_while_it_goes_on(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, book = asyncio.Event(), runs._book

    async def when_told(*what: Any) -> None:
        await go.wait()
        await book(*what)

    monkeypatch.setattr(runs, "_book", when_told)
    await bring(there, *await four(there))
    run = await make(there)
    edda = there["edda"]
    assert "none: it is the best possible" in (await edda.get(PATH)).text
    assert (await edda.get(f"{PATH}/progress")).status_code == 204, "nothing is being booked before it is published"
    await edda.post(f"{PATH}/{run.id}/publish")
    page = (await edda.get(PATH)).text
    assert f'data-import-progress="{PATH}/progress"' in page
    assert '<progress value="0" max="6" aria-label="The meetings are being booked">' in page
    assert "Mend it after changes" not in page
    assert "0 / 6" in (await edda.get(f"{PATH}/progress")).text
    go.set()
    await there.kernel.jobs.run_due()
    assert (await edda.get(f"{PATH}/progress")).status_code == 204
    page = (await edda.get(PATH)).text
    assert "6 meetings are booked." in page
    assert "Mend it after changes" in page
    assert "data-import-progress" not in page
    [one, *_] = await there.meetings()
    async with there.kernel.database.write() as uow:
        ill = await uow.session.get_one(Meeting, one.id)
        await bookings.cancel(uow, ill, by_id=there.ids["aylin"], reason="Ill")
    assert "5 meetings are booked." in (await edda.get(PATH)).text


async def test_what_was_taken_meanwhile_is_named_and_nobody_is_booked_twice(there: Scene) -> None:
    await bring(there, *await four(there))
    run = await make(there)
    async with there.kernel.database.read() as session:
        entry = (await session.scalars(select(TimetableEntry).where(TimetableEntry.timetable_id == run.id))).first()
    assert entry is not None
    slot = next(each for each in await there.slots() if each.id == entry.slot_id)
    name = next(name for name, id in there.ids.items() if id == entry.one_id)
    await there.book(slot, name, "edda")
    await there["edda"].post(f"{PATH}/{run.id}/publish")
    await there.kernel.jobs.run_due()
    assert "could not be booked any more" in (await there["edda"].get(PATH)).text
    locks = await there.locks()
    assert len(locks) == len(set(locks))


async def test_who_left_or_has_arranged_it_since_is_not_booked_by_a_timetable(there: Scene) -> None:
    await bring(there, *await four(there))
    run = await make(there)
    async with there.kernel.database.write() as uow:
        await actions.leave(uow, there.fair.id, there.ids["dev"])
    taken = {each.slot_id for each in await entries(there, run)}
    free = next(each for each in await there.slots() if each.id not in taken)
    own = await there.book(free, "aylin", "bernd")
    await there["edda"].post(f"{PATH}/{run.id}/publish")
    await there.kernel.jobs.run_due()
    whys = sorted(each.why for each in await entries(there, run))
    assert whys == ["", "", "away", "away", "away", "together"]
    assert len(await there.meetings()) == 3
    assert own in {each.id for each in await there.meetings()}
    page = (await there["edda"].get(PATH)).text
    assert "The two have another meeting ahead." in page


async def entries(there: Scene, run: TimetableRun) -> list[TimetableEntry]:
    """What a run found."""
    async with there.kernel.database.read() as session:
        return list(await session.scalars(select(TimetableEntry).where(TimetableEntry.timetable_id == run.id)))


async def test_one_timetable_at_a_time_is_made_and_can_be_stopped(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = asyncio.Event()

    @contextlib.asynccontextmanager
    async def patient(job: Any) -> AsyncIterator[Any]:
        await stopped.wait()
        async with running(job) as run:
            yield run

    monkeypatch.setattr(runs, "running", patient)
    await bring(there, *await four(there))
    assert (await there["edda"].post(PATH, data={})).is_redirect
    again = await there["edda"].post(PATH, data={})
    assert again.status_code == 422
    assert "being made already" in again.text
    run = await last(there)
    assert (await there["edda"].get(f"{PATH}/progress")).status_code == 200
    await there["edda"].post(f"{PATH}/{run.id}/stop")
    stopped.set()
    await asyncio.wait_for(there.kernel.jobs.run_due(), 60)
    assert (await last(there)).stopped_by_id == there.ids["edda"]
    assert (await there["edda"].get(f"{PATH}/progress")).status_code == 204


@expects_trouble
async def test_where_its_job_was_given_up_one_that_is_being_made_can_be_ended_and_another_one_begun(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = runs._begun

    async def gives_up(*_: Any) -> None:
        raise GiveUpError

    monkeypatch.setattr(runs, "_begun", gives_up)
    await bring(there, *await four(there))
    await there["edda"].post(PATH, data={})
    await there.kernel.jobs.run_due()
    assert await there.kernel.jobs.parked() == 1
    await there["edda"].post(f"{PATH}/{(await last(there)).id}/stop")
    assert "The optimiser was ended from outside" in (await there["edda"].get(PATH)).text
    monkeypatch.setattr(runs, "_begun", begun)
    assert (await make(there)).status == "optimal"


WRONG = [
    ("nobody@example.org,{b},like,1", "Not at this fair"),
    ("{a},{b},perhaps,1", "needs a kind"),
    ("{a},{b},like,nan", "A weight must be"),
    ("{a},{a},like,1", "meet themselves"),
    ("{a}", "cells"),
]


@pytest.mark.parametrize(("line", "said"), WRONG)
async def test_a_wrong_file_is_refused_whole(there: Scene, line: str, said: str) -> None:
    mail = await mails(there)
    answer = await bring(there, line.format(a=mail[there.ids["aylin"]], b=mail[there.ids["bernd"]]))
    assert answer.status_code == 422
    assert said in answer.text
    async with there.kernel.database.read() as session:
        assert not await session.scalar(select(func.count()).select_from(MeetingWish))


async def test_where_wishes_come_from_is_said_where_there_are_none(there: Scene) -> None:
    assert "under “Whom you wish to meet”" in (await there["edda"].get(PATH)).text
    refused = await there["edda"].post(f"{PATH}/wishes", files={"file": ("w.csv", "from,to\na,b", "text/csv")})
    assert "has no column “of”; needed are of, whom." in refused.text
    await bring(there, *await four(there))
    assert "under “Whom you wish to meet”" not in (await there["edda"].get(PATH)).text


async def test_who_is_shut_out_is_not_counted_among_those_who_have_wishes(there: Scene) -> None:
    def counted(text: str) -> list[str]:
        return re.findall(r"<dt>(?:People with wishes|Wishes)</dt>\s*<dd>(\d+)</dd>", text)

    await bring(there, *await four(there))
    assert counted((await there["edda"].get(PATH)).text) == ["4", "6"]
    await there.place.ban(there.fair, there.ids["chloe"], by=there.ids["edda"])
    assert counted((await there["edda"].get(PATH)).text) == ["3", "3"]


async def test_a_file_of_wishes_is_read_beside_the_event_loop(there: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    readers, read = [], wishes.read_wishes

    def noted(content: bytes) -> Any:
        readers.append(threading.current_thread())
        return read(content)

    monkeypatch.setattr(wishes, "read_wishes", noted)
    assert (await bring(there, *await four(there))).is_redirect
    assert len(readers) == 1
    assert readers[0] is not threading.current_thread()


async def test_people_say_and_take_back_their_own_wishes(there: Scene) -> None:
    path = f"/fairs/ruhr/meetings/wishes/{there.ids['bernd']}"
    assert (await there["aylin"].post(path, data={"wish": "must"})).is_redirect
    assert 'aria-pressed="true"' in (await there["aylin"].get(f"/fairs/ruhr/meetings/with/{there.ids['bernd']}")).text
    assert (await there.get(MeetingWish, (there.fair.id, there.ids["aylin"], there.ids["bernd"], False))).weight == 5
    assert (await there["aylin"].post(path, data={"wish": "always"})).status_code == 400
    assert (await there["aylin"].post(path, data={"wish": ""})).is_redirect
    assert (await there["aylin"].get(PATH)).status_code == 404
