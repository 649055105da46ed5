"""The pages of products."""

from starlette.routing import Route

from directory.products.pages import edit, history, show, taking, uploads

routes: list[Route] = [*taking.routes, *edit.routes, *uploads.routes, *show.routes, *history.routes]
