"""Pages from templates: one environment per language, strict about names, safe against what people type."""

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from babel.numbers import format_decimal, get_decimal_symbol
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.filters import do_filesizeformat
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from web import when
from web.assets import Assets
from web.frame import AT_COOKIE, REFUSED, SAID_COOKIE, SIGN_OUT, answers, frame_of, hue, initials
from web.i18n import DEFAULT, LOCALES, formats, translations
from web.icons import icon
from web.packing import PackedPage
from web.summaries import with_names

TEMPLATES = Path(__file__).parent / "templates"


# Numbers for elements that another element must name, counted anew in each page so that a page is always the same.
_numbers: ContextVar[Iterator[int]] = ContextVar("_numbers")
# What "two hours ago" counts from: one moment for all of a page.
_moment: ContextVar[datetime] = ContextVar("_moment")


class Compiled(BytecodeCache):
    """Compiled templates, kept in memory for all languages and applications of the process: each is compiled once."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if its template was compiled before and has not changed."""
        if code := self._codes.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled just now; the last version of a template alone."""
        self._codes[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Now(Protocol):
    """Where pages get the time from."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        ...


class Templates:
    """All templates of the product, ready in every language. `dev` reads changed files again, without a restart."""

    def __init__(self, assets: Assets, clock: Now, *, folder: Path = TEMPLATES, dev: bool = False) -> None:
        self._assets = assets
        self._clock = clock
        self._dev = dev
        self._environments = {locale: _prepared(locale, folder, assets, dev) for locale in LOCALES}

    def page(
        self,
        request: Request,
        name: str,
        /,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """Render a page for the person, language and nonce of a request.

        A form that is shown again with its errors is answered with 422; after a POST that succeeded, redirect with 303.
        Raises jinja2.UndefinedError for a name that neither the context nor the frame has.
        """
        locale = locale_of(request)
        if self._dev:
            self._assets.refresh()
        self._begin()
        html = self._environments[locale].get_template(name).render(self._around(request, locale) | context)
        response = PackedPage(
            with_names(html), status, headers={"cache-control": "private, no-cache"} | dict(headers or {})
        )
        for shown_once in {SAID_COOKIE, AT_COOKIE} & request.cookies.keys():
            response.delete_cookie(shown_once, path="/")
        return response

    def text(self, name: str, locale: str = DEFAULT, /, **context: Any) -> str:
        """Render a template without a request: the text of a mail, a fragment for the live line."""
        known = locale if locale in LOCALES else DEFAULT
        self._begin()
        return self._environments[known].get_template(name).render(locale=known, **context)

    def environment(self, locale: str) -> Environment:
        """Jinja's environment of a language, for what is not a page."""
        return self._environments[locale]

    def _around(self, request: Request, locale: str) -> dict[str, Any]:
        """What every page may use besides its own context."""
        return {
            "request": request,
            "person": getattr(request.state, "person", None),
            "nonce": getattr(request.state, "nonce", ""),
            "request_id": getattr(request.state, "request_id", ""),
            "locale": locale,
            "frame": frame_of(request),
            "url_for": lambda route, **parameters: str(request.app.url_path_for(route, **parameters)),
            "import_map": Markup(self._assets.import_map(locale)),  # noqa: S704 - our own JSON of addresses
        }

    def _begin(self) -> None:
        """What templates ask while they render that is not in their context."""
        _numbers.set(count(1))
        _moment.set(self._clock.now())


@lru_cache(maxsize=16)
def _prepared(locale: str, folder: Path, assets: Assets, dev: bool) -> Environment:
    """One for all applications of a process, as what was loaded of templates stays in it."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=lambda name: name is None or not name.endswith(".txt"),  # noqa: S701 - only mails' text is plain
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=dev,
        bytecode_cache=COMPILED,
    )
    catalogue = translations(locale)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        catalogue.gettext, catalogue.ngettext, newstyle=True
    )
    environment.globals |= _globals(assets, folder, locale)
    environment.filters |= _filters(locale)
    return environment


def _filters(locale: str) -> dict[str, Callable[..., Any]]:
    return {
        "time": lambda moment, zone, named=True: when.time(moment, zone, locale, named=named),
        "date": lambda moment, zone, style="long": when.date(moment, zone, locale, style=style),
        "both": lambda moment, zone: when.both(moment, zone, locale),
        "ago": lambda moment: when.ago(moment, _moment.get(), locale),
        "tenths": lambda number: format_decimal(number, "#,##0.0", locale=formats(locale)),
        "filesizeformat": lambda size: do_filesizeformat(size).replace(".", get_decimal_symbol(formats(locale))),
        "initials": initials,
        "hue": hue,
    }


def templates_of(request: Request) -> Templates:
    """The templates of the application that answers a request; the composition root puts them into its state."""
    templates: Templates = request.app.state.templates
    return templates


def page(request: Request, name: str, /, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a page with the application's templates; see Templates.page."""
    return templates_of(request).page(request, name, status, **context)


def redirect(url: str, said: str = "", *, refused: bool = False) -> RedirectResponse:
    """Go on after a POST (303). `said` is a translated line that the next page shows once: "Your photo is saved."; or,
    `refused`, why nothing was done.

    Which part of the page the address names is said in a cookie, too: a script that follows a redirect is not told.
    """
    response = RedirectResponse(url, 303)
    if at := urlsplit(url).fragment:
        response.set_cookie(AT_COOKIE, quote(at), max_age=60, path="/", httponly=True, samesite="lax")
    if said:
        response.set_cookie(
            SAID_COOKIE, REFUSED * refused + quote(said), max_age=60, path="/", httponly=True, samesite="lax"
        )
    return response


# After these the same form can be sent again, as after a fault of ours; after 413 with less in it.
_SENT_AGAIN = frozenset({409, 429})


def error_page(
    request: Request,
    status: int,
    *,
    code: str = "",
    headers: Mapping[str, str] | None = None,
    retry_after: int = 0,
) -> HTMLResponse:
    """A calm page for an error: what happened, what is safe, what to do. Its `code` has a page of its own, or its
    status. `retry_after` is in seconds, for 429."""
    names = (f"error/{code}.html", f"error/{status}.html", "error/500.html" if status >= 500 else "error/400.html")
    known = next(name for name in names if (TEMPLATES / name).is_file())
    asks = request.method in ("GET", "HEAD")
    sent_again = status == 413 or (not asks and (status in _SENT_AGAIN or status >= 500))
    around = {
        "came_from": _came_from(request) or _page_above(request) if sent_again else "",
        "again": _own_address(request) if asks else "",  # a form's address often has no page
        # Without a route, or a database, nobody has asked who it is: a call that they are in goes on.
        "nobody_asked": getattr(request.state, "person", None) is None,
    }
    return templates_of(request).page(request, known, status, headers, retry_after=retry_after, **around)


def _own_address(request: Request) -> str:
    """What was asked for, on our own host whatever it begins with."""
    path = "/" + request.url.path.lstrip("/\\")
    return f"{path}?{request.url.query}" if request.url.query else path


def _came_from(request: Request) -> str:
    """The page of ours from which a form was sent, as the browser says; "" where it does not, or it is none."""
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    elsewhere = before.netloc != request.headers.get("host") or before.path.startswith(("//", "/\\"))
    if elsewhere or not answers(request.app, before.path):
        return ""
    return f"{before.path}?{before.query}" if before.query else before.path


def _page_above(request: Request) -> str:
    """The nearest page over an address that a form was sent to, for pages that let no browser say where it came from:
    /me for /me/photo. "" where there is none below the start page."""
    path = request.url.path if request.method == "POST" else ""
    while path and not answers(request.app, path):
        path = path.rpartition("/")[0]
    return path


def locale_of(request: Request) -> str:
    """The language that the middleware chose for a request; English where none did."""
    locale = getattr(request.state, "locale", DEFAULT)
    return locale if locale in LOCALES else DEFAULT


def _globals(assets: Assets, folder: Path, locale: str) -> dict[str, Any]:
    return {
        "asset": assets.url,
        "preloads": lambda entries: assets.preloads(tuple(entries), locale),
        "icon": icon,
        "drawing": lambda name: _drawing(folder, name),
        "zone_name": lambda moment, zone: when.zone_name(moment, zone, locale),
        "unique": lambda prefix: f"{prefix}-{next(_numbers.get())}",
        "sign_out": SIGN_OUT,
    }


def _drawing(folder: Path, name: str) -> Markup:
    """One of our own line drawings, inline, so that it follows the colours of the scheme."""
    return Markup((folder / "drawings" / f"{name}.svg").read_text())  # noqa: S704 - our own files
