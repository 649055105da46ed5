"""Mending a published timetable: what changes is found by a run of its own, looked at, and done in one transaction.

The run is made as any other one is (runs.py), so that it can be stopped and goes on where a worker dies. It reads the
meetings as they are booked; when it is applied, each of them must still be so, or nothing is done.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.model import Fair
from matching.plans.forms import as_json
from matching.plans.model import Problem, Timetable
from meetings.bookings import Change, ConflictError, rearrange
from meetings.displacing import TIMETABLE_MENDED
from meetings.model import Plan
from meetings.timetable.model import TimetableChange, TimetableEntry, TimetableRun
from meetings.timetable.standing import booked_ahead, unfit
from people.text import UnacceptableError
from server.kernel.db import UnitOfWork
from web.i18n import N_

# How long pairs may be tried for which others would have to move. 2,500 people take a second.
SECONDS = 10.0
# More in one transaction would hold everybody else up for seconds; and then it is another timetable, not a mended one.
CHANGES_MOST = 500

BROKE_OFF = N_("The optimiser was ended from outside several times. Nothing was changed.")
NOTHING = N_("There is nothing to be changed.")
TOO_MANY = N_("More than %(most)s meetings would change. Please make the timetable again instead.")


def job(problem: Problem, before: Timetable, *, stopped: bool) -> Mapping[str, Any]:
    """What the solver is asked to do; nobody is moved for others where the organiser has stopped it."""
    asked = {"problem": as_json(problem), "before": as_json(before), "seconds": 0.0 if stopped else SECONDS}
    return {"kind": "repair", **asked}


async def note(uow: UnitOfWork, run: TimetableRun, changes: Sequence[Mapping[str, str | None]]) -> None:
    """Write down what the solver found. A meeting that is called off already, came about otherwise, or was moved while
    the solver was at work, is no change."""
    await uow.session.execute(delete(TimetableChange).where(TimetableChange.timetable_id == run.id))
    booked = {each.meeting.pair: each for each in await booked_ahead(uow.session, run.fair_id, uow.clock.now())}
    rows = []
    for each in changes:
        one, other = sorted((str(each["one"]), str(each["other"])))
        found = booked.get(frozenset((one, other)))
        if (found.ours and found.meeting.slot == each["from"]) if found else each["to"] is not None:
            ids = {"timetable_id": run.id, "one_id": one, "other_id": other, "meeting_id": found.id if found else None}
            rows.append(ids | {"from_id": found.meeting.slot if found else None, "to_id": each["to"]})
    if rows:
        await uow.session.execute(insert(TimetableChange), rows)


async def changes_of(session: AsyncSession, run_id: str) -> Sequence[TimetableChange]:
    """What mending changes; for the organiser."""
    query = select(TimetableChange).where(TimetableChange.timetable_id == run_id)
    return (await session.scalars(query.order_by(TimetableChange.one_id, TimetableChange.other_id))).all()


async def count(session: AsyncSession, run_id: str) -> int:
    """How many meetings mending changes."""
    query = select(func.count()).select_from(TimetableChange).where(TimetableChange.timetable_id == run_id)
    return await session.scalar(query) or 0


async def apply(uow: UnitOfWork, fair: Fair, run: TimetableRun, *, by_id: str) -> None:
    """Do what was found, all of it or nothing; those concerned are told. Twice is once. Raises ConflictError where
    something has changed meanwhile, UnacceptableError for what is no repair, or too large for one."""
    await uow.session.refresh(run, with_for_update=True)
    if run.published_at is not None:
        return
    found = await changes_of(uow.session, run.id)
    if run.mends_id is None or run.ended_at is None or not found:
        raise UnacceptableError(NOTHING)
    if len(found) > CHANGES_MOST:
        raise UnacceptableError(TOO_MANY, most=CHANGES_MOST)
    plan = await uow.session.get_one(Plan, fair.id)
    asked = {_change(each): each for each in found}
    done = await rearrange(uow, fair, plan, list(asked), by_id=by_id, reason=TIMETABLE_MENDED)
    meet = [each.people for each in asked if each.to_id is not None]
    if why := await unfit(uow.session, fair.id, meet, uow.clock.now()):
        raise ConflictError(why)
    for change, meeting in done.items():
        asked[change].meeting_id = meeting.id
    await _keep_entries(uow, run.mends_id, found)
    run.published_at, run.published_by_id = uow.clock.now(), by_id


def _change(row: TimetableChange) -> Change:
    return Change((row.one_id, row.other_id), row.meeting_id, row.from_id, row.to_id)


async def _keep_entries(uow: UnitOfWork, mends_id: str, found: Sequence[TimetableChange]) -> None:
    """Have the timetable that was mended say what is booked now."""
    for each in found:
        if each.to_id is None:
            gone = TimetableEntry.meeting_id == each.meeting_id
            await uow.session.execute(update(TimetableEntry).where(gone).values(why="cancelled"))
        elif each.from_id is not None:
            moved = TimetableEntry.meeting_id == each.meeting_id
            await uow.session.execute(update(TimetableEntry).where(moved).values(slot_id=each.to_id))
        else:
            key = {"timetable_id": mends_id, "one_id": each.one_id, "other_id": each.other_id}
            entry = TimetableEntry(**key, slot_id=each.to_id, meeting_id=each.meeting_id, why="")
            await uow.session.merge(entry)
