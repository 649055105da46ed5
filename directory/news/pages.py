"""Stopping the mails with news: a page with one button, by the link in each of them, without signing in."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.news.newsroom import is_silent, newsroom_of, silence, speak_again
from people.pages.entering import PRIVATE
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.render import page


async def show(request: Request) -> Response:
    """The button that stops the mails, or the one that has them come again."""
    person_id = _person(request)
    async with kernel_of(request).database.read() as session:
        silent = await is_silent(session, person_id)
    return _page(request, silent=silent, done=False)


async def change(request: Request) -> Response:
    """Stop the mails, or have them come again."""
    person_id = _person(request)
    async with request.form(max_fields=5, max_files=0) as form:
        again = form.get("mails") == "again"
    async with kernel_of(request).database.write() as uow:
        await (speak_again if again else silence)(uow, person_id)
    return _page(request, silent=not again, done=True)


def _page(request: Request, **context: Any) -> Response:
    return page(request, "news/mails.html", headers=PRIVATE, path=request.url.path, **context)


def _person(request: Request) -> str:
    """Whose mails the link is about. Raises ProblemError 404 for a link that is none of ours."""
    opened = newsroom_of(request).stop.open(request.path_params["token"], kernel_of(request).clock.now())
    if opened is None:
        raise not_found()
    return str(opened["person"])


routes = [
    Route("/news/mails/{token}", show, name="news_mails"),
    Route("/news/mails/{token}", change, methods=["POST"], name="change_news_mails"),
]
