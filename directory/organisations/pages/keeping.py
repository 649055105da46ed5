"""Keeping a record true: confirming it, what was changed, taking it off the directory, and making one of two."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.organisations import actions, doors, queries
from directory.organisations.actions import RefusedError
from directory.organisations.merging import merge
from directory.organisations.names import FIELD_NAMES
from directory.organisations.parts import organisations_of
from directory.organisations.policy import Standing
from directory.organisations.queries import Seen
from people.forms import Form
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

CHANGES_PAGE = REMOVED_PAGE = 50
Change = Callable[[UnitOfWork, Seen], Awaitable[None]]


async def confirm(request: Request) -> Response:
    """Say that everything is so today."""

    async def change(uow: UnitOfWork, seen: Seen) -> None:
        await actions.confirm(uow, seen.organisation.id, by_id=request.state.person.id)

    return await _done(request, _edits, change, N_("Thank you. The page says so."))


async def remove(request: Request) -> Response:
    """Show the organisation no longer."""

    async def change(uow: UnitOfWork, seen: Seen) -> None:
        await actions.remove(uow, seen.organisation.id, by_id=request.state.person.id)

    return await _done(request, _administers, change, N_("The organisation is not shown any more."))


async def bring_back(request: Request) -> Response:
    """Show it again."""

    async def change(uow: UnitOfWork, seen: Seen) -> None:
        await actions.bring_back(uow, seen.organisation.id, by_id=request.state.person.id)

    return await _done(request, _administers, change, N_("The organisation is shown again."))


async def removed(request: Request) -> Response:
    """All organisations that were taken off the directory, page by page."""
    after = request.query_params.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        raise not_found()
    async with kernel_of(request).database.read() as session:
        found = await queries.removed(session, int(after), REMOVED_PAGE + 1)
    more = len(found) > REMOVED_PAGE
    return page(
        request,
        "organisations/removed.html",
        gone=found[:REMOVED_PAGE],
        older=f"/organisations/gone?after={int(after) + REMOVED_PAGE}" if more else "",
        first=after == "0",
    )


async def history(request: Request) -> Response:
    """Who changed what, and when, page by page."""
    before = request.query_params.get("before")
    if before is not None and not is_id(before):
        raise not_found()
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, sees_history, removed=True)
        found = await queries.history(session, seen.organisation.id, before, CHANGES_PAGE + 1)
    path = f"/o/{seen.organisation.slug}"
    shown = found[:CHANGES_PAGE]
    return page(
        request,
        "organisations/history.html",
        organisation=seen.organisation,
        standing=seen.standing,
        path=path,
        changes=shown,
        names=FIELD_NAMES,
        older=f"{path}/history?before={shown[-1].change.id}" if len(found) > CHANGES_PAGE else "",
        first=before is None,
    )


async def merge_form(request: Request) -> Response:
    """With which other one this organisation is the same."""
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, _merges)
    return _merge_page(request, seen, Form(None, locale_of(request)))


async def merge_into(request: Request) -> Response:
    """Make one of two: this one's address leads to the other one from now on."""
    form = await Form.of(request)
    slug = form.typed("into").strip().rpartition("/o/")[2].strip("/")
    async with kernel_of(request).database.write() as uow:
        seen = await doors.admitted(request, uow.session, _merges)
        into = await queries.by_slug(uow.session, slug, request.state.person) if slug else None
        if into is None or into.removed or into.organisation.id == seen.organisation.id:
            form.refuse("into", N_("There is no other organisation with this address."))
        else:
            carriers, by_id = organisations_of(request).carriers, request.state.person.id
            await merge(uow, seen.organisation.id, into.organisation.id, carriers, by_id=by_id)
    if not form.good or into is None:
        return _merge_page(request, seen, form, 422)
    _ = translations(locale_of(request)).gettext
    return redirect(f"/o/{into.organisation.slug}", said=_("The two are one now."))


def sees_history(standing: Standing) -> bool:
    """Whether somebody reads who changed what."""
    return standing.sees_history


def _merge_page(request: Request, seen: Seen, form: Form, status: int = 200) -> Response:
    path = f"/o/{seen.organisation.slug}"
    return page(request, "organisations/merge.html", status, organisation=seen.organisation, path=path, form=form)


async def _done(request: Request, may_do: doors.May, change: Change, said: str) -> Response:
    _ = translations(locale_of(request)).gettext
    try:
        async with kernel_of(request).database.write() as uow:
            seen = await doors.admitted(request, uow.session, may_do, removed=True)
            await change(uow, seen)
    except RefusedError as refused:
        raise ProblemError(409, refused.code, "This belongs to another organisation now.") from refused
    return redirect(f"/o/{seen.organisation.slug}", said=_(said))


def _edits(standing: Standing) -> bool:
    return standing.edits


def _administers(standing: Standing) -> bool:
    return standing.administers


def _merges(standing: Standing) -> bool:
    return standing.merges


routes = [
    Route("/o/{slug}/confirm", confirm, methods=["POST"], name="confirm_organisation"),
    Route("/o/{slug}/remove", remove, methods=["POST"], name="remove_organisation"),
    Route("/o/{slug}/return", bring_back, methods=["POST"], name="return_organisation"),
    Route("/organisations/gone", removed, name="removed_organisations"),
    Route("/o/{slug}/history", history, name="organisation_history"),
    Route("/o/{slug}/merge", merge_form, name="merge_form"),
    Route("/o/{slug}/merge", merge_into, methods=["POST"], name="merge_organisations"),
]
