"""The shipped router of port 443, which leads by name to the relay or to the web, between ports of a test."""

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bin.places import ROOT
from tests.support.daemon import Daemon, answers, free_port
from tests.support.guard import Guard

ROUTER = (ROOT / "deploy" / "haproxy.cfg").read_text()
# Whose fair it is: the relay has the name "turn." with it.
DOMAIN = "fair.example"
HAPROXY = shutil.which("haproxy")
needs_haproxy = pytest.mark.skipif(
    HAPROXY is None,
    reason="HAProxy, a part of the deployment alone, is not on this machine: to run this test, install it "
    "(on Debian or Ubuntu: sudo apt-get install haproxy)",
)


def server_of(backend: str) -> tuple[str, int, str]:
    """Where a backend of the router leads: host, port, and what else is said of it."""
    [(host, port, more)] = re.findall(rf"^backend {backend}\n\tserver \S+ (\S+):(\d+)(.*)$", ROUTER, re.MULTILINE)
    return host, int(port), more.strip()


class Router(Daemon):
    """The shipped configuration, between ports of the test."""

    def __init__(self, folder: Path, guard: Guard, leads: Mapping[str, int]) -> None:
        super().__init__("haproxy", folder, guard)
        self.port = free_port()
        text = ROUTER
        for backend, port in leads.items():
            text = text.replace(":".join(map(str, server_of(backend)[:2])), f"127.0.0.1:{port}")
        (folder / "haproxy.cfg").write_text(text)

    def command(self) -> Sequence[str]:
        """In the foreground."""
        return [str(HAPROXY), "-db", "-f", str(self.folder / "haproxy.cfg")]

    def environment(self) -> Mapping[str, str]:
        """As docker-compose.yml gives it."""
        return {**super().environment(), "DOMAIN": DOMAIN, "ROUTER_LISTEN": f"127.0.0.1:{self.port}"}

    def ready(self) -> bool:
        """Whether it listens."""
        return answers(self.port)
