"""The pages of organisations."""

from starlette.routing import Route

from directory.organisations.pages import edit, engines, keeping, people, show, taking, uploads

routes: list[Route] = [
    *edit.routes,
    *taking.routes,
    *people.routes,
    *uploads.routes,
    *keeping.routes,
    *engines.routes,
    *show.routes,
]
