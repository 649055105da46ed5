"""What is answered at a partner's own host: its landing page, to be read. Everything else is at ours.

Nobody is signed in there: no cookie that says who somebody is, is set or believed at a name whose DNS is not ours. See
decision 0023.
"""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from directory.partners.hosts import STATE_KEY, Hosts, address
from server.kernel.hosts import ANSWERED_FOR, FOR_MACHINES, host_name, own_names
from server.kernel.http import ProblemError
from server.kernel.reports import CSP_REPORTS
from server.kernel.settings import Settings
from web.frame import LOCALE_COOKIE, THEME_COOKIE
from web.i18n import LOCALES

# What a page needs besides itself, and what it remembers in its reader's browser.
_READ = ("/assets/", "/pictures/")
_CHOSEN = ("/language", "/theme", CSP_REPORTS)
_COOKIES = (LOCALE_COOKIE, THEME_COOKIE)
_FOR_ENGINES = {"cache-control": "public, max-age=3600"}
_SITEMAP = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n<url><loc>{home}/</loc>{others}</url>\n</urlset>\n'
)
_OTHER = '<xhtml:link rel="alternate" hreflang="{locale}" href="{home}/?lang={locale}"/>'


class AtOwnHost:
    """Stands before the check of host names, and answers for those of partners."""

    def __init__(self, app: ASGIApp, settings: Settings, hosts: Hosts) -> None:
        self.app = app
        self._settings = settings
        self._hosts = hosts
        self._ours = own_names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in FOR_MACHINES:
            host = host_name(Headers(scope=scope).get("host", ""))
            slug = None if host in self._ours else await self._hosts.partner_at(host)
            if slug is not None:
                await self._answer(scope, host, slug)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _answer(self, scope: Scope, host: str, slug: str) -> ASGIApp:
        home, path, landing = address(self._settings, host), scope["path"], f"/partners/{slug}"
        if scope["method"] not in ("GET", "HEAD"):
            if scope["method"] == "POST" and path in _CHOSEN:
                return self._inside(home, path)
            raise ProblemError(404, "not_found")
        if path == "/":
            return self._inside(home, landing)
        if path == f"{landing}/look.css" or path.startswith(_READ):
            return self._inside(home, path)
        return _for_engines(path, home) or _elsewhere(scope, home, landing, self._settings.public_url)

    def _inside(self, home: str, path: str) -> ASGIApp:
        """The application's own answer to a path, for a reader whom nobody knows."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            scope["state"][STATE_KEY] = home
            unknown = {"path": path, "raw_path": path.encode(), "headers": list(_nobodys(scope["headers"]))}
            await self.app({**scope, **unknown, ANSWERED_FOR: True}, receive, send)

        return answer


def _for_engines(path: str, home: str) -> Response | None:
    """The list of pages, and what engines may look at."""
    if path == "/robots.txt":
        return PlainTextResponse(f"User-agent: *\nAllow: /\n\nSitemap: {home}/sitemap.xml\n", headers=_FOR_ENGINES)
    if path == "/sitemap.xml":
        others = "".join(_OTHER.format(locale=locale, home=home) for locale in sorted(LOCALES))
        body = _SITEMAP.format(home=home, others=others)
        return Response(body, media_type="application/xml", headers=_FOR_ENGINES)
    return None


def _elsewhere(scope: Scope, home: str, landing: str, ours: str) -> Response:
    """The way to the same page at our own host; to the landing page, which is here."""
    query = scope["query_string"].decode("latin-1")
    asked = f"?{query}" if query else ""
    if scope["path"] == landing:
        return RedirectResponse(f"{home}/{asked}", 301)
    return RedirectResponse(f"{ours}{scope['raw_path'].decode('latin-1')}{asked}", 302)


def _nobodys(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    """The headers without what says who somebody is; of the cookies language and scheme stay."""
    for name, value in headers:
        if name == b"cookie":
            if kept := _harmless(value.decode("latin-1")):
                yield name, kept.encode("latin-1")
        elif name != b"authorization":
            yield name, value


def _harmless(cookies: str) -> str:
    """Those two alone; taken apart at each semicolon, as whoever reads them does: quotes would hide a cookie in one."""
    each = [one.strip() for one in cookies.split(";")]
    return "; ".join(one for one in each if one.partition("=")[0].rstrip() in _COOKIES)
