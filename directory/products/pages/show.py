"""The public pages of products: one, and all those of an organisation."""

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from directory.attachments import served
from directory.organisations import doors as organisation_doors
from directory.organisations import jsonld as organisation_jsonld
from directory.organisations import queries as organisation_queries
from directory.organisations.pages.show import around, origins_of
from directory.organisations.shown import Shown
from directory.products import jsonld, queries
from directory.products.pages import doors
from directory.products.shown import ProductCard, ProductShown
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.engines import for_engines, head_of, speak_as_asked
from web.render import locale_of, page

LIST_PAGE = 48


async def show(request: Request) -> Response:
    """A product, for everybody who may know of it."""
    speak_as_asked(request)
    async with kernel_of(request).database.read() as session:
        seen, product = await doors.found(request, session)
        if product is None:
            return RedirectResponse(f"/o/{seen.moved_to}/products", 301)
        fields = await queries.fields_of(session, product.id)
        own = await organisation_queries.fields_of(session, seen.organisation.id)
        pictures = await queries.pictures_of(session, product.id)
        documents = await queries.documents_of(session, product.id)
        kept = [(product.source, product.source_id)] if product.source else []
        origins = await origins_of(request, session, kept)
    locale, home = locale_of(request), kernel_of(request).settings.public_url
    organisation = Shown.of(seen.organisation, own, locale)
    shown = ProductShown.of(product, fields, pictures, organisation.path, locale)
    answer = page(
        request,
        "products/show.html",
        **around(request, organisation),
        product=shown,
        standing=seen.standing,
        documents=documents,
        origins=origins,
        data=organisation_jsonld.script([jsonld.product(shown, organisation, home)]),
    )
    return for_engines(request, answer)


async def all_of(request: Request) -> Response:
    """All products of an organisation, page by page."""
    speak_as_asked(request)
    after = request.query_params.get("after")
    if after is not None and not is_id(after):
        raise not_found()
    async with kernel_of(request).database.read() as session:
        seen = await organisation_doors.found(request, session)
        if seen.moved_to is not None:
            return RedirectResponse(f"/o/{seen.moved_to}/products", 301)
        person_id = seen.standing.person_id
        found = await queries.of_organisation(
            session, seen.organisation.id, person_id, after=after, limit=LIST_PAGE + 1
        )
        total = await queries.count_of(session, seen.organisation.id, person_id)
        removed = await queries.removed_of(session, seen.organisation.id) if seen.standing.edits else []
    path, locale = f"/o/{seen.organisation.slug}", locale_of(request)
    return page(
        request,
        "products/all.html",
        layout="layouts/app.html" if request.state.person else "layouts/plain.html",
        organisation=seen.organisation,
        path=path,
        public=seen.organisation.visibility == "public" and seen.removed is None,
        **head_of(request, f"{path}/products"),
        standing=seen.standing,
        products=[ProductCard.of(one, path, locale) for one in found[:LIST_PAGE]],
        total=total,
        removed=[(ProductCard.of(one.product, path, locale), one) for one in removed],
        onward=f"{path}/products?after={found[LIST_PAGE - 1].id}" if len(found) > LIST_PAGE else "",
    )


async def document(request: Request) -> Response:
    """A file, to whoever may see the product: to be kept, never run."""
    document_id = request.path_params["document"]
    async with kernel_of(request).database.read() as session:
        _seen, product = await doors.found(request, session)
        found = await queries.document(session, product.id, document_id) if product and is_id(document_id) else None
    if found is None or not kernel_of(request).files.path(found.file).is_file():
        raise not_found()
    path = kernel_of(request).files.path(found.file)
    return FileResponse(path, headers=served(found.name), media_type="application/octet-stream")


routes = [
    Route("/o/{slug}/products", all_of, name="products"),
    Route("/o/{slug}/products/{product}", show, name="product"),
    Route("/o/{slug}/products/{product}/documents/{document}", document, name="product_document"),
]
