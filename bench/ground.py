"""What the product stands on while it is measured: SQLite and one process, or PostgreSQL, Redis and two workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.places import VAR
from bench.processes import cpu_seconds, family
from server.kernel.settings import Settings
from tests.support.guard import Guard
from tests.support.server_process import ServerProcess
from tests.support.services import PostgreSQL, Redis

GROUNDS = ("sqlite", "postgres")


@contextmanager
def ground(name: str) -> Iterator[tuple[dict[str, Any], int]]:
    """The settings of a server there, and how many workers. PostgreSQL waits for the disk, as it does for people."""
    VAR.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=VAR, prefix="ground-") as made, ExitStack() as services:
        folder = Path(made)
        folder.chmod(0o755)
        settings: dict[str, Any] = {"data": folder / "data"}
        (folder / "data").mkdir()
        if name == "sqlite":
            yield settings, 1
            return
        guard = Guard()
        services.callback(guard.close)
        for part in ("postgresql", "redis"):
            (folder / part).mkdir()
        postgresql = services.enter_context(PostgreSQL(folder / "postgresql", guard, durable=True))
        redis = services.enter_context(Redis(folder / "redis", guard))
        yield settings | {"database_url": postgresql.url, "redis_url": redis.url}, 2


def settings_of(values: dict[str, Any]) -> Settings:
    """None of the developer's own."""
    return Settings(**({"_env_file": None} | values))


@contextmanager
def serving(settings: dict[str, Any], workers: int, logs: Path) -> Iterator[list[ServerProcess]]:
    """The product as an operator starts it."""
    guard = Guard()
    with ExitStack() as stack:
        stack.callback(guard.close)
        logs.mkdir(parents=True, exist_ok=True)
        made = [ServerProcess(f"server-{number}", logs, guard, settings) for number in range(workers)]
        yield [stack.enter_context(each) for each in made]


def cpu_of(servers: list[ServerProcess]) -> float:
    """Seconds that these have used a core since they were started, with all that stems from them."""
    return sum(cpu_seconds(family(each.pid)) for each in servers)
