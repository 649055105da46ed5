"""What whoever opens the demo in Firefox has to know: it opens no way of a call to 127.0.0.1, as other browsers do."""

import socket

from server.kernel.settings import Settings

# Reserved for documents (RFC 5737): nothing is sent there, it is asked which way it would go.
_ELSEWHERE = ("192.0.2.1", 9)


def hint(settings: Settings) -> str:
    """How stages and stands are reached in Firefox on this machine; empty where they are, or where nothing helps."""
    own = own_address()
    if (
        settings.media_node != "here"
        or (settings.media_host or settings.host) not in ("127.0.0.1", "localhost")
        or not own
    ):
        return ""
    return (
        "In Firefox, stages, stands and calls of more than two reach nobody at 127.0.0.1. They do with this setting, "
        f"which opens a UDP port to your network: FAIRMATCH_MEDIA_HOST={own}"
    )


def own_address() -> str:
    """This machine's address in its network; empty where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(_ELSEWHERE)
        except OSError:
            return ""
        found: str = asked.getsockname()[0]
    return "" if found.startswith("127.") else found
