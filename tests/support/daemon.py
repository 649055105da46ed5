"""A real program in the background of a test: started, waited for, killed, paused, and never left behind."""

import itertools
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from typing import Any, Self

from tests.support.guard import Guard
from tests.support.warm import Process

# Loading the product once was seen to take 25 s on a busy machine, and a supervisor starts several processes. What ends
# instead of coming up is noticed at once.
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 35.0
# How often a condition is looked at that no file descriptor announces.
POLL_S = 0.02
# Below the range from which systems take ports for outgoing connections: nobody takes one in between.
PORTS = range(20_000, 30_000)
# Nor may one that was given out be given to another program: it takes seconds until somebody listens there. So each
# test process has a share of its own (up to four of them; the last one is for who has no number), given out in turn.
SHARES = 5
_number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) % SHARES
_share = PORTS[_number * len(PORTS) // SHARES : (_number + 1) * len(PORTS) // SHARES]
_turn = itertools.count(SystemRandom().randrange(len(_share)))


class Daemon:
    """One program. `ready` says whether it serves; what it prints goes to the file `log`.

    `with` starts it and ends it; a test that goes on with it after a kill just calls `start` again.
    """

    ending = signal.SIGTERM

    def __init__(self, name: str, folder: Path, guard: Guard) -> None:
        self.name = name
        self.folder = folder
        self.log = folder / f"{name}.log"
        self._guard = guard
        self._process: Process | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def command(self) -> Sequence[str]:
        """The program and its arguments."""
        raise RuntimeError(f"{type(self).__name__} names no command")

    def environment(self) -> Mapping[str, str]:
        """The whole environment of the program."""
        return os.environ

    def user(self) -> str | None:
        """Whose rights the program gets; None: ours."""
        return None

    def ready(self) -> bool:
        """Whether it serves; asked again and again while it starts."""
        return True

    @property
    def pid(self) -> int:
        """Its process number. Raises when it does not run."""
        assert self._process is not None, f"{self.name} was not started"
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is there, paused or not."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and return once it serves. Raises AssertionError, with its log, when it does not come up."""
        assert not self.running, f"{self.name} runs already"
        self._process = self.launch()
        self._guard.watch(self.pid, signal.SIGKILL)
        until(lambda: not self.running or self.ready(), START_TIMEOUT_S, f"{self.name} to come up", self.tail)
        assert self.running, f"{self.name} ended at once:\n{self.tail()}"

    def launch(self) -> Process:
        """A new process of it, in a session of its own."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **rights_of(self.user()),
            )

    def stop(self) -> int:
        """End it in its own orderly way; its exit code. Killed, and -9, when it does not end in time."""
        return self._end(self.ending)

    def kill(self) -> None:
        """End it at once: SIGKILL, as by a power cut."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it stand still with its connections open, as an overloaded machine does."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def tail(self, lines: int = 30) -> str:
        """The last lines that it printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        if self.running:
            with suppress(ProcessLookupError):  # it may be gone, and collected by its parent, between the two
                os.kill(self.pid, how)
                os.kill(self.pid, signal.SIGCONT)
        try:
            code = self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._guard.forget(self.pid)
        self._process = None
        return code


def until(holds: Callable[[], bool], seconds: float, what: str, more: Callable[[], str] = str) -> None:
    """Wait until the condition holds. Raises AssertionError, with `more`, when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}\n{more()}"
        time.sleep(POLL_S)


def free_port(following: int = 0) -> int:
    """A port on the loopback address that nobody listens on, and was not given to another one lately; nor were so many
    that follow it."""
    while True:
        port = _share[next(_turn) % len(_share)]
        if port + following in _share and _is_free(port):
            for _ in range(following):
                next(_turn)
            return port


def answers(port: int) -> bool:
    """Whether somebody accepts connections on this loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def rights_of(user: str | None) -> dict[str, Any]:
    """The arguments with which `subprocess` runs a program as this user; None: as ourselves."""
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
