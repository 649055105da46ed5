"""Servers in processes of their own for which names under .example, which are nobody's, stand for this machine.

Only servers that were forked off warm know of it, see `tests.support.warm`; the product has no such thing, and fetches
from there only what its setting `own_hosts` names: `await serve(test_example_hosts="here", own_hosts=...)`.
"""

import socket

from server.kernel import fetch
from tests.support.hosts import HERE

# Set in the environment of a server that is to know them.
VARIABLE = "FAIRMATCH_TEST_EXAMPLE_HOSTS"


def lead_here() -> None:
    """In a server: resolve these names so from now on, and no others, so that nothing is asked outside."""

    async def resolved(host: str, _port: int) -> list[str]:
        if host.endswith(".example"):
            return [HERE]
        raise socket.gaierror

    setattr(fetch, "_resolved", resolved)  # noqa: B010 - the product, and its types, are not to know
