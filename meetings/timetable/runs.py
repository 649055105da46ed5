"""Making a timetable: begun, stopped and published by the organiser, done by jobs.

A run's result is written down as it gets better. A worker that dies leaves the last full copy; whoever takes the job
over goes on from there. Publishing books each meeting in a transaction of its own through the locks of any booking,
and notes at each entry what became of it, so that it can be cut off anywhere, too.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from fairs.model import Fair
from matching.plans.forms import as_json
from matching.plans.model import Meeting as Two
from matching.plans.model import Problem, Timetable
from matching.refusal import BadInputError
from matching.running import CrashedError, running
from meetings import bookings
from meetings.bookings import ConflictError, Wanted
from meetings.model import Plan
from meetings.parts import Meetings
from meetings.timetable import repairs
from meetings.timetable.building import PEOPLE_MOST, build, build_repair, given
from meetings.timetable.model import TimetableEntry, TimetableRun
from meetings.timetable.progress import PUBLISH_JOB, booking
from meetings.timetable.standing import unfit
from people.text import UnacceptableError
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.outbox import waits
from web.i18n import N_

MAKE_JOB = "meetings.timetable.make"
# How long the optimiser may look for something better, and how near to the best possible is near enough.
SECONDS, GAP = 60.0, 0.001
# Meetings of a timetable for the fewest gaps, above the largest published event: the clauses of 300 take half a GB
# in each of two processes, and their proof seldom comes within the time.
GIVEN_MOST = 300
# One process looks for a better timetable, the other one for the proof that there is none.
SIDES = 2
# A process that dies so often dies of what it was given.
ATTEMPTS_MOST = 3
MAKE_LIMIT_S, PUBLISH_LIMIT_S = 900.0, 3_600.0

BROKE_OFF = N_("The optimiser was ended from outside several times. The best so far is kept.")
NOT_UNDERSTOOD = N_("The optimiser could not read what it was given.")
TOO_MANY = N_("More people have wishes than one timetable can hold.")
NONE_GIVEN = N_("No meeting is given: bring wishes of the kind “must”, or pin two people to a time.")
TOO_MANY_GIVEN = N_("More than 300 meetings are given. Make the timetable from wishes, or in the command line.")


async def start(uow: UnitOfWork, fair: Fair, *, tables: int | None, least: int, by_id: str) -> TimetableRun:
    """Have a timetable made from wishes. Raises UnacceptableError while another one of the fair is being made."""
    return await _start(uow, TimetableRun(fair_id=fair.id, tables=tables, least=least, made_by_id=by_id))


async def pack(uow: UnitOfWork, fair: Fair, *, tables: int | None, apart: int, by_id: str) -> TimetableRun:
    """Have a timetable made that holds every given meeting with the fewest gaps, of which two people have `apart` more
    or fewer at most. Raises UnacceptableError as `start` does."""
    run = TimetableRun(fair_id=fair.id, tables=tables, least=0, gaps_apart=apart, made_by_id=by_id)
    return await _start(uow, run)


async def mend(uow: UnitOfWork, fair: Fair, mends: TimetableRun, *, by_id: str) -> TimetableRun:
    """Look for the smallest change of a published timetable. Raises UnacceptableError as `start` does, and while it is
    still being booked: what is found then would leave out what is not booked yet."""
    under_way = await booking(uow.session, mends)
    if under_way is not None and under_way.goes_on:
        raise UnacceptableError(N_("The meetings are still being booked. Mend the timetable when that is done."))
    run = TimetableRun(fair_id=fair.id, mends_id=mends.id, tables=mends.tables, least=mends.least, made_by_id=by_id)
    return await _start(uow, run)


async def _start(uow: UnitOfWork, run: TimetableRun) -> TimetableRun:
    run.id, run.made_at = new_id(), uow.clock.now()
    uow.session.add(run)
    try:
        await uow.session.flush()
    except IntegrityError:
        raise UnacceptableError(N_("A timetable is being made already.")) from None
    uow.enqueue(MAKE_JOB, {"run_id": run.id})
    return run


async def stop(uow: UnitOfWork, run: TimetableRun, *, by_id: str) -> None:
    """Ask for the best so far. Where its job was given up nobody else ends it, and no other one could begin."""
    await uow.session.refresh(run, with_for_update=True)  # one that ends just now has not broken off
    if run.ended_at is not None:
        return
    if run.stopped_at is None:
        run.stopped_at, run.stopped_by_id = uow.clock.now(), by_id
    if not await waits(uow.session, MAKE_JOB, "run_id", run.id):
        _break_off(uow, run)


async def publish(uow: UnitOfWork, run: TimetableRun, *, by_id: str) -> None:
    """Have what was found be booked, or the rest where the job was given up. Twice is once; what mends a timetable is
    applied, not published."""
    await uow.session.refresh(run, with_for_update=True)
    if run.ended_at is None or run.mends_id is not None:
        return
    if run.published_at is not None:
        under_way = await booking(uow.session, run)
        if under_way is None or under_way.goes_on:
            return
    else:
        run.published_at, run.published_by_id = uow.clock.now(), by_id
    uow.enqueue(PUBLISH_JOB, {"run_id": run.id})


def register(meetings: Meetings) -> None:
    """Have these jobs done."""

    async def make(payload: dict[str, Any]) -> None:
        await _make(meetings, payload["run_id"])

    async def book(payload: dict[str, Any]) -> None:
        await _book_all(meetings, payload["run_id"])

    meetings.kernel.jobs.register(MAKE_JOB, make, limit_s=MAKE_LIMIT_S)
    meetings.kernel.jobs.register(PUBLISH_JOB, book, limit_s=PUBLISH_LIMIT_S)


async def _make(meetings: Meetings, run_id: str) -> None:
    while (job := await _begun(meetings, run_id)) is not None:
        try:
            async with running(job) as process:
                async for line in process.progress():
                    if await _noted(meetings, run_id, line):
                        process.stop()
        except CrashedError:
            continue
        except BadInputError:
            await _end(meetings, run_id, NOT_UNDERSTOOD)


async def _begun(meetings: Meetings, run_id: str) -> Mapping[str, Any] | None:
    """The solver's job, from the last copy on; None: the run is at its end."""
    async with meetings.kernel.database.write() as uow:
        run = await uow.session.get(TimetableRun, run_id, with_for_update=True)
        if run is None or run.ended_at is not None:
            return None
        run.attempts += 1
        if run.attempts > ATTEMPTS_MOST:
            _break_off(uow, run)
            return None
        return await _job(uow, run)


def _break_off(uow: UnitOfWork, run: TimetableRun) -> None:
    run.ended_at, run.failure = uow.clock.now(), BROKE_OFF if run.mends_id is None else repairs.BROKE_OFF


async def _job(uow: UnitOfWork, run: TimetableRun) -> Mapping[str, Any] | None:
    plan = await uow.session.get_one(Plan, run.fair_id)
    fair = await uow.session.get_one(Fair, run.fair_id)
    if run.mends_id is not None:
        problem, before = await build_repair(uow.session, fair, plan, run, uow.clock.now())
    else:
        problem, before = await build(uow.session, fair, plan, run, uow.clock.now()), await _begun_with(uow, run)
    if len(problem.people) > PEOPLE_MOST:
        run.ended_at, run.failure = uow.clock.now(), TOO_MANY
        return None
    if run.mends_id is not None:
        return repairs.job(problem, before, stopped=run.stopped_at is not None)
    job = _packing(uow, run, problem) if run.gaps_apart is not None else _choosing(problem)
    times = {each.id for each in problem.slots}
    begun = Timetable([each for each in before.meetings if each.slot in times])
    return job and job | ({"start": as_json(begun)} if begun.meetings else {})


def _choosing(problem: Problem) -> dict[str, Any]:
    return {"kind": "plan", "problem": as_json(problem), "seconds": SECONDS, "gap": GAP}


def _packing(uow: UnitOfWork, run: TimetableRun, problem: Problem) -> dict[str, Any] | None:
    count = len(given(problem))
    if not 0 < count <= GIVEN_MOST:
        run.ended_at, run.failure = uow.clock.now(), TOO_MANY_GIVEN if count else NONE_GIVEN
        return None
    job = {"kind": "agreed", "problem": as_json(problem), "fairness": run.gaps_apart}
    return job | {"seconds": SECONDS, "workers": SIDES}


async def _begun_with(uow: UnitOfWork, run: TimetableRun) -> Timetable:
    """The last full copy of a run that was cut off."""
    columns = TimetableEntry.one_id, TimetableEntry.other_id, TimetableEntry.slot_id
    rows = await uow.session.execute(select(*columns).where(TimetableEntry.timetable_id == run.id))
    return Timetable([Two(*row) for row in rows])


async def _noted(meetings: Meetings, run_id: str, line: Mapping[str, Any]) -> bool:
    """Write down where the optimiser stands; whether it is to stop."""
    async with meetings.kernel.database.write() as uow:
        run = await uow.session.get_one(TimetableRun, run_id)
        run.status, run.objective, run.distance = line["status"], line["objective"], line["distance"]
        run.bound = line["bound"]
        run.seconds, run.reasons = line["seconds"], "\n".join(line["reasons"][:50])
        if "changes" in line:
            await repairs.note(uow, run, line["changes"])
        if "assignment" in line:
            await _copy(uow, run, (line["assignment"] or {"meetings": []})["meetings"])
        if line["final"]:
            run.ended_at = uow.clock.now()
        return run.stopped_at is not None


async def _copy(uow: UnitOfWork, run: TimetableRun, meetings: list[dict[str, str]]) -> None:
    await uow.session.execute(delete(TimetableEntry).where(TimetableEntry.timetable_id == run.id))
    rows = [
        {"timetable_id": run.id, "one_id": one, "other_id": other, "slot_id": each["slot"], "why": ""}
        for each in meetings
        for one, other in [sorted((each["one"], each["other"]))]
    ]
    if rows:
        await uow.session.execute(insert(TimetableEntry), rows)
    run.copied_at = uow.clock.now()


async def _end(meetings: Meetings, run_id: str, failure: str) -> None:
    async with meetings.kernel.database.write() as uow:
        run = await uow.session.get_one(TimetableRun, run_id)
        run.ended_at, run.failure = uow.clock.now(), failure


async def _book_all(meetings: Meetings, run_id: str) -> None:
    async with meetings.kernel.database.read() as session:
        mine = select(TimetableEntry).where(TimetableEntry.timetable_id == run_id, TimetableEntry.why == "")
        open_ones = await session.scalars(mine.where(TimetableEntry.meeting_id.is_(None)))
        keys = [(each.timetable_id, each.one_id, each.other_id) for each in open_ones]
    for key in keys:
        try:
            await _book(meetings, key)
        except ConflictError as conflict:
            async with meetings.kernel.database.write() as uow:
                (await uow.session.get_one(TimetableEntry, key)).why = conflict.why


async def _book(meetings: Meetings, key: tuple[str, str, str]) -> None:
    async with meetings.kernel.database.write() as uow:
        run = await uow.session.get_one(TimetableRun, key[0])
        entry = await uow.session.get_one(TimetableEntry, key, with_for_update=True)
        if entry.meeting_id is not None:
            return
        fair = await uow.session.get_one(Fair, run.fair_id)
        plan = await uow.session.get_one(Plan, run.fair_id)
        wanted = Wanted(fair, plan, entry.slot_id, [entry.one_id, entry.other_id])
        meeting = await bookings.book(uow, wanted, by_id=run.published_by_id or run.made_by_id)
        if why := await unfit(uow.session, fair.id, [(entry.one_id, entry.other_id)], uow.clock.now()):
            raise ConflictError(why)
        entry.meeting_id = meeting.id
