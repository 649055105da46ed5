"""The list of imports, and the way in for a file."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.imports import actions, beside, queries
from directory.imports.mapping.aliases import KINDS, ORGANISATIONS
from directory.imports.pages.doors import importer
from directory.imports.parts import FOLDER, imports_of
from directory.imports.shown import WHAT_RUNS, told
from directory.imports.upload import Uploaded, receive
from people.text import UnacceptableError
from server.kernel.http import not_found
from server.kernel.ids import is_id, new_id
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import locale_of, page, redirect

# Bytes of a file: what the largest networks keep of themselves, many times over.
FILE_MOST = 1024**3
PAGE = 30


async def index(request: Request) -> Response:
    """The imports so far, and the form for the next one."""
    return await _shown(request)


async def bring(request: Request) -> Response:
    """Take a file in, and look at it."""
    person = importer(request)
    imports = imports_of(request)
    file = f"{FOLDER}/{new_id()}"
    path = kernel_of(request).settings.data / file
    form = await receive(request, path)
    try:
        kind = form.texts.get("kind", ORGANISATIONS)
        if not form.file_name:
            raise UnacceptableError(N_("Please choose a file."))
        source = actions.source_of(form.texts.get("source", ""), form.file_name)
        look = await beside.look(path, kind=kind if kind in KINDS else ORGANISATIONS)
        async with imports.kernel.database.write() as uow:
            batch = await actions.bring(
                uow, look, source=source, file=file, file_name=form.file_name, size=form.size, by_id=person.id
            )
    except UnacceptableError as refused:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        return await _shown(request, form, told(refused, locale_of(request)))
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise
    return redirect(f"/imports/{batch.id}")


async def _shown(request: Request, form: Uploaded | None = None, wrong: str = "") -> Response:
    importer(request)
    before = request.query_params.get("before")
    if before is not None and not is_id(before):
        raise not_found()
    async with kernel_of(request).database.read() as session:
        found = await queries.batches(session, PAGE + 1, before)
        sources = await queries.sources(session)
    texts = form.texts if form else {}
    return page(
        request,
        "imports/index.html",
        422 if wrong else 200,
        listed=found[:PAGE],
        older=f"/imports?before={found[PAGE - 1].batch.id}" if len(found) > PAGE else "",
        sources=sources,
        source=texts.get("source", ""),
        kind=texts.get("kind", ORGANISATIONS),
        wrong=wrong,
        what_runs=WHAT_RUNS,
        first=before is None,
    )


routes = [
    Route("/imports", index, name="imports"),
    Route("/imports", bring, methods=["POST"], name="bring_import"),
]
