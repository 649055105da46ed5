"""From a request to its answer: checked at the door, run, and every error told by its code."""

from typing import TYPE_CHECKING

import structlog
from pydantic import ValidationError

from server.kernel.access import allows
from server.kernel.away import note_refusal
from server.live import metrics
from server.live.away import unavailable
from server.live.call import Answer, Call
from server.live.connection import Connection
from server.live.grants import Grant
from server.live.identity import Identity
from server.live.registry import Method, Registry
from server.live.topics import Topic
from server.live.wire import envelope
from server.live.wire.codes import LiveError
from server.live.wire.envelope import JsonText
from server.live.wire.message import Params, Result
from server.live.wire.parse import Request

if TYPE_CHECKING:
    from server.live.parts import Live

_LONGEST_MESSAGE = 200

log = structlog.get_logger(__name__)


class Dispatch:
    """Answers requests of greeted connections. Never raises."""

    def __init__(self, registry: Registry, live: "Live") -> None:
        self._registry = registry
        self._live = live

    async def answer(self, connection: Connection, person: Identity, request: Request) -> None:
        """Run one request, counted in flight by the caller, and send its reply."""
        method = self._registry.methods.get(request.method)
        try:
            if method is not None and (method.spec.large or method.spec.ordered):
                await self._in_turn(connection, person, request, method)
            else:
                await self._answered(connection, person, request, method)
            outcome = "ok"
        except Exception as error:
            refused = refusal_of(error, request.method, connection.id)
            connection.send(envelope.refusal(request.number, refused))
            outcome = refused.code
        finally:
            connection.in_flight -= 1
        metrics.REQUESTS.labels(request.method if method else "unknown", outcome).inc()

    async def _in_turn(self, connection: Connection, person: Identity, request: Request, method: Method) -> None:
        """One after another, and nothing large for whoever did not take those before: this bounds their memory."""
        async with connection.turn:
            if connection.closed and method.spec.large:
                raise LiveError("unavailable", "the connection is gone")
            await self._answered(connection, person, request, method)

    async def _answered(
        self, connection: Connection, person: Identity, request: Request, method: Method | None
    ) -> None:
        if method is None:
            raise LiveError("unknown_method")
        params = method.spec.params.model_validate(request.params)
        call = await self._admitted(connection, person, method, params)
        result = await method.handler(call, params)
        connection.send(envelope.reply(request.number, as_json(result)))
        for action in call.afterwards:
            action()

    async def _admitted(self, connection: Connection, person: Identity, method: Method, params: Params) -> Call:
        """The call, if the person may make it. Awaits nothing when the connection hears the topic already."""
        name = getattr(params, method.spec.topic) if method.spec.topic else None
        grant = None
        if name is not None:
            subscription = connection.topics.get(name)
            grant = subscription.grant if subscription else await self._look_up(person, name)
        roles = grant.roles if grant else frozenset[str]()
        dev = self._live.kernel.settings.dev
        if not allows(method.level, signed_in=True, admin=person.admin, roles=roles, dev=dev):
            raise LiveError("forbidden")
        return Call(person, connection, self._live, Topic.parse(name) if name else None, grant)

    async def _look_up(self, person: Identity, name: str) -> Grant:
        grant = (await self._live.topics.readable(person.id, [name])).get(name)
        if grant is None:
            raise LiveError("not_found")
        return grant


def as_json(answer: Answer) -> str:
    """An answer as JSON text."""
    if isinstance(answer, JsonText):
        return answer
    if isinstance(answer, Result):
        return answer.model_dump_json(by_alias=True)
    return envelope.to_json(answer or {})


def refusal_of(error: Exception, method: str, connection: str) -> LiveError:
    """What the client is told of an error; what is our own fault is logged."""
    if isinstance(error, LiveError):
        return error
    if isinstance(error, ValidationError):
        return LiveError("bad_request", _first_problem(error))
    if note_refusal(log, "live_unavailable", error, method=method, connection=connection):
        return unavailable()
    log.error("live_method_failed", method=method, connection=connection, exc_info=error)
    return LiveError("internal")


def _first_problem(error: ValidationError) -> str:
    """The first field that does not fit, without what was sent."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    return f"{field}: {first['msg']}"[:_LONGEST_MESSAGE]
