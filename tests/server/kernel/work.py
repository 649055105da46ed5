"""Jobs to be done in tests, and somebody who does them."""

from typing import Any

from sqlalchemy import select

from server.kernel.outbox import OutboxRow
from server.kernel.parts import Kernel


class Done:
    """A handler that notes what it was given, and fails as often as it is told to."""

    def __init__(self, failures: int = 0, error: type[Exception] = RuntimeError) -> None:
        self.payloads: list[dict[str, Any]] = []
        self.failures = failures
        self.error = error

    async def __call__(self, payload: dict[str, Any]) -> None:
        self.payloads.append(payload)
        if len(self.payloads) <= self.failures:
            raise self.error("said in confidence")


async def enqueue(kernel: Kernel, name: str = "greet", payload: dict[str, Any] | None = None, **options: Any) -> None:
    async with kernel.database.write() as uow:
        uow.enqueue(name, payload or {"name": "Ada"}, **options)


async def rows(kernel: Kernel) -> list[OutboxRow]:
    async with kernel.database.read() as session:
        return list(await session.scalars(select(OutboxRow)))
