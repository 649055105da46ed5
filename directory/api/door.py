"""How an operation is served: counted, checked, answered, and what is left of the limit said with every answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.api import taking
from directory.api.declared import Call, Operation
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from server.kernel.rate import Left, address_of

# Requests of one person's tokens together, and of one address without a token: whole companies stand behind one, and
# whoever reads much makes a token.
READS_PER_PERSON = "600 per minute"
READS_PER_ADDRESS = "300 per minute"
# Pages of other sites may show what everybody may read: no cookie counts here, and a token they cannot send, since
# nobody answers their browser's question whether they may.
_FOR_OTHER_SITES = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After",
}


def served(operations: Sequence[Operation]) -> list[Route]:
    """The routes: one for each path, so that 405 says what else the path takes."""
    ordered = sorted(operations, key=lambda one: one.whole_path)
    return [_route(path, list(some)) for path, some in groupby(ordered, lambda one: one.whole_path)]


def _route(path: str, operations: Iterable[Operation]) -> Route:
    by_method = {one.method: one for one in operations}

    async def serve(request: Request) -> Response:
        operation = by_method["GET" if request.method == "HEAD" else request.method]
        budget = await Budget.spend(request)
        try:
            response = await _answer(request, operation)
        except ProblemError as error:
            error.headers |= budget.headers | _FOR_OTHER_SITES
            raise
        response.headers.update(budget.headers | _FOR_OTHER_SITES)
        response.headers["vary"] = "Authorization"
        return response

    return Route(path, serve, methods=list(by_method), name=f"api {path}")


async def _answer(request: Request, operation: Operation) -> Response:
    query = taking.parameters(request, operation.query)
    return await operation.endpoint(Call(request, query, await _given(request, operation)))


async def _given(request: Request, operation: Operation) -> Any:
    if operation.brings_file:
        taking.check_is_file(request)
        return await taking.file(request) if operation.takes_file else None
    return await taking.body(request, operation.body) if operation.body else None


@dataclass(frozen=True)
class Budget:
    """What is left of the limit after this request."""

    left: Left

    @classmethod
    async def spend(cls, request: Request) -> "Budget":
        """Count a request. Raises ProblemError 429, which says the same."""
        person, limiter = request.state.person, kernel_of(request).limiter
        limit, who = (READS_PER_PERSON, person.id) if person else (READS_PER_ADDRESS, address_of(request))
        try:
            await limiter.spend("api", limit, who)
        except ProblemError as error:
            error.headers |= cls(await limiter.left("api", limit, who)).headers
            raise
        return cls(await limiter.left("api", limit, who))

    @property
    def headers(self) -> dict[str, str]:
        """As the IETF's draft on rate limit headers (draft-ietf-httpapi-ratelimit-headers) writes it."""
        return {
            "ratelimit-policy": f'"api";q={self.left.most};w={self.left.window}',
            "ratelimit": f'"api";r={self.left.uses};t={self.left.seconds}',
        }
