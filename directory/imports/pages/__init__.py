"""The pages of imports: bring a file, say how it is taken, try, import, decide, undo."""

from starlette.routing import Route

from directory.imports.pages import batch, bringing, report

routes: list[Route] = [*bringing.routes, *report.routes, *batch.routes]
