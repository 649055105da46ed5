"""What keeps the server from starting: each reason one sentence that says what to do."""

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from server.kernel.settings import Settings

# Key of PostgreSQL's advisory lock that servers hold while they run.
SERVERS_LOCK = 0x666D_7376
# Exit code of a server that refuses to start (EX_CONFIG of sysexits.h): starting it again would not help.
REFUSED = 78


class StartRefused(RuntimeError):  # noqa: N818 - it is what it says
    """The server must not start like this; the text is for the operator."""

    code = REFUSED


class NotReachable(StartRefused):
    """Something that the server stands on does not answer; it may do so later."""

    code = 1


def refuse_unsupported(settings: Settings) -> None:
    """Raise StartRefused for settings that do not go together."""
    if reason := _unsupported(settings):
        raise StartRefused(reason)


def _unsupported(settings: Settings) -> str:
    several = settings.workers > 1
    if several and settings.embedded:
        return "Several workers need PostgreSQL: set FAIRMATCH_DATABASE_URL, or start one worker."
    if several and not settings.redis_url:
        return "Several workers need Redis to reach one another: set FAIRMATCH_REDIS_URL, or start one worker."
    if settings.redis_url and not settings.redis_url.startswith(("redis://", "rediss://")):
        return "FAIRMATCH_REDIS_URL must begin with redis:// or rediss://."
    if settings.bus_cluster and not settings.redis_url:
        return "FAIRMATCH_BUS_CLUSTER needs FAIRMATCH_REDIS_URL beside it: limits and media nodes are counted there."
    if not all(url.startswith(("redis://", "rediss://")) for url in settings.bus_cluster):
        return "Each address in FAIRMATCH_BUS_CLUSTER must begin with redis:// or rediss://."
    if settings.database_url and not settings.database_url.startswith(("postgresql://", "postgres://")):
        return "FAIRMATCH_DATABASE_URL must begin with postgresql://; leave it empty for SQLite in the data folder."
    if settings.base_url and not settings.base_url.startswith(("http://", "https://")):
        return "FAIRMATCH_BASE_URL must begin with https:// (or http:// on your own machine)."
    return _unreadable(settings)


def _unreadable(settings: Settings) -> str:
    """Which address of Redis is none. Nothing of it is repeated, as there may be a password in it."""
    for name, urls in (("REDIS_URL", [settings.redis_url]), ("BUS_CLUSTER", settings.bus_cluster)):
        for url in urls:
            try:
                _ = urlsplit(url).port
            except ValueError:
                return (
                    f"FAIRMATCH_{name} cannot be read: write redis://host:6379, and special signs in a password as %23."
                )
    return ""


@contextmanager
def only_server(folder: Path) -> Iterator[None]:
    """Hold a data folder for one server process. Raises StartRefused when another one has it.

    The lock is the operating system's: it ends with the process, however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise StartRefused(
                f"Another server (process {file.read().strip() or 'unknown'}) already runs on the data folder "
                f"{folder}: stop it, or choose another folder with --data."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@asynccontextmanager
async def alone_or_connected(settings: Settings) -> AsyncIterator[None]:
    """Hold the database for this server: alone, unless Redis connects it with others. Raises StartRefused."""
    if settings.embedded:
        with only_server(settings.data):
            yield
        return
    import psycopg

    try:
        holder = await psycopg.AsyncConnection.connect(settings.database_url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise NotReachable(f"The database does not answer ({_first_line(error)}).") from None
    async with holder:
        together, alone = "SELECT pg_try_advisory_lock_shared(%s)", "SELECT pg_try_advisory_lock(%s)"
        found = await holder.execute(together if settings.redis_url else alone, [SERVERS_LOCK])
        row = await found.fetchone()
        if row is None or not row[0]:
            raise StartRefused(
                "Another server already runs on this database, and several need Redis to reach one another: "
                "set FAIRMATCH_REDIS_URL for each of them, or stop the other one."
            )
        yield


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]
