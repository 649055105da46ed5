"""What search engines ask for: which pages there are, and which are not for them."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from directory.organisations.model import Organisation
from directory.organisations.queries import visible_to
from server.kernel.http import not_found
from server.kernel.parts import kernel_of

# Addresses in one file, by the protocol of sitemaps.org.
PAGE = 50_000
# How long a file is given as it was: engines come by the hour at most.
KEPT = timedelta(hours=1)
_HEADERS = {"cache-control": f"public, max-age={int(KEPT.total_seconds())}"}
_INDEX = '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
_URLS = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
# Places that are for people who are signed in, or for programs.
_NOT_FOR_ENGINES = ("/me", "/messages", "/sign-in", "/register", "/invitation", "/organisations/", "/live")

# A path and the moment of its last change; None: of a list, which changes with everything in it.
Path = tuple[str, datetime | None]
# (session) -> the count; (session, offset, limit) -> paths in a stable order.
Count = Callable[[AsyncSession], Awaitable[int]]
Paths = Callable[[AsyncSession, int, int], Awaitable[Sequence[Path]]]


@dataclass(frozen=True)
class Listed:
    """Public pages of one kind."""

    name: str  # in the address of their files: lower-case letters
    count: Count
    paths: Paths


class Sitemap:
    """All that is public, from all parts that add theirs."""

    def __init__(self) -> None:
        self.kinds: dict[str, Listed] = {}
        self._kept: dict[str, tuple[datetime, bytes]] = {}

    def add(self, listed: Listed) -> None:
        """Have pages of another kind listed. Called at the start."""
        self.kinds[listed.name] = listed

    async def index(self, session: AsyncSession, home: str, now: datetime) -> bytes:
        """The list of files."""
        return await self._remembered("", now, lambda: self._index(session, home))

    async def file(self, session: AsyncSession, name: str, number: int, home: str, now: datetime) -> bytes | None:
        """One file; None when there is none of this kind or number."""
        listed = self.kinds.get(name)
        if listed is None or number < 1:
            return None
        body = await self._remembered(f"{name}-{number}", now, lambda: _file(session, listed, number, home))
        return body or None

    async def _index(self, session: AsyncSession, home: str) -> bytes:
        lines = []
        for listed in self.kinds.values():
            files = -(-await listed.count(session) // PAGE)
            lines += [
                f"<sitemap><loc>{home}/sitemaps/{listed.name}-{each + 1}.xml</loc></sitemap>" for each in range(files)
            ]
        return (_INDEX + "\n".join(lines) + "\n</sitemapindex>\n").encode()

    async def _remembered(self, key: str, now: datetime, make: Callable[[], Awaitable[bytes]]) -> bytes:
        made, body = self._kept.get(key, (now - 2 * KEPT, b""))
        if now - made > KEPT:
            body = await make()
            if body:
                self._kept[key] = (now, body)
        return body


async def _file(session: AsyncSession, listed: Listed, number: int, home: str) -> bytes:
    paths = await listed.paths(session, (number - 1) * PAGE, PAGE)
    return (_URLS + "\n".join(_lines(paths, home)) + "\n</urlset>\n").encode() if paths else b""


def _lines(paths: Sequence[Path], home: str) -> Iterator[str]:
    for path, changed in paths:
        day = f"<lastmod>{changed.date().isoformat()}</lastmod>" if changed else ""
        yield f"<url><loc>{escape(home + path)}</loc>{day}</url>"


async def _count(session: AsyncSession) -> int:
    query = select(func.count()).select_from(Organisation).where(visible_to(None))
    return await session.scalar(query) or 0


async def _paths(session: AsyncSession, offset: int, limit: int) -> list[tuple[str, datetime]]:
    query = select(Organisation.slug, Organisation.updated_at).where(visible_to(None))
    rows = await session.execute(query.order_by(Organisation.id).offset(offset).limit(limit))
    return [(f"/o/{row.slug}", row.updated_at) for row in rows]


def these(name: str, *paths: str) -> Listed:
    """Pages that are always there: the beginnings of lists."""

    async def count(_session: AsyncSession) -> int:
        return len(paths)

    async def listed(_session: AsyncSession, offset: int, limit: int) -> list[Path]:
        return [(path, None) for path in paths[offset : offset + limit]]

    return Listed(name, count, listed)


LISTS_LISTED = these("lists", "/", "/discover", "/needs", "/needs?tab=offer", "/partners")
ORGANISATIONS_LISTED = Listed("organisations", _count, _paths)


async def sitemap_index(request: Request) -> Response:
    """The list of sitemaps."""
    kernel = kernel_of(request)
    async with kernel.database.read() as session:
        body = await _sitemap_of(request).index(session, kernel.settings.public_url, kernel.clock.now())
    return Response(body, media_type="application/xml", headers=_HEADERS)


async def sitemap_file(request: Request) -> Response:
    """Up to 50,000 addresses."""
    kernel = kernel_of(request)
    name, _, number = request.path_params["file"].removesuffix(".xml").rpartition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 7):
        raise not_found()
    async with kernel.database.read() as session:
        home, now = kernel.settings.public_url, kernel.clock.now()
        body = await _sitemap_of(request).file(session, name, int(number), home, now)
    if body is None:
        raise not_found()
    return Response(body, media_type="application/xml", headers=_HEADERS)


async def robots(request: Request) -> Response:
    """What search engines may look at."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOR_ENGINES)]
    lines += ["", f"Sitemap: {kernel_of(request).settings.public_url}/sitemap.xml", ""]
    return PlainTextResponse("\n".join(lines), headers=_HEADERS)


def _sitemap_of(request: Request) -> Sitemap:
    found: Sitemap = request.app.state.sitemap
    return found


routes = [
    Route("/sitemap.xml", sitemap_index, name="sitemap"),
    Route("/sitemaps/{file}", sitemap_file, name="sitemap_file"),
    Route("/robots.txt", robots, name="robots"),
]
