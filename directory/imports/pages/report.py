"""The report as a file, and the decisions about duplicates."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Row, Table, columns_in
from directory.imports import duplicates, queries
from directory.imports.model import ImportBatch
from directory.imports.pages.doors import batch_here
from directory.imports.shown import OUTCOME_NAMES, row_shown
from people.forms import Form
from server.kernel.db import Database
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, redirect

_TITLES = {
    "line": N_("Line"),
    "name": N_("Name"),
    "source_id": N_("Number at the source"),
    "result": N_("Result"),
    "remarks": N_("Remarks"),
}


async def take_along(request: Request) -> Response:
    """All rows of the report, as a file."""
    database, locale = kernel_of(request).database, locale_of(request)
    async with database.read() as session:
        batch = await batch_here(request, session)
    ending = await format_asked(request)
    columns = columns_in(_TITLES, locale)
    return file_of(Table("report", columns, _rows(database, batch, locale)), ending)


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


async def _rows(database: Database, batch: ImportBatch, locale: str) -> AsyncIterator[list[Row]]:
    _ = translations(locale).gettext
    after = 0
    while True:
        async with database.read() as session:
            rows = await queries.rows_of(session, batch.id, after=after, limit=PAGE)
        if not rows:
            return
        yield [
            [row.line, row.name, row.source_id, _(OUTCOME_NAMES[row.outcome]), row_shown(row, locale).notes]
            for row in rows
        ]
        after = rows[-1].number


routes = [
    Route("/imports/{batch}/report/export.{format}", take_along, name="import_report"),
    Route("/imports/{batch}/duplicates/{duplicate}", decide, methods=["POST"], name="decide_duplicate"),
]
