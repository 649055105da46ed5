"""The composition root: everything that runs, built in order, in one place."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

import chat.calls
import chat.conduct
import chat.introducing
import chat.listeners
import chat.live
import chat.pages
import directory.api.routes
import directory.connectors.pages
import directory.contacts.pages
import directory.imports.pages
import directory.lists.pages
import directory.needs.documents
import directory.needs.pages
import directory.needs.today
import directory.news.pages
import directory.organisations.pages
import directory.partners.pages
import directory.products.pages
import directory.search.pages
import directory.search.taking
import fairs.documents
import fairs.own_data
import fairs.pages
import fairs.planning
import meetings.calls
import meetings.jobs
import meetings.listeners
import meetings.live
import meetings.own_data
import meetings.pages
import meetings.timetable.runs
import people.api
import people.pages
import rooms.calls
import rooms.live
import rooms.pages
import rooms.today
import rooms.visiting
import signaling.checking
import signaling.listeners
import signaling.live
import signaling.livekit.webhook
import signaling.own_data
import signaling.whip
from chat import own_data
from chat.frame import surround
from chat.parts import Chat
from directory.connectors.parts import Connectors
from directory.imports.parts import Imports
from directory.lists import own_data as lists_own_data
from directory.lists.pages.about import section as kept_section
from directory.needs.documents import NeedSource
from directory.needs.parts import Needs
from directory.organisations import own_data as organisations_own_data
from directory.organisations import queries as organisation_queries
from directory.organisations.documents import OrganisationSource, name_facets
from directory.organisations.pages.engines import ORGANISATIONS_LISTED, Sitemap
from directory.organisations.parts import Organisations
from directory.partners import carrying as partners_carrying
from directory.partners.pages.landing import section as networks_section
from directory.products import parts as products
from directory.products.documents import ProductSource
from directory.products.listeners import wake_search
from directory.search import saved
from directory.search.alerts import Alerts
from directory.search.documents import Catalogue
from directory.search.parts import Search
from fairs.queries import roles_in, share_a_fair
from meetings import approaches, between, own_calendars
from meetings.frame import surround as surround_with_meetings
from meetings.parts import Meetings
from people import api_tokens, sessions
from people.events import PersonErased, SessionRevoked
from people.parts import People
from server import mailbox
from server.access import BODY_LIMITS, LIVE_METHODS, ROUTES
from server.kernel import health, reports
from server.kernel.body import SizeLimit
from server.kernel.bus import Bus
from server.kernel.clock import Clock, SystemClock
from server.kernel.context import RequestContext
from server.kernel.csrf import OwnPagesOnly
from server.kernel.db import Database
from server.kernel.errors import Answer, Errors
from server.kernel.events import Events
from server.kernel.fetch import Fetcher
from server.kernel.files import Files
from server.kernel.guard import SAFE_METHODS, Guard, SignInFirst
from server.kernel.headers import SecurityHeaders
from server.kernel.hosts import KnownHosts
from server.kernel.http import ProblemError, wants_html
from server.kernel.jobs import Jobs
from server.kernel.mail import Mail
from server.kernel.memory_bus import MemoryBus
from server.kernel.migrate import upgrade
from server.kernel.parts import Kernel
from server.kernel.rate import Limiter
from server.kernel.redis_bus import RedisBus
from server.kernel.refusal import alone_or_connected
from server.kernel.settings import Settings
from server.live.identity import Identity, SessionCheck
from server.live.parts import Live
from signaling.parts import Calls
from web import assets, pages
from web.frame import LOCALE_COOKIE
from web.i18n import negotiate
from web.render import Templates, error_page


def create_kernel(settings: Settings, clock: Clock | None = None) -> Kernel:
    """The ground under the features, built but not started."""
    settings.data.mkdir(parents=True, exist_ok=True)
    clock = clock or SystemClock()
    events = Events()
    database = Database(settings, clock, events)
    jobs = Jobs(database)
    return Kernel(
        settings=settings,
        clock=clock,
        events=events,
        database=database,
        bus=create_bus(settings, clock),
        jobs=jobs,
        mail=Mail(settings, clock, jobs),
        files=Files(settings.data / "files"),
        limiter=Limiter(settings),
        fetcher=Fetcher(settings.own_hosts),
    )


def create_bus(settings: Settings, clock: Clock) -> Bus:
    """Redis where it is configured, else memory."""
    if not settings.redis_url:
        return MemoryBus()
    return RedisBus(settings.redis_url, settings.redis_prefix, clock)


@dataclass(frozen=True)
class Fairmatch:
    """The features on the kernel, and what they show themselves with."""

    kernel: Kernel
    files: assets.Assets
    templates: Templates
    live: Live
    people: People
    organisations: Organisations
    sitemap: Sitemap
    chat: Chat
    meetings: Meetings
    needs: Needs
    calls: Calls
    search: Search
    alerts: Alerts
    imports: Imports

    @classmethod
    def build(cls, kernel: Kernel) -> "Fairmatch":
        """Compose the features, and join them where one stands on another."""
        files = assets.of_the_product()
        templates = Templates(files, kernel.clock, dev=kernel.settings.dev)
        kernel.mail.render = lambda name, locale, context: templates.text(name, locale, **context)
        persons = People.build(kernel)
        live = Live.build(kernel, _living_sessions(kernel))
        talk = Chat.build(kernel, live)
        meets = Meetings.build(kernel, live)
        calls = Calls.build(kernel, live)
        live.topics.register("room", rooms.live.namespace(kernel.database))
        live.topics.register("chat", talk.namespace)
        live.topics.register("call", calls.namespace)
        live.registry.add(rooms.live.live_methods)
        live.registry.add(chat.live.live_methods)
        live.registry.add(signaling.live.live_methods)
        live.registry.add(chat.calls.live_methods)
        calls.doors.register(rooms.calls.rights_of)
        calls.doors.register(chat.calls.rights_in_conversations(kernel.clock))
        calls.doors.register(meetings.calls.rights_in_meetings(kernel.clock))
        live.topics.register("meeting", meets.namespace)
        live.registry.add(meetings.live.live_methods)
        rooms.live.listen(kernel, live)
        chat.listeners.listen(talk)
        meetings.listeners.listen(meets)
        meetings.jobs.register(meets)
        meetings.timetable.runs.register(meets)
        own_calendars.Reader(kernel)
        chat.introducing.listen(talk)
        signaling.listeners.listen(calls)
        meetings.calls.listen(meets, calls)
        persons.acquaintances.register(share_a_fair)
        persons.acquaintances.register(between.have_met)
        persons.acquaintances.register(chat.introducing.introduced)
        persons.approaches.register(approaches.from_page, approaches.from_list)
        persons.own_data.register("fairs", fairs.own_data.collect, fairs.own_data.erase)
        organisations = Organisations.build(kernel)
        sitemap = Sitemap()
        sitemap.add(ORGANISATIONS_LISTED)
        persons.own_data.register("organisations", organisations_own_data.collect, organisations_own_data.erase)
        organisations.sections.append(kept_section)
        organisations.carriers.append(lists_own_data.carry)
        organisations.sections.append(networks_section)
        organisations.carriers.append(partners_carrying.carry)
        persons.own_data.register("partners", partners_carrying.collect, partners_carrying.erase)
        persons.own_data.register("lists", lists_own_data.collect, lists_own_data.erase)
        persons.affiliations.register(organisation_queries.affiliations)
        products.join(kernel, persons.own_data, organisations, sitemap)
        persons.own_data.register("chat", own_data.collect, own_data.erasing(live.log))
        persons.own_data.register("meetings", meetings.own_data.collect, meetings.own_data.erase)
        needs = Needs.build(kernel, persons.own_data, organisations, sitemap)
        Connectors.build(kernel, persons.own_data, organisations)
        persons.own_data.register("calls", signaling.own_data.collect, signaling.own_data.erase)
        _end_connections_with_sessions(kernel, live)
        persons.own_data.register("search", saved.collect, saved.erase)
        search = Search.build(kernel, catalogue_of(kernel))
        fairs.documents.listen(kernel, search.following.ring)
        wake_search(kernel, search.following.ring)
        alerts = Alerts(kernel, search)
        imports = Imports.build(kernel)
        features = organisations, sitemap, talk, meets, needs, calls, search, alerts, imports
        return cls(kernel, files, templates, live, persons, *features)

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of everything."""
        return [
            *health.routes,
            *reports.routes,
            assets.serve(self.files),
            *pages.routes,
            *rooms.today.routes,
            *people.pages.routes,
            *people.api.routes,
            *directory.api.routes.routes,
            *directory.organisations.pages.routes,
            *directory.needs.pages.routes,
            *directory.imports.pages.routes,
            *directory.contacts.pages.routes,
            *directory.news.pages.routes,
            *directory.connectors.pages.routes,
            *directory.lists.pages.routes,
            *directory.partners.pages.routes,
            *fairs.planning.routes,
            *directory.search.pages.routes,
            *directory.search.taking.routes,
            *directory.products.pages.routes,
            *fairs.pages.routes,
            *rooms.pages.routes,
            *rooms.visiting.routes,
            *meetings.pages.routes,
            *chat.conduct.routes,
            *chat.calls.routes,
            *chat.pages.routes,
            *signaling.checking.routes,
            *signaling.whip.routes,
            *signaling.livekit.webhook.routes,
            *self.live.routes,
            *mailbox.routes,
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything between its start and its end. Raises StartRefused."""
        async with running(self.kernel), AsyncExitStack() as ending:
            ending.push_async_callback(self.people.stop)
            ending.push_async_callback(self.organisations.stop)
            ending.push_async_callback(self.calls.stop)
            await self.calls.start()
            await self.live.start(LIVE_METHODS)
            ending.push_async_callback(self.live.stop)
            ending.push_async_callback(self.search.stop)
            await self.search.start()
            ending.push_async_callback(self.alerts.stop)
            await self.alerts.start()
            yield


@asynccontextmanager
async def running(kernel: Kernel) -> AsyncIterator[Kernel]:
    """The kernel between its start and its end. Raises StartRefused."""
    async with AsyncExitStack() as ending:
        ending.push_async_callback(kernel.database.close)
        ending.push_async_callback(kernel.limiter.stop)
        await ending.enter_async_context(alone_or_connected(kernel.settings))
        await upgrade(kernel.database)
        await kernel.bus.start()
        ending.push_async_callback(kernel.bus.stop)
        await kernel.jobs.start()
        ending.push_async_callback(kernel.jobs.stop)
        yield kernel


def create_app(settings: Settings, kernel: Kernel | None = None) -> Starlette:
    """The whole application. Raises AccessTableError when a route has no row in server/access.py."""
    fairmatch = Fairmatch.build(kernel or create_kernel(settings))
    kernel = fairmatch.kernel
    guard = Guard(kernel, ROUTES, BODY_LIMITS, _authenticate, api_tokens.authenticate, roles_in, _locale)
    answer = Answer(_error_page)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with fairmatch.running():
            yield

    app = Starlette(
        routes=guard.over(fairmatch.routes),
        lifespan=lifespan,
        exception_handlers={kind: answer for kind in (ProblemError, HTTPException, SignInFirst)},
        middleware=[
            Middleware(RequestContext, clock=kernel.clock, choose_locale=_locale),
            Middleware(SecurityHeaders, settings=settings),
            Middleware(Errors, answer=answer),
            Middleware(KnownHosts, settings=settings),
            Middleware(OwnPagesOnly, settings=settings),
            Middleware(SizeLimit),
        ],
    )
    app.state.fairmatch = fairmatch
    app.state.kernel, app.state.templates, app.state.live = kernel, fairmatch.templates, fairmatch.live
    app.state.people, app.state.chat = fairmatch.people, fairmatch.chat
    app.state.organisations, app.state.sitemap = fairmatch.organisations, fairmatch.sitemap
    app.state.meetings, app.state.calls = fairmatch.meetings, fairmatch.calls
    app.state.imports = fairmatch.imports
    app.state.people, app.state.chat, app.state.search = fairmatch.people, fairmatch.chat, fairmatch.search
    app.state.needs, app.state.today = fairmatch.needs, [directory.needs.today.part]
    app.state.readiness = health.Readiness({"live": lambda: fairmatch.live.ready})
    return app


def catalogue_of(kernel: Kernel) -> Catalogue:
    """Everything that can be found. A part with something to be found adds its source here."""
    catalogue = Catalogue()
    catalogue.add(OrganisationSource())
    catalogue.add(ProductSource())
    catalogue.add(NeedSource(kernel.clock))
    catalogue.add(fairs.documents.FairSource(kernel.clock))
    catalogue.add(fairs.documents.PersonSource())
    name_facets(catalogue)
    directory.needs.documents.name_facets(catalogue)
    return catalogue


async def _authenticate(request: Request) -> sessions.Signed | None:
    """Who sends a request; for a page also what surrounds it."""
    signed = await sessions.authenticate(request)
    if signed and request.method in SAFE_METHODS and wants_html(request):
        await surround(request, signed.person.id)
        await surround_with_meetings(request, signed.person.id)
    return signed


def _living_sessions(kernel: Kernel) -> SessionCheck:
    """How the live line asks which sessions still stand, and whose they are."""

    async def living(session_ids: Collection[str]) -> Mapping[str, Identity]:
        async with kernel.database.read() as session:
            found = await sessions.alive(session, session_ids, kernel.clock.now())
        return {
            id_: Identity(person.id, person.name, id_, person.admin, person.locale) for id_, person in found.items()
        }

    return living


def _end_connections_with_sessions(kernel: Kernel, live: Live) -> None:
    """Who is signed out or gone is cut off at once."""

    async def signed_out(happened: SessionRevoked) -> None:
        live.revoke_session(happened.session_id)

    async def erased(happened: PersonErased) -> None:
        live.revoke_person(happened.person_id)

    kernel.events.on(SessionRevoked, signed_out)
    kernel.events.on(PersonErased, erased)


def _locale(connection: HTTPConnection) -> str:
    """The language to answer in: chosen in this browser, else in the profile, else what the browser prefers."""
    profile = getattr(connection.state.person, "locale", None)
    return negotiate([connection.cookies.get(LOCALE_COOKIE), profile], connection.headers.get("accept-language"))


def _error_page(request: Request, error: ProblemError) -> Response:
    return error_page(request, error.status, retry_after=int(error.headers.get("retry-after", "0")))
