"""The routes of the API: its operations, and their description, for programs and for people."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.api import (
    answers,
    between,
    changes,
    connectors,
    contacts,
    documents,
    door,
    imports,
    joining,
    keeping,
    lists,
    me,
    members,
    moderators,
    needs,
    news,
    openapi,
    organisations,
    partners,
    pictures,
    products,
    reference,
    removals,
    saved,
    search,
    unclaimed,
)
from directory.api.declared import Operation
from directory.api.door import served
from server.kernel.etag import json_answer
from server.kernel.parts import kernel_of
from web.render import locale_of, page

operations = (
    *organisations.operations,
    *keeping.operations,
    *changes.operations,
    *members.operations,
    *joining.operations,
    *products.operations,
    *needs.operations,
    *answers.operations,
    *between.operations,
    *documents.operations,
    *pictures.operations,
    *contacts.operations,
    *news.operations,
    *lists.operations,
    *saved.operations,
    *partners.operations,
    *moderators.operations,
    *unclaimed.operations,
    *imports.operations,
    *connectors.operations,
    *search.operations,
    *removals.operations,
    *me.operations,
)


def routes_of(operations: Sequence[Operation]) -> list[Route]:
    """The routes of these operations, and of their description."""
    known = tuple(operations)

    async def describe(request: Request) -> Response:
        """The description of the API, for programs that make programs."""
        response = json_answer(request, openapi.document(known, kernel_of(request).settings.public_url))
        # Whoever writes a client in a browser may read it from anywhere: it says nothing about anybody.
        response.headers["access-control-allow-origin"] = "*"
        return response

    async def explain(request: Request) -> Response:
        """The reference, for people."""
        site = kernel_of(request).settings.public_url
        return page(
            request,
            "api/reference.html",
            layout="layouts/app.html" if request.state.person else "layouts/plain.html",
            parts=reference.explained(known, locale_of(request), site),
            home=site,
            per_person=door.READS_PER_PERSON.split()[0],
            per_address=door.READS_PER_ADDRESS.split()[0],
        )

    described = [Route("/api", explain, name="api"), Route("/api/openapi.json", describe, name="openapi")]
    return [*described, *served(known)]
