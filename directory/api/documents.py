"""Documents that hang on organisations, products and needs: listed, loaded down, sent and taken away, by the rules of
the pages. Each kind of record says once whose documents they are; the operations are the same for all."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import FileResponse, Response

from directory.api import answering, queries, taking
from directory.api.declared import FILE, VERSION, Call, Operation
from directory.api.needs import editable as editable_need
from directory.api.needs import seen_of
from directory.api.organisations import edited
from directory.api.products import editable as editable_product
from directory.api.ruling import said
from directory.api.shapes.files import Document, DocumentPage, DocumentQuery
from directory.attachments import Checked, checked, served
from directory.needs import actions as need_actions
from directory.needs import queries as need_queries
from directory.needs.actions import FILE_MOST
from directory.needs.actions import RefusedError as NeedRefusedError
from directory.organisations import actions as organisation_actions
from directory.organisations import queries as organisation_queries
from directory.organisations.actions import RefusedError
from directory.organisations.pages.uploads import DOCUMENT_MOST, UPLOADS
from directory.products import actions as product_actions
from directory.products import queries as product_queries
from directory.speaking import viewer_of
from people.limits import may
from people.text import UnacceptableError
from server.kernel.access import Access
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from web.i18n import N_

# (call, session) -> the documents that the viewer gets. Raises ProblemError 404.
Listed = Callable[[Call, AsyncSession], Awaitable[Sequence[Any]]]
# (call, unit of work): lock the record. Raises ProblemError 404 and 403.
Admit = Callable[[Call, UnitOfWork], Awaitable[object]]
# (call, unit of work, what was checked, the kept file, its bytes) -> the document. Raises RefusedError.
Add = Callable[[Call, UnitOfWork, Checked, str, int], Awaitable[Any]]
Remove = Callable[[Call, UnitOfWork, str], Awaitable[None]]


@dataclass(frozen=True)
class Shelf:
    """The documents of one kind of record. `most` are bytes of one."""

    part: str
    singular: str
    level: Access
    most: int
    listed: Listed
    admit: Admit
    add: Add
    remove: Remove


async def many(shelf: Shelf, call: Call) -> Response:
    """All documents of a record: they are few."""
    async with call.kernel.database.read() as session:
        found = await shelf.listed(call, session)
    return answering.whole(call, [_shown(shelf, call, one) for one in found])


async def one(shelf: Shelf, call: Call) -> Response:
    """A document itself: to be kept, never run."""
    async with call.kernel.database.read() as session:
        found = await _found(shelf, call, session)
    path = call.kernel.files.path(found.file)
    if not path.is_file():
        raise not_found()
    return FileResponse(path, headers=served(found.name), media_type=FILE)


async def add(shelf: Shelf, call: Call) -> Response:
    """Keep another one. Whoever may not, has nothing kept."""
    query: DocumentQuery = call.query
    async with call.kernel.database.write() as uow:
        await shelf.admit(call, uow)
    await may(call.request, "upload", UPLOADS)
    try:
        taken = checked(query.name, call.body, shelf.most)
    except UnacceptableError as refused:
        raise taking.against_the_rules({"": said(call, refused)}) from None
    file = await call.kernel.files.put(call.body, taken.ending)
    try:
        async with call.kernel.kept.keeping({file: call.body}) as uow:
            await shelf.admit(call, uow)
            made = await shelf.add(call, uow, taken, file, len(call.body))
            shown = _shown(shelf, call, made)
    except (RefusedError, NeedRefusedError):
        raise full() from None
    return answering.record(call, shown, 201, _path(shelf, call.id, shown.id))


async def remove(shelf: Shelf, call: Call) -> Response:
    """Hand one out no longer."""
    async with call.kernel.database.write() as uow:
        await shelf.admit(call, uow)
        await shelf.remove(call, uow, (await _found(shelf, call, uow.session)).id)
    return Response(status_code=204)


def full() -> ProblemError:
    """The answer when there are as many files as there can be."""
    return ProblemError(409, "too_many", "There are as many as there can be. Remove one first.")


async def _found(shelf: Shelf, call: Call, session: AsyncSession) -> Any:
    wanted = call.named("document")
    found = next((each for each in await shelf.listed(call, session) if each.id == wanted), None)
    if found is None:
        raise not_found()
    return found


def _shown(shelf: Shelf, call: Call, row: Any) -> Document:
    return Document.of(row, row.added_at, call.site + _path(shelf, call.id, row.id))


def _path(shelf: Shelf, id_: str, document_id: str) -> str:
    return f"{VERSION}/{shelf.part}/{id_}/documents/{document_id}"


async def _of_organisation(call: Call, session: AsyncSession) -> Sequence[Any]:
    if await queries.organisation(session, call.person_id, call.id) is None:
        raise not_found()
    return await organisation_queries.documents_of(session, call.id)


async def _of_product(call: Call, session: AsyncSession) -> Sequence[Any]:
    if await queries.product(session, call.person_id, call.id) is None:
        raise not_found()
    return await product_queries.documents_of(session, call.id)


async def _of_need(call: Call, session: AsyncSession) -> Sequence[Any]:
    """Of a blind need nothing to those who may not know whose it is."""
    await seen_of(call, session, call.id)
    return await need_queries.files(session, await viewer_of(session, call.person_id), call.id)


async def _attach(call: Call, uow: UnitOfWork, taken: Checked, file: str, size: int) -> Any:
    return await need_actions.attach(
        uow, call.id, name=taken.name, file=file, mime=taken.mime, size=size, by_id=call.by_id
    )


ORGANISATION = Shelf(
    "organisations", "organisation", Access.API_ORGANISATIONS, DOCUMENT_MOST, _of_organisation,
    lambda call, uow: edited(call, uow, call.id),
    lambda call, uow, *kept: organisation_actions.add_document(uow, call.id, *kept, by_id=call.by_id),
    lambda call, uow, id_: organisation_actions.remove_document(uow, call.id, id_, by_id=call.by_id),
)  # fmt: skip
PRODUCT = Shelf(
    "products", "product", Access.API_PRODUCTS, DOCUMENT_MOST, _of_product, editable_product,
    lambda call, uow, *kept: product_actions.add_document(uow, call.id, *kept, by_id=call.by_id),
    lambda call, uow, id_: product_actions.remove_document(uow, call.id, id_, by_id=call.by_id),
)  # fmt: skip
NEED = Shelf(
    "needs", "need", Access.API_NEEDS, FILE_MOST, _of_need, editable_need, _attach,
    lambda call, uow, id_: need_actions.detach(uow, call.id, id_, by_id=call.by_id),
)  # fmt: skip


def _operations(shelf: Shelf) -> list[Operation]:
    several, single = f"/{shelf.part}/{{id}}/documents", f"/{shelf.part}/{{id}}/documents/{{document}}"
    name = f"{shelf.singular}_document"
    return [
        Operation(
            "GET", several, f"list_{name}s", Access.API, N_("The documents of a record"), partial(many, shelf),
            DocumentPage,
        ),
        Operation(
            "POST", several, f"add_{name}", shelf.level, N_("Add a document"), partial(add, shelf), Document,
            DocumentQuery, status=201, refusals=(403, 409), takes_file=True,
            about=N_("PDF, PNG, JPEG, Word, Excel and PowerPoint without macros; the kind is known by the content."),
        ),
        Operation(
            "GET", single, f"get_{name}", Access.API, N_("A document itself"), partial(one, shelf), gives_file=True,
        ),
        Operation(
            "DELETE", single, f"remove_{name}", shelf.level, N_("Take a document away"), partial(remove, shelf),
            status=204, refusals=(403,),
        ),
    ]  # fmt: skip


operations = [*_operations(ORGANISATION), *_operations(PRODUCT), *_operations(NEED)]
