"""Pages that belong to no feature: the pattern page, and the choices of language and scheme."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.frame import LOCALE_COOKIE, THEME_COOKIE, THEMES
from web.i18n import LOCALES
from web.render import page
from web.showcase import examples

YEAR = 365 * 24 * 3600  # seconds that a choice is remembered


async def kit(request: Request) -> Response:
    """The pattern page: every component in every state, with the macro that makes it."""
    layout = "layouts/plain.html" if "plain" in request.query_params else "layouts/app.html"
    return page(request, "dev/kit.html", layout=layout, **examples())


async def choose_language(request: Request) -> Response:
    """Remember a language in a cookie and go back to the page."""
    form = await request.form()
    return _remember(request, LOCALE_COOKIE, str(form.get("locale", "")), LOCALES, str(form.get("back", "/")))


async def choose_theme(request: Request) -> Response:
    """Remember light or dark in a cookie (anything else: as the device says) and go back to the page."""
    form = await request.form()
    return _remember(request, THEME_COOKIE, str(form.get("theme", "")), THEMES, str(form.get("back", "/")))


def local_path(target: str) -> str:
    """A path on this server to go on to, or "/" for anything that would lead elsewhere."""
    sound = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if sound else "/"


def _remember(request: Request, cookie: str, value: str, known: tuple[str, ...], back: str) -> Response:
    response = RedirectResponse(local_path(back), 303)
    if value in known:
        secure = request.url.scheme == "https"
        response.set_cookie(cookie, value, max_age=YEAR, path="/", secure=secure, httponly=True, samesite="lax")
    else:
        response.delete_cookie(cookie, path="/")
    return response


routes = [
    Route("/dev/kit", kit, name="kit"),
    Route("/language", choose_language, methods=["POST"], name="choose_language"),
    Route("/theme", choose_theme, methods=["POST"], name="choose_theme"),
]
