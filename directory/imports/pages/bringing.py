"""The list of imports, and the way in for a file."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE as ROWS
from directory.exports.table import Row, Table, columns_in
from directory.imports import actions, beside, queries
from directory.imports.mapping.aliases import KINDS, ORGANISATIONS
from directory.imports.pages.doors import importer
from directory.imports.parts import FOLDER
from directory.imports.policy import Importer
from directory.imports.queries import Listed
from directory.imports.shown import WHAT_RUNS, told
from directory.imports.upload import Uploaded, receive
from directory.organisations.actions import set_licence
from directory.organisations.licences import LICENCES, UNKNOWN
from directory.partners.queries import Institution, sources_kept
from people.limits import may
from people.text import UnacceptableError
from server.kernel.http import not_found
from server.kernel.ids import is_id, new_id
from server.kernel.parts import Kernel, kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

# Bytes of a file: what the largest networks keep of themselves, many times over.
FILE_MOST = 1024**3
PAGE = 30
# Of a partner institution: files a day of one person, and bytes of a file.
BROUGHT, INSTITUTION_MOST = "60 per day", 100 * 1024**2


_TITLES = {
    "file": N_("File"),
    "source": N_("Source"),
    "brought": N_("Brought (UTC)"),
    "by": N_("By"),
    "what": N_("What was done last"),
    "rows": N_("Rows"),
    "made": N_("New"),
    "changed": N_("Changed"),
    "same": N_("Unchanged"),
    "duplicates": N_("Perhaps there already"),
    "refused": N_("Refused"),
    "page": N_("Page here"),
}


async def index(request: Request) -> Response:
    """The imports so far, and the form for the next one."""
    return await _shown(request)


async def take_along(request: Request) -> Response:
    """All imports that one may see, as a file."""
    kernel, locale = kernel_of(request), locale_of(request)
    async with kernel.database.read() as session:
        who = await importer(request, session)
    ending = await format_asked(request)
    return file_of(Table("imports", columns_in(_TITLES, locale), _rows(kernel, who, locale)), ending)


async def _rows(kernel: Kernel, who: Importer, locale: str) -> AsyncIterator[list[Row]]:
    before: str | None = None
    while True:
        async with kernel.database.read() as session:
            found = await queries.batches(session, ROWS, before, who.partner_ids)
        if found:
            yield [_row(each, locale, kernel.settings.public_url) for each in found]
        if len(found) < ROWS:
            return
        before = found[-1].batch.id


def _row(one: Listed, locale: str, site: str) -> Row:
    _, run, batch = translations(locale).gettext, one.run, one.batch
    counts = [run.rows, run.made, run.changed, run.same, run.duplicates, run.refused] if run else [None] * 6
    what = _(WHAT_RUNS[run.what]) if run else ""
    return [batch.file_name, batch.source, batch.created_at, one.by_name, what, *counts, f"{site}/imports/{batch.id}"]


async def bring(request: Request) -> Response:
    """Take a file in, and look at it."""
    async with kernel_of(request).database.read() as session:
        who = await importer(request, session)
    if not who.everywhere:
        await may(request, "import", BROUGHT)
    file = f"{FOLDER}/{new_id()}"
    path = kernel_of(request).settings.data / file
    form = await receive(request, path, most_of(who))
    try:
        kind = form.texts.get("kind", ORGANISATIONS)
        if not form.file_name:
            raise UnacceptableError(N_("Please choose a file."))
        institution = chosen_institution(who, form.texts.get("partner", ""), form.size)
        kept = await kept_by(request, institution)
        slug = institution.slug if institution else ""
        source = actions.source_of(form.texts.get("source", ""), form.file_name, slug, kept)
        look = await beside.look(path, kind=kind if kind in KINDS else ORGANISATIONS)
        async with kernel_of(request).database.write() as uow:
            batch = await actions.bring(
                uow,
                look,
                source=source,
                file=file,
                file_name=form.file_name,
                size=form.size,
                by_id=who.person_id,
                partner_id=institution.id if institution else None,
            )
            if (licence := form.texts.get("licence", "")) in LICENCES or licence == UNKNOWN:
                await set_licence(uow, source, licence, by_id=who.person_id)
    except UnacceptableError as refused:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        return await _shown(request, form, told(refused, locale_of(request)))
    except Exception:  # not a cancellation, which may come after the commit: what nobody has is swept
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise
    return redirect(f"/imports/{batch.id}")


def most_of(who: Importer) -> int:
    """Bytes of a file that somebody may bring."""
    return FILE_MOST if who.everywhere else INSTITUTION_MOST


def chosen_institution(who: Importer, partner_id: str, size: int) -> Institution | None:
    """For which institution a file is imported; None: for the whole directory. Raises UnacceptableError for one that is
    not theirs, and for a file that is larger than institutions bring."""
    institution = who.institution(partner_id)
    if institution is None and (partner_id or not who.everywhere):
        raise UnacceptableError(N_("Please choose from the list."))
    if size > most_of(who):
        raise UnacceptableError(N_("A file of an institution has 100 MB at most. Please bring it in parts."))
    return institution


async def kept_by(request: Request, institution: Institution | None) -> Sequence[str]:
    """The sources that an institution keeps already."""
    if institution is None:
        return ()
    async with kernel_of(request).database.read() as session:
        return await sources_kept(session, institution.id)


async def _shown(request: Request, form: Uploaded | None = None, wrong: str = "") -> Response:
    before = request.query_params.get("before")
    if before is not None and not is_id(before):
        raise not_found()
    async with kernel_of(request).database.read() as session:
        who = await importer(request, session)
        found = await queries.batches(session, PAGE + 1, before, who.partner_ids)
        theirs = [each.id for each in who.institutions]
        sources = await queries.sources(session, theirs, everywhere=who.everywhere)
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
        institutions=_institutions(request, who),
        partner=texts.get("partner", request.query_params.get("partner", "")),
        licence=texts.get("licence", ""),
        licences=_licences(locale_of(request)),
        everywhere=who.everywhere,
        wrong=wrong,
        what_runs=WHAT_RUNS,
        first=before is None,
    )


def _licences(locale: str) -> list[tuple[str, str]]:
    _ = translations(locale).gettext
    as_before = ("", _("As said before, else nothing is known"))
    return [as_before, *LICENCES.choices(locale), (UNKNOWN, _("Nothing is known: take back what was said before"))]


def _institutions(request: Request, who: Importer) -> list[tuple[str, str]]:
    """For whom one can import, to choose from: nothing where there is one way only."""
    _ = translations(locale_of(request)).gettext
    choices = [(each.id, each.name) for each in who.institutions]
    every = [("", _("The whole directory"))] if who.everywhere else []
    return [*every, *choices] if len(every) + len(choices) > 1 else []


routes = [
    Route("/imports", index, name="imports"),
    Route("/imports/export.{format}", take_along, name="export_imports"),
    Route("/imports", bring, methods=["POST"], name="bring_import"),
]
