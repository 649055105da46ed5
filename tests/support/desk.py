"""One set of services for all test processes of a run, each started when the first test asks for it.

The process that was started by a person (xdist's controller, or the only one) hosts the desk: a socket on which the
others ask for a service by its name and get its address. It ends everything when the run ends; the guard does so when
it is killed.
"""

import os
import socket
import socketserver
import tempfile
import threading
from pathlib import Path

from tests.support.guard import Guard
from tests.support.services import PostgreSQL, Redis
from tests.support.warm import WarmProcess

# Where the others find the socket.
_ADDRESS = "FAIRMATCH_TEST_DESK"
# PostgreSQL's first start, Redis' and loading the product, one after another, on a loaded machine.
_ANSWER_TIMEOUT_S = 240.0

Service = Redis | PostgreSQL | WarmProcess

_KINDS: dict[str, type[Service]] = {"redis": Redis, "postgresql": PostgreSQL, "warm": WarmProcess}


def ask(service: str) -> str:
    """The address of "redis", "postgresql" or "warm" (tests/support/warm.py), started if nobody has asked before."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(_ANSWER_TIMEOUT_S)
        line.connect(os.environ[_ADDRESS])
        line.sendall(f"{service}\n".encode())
        answer = line.makefile().readline().rstrip("\n")
    assert answer.startswith(service), f"{service} could not be started: {answer}"
    return answer


def scratch() -> Path:
    """A folder with a short name that the services' user may pass through; whoever makes it removes it."""
    folder = Path(tempfile.mkdtemp(prefix="fm-"))
    folder.chmod(0o711)
    return folder


class Desk:
    """The hosting side."""

    def __init__(self) -> None:
        self._folder = scratch()
        self._guard = Guard()
        self._guard.remove(self._folder)
        self._services: dict[str, Service] = {}
        self._lock = threading.Lock()
        address = str(self._folder / "desk")
        self._server = _Server(address, self)
        threading.Thread(target=self._server.serve_forever, name="desk", daemon=True).start()
        os.environ[_ADDRESS] = address

    @staticmethod
    def is_open() -> bool:
        """Whether a process above this one hosts a desk already."""
        return _ADDRESS in os.environ

    def address(self, name: str) -> str:
        """The address of a service; it is started by the first question."""
        with self._lock:
            if name not in self._services:
                folder = self._folder / name
                folder.mkdir()
                service = _KINDS[name](folder, self._guard)
                service.start()
                self._services[name] = service
            return self._services[name].url

    def close(self) -> None:
        """End all services, and leave nothing behind."""
        del os.environ[_ADDRESS]
        self._server.shutdown()
        self._server.server_close()
        for service in self._services.values():
            service.stop()
        self._guard.close()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str, desk: Desk) -> None:
        super().__init__(path, _Question)
        self.desk = desk


class _Question(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        name = self.rfile.readline().decode().strip()
        try:
            answer = self.server.desk.address(name)
        except Exception as error:
            answer = "!" + repr(error)
        self.wfile.write(f"{answer}\n".encode())
