"""Which host names can be a partner's own, without database: see decision 0023 for why no more is asked."""

from directory.organisations.domains import host_of
from people.text import UnacceptableError, one_line
from web.i18n import N_

# Last labels that lead nowhere on the internet (RFC 6761, RFC 6762, RFC 7686, and what ICANN keeps for private use).
_NOWHERE = frozenset({"localhost", "local", "internal", "lan", "home", "onion", "arpa", "invalid"})


def own_host(typed: str, ours: str) -> str:
    """A host name in its one spelling, such as "netz.chamber.example"; empty for none. `ours` is this server's name.

    Refused are also names above and below ours: a cookie can be made to reach from one to the other. Raises
    UnacceptableError.
    """
    line = one_line(400)(typed).removeprefix("https://").removeprefix("http://").removesuffix("/")
    if not line:
        return ""
    host = host_of(line)
    if not host or host.rpartition(".")[2] in _NOWHERE:
        raise UnacceptableError(N_("That is no host name on the internet, such as netz.chamber.example."))
    if f".{host}".endswith(f".{ours}") or f".{ours}".endswith(f".{host}"):
        raise UnacceptableError(N_("This name is the server's own, or above or below it: choose another."))
    return host
