"""The door of every route: who it is, whether they may, and only then the endpoint."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute, request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.kernel.access import BY_TOKEN, IN_FAIR, SCOPES, Access, Person, allows, opens
from server.kernel.bearer import Holder, scope_wanted, token_wanted
from server.kernel.body import MAX_BODY_KEY
from server.kernel.context import ChooseLocale
from server.kernel.http import ProblemError, not_found, wants_html
from server.kernel.parts import Kernel
from server.kernel.rate import address_of

Endpoint = Callable[[Request], Awaitable[Response]]
Table = Mapping[tuple[str, str], Access]

# Requests that change something, of all kinds together. Features have tighter limits for what needs them.
CHANGES_PER_PERSON = "240 per minute"
CHANGES_PER_ADDRESS = "1200 per minute"

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Signed(Protocol):
    """Who is signed in, and by which session."""

    @property
    def person(self) -> Person:
        """The person."""
        ...

    @property
    def session_id(self) -> str:
        """The session, for listing and revoking it."""
        ...


Authenticate = Callable[[Request], Awaitable[Signed | None]]
# Raises ProblemError 401 for a token that does not count.
AuthenticateByToken = Callable[[Request], Awaitable[Holder | None]]
RolesIn = Callable[[AsyncSession, str, str], Awaitable[frozenset[str]]]


class AccessTableError(RuntimeError):
    """The table and the routes do not fit together: the server must not start."""


@dataclass(frozen=True)
class Guard:
    """Puts itself before every endpoint. Who it is, and their roles, come from the features that know."""

    kernel: Kernel
    table: Table
    body_limits: Mapping[tuple[str, str], int]
    authenticate: Authenticate
    by_token: AuthenticateByToken
    roles_in: RolesIn
    choose_locale: ChooseLocale

    def over(self, routes: Iterable[BaseRoute]) -> list[BaseRoute]:
        """The same routes with the guard in front.

        Raises AccessTableError when a route has no row, or a row no route.
        """
        guarded = list(routes)
        self._compare(guarded)
        return [self._before(route) for route in guarded]

    def _compare(self, routes: list[BaseRoute]) -> None:
        found = {row for route in routes for row in rows_of(route)}
        problems = [f"{method} {path} has no row" for method, path in sorted(found - self.table.keys())]
        problems += [f"{method} {path} has no route" for method, path in sorted(self.table.keys() - found)]
        problems += [
            f"{method} {path} has a body limit and no route" for method, path in self.body_limits.keys() - found
        ]
        if problems:
            raise AccessTableError("server/access.py: " + "; ".join(problems))

    def _before(self, route: BaseRoute) -> BaseRoute:
        if not isinstance(route, Route):
            return route  # the live line asks at its own door, see server.live.gateway
        endpoint: Endpoint = route.endpoint
        path = route.path

        async def guarded(request: Request) -> Response:
            if any("\0" in str(value) for value in request.path_params.values()):
                raise not_found()  # nothing of ours has such a name, and PostgreSQL does not even look for it
            row = (_method(request), path)
            await self.admit(request, self.table[row])
            if row in self.body_limits:
                request.scope[MAX_BODY_KEY] = self.body_limits[row]
            return await endpoint(request)

        before = Route.__new__(type(route))  # made anew, its path would be compiled a second time
        vars(before).update(vars(route))
        before.endpoint, before.app = guarded, _once_asked(guarded)
        return before

    async def admit(self, request: Request, level: Access) -> None:
        """Find out who it is and let them pass, or raise what they get instead."""
        if level is Access.PUBLIC:
            return
        if level in BY_TOKEN:
            await self._admit_by_token(request, level)
            return
        signed = await self.authenticate(request)
        request.state.person = signed.person if signed else None
        request.state.session_id = signed.session_id if signed else None
        request.state.locale = self.choose_locale(request)
        roles = await self._roles(request, level, signed)
        admin = signed is not None and signed.person.admin
        dev = self.kernel.settings.dev
        if not allows(level, signed_in=signed is not None, admin=admin, roles=roles, dev=dev):
            raise refusal(request, level, signed_in=signed is not None)
        if request.method not in SAFE_METHODS:
            await self._count(request, signed.person if signed else None)

    async def _admit_by_token(self, request: Request, level: Access) -> None:
        holder = await self.by_token(request)
        request.state.person = holder.person if holder else None
        request.state.token = holder
        if not opens(level, holder.scopes if holder else None):
            raise scope_wanted(SCOPES[level]) if holder else token_wanted()
        if request.method not in SAFE_METHODS:
            await self._count(request, request.state.person)

    async def _count(self, request: Request, person: Person | None) -> None:
        """By person where there is one: whole companies stand behind one address."""
        limiter = self.kernel.limiter
        if person is not None:
            await limiter.spend("changes", CHANGES_PER_PERSON, person.id)
        else:
            await limiter.spend("changes", CHANGES_PER_ADDRESS, address_of(request))

    async def _roles(self, request: Request, level: Access, signed: Signed | None) -> frozenset[str]:
        if level not in IN_FAIR or signed is None:
            return frozenset()
        async with self.kernel.database.read() as session:
            return await self.roles_in(session, request.path_params["fair"], signed.person.id)


def _once_asked(endpoint: Endpoint) -> ASGIApp:
    """What Starlette makes of an endpoint, made once somebody asks for it: most are not asked soon."""
    made: list[ASGIApp] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if not made:
            made.append(request_response(endpoint))
        await made[0](scope, receive, send)

    return app


def rows_of(route: BaseRoute) -> list[tuple[str, str]]:
    """The rows of the table that a route needs; a WebSocket's method is written WS. HEAD goes by GET's row."""
    if isinstance(route, WebSocketRoute):
        return [("WS", route.path)]
    if isinstance(route, Route) and route.methods:
        return [(method, route.path) for method in sorted(route.methods - {"HEAD"})]
    raise AccessTableError(f"{route!r} is no plain route with methods, so nobody can say who may use it")


class SignInFirst(Exception):  # noqa: N818 - it is an answer, not an error
    """A person at a browser is sent to sign in, and comes back afterwards."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back

    def response(self) -> Response:
        """The way to the sign-in page."""
        return RedirectResponse(f"/sign-in?next={quote(self.back, safe='')}", 303, {"cache-control": "no-store"})


def refusal(request: Request, level: Access, *, signed_in: bool) -> Exception:
    """What one gets who may not: what one may not see does not exist, what one may not do is forbidden."""
    if level is Access.DEV:
        return not_found()
    if not signed_in:
        return _sign_in(request)
    if request.method in SAFE_METHODS:
        return not_found()
    return ProblemError(403, "forbidden", "You may not do this.")


def _sign_in(request: Request) -> Exception:
    if not wants_html(request):
        return ProblemError(401, "unauthorized", "Sign in first.")
    return SignInFirst(local_path(request) if request.method in SAFE_METHODS else "/")


def local_path(request: Request) -> str:
    """This page's own path and query: never another host's."""
    path = "/" + request.url.path.lstrip("/\\")
    return f"{path}?{request.url.query}" if request.url.query else path


def _method(request: Request) -> str:
    return "GET" if request.method == "HEAD" else request.method
