"""The report as a table to load down, and the decisions about duplicates."""

import csv
import io
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from directory.cells import neutral
from directory.imports import duplicates, queries
from directory.imports.model import ImportBatch
from directory.imports.pages.doors import batch_here
from directory.imports.shown import OUTCOME_NAMES, row_shown
from people.forms import Form
from server.kernel.db import Database
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from web.i18n import translations
from web.render import locale_of, redirect

# Rows that are read at once.
PAGE = 1_000


async def download(request: Request) -> Response:
    """All rows of the report as CSV, for a spreadsheet."""
    database = kernel_of(request).database
    async with database.read() as session:
        batch = await batch_here(request, session)
    headers = {"content-disposition": 'attachment; filename="report.csv"', "cache-control": "no-store"}
    return StreamingResponse(_lines(database, batch, locale_of(request)), headers=headers, media_type="text/csv")


async def decide(request: Request) -> Response:
    """Decide about one duplicate."""
    decision = (await Form.of(request)).typed("decision")
    async with kernel_of(request).database.write() as uow:
        batch = await batch_here(request, uow.session)
        try:
            await duplicates.decide(
                uow, batch, request.path_params["duplicate"], decision, by_id=request.state.person.id
            )
        except ValueError:
            raise ProblemError(400, "unknown_decision") from None
    return redirect(f"/imports/{batch.id}#questions")


async def _lines(database: Database, batch: ImportBatch, locale: str) -> AsyncIterator[bytes]:
    _ = translations(locale).gettext
    yield b"\xef\xbb\xbf" + _line(_("Line"), _("Name"), _("Number at the source"), _("Result"), _("Remarks"))
    after = 0
    while True:
        async with database.read() as session:
            rows = await queries.rows_of(session, batch.id, after=after, limit=PAGE)
        if not rows:
            return
        shown = ((row, row_shown(row, locale)) for row in rows)
        yield b"".join(
            _line(str(row.line), row.name, row.source_id, _(OUTCOME_NAMES[row.outcome]), " | ".join(told.notes))
            for row, told in shown
        )
        after = rows[-1].number


def _line(*cells: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([neutral(cell) for cell in cells])
    return out.getvalue().encode()


routes = [
    Route("/imports/{batch}/report.csv", download, name="import_report"),
    Route("/imports/{batch}/duplicates/{duplicate}", decide, methods=["POST"], name="decide_duplicate"),
]
