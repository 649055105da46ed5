"""Decisions about connections, without database and clock: when to read again, and what went wrong in words."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from directory.organisations.fields import web_address
from people.text import UnacceptableError
from web.i18n import N_

# After failures in a row the pause doubles up to this: a host that is down for a week is asked seven times more.
LONGEST = timedelta(days=1)
# Characters of a server's address: it is part of the source of what comes from there.
SERVER_MOST = 50

# What is shown to the editor, who alone can mend it.
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "address": N_("This address does not lead to the public internet."),
        "unknown_host": N_("There is no host of this name."),
        "unreachable": N_("The address cannot be reached."),
        "too_slow": N_("The answer takes too long."),
        "too_large": N_("What stands there is larger than any feed that is read."),
        "status": N_("The address answers with an error."),
        "redirects": N_("The address leads on and on, or back to an insecure one."),
        "no_directory": N_("There is no public directory of a Fairmatch server at this address."),
        "no_feed": N_("There is no RSS or Atom feed at this address."),
    }
)
_BY_FETCH = {"not_an_address": "address", "forbidden_host": "address"}


def problem_of(code: str) -> str:
    """What a code of FetchError or NothingUsableError is called in PROBLEMS."""
    found = _BY_FETCH.get(code, code)
    return found if found in PROBLEMS else "unreachable"


def next_at(now: datetime, every: timedelta, failures: int) -> datetime:
    """When to read again after so many failures in a row."""
    doubled: timedelta = every * 2 ** min(failures, 16)  # more cannot matter, and would overflow
    return now + max(every, min(doubled, LONGEST))


def server_address(text: str, own: str) -> str:
    """The address of a server, without a path. Raises UnacceptableError for what is none, and for our own."""
    parts = urlsplit(web_address(text))
    address = f"{parts.scheme}://{parts.netloc.lower()}"
    if not parts.netloc or len(address) > SERVER_MOST:
        raise UnacceptableError(N_("Please give the address of the server."))
    if parts.netloc.lower() == urlsplit(own).netloc.lower():
        raise UnacceptableError(N_("This is our own address."))
    return address
