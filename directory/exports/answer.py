"""An export as an answer over HTTP."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from directory.exports.formats import as_csv, as_json
from directory.exports.table import Table
from directory.exports.workbook import as_xlsx
from people.limits import may
from server.kernel.http import not_found

# Exports of one person: each reads thousands of rows.
EXPORTS = "60 per hour"


@dataclass(frozen=True)
class Format:
    """How a table is written, and what browsers call that."""

    media_type: str
    write: Callable[[Table], AsyncIterator[bytes]]


FORMATS = {
    "csv": Format("text/csv; charset=utf-8", as_csv),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "json": Format("application/json", as_json),
}


async def format_asked(request: Request) -> str:
    """The ending that the address names, counted as an export of the person. Raises ProblemError 404, 429."""
    ending: str = request.path_params["format"]
    if ending not in FORMATS:
        raise not_found()
    await may(request, "export", EXPORTS)
    return ending


def file_of(table: Table, ending: str) -> Response:
    """A table as a file to keep."""
    headers = {
        "content-disposition": f'attachment; filename="{table.name}.{ending}"',
        "cache-control": "private, no-store",
    }
    found = FORMATS[ending]
    return StreamingResponse(found.write(table), headers=headers, media_type=found.media_type)
