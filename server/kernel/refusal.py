"""What keeps the server from starting: each reason one sentence that says what to do."""

import errno
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from server.kernel.settings import Settings
from server.kernel.unsound import what_is_wrong

# Key of PostgreSQL's advisory lock that servers hold while they run.
SERVERS_LOCK = 0x666D_7376
# Exit code of a server that refuses to start (EX_CONFIG of sysexits.h): starting it again would not help.
REFUSED = 78
LET_IT_WRITE = "Give the server's user the right to write there, or set FAIRMATCH_DATA to another folder."


class StartRefused(RuntimeError):  # noqa: N818 - it is what it says
    """The server must not start like this; the text is for the operator."""

    code = REFUSED


class NotReachable(StartRefused):
    """Something that the server stands on does not answer; it may do so later."""

    code = 1


def refuse_unsupported(settings: Settings) -> None:
    """Raise StartRefused for settings that do not go together."""
    if reason := what_is_wrong(settings):
        raise StartRefused(reason)


def make_writable(folder: Path) -> None:
    """Have a data folder that can be written; one that is made is its owner's alone. Raises StartRefused."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise StartRefused(f"The data folder {folder} cannot be written ({error.strerror}). {LET_IT_WRITE}") from None


@contextmanager
def only_server(folder: Path) -> Iterator[None]:
    """Hold a data folder for one server process. Raises StartRefused when another one has it.

    The lock is the operating system's: it ends with the process, however that ends.
    """
    make_writable(folder)
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
