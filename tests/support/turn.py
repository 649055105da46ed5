"""A real coturn on loopback ports, configured as it is deployed."""

import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bin.places import ROOT
from signaling.media import stun
from tests.support.certificate import write_certificate
from tests.support.daemon import Daemon, answers, free_port
from tests.support.desk import scratch
from tests.support.guard import Guard
from tests.support.services import program_of

SECRET = "the relay's secret"
CONFIGURATION = ROOT / "deploy" / "turnserver.conf"
# Addresses that it gives out: a few calls at once.
PORTS = 200


class Coturn(Daemon):
    """As `deploy/turnserver.conf` says, but on this machine alone and leading to it; with a certificate of its own."""

    def __init__(self, folder: Path, guard: Guard, relay: str = "127.0.0.1", seen: str = "") -> None:
        """It sends to others from the host `relay`, which they see as `seen`, where a router translates addresses."""
        super().__init__("coturn", folder, guard)
        self.relay, self.seen = relay, seen
        self.port, self.tls_port = free_port(), free_port()
        self.first_port = free_port(PORTS)
        write_certificate(folder, "127.0.0.1")

    @property
    def urls(self) -> dict[str, str]:
        """Its address by the way that leads there, as Chromium names the way."""
        plain = f"turn:127.0.0.1:{self.port}?transport="
        return {"udp": f"{plain}udp", "tcp": f"{plain}tcp", "tls": f"turns:127.0.0.1:{self.tls_port}?transport=tcp"}

    def command(self) -> Sequence[str]:
        """What differs from the deployment stands on the command line, and wins."""
        options = {
            "listening-ip": "127.0.0.1",
            "relay-ip": self.relay,
            "listening-port": self.port,
            "tls-listening-port": self.tls_port,
            "min-port": self.first_port,
            "max-port": self.first_port + PORTS,
            "cert": self.folder / "host.pem",
            "pkey": self.folder / "key.pem",
            "realm": "fair.example",
            "static-auth-secret": SECRET,
            "allowed-peer-ip": "127.0.0.1",
            "userdb": self.folder / "turndb",
        }
        if self.seen:
            options["external-ip"] = f"{self.seen}/{self.relay}"
        words = [f"--{name}={value}" for name, value in options.items()]
        return [program_of("coturn"), "-c", str(CONFIGURATION), "--allow-loopback-peers", *words]

    def ready(self) -> bool:
        """Whether both ports answer, the first one also over UDP."""
        return answers(self.port) and answers(self.tls_port) and self._reflects()

    def _reflects(self) -> bool:
        request = stun.write(stun.BINDING_REQUEST, bytes(12), {})
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.2)
            probe.connect(("127.0.0.1", self.port))
            try:
                probe.send(request)
                return bool(probe.recv(1_000))
            except OSError:
                return False


@pytest.fixture(scope="session")
def coturn() -> Iterator[Coturn]:
    """One relay for all tests of this test process: each comes to it as somebody else."""
    guard = Guard()
    folder = scratch()
    guard.remove(folder)
    with Coturn(folder, guard) as running:
        yield running
    guard.close()
