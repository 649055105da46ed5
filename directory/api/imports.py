"""Imports for programs of those who may import: send a file, try it, import it, read what became of it, undo it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from directory.api import answering, taking
from directory.api.declared import VERSION, Call, Operation
from directory.api.ruling import ruled, said
from directory.api.shapes.imports import (
    Decision,
    Duplicate,
    DuplicatePage,
    FileQuery,
    GivenReading,
    GivenTaking,
    Import,
    ImportPage,
    ImportQuery,
    Row,
    RowPage,
    RowQuery,
    RunNew,
)
from directory.imports import actions, beside, duplicates, queries
from directory.imports.mapping.plan import Mapping
from directory.imports.model import ImportBatch
from directory.imports.pages.bringing import BROUGHT, chosen_institution, kept_by, most_of
from directory.imports.parts import FOLDER
from directory.imports.policy import Importer, importer_of
from directory.imports.shown import failure_of, row_shown
from directory.imports.upload import keep
from directory.organisations.actions import set_licence
from people.limits import may
from people.text import UnacceptableError
from server.kernel.access import Access
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import new_id
from web.i18n import N_
from web.render import locale_of


async def many(call: Call) -> Response:
    """The imports so far."""
    query: ImportQuery = call.query
    async with call.kernel.database.read() as session:
        who = await _importer(call, session)
        found = await queries.batches(session, query.limit + 1, query.after, who.partner_ids)
        shown = [await _shown(call, session, each.batch) for each in found]
    return answering.page(call, shown, [one.id for one in shown])


async def one(call: Call) -> Response:
    """One import."""
    async with call.kernel.database.read() as session:
        return answering.record(call, await _shown(call, session, await _batch(call, session)))


async def bring(call: Call) -> Response:
    """Take a file in, straight to the disk, and look at it. It is gone when anything goes wrong."""
    query: FileQuery = call.query
    async with call.kernel.database.read() as session:
        who = await _importer(call, session)
    if not who.everywhere:
        await may(call.request, "import", BROUGHT)
    file = f"{FOLDER}/{new_id()}"
    path = call.kernel.settings.data / file
    size = await keep(call.request, path, most_of(who))
    try:
        if not size:
            raise taking.no_file()
        institution = ruled(call, "?partner", lambda: chosen_institution(who, query.partner or "", size))
        kept = await kept_by(call.request, institution)
        slug = institution.slug if institution else ""
        source = ruled(call, "?source", lambda: actions.source_of(query.source, query.name, slug, kept))
        look = await _looked_at(call, path, query.kind)
        async with _changing(call) as uow:
            batch = await actions.bring(
                uow,
                look,
                source=source,
                file=file,
                file_name=query.name,
                size=size,
                by_id=call.by_id,
                partner_id=institution.id if institution else None,
            )
            if query.licence:
                await set_licence(uow, source, query.licence, by_id=call.by_id)
            await uow.session.flush()
            shown = await _shown(call, uow.session, batch)
    except Exception:  # not a cancellation, which may come after the commit: what nobody has is swept
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise
    return answering.record(call, shown, 201, f"{VERSION}/imports/{shown.id}")


async def read_as(call: Call) -> Response:
    """Read the file as another sheet, or as another kind of records."""
    given: GivenReading = call.body
    async with call.kernel.database.read() as session:
        batch = await _batch(call, session)
        answering.check_match(call.request, await _shown(call, session, batch))
    look = await _looked_at(call, call.kernel.settings.data / batch.file, given.kind, given.sheet)
    async with _changing(call) as uow:
        batch = await _batch(call, uow.session)
        await actions.read_as(uow, batch, look)
        await uow.session.flush()
        shown = await _shown(call, uow.session, batch)
    return answering.record(call, shown)


async def take_as(call: Call) -> Response:
    """Say how the columns are taken."""
    given: GivenTaking = call.body
    async with _changing(call) as uow:
        batch = await _batch(call, uow.session)
        answering.check_match(call.request, await _shown(call, uow.session, batch))
        mapping = Mapping(batch.kind, given.columns, given.organisation_kind, given.country, given.language)
        await actions.take_as(uow, batch, mapping, by_id=call.by_id)
        await uow.session.flush()
        shown = await _shown(call, uow.session, batch)
    return answering.record(call, shown)


async def run(call: Call) -> Response:
    """Have a file tried, imported or undone, or have that stop."""
    given: RunNew = call.body
    async with _changing(call) as uow:
        batch = await _batch(call, uow.session)
        if given.do == "stop":
            await actions.stop(uow, batch, by_id=call.by_id)
        else:
            actions.start(uow, await actions.ask_for(uow, batch, given.do, by_id=call.by_id))
        await uow.session.flush()
        shown = await _shown(call, uow.session, batch)
    return answering.record(call, shown)


async def forget(call: Call) -> Response:
    """Remove a file that changed nothing."""
    async with _changing(call) as uow:
        await actions.forget(uow, await _batch(call, uow.session))
    return Response(status_code=204)


async def rows(call: Call) -> Response:
    """A page of the report."""
    query: RowQuery = call.query
    after = int(query.after or 0)
    async with call.kernel.database.read() as session:
        batch = await _batch(call, session)
        found = await queries.rows_of(session, batch.id, query.outcome or "", after=after, limit=query.limit + 1)
    shown = [Row.of(each, row_shown(each, locale_of(call.request)).notes) for each in found]
    return answering.page(call, shown, [str(each.number) for each in shown])


async def questions(call: Call) -> Response:
    """Rows that may be organisations that are there already."""
    async with call.kernel.database.read() as session:
        found = await duplicates.open_proposals(session, (await _batch(call, session)).id)
    return answering.whole(call, [Duplicate.of(each) for each in found])


async def decide(call: Call) -> Response:
    """Decide about one of them."""
    given: Decision = call.body
    async with _changing(call) as uow:
        batch = await _batch(call, uow.session)
        if await duplicates.decide(uow, batch, call.named("duplicate"), given.do, by_id=call.by_id) is None:
            raise not_found()
    return Response(status_code=204)


async def _looked_at(call: Call, path: Path, kind: str, sheet: str = "") -> beside.Look:
    try:
        return await beside.look(path, kind=kind, sheet=sheet)
    except UnacceptableError as refused:
        raise taking.against_the_rules({"": said(call, refused)}) from None


@asynccontextmanager
async def _changing(call: Call) -> AsyncIterator[UnitOfWork]:
    """A unit of work; what the rules refuse becomes a problem."""
    try:
        async with call.kernel.database.write() as uow:
            yield uow
    except UnacceptableError as refused:
        raise taking.against_the_rules({"": said(call, refused)}) from None


async def _batch(call: Call, session: AsyncSession) -> ImportBatch:
    """The import of the address. Raises ProblemError 403 for who may not import, 404."""
    who, batch = await _importer(call, session), await queries.batch_of(session, call.id)
    if batch is None or not who.may_work_on(batch):
        raise not_found()
    return batch


async def _importer(call: Call, session: AsyncSession) -> Importer:
    found = await importer_of(session, call.person)
    if found is None:
        raise ProblemError(403, "forbidden", "You do not import into this directory.")
    return found


async def _shown(call: Call, session: AsyncSession, batch: ImportBatch) -> Import:
    runs = await queries.runs_of(session, batch.id)
    return Import.of(batch, runs, failure_of(runs[0], locale_of(call.request)) if runs else "")


_MAY = (403,)
operations = [
    Operation("GET", "/imports", "list_imports", Access.API_IMPORTS, N_("Imports, the latest first"), many, ImportPage,
              ImportQuery, refusals=_MAY),
    Operation("POST", "/imports", "send_import", Access.API_IMPORTS, N_("Send a file"), bring, Import, FileQuery,
              status=201, refusals=(403, 409), keeps_file=True,
              about=N_("CSV, XLSX or JSON, at most 1 GB. It is looked at, and changes nothing yet.")),
    Operation("GET", "/imports/{id}", "get_import", Access.API_IMPORTS, N_("How far an import is"), one, Import,
              refusals=_MAY),
    Operation("DELETE", "/imports/{id}", "forget_import", Access.API_IMPORTS,
              N_("Remove a file that changed nothing"), forget, status=204, refusals=(403, 409)),
    Operation("PUT", "/imports/{id}/reading", "read_import", Access.API_IMPORTS,
              N_("Read the file as another sheet, or as another kind of records"), read_as, Import, body=GivenReading,
              refusals=(403, 409, 412), about=N_("How its columns are taken is suggested anew.")),
    Operation("PUT", "/imports/{id}/mapping", "map_import", Access.API_IMPORTS, N_("Say how the columns are taken"),
              take_as, Import, body=GivenTaking, refusals=(403, 409, 412),
              about=N_("The source's next file is taken the same way.")),
    Operation("POST", "/imports/{id}/run", "run_import", Access.API_IMPORTS,
              N_("Try a file, import it, undo it, or stop that"), run, Import, body=RunNew, refusals=(403, 409),
              about=N_("It goes on in the background: ask how far it is.")),
    Operation("GET", "/imports/{id}/rows", "list_import_rows", Access.API_IMPORTS, N_("What became of each row"), rows,
              RowPage, RowQuery, refusals=_MAY),
    Operation("GET", "/imports/{id}/duplicates", "list_duplicates", Access.API_IMPORTS,
              N_("Rows that may be there already, and wait for a decision"), questions, DuplicatePage, refusals=_MAY),
    Operation("POST", "/imports/{id}/duplicates/{duplicate}", "decide_duplicate", Access.API_IMPORTS,
              N_("Decide about one of them"), decide, status=204, body=Decision, refusals=(403, 409)),
]  # fmt: skip
