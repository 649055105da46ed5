"""The pages of connectors."""

from starlette.routing import Route

from directory.connectors import news_pages, server_pages

routes: list[Route] = [*news_pages.routes, *server_pages.routes]
