"""Schemathesis asks the API what its description allows, and what it does not: what comes back is as described.

The application lives on a loop of its own, in a thread: schemathesis asks without one. A few examples of each operation
are enough for every day; who changes the API asks for thousands, see docs/api.md.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as of_hypothesis
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.modes import GenerationMode
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from people import api_tokens
from server.api import operations
from server.app import create_app, create_kernel
from server.kernel.access import SCOPES
from server.kernel.clock import FrozenClock
from server.kernel.settings import Settings
from tests.directory.needs.network import seed

UNLIMITED = "1000000 per minute"
EXAMPLES = 2


class Beside:
    """An application on a loop of its own, to be asked from any other."""

    def __init__(self, app: Starlette, loop: asyncio.AbstractEventLoop) -> None:
        self._app, self._loop = app, loop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request over, whole, and its answer back."""
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": f"{message['type']}.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        asked = [await receive()]
        while asked[-1].get("more_body"):
            asked.append(await receive())
        answer = asyncio.run_coroutine_threadsafe(self._answered(scope, asked), self._loop)
        for message in await asyncio.wrap_future(answer):
            await send(message)

    async def _answered(self, scope: Scope, asked: list[Message]) -> list[Message]:
        sent: list[Message] = []

        async def receive() -> Message:
            return asked.pop(0) if asked else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope | {"state": {}}, receive, send)
        return sent


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="beside")
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def described(embedded_settings: Settings, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The API as its description says, with somebody's token that opens all of it."""
    for limit in (
        "door.READS_PER_PERSON",
        "door.READS_PER_ADDRESS",
        "organisations.MADE",
        "products.MADE",
        "needs.SAVES",
        "documents.UPLOADS",
        "pictures.UPLOADS",
        "joining.CLAIMS",
        "contacts.REQUESTS",
        "answers.ANSWERS",
        "answers.STEPS",
    ):
        monkeypatch.setattr(f"directory.api.{limit}", UNLIMITED)
    for limit in ("INVITATIONS", "INVITATIONS_OF_ONE", "INVITATIONS_TO_ADDRESS"):
        monkeypatch.setattr(f"people.limits.{limit}", UNLIMITED)
    monkeypatch.setattr("server.kernel.guard.CHANGES_PER_PERSON", UNLIMITED)
    monkeypatch.setattr(api_tokens, "WRONG_FROM_ADDRESS", UNLIMITED)
    app = create_app(embedded_settings, create_kernel(embedded_settings, clock))
    with _loop() as loop:
        done = lambda work: asyncio.run_coroutine_threadsafe(work, loop).result(30)  # noqa: E731
        lifespan = app.router.lifespan_context(app)
        done(lifespan.__aenter__())
        try:
            token = done(_token(app))
            config = SchemathesisConfig.from_dict({"headers": {"Authorization": f"Bearer {token}"}})
            config.projects.default.generation.deterministic = True
            yield schemathesis.openapi.from_asgi(
                "/api/openapi.json", Beside(app, loop), config=config, headers={"host": "localhost"}
            )
        finally:
            done(lifespan.__aexit__(None, None, None))


async def _token(app: Starlette) -> str:
    kernel = app.state.kernel
    async with kernel.database.write() as uow:
        people, _organisations, _charger = await seed(uow)
    async with kernel.database.write() as uow:
        until = api_tokens.ending("2026-12-31", uow.clock.now(), "UTC")
        return (await api_tokens.make(uow, people["aylin"], "Schemathesis", tuple(SCOPES.values()), until))[1]


def _ask(operation: Any, mode: GenerationMode) -> None:
    """Some examples of an operation, as its description allows (or, in the other mode, does not)."""

    @of_hypothesis(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(headers={"host": "localhost"})

    ask()


@pytest.mark.timeout(600)
# Schemathesis itself draws by chance where hypothesis would rather do it.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning")
def test_what_comes_back_is_as_described(described: Any) -> None:
    asked, nothing_to_ask = [each.ok() for each in described.get_all_operations()], []
    for operation, mode in product(asked, GenerationMode):
        try:
            _ask(operation, mode)
        except Unsatisfiable:
            nothing_to_ask.append((operation.path, mode))

    assert [(one.method.upper(), one.path) for one in asked] == [(one.method, one.whole_path) for one in operations]
    # Without parameters there are no wrong ones.
    takes_nothing = [
        one.whole_path for one in operations if not (one.ids or one.query.model_fields or one.body or one.brings_file)
    ]
    assert nothing_to_ask == [(path, GenerationMode.NEGATIVE) for path in takes_nothing]
