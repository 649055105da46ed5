"""One file on its way in: mapping, trial, import, report, undo; whatever step it is in stands on one page."""

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.imports import actions, beside, queries
from directory.imports.duplicates import open_proposals
from directory.imports.mapping.aliases import KINDS, ORGANISATIONS
from directory.imports.mapping.plan import Mapping
from directory.imports.model import ImportBatch, ImportRun
from directory.imports.pages.doors import batch_here, importer
from directory.imports.parts import imports_of
from directory.imports.reading.row import Source
from directory.imports.runs import IMPORT, OUTCOMES, TRIAL, UNDO
from directory.imports.shown import (
    OUTCOME_NAMES,
    WHAT_RUNS,
    WORKING,
    choices,
    columns_of,
    failure_of,
    percent_done,
    preview,
    row_shown,
    step_of,
    told,
)
from directory.organisations.licences import LICENCES
from directory.organisations.queries import licences
from directory.organisations.vocabulary import KINDS as ORGANISATION_KINDS
from directory.organisations.vocabulary import country_choices
from people.forms import Form
from people.text import UnacceptableError
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.i18n import translations
from web.paging import offset_in
from web.render import locale_of, page, redirect

# Rows of the report on a page, and duplicates that are asked about at once.
ROWS, QUESTIONS = 50, 20


async def show(request: Request) -> Response:
    """The file, in the step that it is in."""
    return await _shown(request)


async def progress(request: Request) -> Response:
    """How far a run is, as a part of the page; 204 when it is at its end, and the page is to be read anew."""
    async with kernel_of(request).database.read() as session:
        batch = await batch_here(request, session)
        runs = list(await queries.runs_of(session, batch.id))
        if step_of(runs) != WORKING:
            return Response(status_code=204, headers={"cache-control": "no-store"})
        working = await _working(request, session, batch, runs)
    return page(request, "imports/progress.html", batch=batch, **working)


async def read_as(request: Request) -> Response:
    """Read the file as another sheet, or as another kind of records."""
    form = await Form.of(request)
    imports = imports_of(request)
    async with kernel_of(request).database.read() as session:
        batch = await batch_here(request, session)
    kind = form.typed("kind") or batch.kind
    try:
        path = imports.kernel.settings.data / batch.file
        look = await beside.look(path, kind=kind if kind in KINDS else ORGANISATIONS, sheet=form.typed("sheet"))
        async with imports.kernel.database.write() as uow:
            await actions.read_as(uow, await batch_here(request, uow.session), look)
    except UnacceptableError as refused:
        return await _shown(request, told(refused, locale_of(request)))
    return redirect(f"/imports/{batch.id}")


async def take_as(request: Request) -> Response:
    """Say how the columns are taken; then show the first rows anew, or try the file out."""
    by_id = request.state.person.id
    async with request.form(max_fields=1_100, max_files=0) as form:
        said = {name: str(value) for name, value in form.items()}
    async with kernel_of(request).database.write() as uow:
        batch = await batch_here(request, uow.session)
        names = Source.of(batch.reading).columns
        columns = {name: said[f"column-{at}"] for at, name in enumerate(names) if said.get(f"column-{at}")}
        mapping = Mapping(
            batch.kind,
            columns,
            said.get("organisation_kind", "company"),
            said.get("country", ""),
            said.get("locale", ""),
        )
        try:
            await actions.take_as(uow, batch, mapping, by_id=by_id)
            if said.get("then") != "preview":
                actions.start(uow, await actions.ask_for(uow, batch, TRIAL, by_id=by_id))
        except UnacceptableError as refused:
            wrong = told(refused, locale_of(request))
        else:
            wrong = ""
    if wrong:
        return await _shown(request, wrong, mapping)
    return redirect(f"/imports/{batch.id}#preview" if said.get("then") == "preview" else f"/imports/{batch.id}")


async def import_it(request: Request) -> Response:
    """Have it imported."""
    return await _ask(request, IMPORT)


async def undo(request: Request) -> Response:
    """Have it taken back."""
    return await _ask(request, UNDO)


async def stop(request: Request) -> Response:
    """Have a run stop."""
    by_id = request.state.person.id
    async with kernel_of(request).database.write() as uow:
        batch = await batch_here(request, uow.session)
        await actions.stop(uow, batch, by_id=by_id)
    _ = translations(locale_of(request)).gettext
    return redirect(f"/imports/{batch.id}", said=_("It stops in a moment."))


async def forget(request: Request) -> Response:
    """Remove a file that changed nothing."""
    try:
        async with kernel_of(request).database.write() as uow:
            await actions.forget(uow, await batch_here(request, uow.session))
    except UnacceptableError as refused:
        return await _shown(request, told(refused, locale_of(request)))
    _ = translations(locale_of(request)).gettext
    return redirect("/imports", said=_("The file is removed."))


async def _ask(request: Request, what: str) -> Response:
    by_id = request.state.person.id
    try:
        async with kernel_of(request).database.write() as uow:
            batch = await batch_here(request, uow.session)
            actions.start(uow, await actions.ask_for(uow, batch, what, by_id=by_id))
    except UnacceptableError as refused:
        return await _shown(request, told(refused, locale_of(request)))
    return redirect(f"/imports/{batch.id}")


async def _shown(request: Request, wrong: str = "", mapping: Mapping | None = None) -> Response:
    locale = locale_of(request)
    async with kernel_of(request).database.read() as session:
        batch = await batch_here(request, session)
        runs = list(await queries.runs_of(session, batch.id))
        more = await _report(request, session, batch) | await _working(request, session, batch, runs)
        imported = await queries.imported(session, batch.id)
        licence = (await licences(session, [batch.source])).get(batch.source, "")
    if mapping is not None:
        batch.mapping = mapping.stored()
    more |= await asyncio.to_thread(_mapping, batch, locale)
    return page(
        request,
        "imports/batch.html",
        422 if wrong else 200,
        batch=batch,
        source=Source.of(batch.reading),
        sheet_choices=[(name, name) for name in batch.reading["sheets"]],
        step=step_of(runs),
        imported=imported,
        licence=LICENCES.name(licence, locale),
        wrong=wrong,
        failure=failure_of(runs[0], locale) if runs else "",
        **more,
    )


def _mapping(batch: ImportBatch, locale: str) -> dict[str, Any]:
    """What the form of the mapping needs."""
    return {
        "mapping": Mapping.of(batch.mapping),
        "columns": columns_of(batch),
        "choices": choices(batch.kind, locale),
        "preview": preview(batch, locale),
        "organisation_kinds": ORGANISATION_KINDS.choices(locale),
        "countries": country_choices(locale),
    }


async def _working(
    request: Request, session: AsyncSession, batch: ImportBatch, runs: list[ImportRun]
) -> dict[str, Any]:
    """How far the latest run is, and for whom it waits: by name where one may know that."""
    who = await importer(request, session)
    run = runs[0] if runs else None
    trial = next((each.rows for each in runs if each.what == TRIAL and each.ended_at), 0)
    waits = run is not None and run.ended_at is None and run.working is None
    other = await queries.another_at_work(session, run) if run and waits else None
    return {
        "run": run,
        "percent": percent_done(run, batch, trial if run.what == IMPORT else 0) if run else None,
        "waits_for": other,
        "names_other": other is not None and who.may_work_on(other),
        "what_runs": WHAT_RUNS,
    }


async def _report(request: Request, session: AsyncSession, batch: ImportBatch) -> dict[str, Any]:
    """A page of the report, and the open questions."""
    outcome, after = request.query_params.get("outcome", ""), offset_in(request)
    if outcome not in ("", *OUTCOMES):
        raise not_found()
    locale = locale_of(request)
    rows = await queries.rows_of(session, batch.id, outcome, after=after, limit=ROWS + 1)
    return {
        "rows": [row_shown(row, locale) for row in rows[:ROWS]],
        "onward": rows[ROWS - 1].number if len(rows) > ROWS else 0,
        "outcome": outcome,
        "counts": await queries.counts_of(session, batch.id),
        "outcomes": OUTCOME_NAMES,
        "questions": await open_proposals(session, batch.id, QUESTIONS),
        "open_questions": await queries.open_questions(session, batch.id),
    }


routes = [
    Route("/imports/{batch}", show, name="import"),
    Route("/imports/{batch}/progress", progress, name="import_progress"),
    Route("/imports/{batch}/reading", read_as, methods=["POST"], name="read_import_as"),
    Route("/imports/{batch}/mapping", take_as, methods=["POST"], name="take_import_as"),
    Route("/imports/{batch}/import", import_it, methods=["POST"], name="do_import"),
    Route("/imports/{batch}/undo", undo, methods=["POST"], name="undo_import"),
    Route("/imports/{batch}/stop", stop, methods=["POST"], name="stop_import"),
    Route("/imports/{batch}/forget", forget, methods=["POST"], name="forget_import"),
]
