"""Logos, banners and pictures of products: sent as files, checked and written anew as from the pages' forms."""

from starlette.responses import Response

from directory import pictures
from directory.api import answering, taking
from directory.api.declared import Call, Operation
from directory.api.documents import full
from directory.api.organisations import edited, shown_of
from directory.api.products import editable
from directory.api.ruling import ruled, said
from directory.api.shapes.organisations import Organisation
from directory.api.shapes.products import Picture, PictureQuery
from directory.organisations import actions
from directory.organisations.actions import RefusedError
from directory.organisations.fields import LINE_MOST
from directory.organisations.pages.uploads import UPLOADS
from directory.organisations.parts import organisations_of
from directory.organisations.shown import picture
from directory.pictures import Make, Written
from directory.products import actions as product_actions
from directory.products import queries as product_queries
from people.limits import may
from people.text import UnacceptableError, one_line
from server.kernel.access import Access
from server.kernel.db import UnitOfWork
from server.kernel.http import not_found
from web.i18n import N_


async def change_logo(call: Call) -> Response:
    """Show another logo."""
    async with call.kernel.database.write() as uow:
        await _matching(call, uow)
    (large, written), (small, lesser) = await _taken(call, pictures.logo)
    async with call.kernel.kept.keeping({large: written.content, small: lesser.content}) as uow:
        await _matching(call, uow)
        await actions.change_logo(uow, call.id, (large, small), by_id=call.by_id)
        return await _answer(call, uow)


async def change_banner(call: Call) -> Response:
    """Show another banner."""
    async with call.kernel.database.write() as uow:
        await _matching(call, uow)
    [(file, written)] = await _taken(call, pictures.banner)
    async with call.kernel.kept.keeping({file: written.content}) as uow:
        await _matching(call, uow)
        await actions.change_banner(uow, call.id, file, by_id=call.by_id)
        return await _answer(call, uow)


async def remove_logo(call: Call) -> Response:
    """Show no logo."""
    async with call.kernel.database.write() as uow:
        await _matching(call, uow)
        await actions.change_logo(uow, call.id, None, by_id=call.by_id)
    return Response(status_code=204)


async def remove_banner(call: Call) -> Response:
    """Show no banner."""
    async with call.kernel.database.write() as uow:
        await _matching(call, uow)
        await actions.change_banner(uow, call.id, None, by_id=call.by_id)
    return Response(status_code=204)


async def add(call: Call) -> Response:
    """Show another picture of a product."""
    query: PictureQuery = call.query
    line = ruled(call, "?said", lambda: one_line(LINE_MOST)(query.said))
    async with call.kernel.database.write() as uow:
        await editable(call, uow)
    (large, written), (small, lesser) = await _taken(call, pictures.product)
    try:
        async with call.kernel.kept.keeping({large: written.content, small: lesser.content}) as uow:
            await editable(call, uow)
            size = written.width, written.height
            made = await product_actions.add_picture(uow, call.id, (large, small), size, line, by_id=call.by_id)
            shown = Picture.of(made, call.site)
    except RefusedError:
        raise full() from None
    return answering.record(call, shown, 201, picture(large))


async def remove(call: Call) -> Response:
    """Show a picture of a product no longer."""
    async with call.kernel.database.write() as uow:
        await editable(call, uow)
        wanted = call.named("picture")
        if wanted not in {each.id for each in await product_queries.pictures_of(uow.session, call.id)}:
            raise not_found()
        await product_actions.remove_picture(uow, call.id, wanted, by_id=call.by_id)
    return Response(status_code=204)


async def _matching(call: Call, uow: UnitOfWork) -> None:
    """Lock the organisation. Raises ProblemError 404, 403, and 412 where it is another version than was read."""
    await edited(call, uow, call.id)
    answering.check_match(call.request, await shown_of(call, uow.session, call.id))


async def _answer(call: Call, uow: UnitOfWork) -> Response:
    await uow.session.flush()
    return answering.record(call, await shown_of(call, uow.session, call.id))


async def _taken(call: Call, make: Make) -> list[tuple[str, Written]]:
    """The picture that was sent, in the sizes that are kept. Raises ProblemError 409 and 429."""
    await may(call.request, "upload", UPLOADS)
    try:
        return await organisations_of(call.request).pictures.take(call.body, make)
    except UnacceptableError as refused:
        raise taking.against_the_rules({"": said(call, refused)}) from None


_KINDS = N_("JPEG, PNG or WebP. It is made small and written anew, with nothing hidden in it.")

operations = [
    Operation(
        "PUT", "/organisations/{id}/logo", "change_logo", Access.API_ORGANISATIONS, N_("Show another logo"),
        change_logo, Organisation, refusals=(403, 409, 412), takes_file=True, about=_KINDS,
    ),
    Operation(
        "DELETE", "/organisations/{id}/logo", "remove_logo", Access.API_ORGANISATIONS, N_("Show no logo"),
        remove_logo, status=204, refusals=(403, 412),
    ),
    Operation(
        "PUT", "/organisations/{id}/banner", "change_banner", Access.API_ORGANISATIONS, N_("Show another banner"),
        change_banner, Organisation, refusals=(403, 409, 412), takes_file=True, about=_KINDS,
    ),
    Operation(
        "DELETE", "/organisations/{id}/banner", "remove_banner", Access.API_ORGANISATIONS, N_("Show no banner"),
        remove_banner, status=204, refusals=(403, 412),
    ),
    Operation(
        "POST", "/products/{id}/pictures", "add_picture", Access.API_PRODUCTS, N_("Add a picture to a product"),
        add, Picture, PictureQuery, status=201, refusals=(403, 409), takes_file=True, about=_KINDS,
    ),
    Operation(
        "DELETE", "/products/{id}/pictures/{picture}", "remove_picture", Access.API_PRODUCTS,
        N_("Show a picture no longer"), remove, status=204, refusals=(403,),
    ),
]  # fmt: skip
