"""The host names of partners, at hand for every request: a few rows, read anew when they could have changed."""

import asyncio
from collections.abc import Mapping
from math import inf
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from directory.organisations.domains import HOST_MOST
from directory.organisations.model import Organisation
from directory.partners import queries
from server.kernel.parts import Kernel
from server.kernel.settings import Settings

# Seconds for which a known name is believed, and after which an unknown one is looked for again: whatever names
# strangers ask for, the database is asked once in that time.
BELIEVED_S, AGAIN_S = 10.0, 1.0
# The entry of a request's state: the address of the partner's own host that it came to.
STATE_KEY = "own_host"


class Hosts:
    """Knows which partner a host name belongs to. Nothing is kept of names that are nobody's."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._slugs: Mapping[str, str] = {}
        self._read_at = -inf
        self._reading = asyncio.Lock()

    async def partner_at(self, host: str) -> str | None:
        """The slug of the partner whose host this is, as of a moment ago; None for everybody else's."""
        if not 0 < len(host) <= HOST_MOST:
            return None
        await self._read(BELIEVED_S if host in self._slugs else AGAIN_S)
        return self._slugs.get(host)

    async def _read(self, at_most_s: float) -> None:
        """Have the names of at most so many seconds ago. Who comes while they are read waits for them."""
        async with self._reading:
            now = self._kernel.clock.monotonic()
            if now - self._read_at >= at_most_s:
                async with self._kernel.database.read() as session:
                    self._slugs = await queries.slugs_by_host(session)
                self._read_at = now


def address(settings: Settings, host: str) -> str:
    """Where a host of a partner is reached: by the scheme and the port of our own address."""
    own = urlsplit(settings.public_url)
    return f"{own.scheme}://{host}:{own.port}" if own.port else f"{own.scheme}://{host}"


def page_of(settings: Settings, organisation: Organisation, host: str) -> str:
    """Where a partner's landing page stands: at its own host (empty: none), where only what is public is seen; else at
    ours."""
    if host and organisation.visibility == "public":
        return f"{address(settings, host)}/"
    return f"{settings.public_url}/partners/{organisation.slug}"


def own_host_of(connection: HTTPConnection) -> str:
    """The address of the partner's own host that a request came to; empty: it came to ours."""
    found: str = getattr(connection.state, STATE_KEY, "")
    return found


def hosts_of(connection: HTTPConnection) -> Hosts:
    """The host names that the application knows; the composition root puts them into its state."""
    found: Hosts = connection.app.state.partner_hosts
    return found
