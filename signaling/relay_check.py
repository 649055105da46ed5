"""Whether the relays of this installation let calls through, by each of their ways, and lead nowhere else."""

import secrets
from datetime import datetime

from server.kernel.settings import Settings
from signaling.turn import ice_servers
from signaling.turn_client import Allocation, TurnRefused, TurnUrl, allocation

# Where clouds keep the secrets of their machines: a relay that leads there leads into the operator's network.
WITHIN = "169.254.169.254"
DENY_PRIVATE = "Have coturn use deploy/turnserver.conf: it denies all private and reserved addresses."
# What networks of companies leave open last.
LAST_WAY = "TLS on port 443"
READ_ITS_LOG = "See what coturn's log says."
REFUSED = {
    401: "Give coturn use-auth-secret, a realm, and FAIRMATCH_TURN_SECRET as its static-auth-secret; compare clocks.",
    486: "Its quotas are used up: see total-quota in deploy/turnserver.conf.",
}


class RelayTrouble(Exception):  # noqa: N818 - it is what it says
    """A relay does not do what it should: what was found, and what to do."""

    def __init__(self, found: str, todo: str) -> None:
        super().__init__(found)
        self.found = found
        self.todo = todo


async def look_at_relay(settings: Settings, now: datetime) -> str:
    """What works. Raises RelayTrouble for the first thing that does not."""
    if not settings.turn_urls:
        return "none set: people in networks that let no UDP out cannot take part in calls"
    if not settings.turn_secret.get_secret_value():
        raise RelayTrouble("no secret", "Set FAIRMATCH_TURN_SECRET to coturn's static-auth-secret.")
    ways = [await _look_at(url, settings, now) for url in settings.turn_urls]
    found = f"lets calls through over {', '.join(ways)}, and keeps away from private addresses"
    return found if LAST_WAY in ways else f"{found}; nobody gets out of a network that leaves {LAST_WAY} alone open"


async def _look_at(url: str, settings: Settings, now: datetime) -> str:
    try:
        where = TurnUrl.parse(url)
    except ValueError:
        todo = "Write turn:host:port?transport=udp (or tcp), or turns:host:port?transport=tcp into FAIRMATCH_TURN_URLS."
        raise RelayTrouble(f"{url} is no address of a relay", todo) from None
    server = ice_servers(settings, f"doctor-{secrets.token_hex(4)}", now)[-1]
    try:
        async with allocation(url, server.username, server.credential) as made:
            if await _leads_to(made, WITHIN):
                raise RelayTrouble(f"{url} leads to {WITHIN}", DENY_PRIVATE)
    except TurnRefused as refused:
        todo = REFUSED.get(refused.code, READ_ITS_LOG)
        raise RelayTrouble(f"{url} does not let us in ({refused.code})", todo) from None
    except (OSError, ValueError) as error:
        todo = "See whether coturn runs, the firewall lets it through, and its certificate is the name's."
        raise RelayTrouble(f"{url} does not answer ({type(error).__name__})", todo) from None
    return f"TLS on port {where.port}" if where.way == "TLS" else where.way


async def _leads_to(made: Allocation, host: str) -> bool:
    try:
        await made.permit(host)
    except TurnRefused:
        return False
    return True
