"""The pages of products."""

from starlette.routing import Route

from directory.products.pages import edit, history, show, uploads

routes: list[Route] = [*edit.routes, *uploads.routes, *show.routes, *history.routes]
