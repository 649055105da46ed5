"""The table of who may do what, walked through by everybody: each route and each live method."""

from collections.abc import AsyncIterator, Callable
from itertools import product
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from rooms.actions import open_room
from rooms.model import MEETING
from rooms.queries import fair_of
from server.access import LIVE_METHODS, ROUTES
from server.app import Fairmatch, create_app, create_kernel
from server.kernel.access import BY_TOKEN, SCOPES, Access, opens
from server.kernel.clock import FrozenClock
from server.kernel.guard import AccessTableError
from server.kernel.ids import new_id
from server.kernel.settings import Settings
from server.live import topics
from server.live.registry import RegistryError
from server.live.wire.registry import discover
from tests.server.walk import FAIR, WALKERS, Knocking, Socket, Walk, passes, walk
from tests.signaling.quiet import QuietBackEnd

REACHED = 299
HTTP = [(method, path, level) for (method, path), level in ROUTES.items() if method != "WS"]


@pytest.fixture
def settings(embedded_settings: Settings) -> Settings:
    """What these tests are about is the same on either ground."""
    return embedded_settings


@pytest.fixture
async def walked(search_index: None, app: Starlette) -> AsyncIterator[Walk]:
    """The whole application, with everybody in it."""
    async with walk(app) as there:
        yield there


@pytest.fixture
async def behind_the_guard(
    settings: Settings, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Walk]:
    """The whole application with its own guard, but behind it endpoints that only say that they were reached."""
    real: Any = Fairmatch.routes.fget  # type: ignore[attr-defined]

    async def reached(_request: Request) -> Response:
        return PlainTextResponse("reached", REACHED)

    async def nothing(_request: Request, _person_id: str) -> None:
        """What surrounds a page, where there is none."""

    def empty(route: BaseRoute) -> BaseRoute:
        if not isinstance(route, Route):
            return route
        return Route(route.path, reached, methods=sorted(route.methods or ()), name=route.name)

    monkeypatch.setattr(Fairmatch, "routes", property(lambda self: [empty(route) for route in real(self)]))
    monkeypatch.setattr("server.app.surround", nothing)
    monkeypatch.setattr("server.app.surround_with_meetings", nothing)
    # There are more routes than anybody changes things in a minute.
    monkeypatch.setattr("server.kernel.guard.CHANGES_PER_PERSON", "100000 per minute")
    app = create_app(settings, create_kernel(settings, clock))
    async with app.router.lifespan_context(app), walk(app) as there:
        yield there


def refusal(method: str, level: Access, *, signed_in: bool, html: bool) -> int:
    """The status of a refusal: nobody is told what they may not see."""
    if level is Access.DEV:
        return 404
    if level in BY_TOKEN:
        return 401
    if not signed_in:
        return 303 if html else 401
    return 404 if method == "GET" else 403


async def test_everybody_reaches_exactly_what_the_table_allows(behind_the_guard: Walk) -> None:
    wrong = []
    for walker in WALKERS:
        async with behind_the_guard.browser(walker) as browser:
            knocking = {
                each: Knocking(behind_the_guard.app, browser, headers={"accept": each})
                for each in ("text/html", "application/json")
            }
            for (method, path, level), (accept, door) in product(HTTP, knocking.items()):
                status = await door.status(method, behind_the_guard.path(path))
                refused = refusal(method, level, signed_in=walker != "anonymous", html="html" in accept)
                expected = REACHED if passes(walker, level) else refused
                if status != expected:
                    wrong.append(f"{walker}: {method} {path} ({level.value}): {status}, not {expected}")

    assert wrong == []


async def test_what_surrounds_a_page_is_there_for_everybody(walked: Walk) -> None:
    """The walk behind the guard goes without it: this one has it, also on the way to what is refused."""
    wrong = []
    for walker in WALKERS:
        signed_in = walker != "anonymous"
        async with walked.browser(walker) as browser:
            for path, expected in (("/", 200), ("/check", 200), ("/nowhere", 404)):
                answer = await browser.get(path, headers={"accept": "text/html"}, follow_redirects=True)
                surrounded = 'href="/messages"' in answer.text
                if answer.status_code != expected or surrounded != (signed_in and expected == 200):
                    wrong.append(f"{walker}: {path}: {answer.status_code}, {surrounded}")

    assert wrong == []


async def test_who_is_refused_has_changed_nothing(walked: Walk) -> None:
    before = await walked.rows()

    wrong = []
    for walker in WALKERS:
        async with walked.browser(walker) as browser:
            door = Knocking(walked.app, browser, data={"text": "x", "reason": "x"})
            for method, path, level in HTTP:
                if not passes(walker, level):
                    status = await door.status(method, walked.path(path))
                    if status < 300:
                        wrong.append(f"{walker}: {method} {path}: {status}")
        await walked.kernel.jobs.run_due()
        assert await walked.rows() == before, walker

    assert wrong == []


async def test_a_token_opens_exactly_what_it_was_made_for(behind_the_guard: Walk) -> None:
    asked = [row for row in HTTP if row[2] not in (Access.PUBLIC, Access.ANYONE, Access.DEV)]
    wrong = []
    for scopes in ([], *([each] for each in SCOPES.values()), list(SCOPES.values())):
        async with behind_the_guard.program("admin", scopes) as program:
            door = Knocking(behind_the_guard.app, program, headers={"accept": "application/json"})
            for method, path, level in asked:
                status = await door.status(method, behind_the_guard.path(path))
                refused = 403 if level in BY_TOKEN else 401  # what is for people at a browser, no token opens
                expected = REACHED if level in BY_TOKEN and opens(level, set(scopes)) else refused
                if status != expected:
                    wrong.append(f"{scopes}: {method} {path} ({level.value}): {status}, not {expected}")

    assert wrong == []


async def test_a_role_at_one_fair_opens_no_other(behind_the_guard: Walk) -> None:
    in_fair = [(method, path) for method, path, level in HTTP if "{fair}" in path and not passes("signed in", level)]
    async with behind_the_guard.browser("organiser") as browser:
        codes = {
            (await browser.request(method, behind_the_guard.path(path).replace(FAIR, "another"))).status_code
            for method, path in in_fair
        }

    assert in_fair
    assert codes <= {403, 404}


def test_every_route_in_a_fair_names_the_fair_that_it_is_in() -> None:
    in_fair = {Access.MEMBER, Access.EXHIBITOR, Access.SPEAKER, Access.MODERATOR, Access.ORGANISER}

    assert [path for _, path, level in HTTP if level in in_fair and "{fair}" not in path] == []


def test_nothing_that_changes_something_goes_by_get() -> None:
    verbs = ("join", "leave", "remove", "erase", "ban", "mute", "roles", "sign-out")

    assert [path for method, path, _ in HTTP if method == "GET" and path.rsplit("/", 1)[-1].startswith(verbs)] == []


async def test_a_route_without_a_row_keeps_the_server_from_starting(
    settings: Settings, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.app.ROUTES", {row: who for row, who in ROUTES.items() if row != ("GET", "/me")})
    kernel = create_kernel(settings, clock)

    with pytest.raises(AccessTableError, match="GET /me has no row"):
        create_app(settings, kernel)
    await kernel.database.close()


async def test_a_live_method_without_a_row_keeps_the_server_from_starting(
    settings: Settings, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "server.app.LIVE_METHODS", {row: who for row, who in LIVE_METHODS.items() if row != "chat.send"}
    )
    app = create_app(settings, create_kernel(settings, clock))

    with pytest.raises(RegistryError, match=r"chat\.send has no row"):
        async with app.router.lifespan_context(app):
            pass


# The live line: every method, called by everybody about the lobby of the fair.
TOPIC_OF = {name: spec.topic for name, spec in discover().methods.items()}
IN_THE_FAIR = ("attendee", "exhibitor", "speaker", "moderator", "organiser")
NOT_FOR_THEM = {"not_found", "forbidden"}


Call = Callable[[str, str, str], dict[str, Any]]
# Parameters with which a member's calls succeed, in this order, of (the lobby's channel, the lobby, a message there).
CALLS: dict[str, Call] = {
    "subscribe": lambda channel, room, _: {"channels": {channel: None, room: None}},
    "echo": lambda *_: {},
    "visible": lambda *_: {"hidden": False},
    "since": lambda channel, *_: {"channel": channel, "pos": None},
    "room.roster": lambda _channel, room, _message: {"room": room},
    "room.contacts": lambda _channel, room, _message: {"room": room},
    "chat.send": lambda channel, *_: {"channel": channel, "cid": new_id(), "text": "Hello"},
    "chat.edit": lambda channel, _, message: {
        "channel": channel,
        "cid": new_id(),
        "message": message,
        "text": "Good day",
    },
    "chat.react": lambda channel, _, message: {
        "channel": channel,
        "cid": new_id(),
        "message": message,
        "emoji": "👍",
        "on": True,
    },
    "chat.typing": lambda channel, *_: {"channel": channel},
    "chat.read": lambda channel, *_: {"channel": channel, "s": 1},
    "chat.history": lambda channel, *_: {"channel": channel, "before": None},
    "chat.mentionable": lambda channel, *_: {"channel": channel, "q": ""},
    "chat.unread": lambda *_: {},
    "chat.delete": lambda channel, _, message: {"channel": channel, "cid": new_id(), "message": message},
    "meetings.mine": lambda *_: {},
    "meeting.note": lambda *_: {"meeting": topics.meeting(new_id()), "text": "", "version": 0},
    "meeting.written": lambda *_: {"meeting": topics.meeting(new_id())},
    "call.ring": lambda *_: {"call": topics.call(new_id()), "state": "ringing", "cid": new_id()},
    "unsubscribe": lambda channel, *_: {"channels": [channel]},
}
# About what only some of the members have: tests/meetings/test_room.py and tests/chat/test_calls.py say who may.
OF_SOME_MEMBERS = {"meeting.note", "meeting.written", "call.ring"}


async def call(line: Socket, there: Walk, method: str, message: str = "") -> dict[str, Any]:
    """Call a method about the lobby of the fair."""
    return await line.ask(method, **CALLS[method](topics.chat(there.channel), topics.room(there.room), message))


# The same of calls, of (a meeting room's call, somebody else in it): who keeps order there does more than the others.
DEVICE = "0123456789abcdef"
IN_CALLS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "call.ice": lambda call, _: {"call": call},
    "call.token": lambda call, _: {"call": call, "way": "whip"},
    "call.offer": lambda call, _: {"call": call, "device": DEVICE, "generation": 0, "sdp": "v=0"},
    "call.listen": lambda call, _: {"call": call, "device": DEVICE, "listen": {}},
    "call.sign": lambda call, other: {"call": call, "hand": True},
    "call.caption": lambda call, _: {"call": call, "text": "Good morning"},
    "call.signal": lambda call, other: {"call": call, "device": DEVICE, "to": other, "generation": 0, "gone": True},
    "call.leave": lambda call, _: {"call": call, "device": DEVICE},
    "call.mute": lambda call, other: {"call": call, "participant": f"{other}-1", "sources": [], "muted": True},
    "call.remove": lambda call, other: {"call": call, "person": other},
    "call.readmit": lambda call, other: {"call": call, "person": other},
}
FOR_MODERATORS = {"call.mute", "call.remove", "call.readmit"}


async def a_call(walked: Walk) -> str:
    """The topic of a meeting room's call, on a back end that carries nothing."""
    await walked.app.state.calls.stop()
    walked.app.state.calls.back_end = QuietBackEnd()
    async with walked.kernel.database.write() as uow:
        fair_id = await fair_of(uow.session, walked.room)
        assert fair_id
        return topics.call((await open_room(uow, fair_id, MEETING, "meeting", "Meeting")).id)


def test_every_live_method_is_walked_through() -> None:
    assert CALLS.keys() | IN_CALLS.keys() == LIVE_METHODS.keys() - {"hello"}


@pytest.mark.parametrize("walker", [each for each in IN_THE_FAIR if each != "exhibitor"])
async def test_in_a_call_those_who_keep_order_do_more_than_the_others(walked: Walk, walker: str) -> None:
    call, other, wrong = await a_call(walked), walked.ids["exhibitor"], []
    async with walked.socket(walker) as line:
        for method, params in IN_CALLS.items():
            code = (await line.ask(method, **params(call, other))).get("e", {}).get("code")
            may = method not in FOR_MODERATORS or walker in ("moderator", "organiser")
            if code != (None if may else "forbidden"):
                wrong.append(f"{method}: {code}")

    assert wrong == []


@pytest.mark.parametrize("walker", ["signed in", "banned"])
async def test_who_is_not_in_the_fair_takes_no_part_in_its_calls(walked: Walk, walker: str) -> None:
    call = await a_call(walked)
    async with walked.socket(walker) as line:
        before = await walked.rows()
        codes = {
            method: (await line.ask(method, **params(call, walked.ids["exhibitor"])))["e"]["code"]
            for method, params in IN_CALLS.items()
        }
        assert set(codes.values()) == {"not_found"}, codes
        assert await walked.rows() == before
    assert walked.app.state.calls.back_end.asked == []


@pytest.mark.parametrize("walker", IN_THE_FAIR)
async def test_members_may_call_every_live_method(walked: Walk, walker: str) -> None:
    wrong, message = [], ""
    async with walked.socket(walker) as line:
        for method in CALLS:
            reply = await call(line, walked, method, message)
            if method in OF_SOME_MEMBERS:
                assert reply["e"]["code"] in NOT_FOR_THEM
            elif "r" not in reply:
                wrong.append(f"{method}: {reply}")
            if method == "chat.send":
                message = reply["r"]["message"]

    assert wrong == []


@pytest.mark.parametrize("walker", ["signed in", "banned"])
async def test_who_is_not_in_the_fair_calls_nothing_about_it(walked: Walk, walker: str) -> None:
    async with walked.socket("attendee") as line:
        message = (await call(line, walked, "chat.send"))["r"]["message"]

    wrong = []
    async with walked.socket(walker) as line:
        before = await walked.rows()
        for method in CALLS:
            if TOPIC_OF[method]:
                reply = await call(line, walked, method, message)
                if reply.get("e", {}).get("code") not in NOT_FOR_THEM:
                    wrong.append(f"{method}: {reply}")
        after = await walked.rows()

    assert wrong == []
    assert after == before


@pytest.mark.parametrize("walker", ["signed in", "banned"])
async def test_who_is_not_in_the_fair_hears_nothing_of_it(walked: Walk, walker: str) -> None:
    channels = {topics.chat(walked.channel): None, topics.room(walked.room): None}
    async with walked.socket(walker) as line:
        answer = (await line.ask("subscribe", channels=channels))["r"]["channels"]
        missed = await line.ask("since", channel=topics.chat(walked.channel), pos=None)

    assert [answer[topic]["e"]["code"] in NOT_FOR_THEM for topic in channels] == [True, True]
    assert missed.get("e", missed.get("r", {}).get("e"))["code"] in NOT_FOR_THEM


async def test_nobody_calls_anything_before_saying_who_they_are(walked: Walk) -> None:
    async with Socket(walked.app) as line:
        assert await line.ask("chat.unread") == {"closed": 4500}


async def test_a_ticket_opens_one_line_once(walked: Walk) -> None:
    async with walked.browser("attendee") as browser:
        ticket = (await browser.post("/live/ticket")).json()["ticket"]
    async with Socket(walked.app) as line:
        assert "r" in await line.ask("hello", ticket=ticket, channels={})
    async with Socket(walked.app) as line:
        assert await line.ask("hello", ticket=ticket, channels={}) == {"closed": 4502}
