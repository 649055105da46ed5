"""The organiser's timetable: what goes in, how far it is, what came out, and its publication."""

import asyncio
import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.cells import neutral_in_lines
from fairs.doors import Visit, visit
from matching.gaps.instance import FAIRNESS
from matching.refusal import BadInputError
from meetings.fair_marks import TIMETABLE, mark_of
from meetings.pages.showing import id_in, me, said, show
from meetings.queries import plan_of
from meetings.timetable import building, reading, runs, wishes
from meetings.timetable.model import TimetableRun
from meetings.timetable.progress import booking
from meetings.timetable.reading import Row
from meetings.timetable.spread import TOGETHER_FROM, spread
from meetings.words import CONFLICTS
from people.forms import Form, uploaded
from people.text import UnacceptableError
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import redirect

TABLES_MOST, LEAST_MOST, APART_MOST = 5_000, 20, 20
# Meetings that are shown on the page; the file has all of them.
SHOWN_MOST = 500


async def see(request: Request) -> Response:
    """The timetable as it stands."""
    return await _page(request)


async def progress(request: Request) -> Response:
    """How far a run is, or its booking, as a part of the page; 204 when that is at its end, and the page is to be read
    anew."""
    async with kernel_of(request).database.read() as session:
        here = await here_with_plan(request, session)
        if run := await reading.at_work(session, here.fair.id):
            return show(request, "timetable_progress", run=run, made=await reading.count(session, run.id))
        made = await reading.latest(session, here.fair.id)
        under_way = await booking(session, made) if made else None
    if under_way is None or not under_way.goes_on:
        return Response(status_code=204, headers={"cache-control": "no-store"})
    return show(request, "timetable_booking", booking=under_way)


async def bring(request: Request) -> Response:
    """Take the organiser's wishes from a file."""
    content = await uploaded(request, "file")
    try:
        lines = await asyncio.to_thread(wishes.read_wishes, content)  # as many rows as there may be take seconds
        async with kernel_of(request).database.write() as uow:
            here = await here_with_plan(request, uow.session)
            count = await wishes.bring(uow, here.fair, lines, by_id=me(request).id)
    except (BadInputError, UnacceptableError) as refused:
        return await _page(request, refused)
    return redirect(
        f"{here.shown.path}/meetings/timetable", said=said(request)(N_("Wishes taken: %(num)s")) % {"num": count}
    )


async def make(request: Request) -> Response:
    """Have a timetable made."""
    form = await Form.of(request)
    try:
        tables = _number(form, "tables", TABLES_MOST) or None
        least, apart = _number(form, "least", LEAST_MOST) or 0, _number(form, "apart", APART_MOST)
        async with kernel_of(request).database.write() as uow:
            here = await here_with_plan(request, uow.session)
            if form.typed("goal") == "given":
                apart = FAIRNESS if apart is None else apart
                await runs.pack(uow, here.fair, tables=tables, apart=apart, by_id=me(request).id)
            else:
                await runs.start(uow, here.fair, tables=tables, least=least, by_id=me(request).id)
    except UnacceptableError as refused:
        return await _page(request, refused)
    return redirect(f"{here.shown.path}/meetings/timetable")


async def stop(request: Request) -> Response:
    """Ask for the best so far."""
    async with kernel_of(request).database.write() as uow:
        here, run = await run_of(request, uow.session)
        await runs.stop(uow, run, by_id=me(request).id)
    return redirect(f"{here.shown.path}/meetings/timetable{'' if run.mends_id is None else '/repair'}")


async def publish(request: Request) -> Response:
    """Have everything booked that was found."""
    async with kernel_of(request).database.write() as uow:
        here, run = await run_of(request, uow.session)
        await runs.publish(uow, run, by_id=me(request).id)
    _ = said(request)
    text = _("The meetings are being booked, and everybody is told.")
    return redirect(f"{here.shown.path}/meetings/timetable", said=text)


async def as_csv(request: Request) -> Response:
    """Who meets whom and when, as a file."""
    async with kernel_of(request).database.read() as session:
        here, run = await run_of(request, session)
        found = await reading.rows(session, run.id)
    headers = {"content-disposition": f'attachment; filename="timetable-{here.fair.slug}.csv"'}
    return Response(_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


async def _page(request: Request, refused: UnacceptableError | BadInputError | None = None) -> Response:
    async with kernel_of(request).database.read() as session:
        here = await here_with_plan(request, session)
        fair_mark = await mark_of(session, here.fair.id, TIMETABLE)
        size = await building.size(session, here.fair, kernel_of(request).clock.now())
        run = await reading.latest(session, here.fair.id)
        found = await reading.rows(session, run.id) if run and run.ended_at else []
        reasons = await reading.sentences(session, run.reasons) if run else []
        count = await reading.count(session, run.id) if run else 0
        under_way = await booking(session, run) if run else None
        shares = await spread(session, here.fair.id, run.id) if run and run.ended_at and count else None
    by_person = request.query_params.get("by") == "person"
    return show(
        request,
        "timetable",
        422 if refused else 200,
        fair=here.shown,
        fair_mark=fair_mark,
        size=size,
        run=run,
        made=count,
        booking=under_way,
        spread=shares,
        together_from=TOGETHER_FROM,
        usual_apart=FAIRNESS,
        refused=told(request, refused),
        reasons=[said(request)(each.text) % each.params for each in reasons],
        rows=_by_person(found)[:SHOWN_MOST] if by_person else found[:SHOWN_MOST],
        total=len(found) * (2 if by_person else 1),
        booked=sum(each.booked and not each.called_off for each in found),
        lost=[each for each in found if each.why],
        conflicts=CONFLICTS,
        by_person=by_person,
        shown_most=SHOWN_MOST,
    )


def told(request: Request, refused: UnacceptableError | BadInputError | None) -> str:
    """What was refused, in the reader's language; empty for nothing."""
    if refused is None:
        return ""
    _ = said(request)
    text, params = _(refused.text), dict(refused.params)
    if "file" in params:  # the readers name it as it is called in a folder of several; here there is the one chosen
        params["file"] = _(N_("Your file"))
    return text % params if params else text


def _by_person(found: Sequence[Row]) -> list[Row]:
    """Each meeting once for each of its people, by name and time."""
    turned = [
        replace(
            each,
            one=each.other,
            other=each.one,
            one_mail=each.other_mail,
            other_mail=each.one_mail,
            one_zone=each.other_zone,
            other_zone=each.one_zone,
        )
        for each in found
    ]
    return sorted([*found, *turned], key=lambda each: (each.one.casefold(), each.starts_at))


def _csv(found: Sequence[Row]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("starts", "ends", "one", "one_name", "other", "other_name"))
    for each in found:
        times = (each.starts_at.isoformat(), each.ends_at.isoformat())
        people = (each.one_mail, each.one, each.other_mail, each.other)
        writer.writerow([*times, *map(neutral_in_lines, people)])
    return file.getvalue()


def _number(form: Form, name: str, most: int) -> int | None:
    text = form.typed(name).strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 6 or int(text) > most:
        raise UnacceptableError(N_("Please give a number from %(least)s to %(most)s."), least=0, most=most)
    return int(text)


async def here_with_plan(request: Request, session: AsyncSession) -> Visit:
    """The fair that the address names, which has meetings. Raises ProblemError 404."""
    here = await visit(request, session)
    if await plan_of(session, here.fair.id) is None:
        raise not_found()
    return here


async def run_of(request: Request, session: AsyncSession) -> tuple[Visit, TimetableRun]:
    """The fair and the run that the address names. Raises ProblemError 404."""
    here = await here_with_plan(request, session)
    run = await session.get(TimetableRun, id_in(request, "run"))
    if run is None or run.fair_id != here.fair.id:
        raise not_found()
    return here, run


_PATH = "/fairs/{fair}/meetings/timetable"
routes = [
    Route(_PATH, see, name="timetable"),
    Route(_PATH, make, methods=["POST"], name="make_timetable"),
    Route(f"{_PATH}/progress", progress, name="timetable_progress"),
    Route(f"{_PATH}/wishes", bring, methods=["POST"], name="bring_wishes"),
    Route(f"{_PATH}/{{run}}/stop", stop, methods=["POST"], name="stop_timetable"),
    Route(f"{_PATH}/{{run}}/publish", publish, methods=["POST"], name="publish_timetable"),
    Route(f"{_PATH}/{{run}}/timetable.csv", as_csv, name="timetable_csv"),
]
