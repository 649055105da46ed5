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

import booths.at_door
import booths.calls
import booths.cards.pages
import booths.cards.parts
import booths.documents
import booths.in_room
import booths.pages
import booths.parts
import booths.room_pages
import booths.taking
import booths.talk_pages
import chat.calls
import chat.conduct
import chat.introducing
import chat.listeners
import chat.live
import chat.pages
import fairs.documents
import fairs.own_data
import fairs.pages
import fairs.planning
import fairs.taking
import meetings.calls
import meetings.files
import meetings.jobs
import meetings.listeners
import meetings.live
import meetings.own_data
import meetings.pages
import meetings.pages.today
import meetings.teams.section
import meetings.timetable.runs
import notices.pages
import notices.parts
import people.api
import people.pages
import rooms.calls
import rooms.closing
import rooms.live
import rooms.pages
import rooms.preparing
import rooms.today
import rooms.visiting
import signaling.checks.pages
import signaling.listeners
import signaling.live
import signaling.livekit.webhook
import signaling.own_data
import signaling.recordings.pages
import signaling.whip
from chat import own_data
from chat.frame import surround
from chat.parts import Chat
from directory.partners.at_own_host import AtOwnHost
from directory.parts import Directory, everything
from directory.search.documents import Catalogue
from fairs.queries import at_a_fair_with, roles_in
from meetings import approaches, between, own_calendars
from meetings.frame import surround as surround_with_meetings
from meetings.parts import Meetings
from meetings.teams.actions import carry as carry_teams
from people import api_tokens, sessions
from people.events import PersonErased, SessionRevoked
from people.parts import People
from server import api, mailbox
from server.access import LIVE_METHODS, ROUTES
from server.body_limits import BODY_LIMITS
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
from server.kernel.kept import KeptFiles
from server.kernel.mail import Mail
from server.kernel.memory_bus import MemoryBus
from server.kernel.migrate import upgrade
from server.kernel.parts import Kernel
from server.kernel.rate import Limiter
from server.kernel.refusal import alone_or_connected, make_writable
from server.kernel.settings import Settings
from server.kernel.shared_bus import shared_bus
from server.live.identity import Identity, SessionCheck
from server.live.parts import Live
from signaling.parts import Calls
from signaling.recordings.parts import Recordings
from web import assets, pages
from web.frame import LOCALE_COOKIE
from web.i18n import negotiate
from web.render import Templates, error_page


def create_kernel(settings: Settings, clock: Clock | None = None) -> Kernel:
    """The ground under the features, built but not started. Raises StartRefused."""
    make_writable(settings.data)
    clock = clock or SystemClock()
    events = Events()
    database = Database(settings, clock, events)
    jobs = Jobs(database)
    files = Files(settings.data / "files")
    return Kernel(
        settings=settings,
        clock=clock,
        events=events,
        database=database,
        bus=create_bus(settings, clock),
        jobs=jobs,
        mail=Mail(settings, clock, jobs),
        files=files,
        kept=KeptFiles(database, jobs, files),
        limiter=Limiter(settings),
        fetcher=Fetcher(settings.own_hosts),
    )


def create_bus(settings: Settings, clock: Clock) -> Bus:
    """Redis where it is configured, else memory."""
    if not settings.redis_url:
        return MemoryBus()
    return shared_bus(settings, clock)


@dataclass(frozen=True)
class Fairmatch:
    """The features on the kernel, and what they show themselves with."""

    kernel: Kernel
    files: assets.Assets
    templates: Templates
    live: Live
    people: People
    directory: Directory
    chat: Chat
    meetings: Meetings
    calls: Calls
    recordings: Recordings

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
        calls.doors.register(rooms.calls.rights_in_rooms(booths.calls.stands_of_others))
        calls.doors.register(chat.calls.rights_in_conversations(kernel.clock))
        calls.doors.register(meetings.calls.rights_in_meetings(kernel.clock))
        live.topics.register("meeting", meets.namespace)
        live.registry.add(meetings.live.live_methods)
        rooms.live.listen(kernel, live)
        rooms.closing.listen(kernel, live, calls)
        chat.listeners.listen(talk)
        meetings.listeners.listen(meets)
        meetings.jobs.register(meets)
        meetings.timetable.runs.register(meets)
        own_calendars.Reader(kernel)
        chat.introducing.listen(talk)
        signaling.listeners.listen(calls)
        meetings.calls.listen(meets, calls)
        booths.calls.listen(calls)
        persons.acquaintances.register(at_a_fair_with)
        persons.acquaintances.register(between.have_met, talk=False)  # by the fair that they share
        persons.acquaintances.register(chat.introducing.introduced_to)
        persons.approaches.register(approaches.from_page, approaches.from_list)
        persons.own_data.register("fairs", fairs.own_data.collect, fairs.own_data.erase)
        found = Directory.build(kernel, persons, catalogue_of(kernel))
        found.organisations.carriers.append(carry_teams)
        booths.parts.join(persons.own_data, found.organisations, found.needs.newsroom, found.sitemap)
        booths.cards.parts.join(persons.own_data, found.organisations, found.needs.newsroom)
        booths.documents.listen(kernel, found.search.following.ring)
        kernel.kept.register(meetings.files.uses_file)
        found.organisations.sections.append(meetings.teams.section.bring)
        fairs.documents.listen(kernel, found.search.following.ring)
        persons.own_data.register("chat", own_data.collect, own_data.erasing(live.log))
        persons.own_data.register("meetings", meetings.own_data.collect, meetings.own_data.erase)
        notices.parts.build(kernel, persons.own_data)
        recordings = Recordings.build(calls, persons.own_data)
        persons.own_data.register("calls", signaling.own_data.collect, signaling.own_data.erase)
        _end_connections_with_sessions(kernel, live)
        return cls(kernel, files, templates, live, persons, found, talk, meets, calls, recordings)

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
            *notices.pages.routes,
            *api.routes,
            *self.directory.routes,
            *fairs.planning.routes,
            *fairs.taking.routes,
            *fairs.pages.routes,
            *booths.pages.routes,
            *booths.room_pages.routes,
            *booths.talk_pages.routes,
            *booths.taking.routes,
            *booths.cards.pages.routes,
            *rooms.pages.routes,
            *rooms.preparing.routes,
            *rooms.visiting.routes,
            *meetings.pages.routes,
            *chat.conduct.routes,
            *chat.calls.routes,
            *chat.pages.routes,
            *signaling.checks.pages.routes,
            *signaling.recordings.pages.routes,
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
            ending.push_async_callback(self.calls.stop)
            await self.calls.start()
            await self.live.start(LIVE_METHODS)
            ending.push_async_callback(self.live.stop)
            await self.recordings.ending.start()
            ending.push_async_callback(self.chat.stop)
            await ending.enter_async_context(self.directory.running())
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
            Middleware(AtOwnHost, settings=settings, hosts=fairmatch.directory.hosts),
            Middleware(KnownHosts, settings=settings),
            Middleware(OwnPagesOnly, settings=settings, by_token=signaling.whip.PATHS),
            Middleware(SizeLimit),
        ],
    )
    app.state.fairmatch, app.state.kernel, app.state.access = fairmatch, kernel, ROUTES
    for part in ("templates", "live", "people", "chat", "meetings", "calls"):
        setattr(app.state, part, getattr(fairmatch, part))
    for part in ("organisations", "sitemap", "needs", "search", "imports"):
        setattr(app.state, part, getattr(fairmatch.directory, part))
    app.state.today = [people.pages.notice.part, meetings.pages.today.part, *fairmatch.directory.today]
    app.state.in_rooms, app.state.at_doors = booths.in_room.part, booths.at_door.part
    app.state.partner_hosts = fairmatch.directory.hosts
    app.state.readiness = health.Readiness({"live": lambda: fairmatch.live.ready})
    return app


def catalogue_of(kernel: Kernel) -> Catalogue:
    """Everything that can be found. A feature outside the directory adds its sources here."""
    return everything(kernel, (booths.documents.EventSource(kernel.clock), fairs.documents.PersonSource()))


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
    wait = int(error.headers.get("retry-after", "0"))
    return error_page(request, error.status, code=error.code, retry_after=wait)
