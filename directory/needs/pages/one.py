"""A need by itself: for everybody when its owner wants that, and for search engines."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from directory.attachments import served
from directory.needs import actions, between, queries, threads
from directory.needs.fitting import Fit
from directory.needs.jsonld import described
from directory.needs.ladder import REASON_LEAST, REASON_MOST
from directory.needs.model import NeedFile
from directory.needs.pages.common import around, coming, need_id_in, need_in
from directory.needs.parts import needs_of
from directory.needs.products import offered
from directory.needs.rules import possible
from directory.needs.seen import DEED_NAMES, Seen
from directory.news import newsroom
from directory.speaking import Viewer, own_organisations
from people.forms import Form
from server.kernel.http import not_found
from server.kernel.ids import is_id, new_id
from server.kernel.parts import kernel_of
from web.engines import speak_as_asked
from web.markdown import beginning
from web.render import locale_of, page

# Characters of the description that search engines and messengers show.
DESCRIPTION_MOST = 200


async def show(request: Request) -> Response:
    """The page of a need; `?lang=` chooses a language, for search engines. An old title leads to the present one."""
    speak_as_asked(request)
    async with kernel_of(request).database.read() as session:
        viewer = await coming(request, session)
        need = await need_in(request, session, viewer)
        path = need.path(locale_of(request))
        if request.path_params["need"] not in {each.rpartition("/")[2] for each in (path, *_paths(need).values())}:
            return RedirectResponse(f"{path}?{request.url.query}" if request.url.query else path, 301)
        context = await context_of(request, session, viewer, need)
    if request.state.person is not None:
        await _looked(request, need.id)
    return page(request, "needs/need.html", headers=_headers(need), **context)


async def hand_out(request: Request) -> Response:
    """A file of a need, to be kept and never to be shown within our pages."""
    file_id = request.path_params["file"]
    async with kernel_of(request).database.read() as session:
        viewer = await coming(request, session)
        files: list[NeedFile] = await queries.files(session, viewer, need_id_in(request))
    found = next((each for each in files if each.id == file_id), None)
    if not is_id(file_id) or found is None:
        raise not_found()
    path = kernel_of(request).files.path(found.file)
    if not path.is_file():
        raise not_found()
    return FileResponse(path, headers=served(found.name), media_type=found.mime)


async def context_of(
    request: Request, session: AsyncSession, viewer: Viewer, need: Seen, form: Form | None = None
) -> dict[str, Any]:
    """Everything that the page of a need, or the page on which one answers it, shows to a viewer."""
    locale = locale_of(request)
    now = kernel_of(request).clock.now()
    answer = None if need.mine else await threads.own_answer(session, viewer, need.id)
    may_answer = bool(viewer.speaks_for) and not need.mine and answer is None and need.is_open(now)
    fits: Mapping[str, Fit] = await needs_of(request).fitting.best(session, viewer.speaks_for, [need])
    products = await offered(session, viewer.speaks_for) if may_answer else []
    counts = await threads.counts(session, viewer, [need.id]) if need.mine else {}
    return {
        "need": need,
        "said": need.said(locale),
        "description": beginning(need.said(locale).text, DESCRIPTION_MOST),
        "paths": _paths(need),
        "asked_lang": request.query_params.get("lang", ""),
        "public_url": kernel_of(request).settings.public_url,
        "json_ld": described(need, locale, kernel_of(request).settings.public_url),
        "indexed": need.visibility == "public" and need.is_open(now),
        "files": await queries.files(session, viewer, need.id),
        "file_count": await queries.file_count(session, viewer, need.id),
        "file_limits": {"most": actions.FILES_MOST, "megabytes": actions.FILE_MOST // 1024 // 1024},
        "between": await between.of_need(session, viewer, need.id),
        "partners": await _choices(session, viewer, need),
        "deeds": possible(need.state_at(now), need.deadline) if need.may_edit else [],
        "history": await queries.history(session, viewer, need.id) if need.mine else [],
        "deed_names": DEED_NAMES,
        "answers": counts.get(need.id, (0, 0)),
        "answer": answer,
        "may_answer": may_answer,
        "organisations": await own_organisations(session, viewer) if may_answer else [],
        "belongs": bool(viewer.roles),
        "products": products,
        "fit": fits.get(need.id),
        "form": form or _answer_form(locale, fits.get(need.id), products),
        "cid": new_id(),
        "reason_most": REASON_MOST,
        "reason_least": REASON_LEAST,
        **around(request),
    }


async def _choices(session: AsyncSession, viewer: Viewer, need: Seen) -> list[tuple[str, str]]:
    """The institutions that may stand between: those to whose networks the owner belongs."""
    if not (need.blind and need.may_edit and need.owner):
        return []
    return await between.partners_of(session, viewer.person_id or "", [need.owner.id])


def _answer_form(locale: str, fit: Fit | None, products: list[Any]) -> Form:
    """The answer as it could be sent at once: with the product that fits, and what it says of itself."""
    product = next((each for each in products if fit and each.id == fit.product_id), None)
    text = f"{product.name(locale)}: {product.line(locale)}" if product and product.line(locale) else ""
    return Form(None, locale, product=fit.product_id if product and fit else "", reason=text)


async def _looked(request: Request, need_id: str) -> None:
    """Whoever looks at a need has seen what they were told about it."""
    person_id = request.state.person.id
    async with kernel_of(request).database.read() as session:
        unseen = await newsroom.has_unseen(session, person_id, need_id)
    if unseen:
        seeing = partial(newsroom.see, person_id=person_id, subjects=[need_id])
        await kernel_of(request).database.write_if_possible(seeing)


def _paths(need: Seen) -> dict[str, str]:
    """Its addresses by language, for those that it is written in."""
    return {locale: need.path(locale) for locale in need.languages}


def _headers(need: Seen) -> dict[str, str]:
    return {} if need.visibility == "public" else {"x-robots-tag": "noindex"}


routes = [
    Route("/needs/{need}", show, name="need"),
    Route("/needs/{need}/files/{file}", hand_out, name="need_file"),
]
