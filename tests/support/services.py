"""Private Redis and PostgreSQL servers on loopback ports, as real as the ones in production."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg

from bin import system_parts
from tests.support.daemon import Daemon, free_port, rights_of
from tests.support.guard import Guard

# Connections that PostgreSQL takes: three test processes with several servers each, and their pools.
POSTGRESQL_CONNECTIONS = 300
DATABASE_USER = "fairmatch"


class Redis(Daemon):
    """A redis-server without a file: what is in it is gone when it ends, which is what the product reckons with."""

    def __init__(self, folder: Path, guard: Guard) -> None:
        super().__init__("redis", folder, guard)
        self.port = free_port()

    @property
    def url(self) -> str:
        """Its address for the setting FAIRMATCH_REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> Sequence[str]:
        """Loopback only, and nothing on disk."""
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self.folder}
        program = program_of("redis")
        return [program, *(word for name, value in options.items() for word in (f"--{name}", str(value)))]

    def ready(self) -> bool:
        """Whether it answers a PING."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


class PostgreSQL(Daemon):
    """A cluster of its own. `durable` is for tests that pull the plug; others need no disk to be waited for."""

    # "Fast": connections are cut, data is safe.
    ending = signal.SIGINT

    def __init__(self, folder: Path, guard: Guard, *, durable: bool = False) -> None:
        super().__init__("postgresql", folder, guard)
        self.port = free_port()
        self.durable = durable
        self.cluster = folder / "cluster"

    @property
    def url(self) -> str:
        """The address of the database from which others are made; another one's name may stand in its place."""
        return f"postgresql://{DATABASE_USER}@127.0.0.1:{self.port}/postgres"

    def user(self) -> str | None:
        """Somebody harmless when we are the superuser, whose rights PostgreSQL refuses."""
        return _harmless_user() if os.geteuid() == 0 else None

    def start(self) -> None:
        """Make the cluster the first time, then start it."""
        if not self.cluster.exists():
            self._make_cluster()
        super().start()

    def pause(self) -> None:
        """Let it stand still, and the processes that serve its connections, each in a session of its own."""
        super().pause()
        self._signal_children(signal.SIGSTOP)

    def resume(self) -> None:
        """Let all of it go on."""
        self._signal_children(signal.SIGCONT)
        super().resume()

    def command(self) -> Sequence[str]:
        """Loopback only, no socket file, and no waiting for the disk unless it is meant to be durable."""
        options = [f"max_connections={POSTGRESQL_CONNECTIONS}", "listen_addresses=127.0.0.1", f"port={self.port}"]
        options += ["unix_socket_directories=", "timezone=UTC", "shared_buffers=64MB"]
        options += ["dynamic_shared_memory_type=mmap"]  # in its folder: else what it leaves when it is killed stays
        if not self.durable:
            options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        return [program_of("postgresql"), "-D", str(self.cluster), *(w for o in options for w in ("-c", o))]

    def ready(self) -> bool:
        """Whether it lets us in; the port answers a little earlier."""
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _signal_children(self, how: signal.Signals) -> None:
        for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            with suppress(ProcessLookupError):  # ended meanwhile
                os.kill(int(child), how)

    def _make_cluster(self) -> None:
        if user := self.user():
            shutil.chown(self.folder, user)
        initdb = Path(program_of("postgresql")).resolve().with_name("initdb")
        options = ["--auth=trust", "--no-sync", "--encoding=UTF8", "--no-locale", f"--username={DATABASE_USER}"]
        command: list[str | Path] = [initdb, "-D", self.cluster, *options]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True, **rights_of(user))


def program_of(part: str) -> str:
    """The part's program on this machine. Raises AssertionError where `make test` has not been run yet."""
    found = system_parts.find(part)
    assert found, f"{part} is not on this machine: `make test` installs it"
    return found


def _harmless_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)
