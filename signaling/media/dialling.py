"""Checks that a node makes towards another one: the side of ICE that browsers have otherwise (RFC 8445). Pure."""

import ipaddress
import secrets
from dataclasses import dataclass, field

from signaling.media import stun
from signaling.media.ice import Credentials
from signaling.media.stun import Address, StunError

# How often a check is made until one is answered, and then, to show that we live.
CHECK_EVERY_S, ALIVE_EVERY_S = 0.1, 1.0
# Checks whose answers are waited for: older ones are lost.
ASKED_MOST = 32
# Of a host candidate (RFC 8445, 5.1.2.1).
_PRIORITY = (2_130_706_431).to_bytes(4)


@dataclass(eq=False, slots=True)
class Dialling:
    """Our checks of one other node. Of the addresses that it named, the first that answers is taken."""

    fragment: str
    remote: Credentials
    addresses: list[Address]
    found: Address | None = None
    _asked: dict[bytes, Address] = field(default_factory=dict)  # by transaction, the oldest first
    _next_at: float = 0.0

    def due(self, now: float) -> list[tuple[bytes, Address]]:
        """The checks to be sent now, and where to."""
        if now < self._next_at:
            return []
        self._next_at = now + (ALIVE_EVERY_S if self.found else CHECK_EVERY_S)
        return [(self._check(address), address) for address in ([self.found] if self.found else self.addresses)]

    def take(self, data: bytes, address: Address) -> bool:
        """Whether this is a genuine answer to a check of ours, from where it was sent to."""
        try:
            answer = stun.parse(data)
        except (StunError, ValueError):
            return False
        if self._asked.get(answer.transaction) != address or not answer.is_signed_with(self.remote.password):
            return False
        del self._asked[answer.transaction]
        self.found = self.found or address
        return True

    def _check(self, address: Address) -> bytes:
        transaction = secrets.token_bytes(12)
        self._asked[transaction] = address
        while len(self._asked) > ASKED_MOST:
            del self._asked[next(iter(self._asked))]
        attributes = {
            stun.USERNAME: f"{self.remote.fragment}:{self.fragment}".encode(),
            stun.PRIORITY: _PRIORITY,
            stun.ICE_CONTROLLING: secrets.token_bytes(8),
            stun.USE_CANDIDATE: b"",
        }
        return stun.write(stun.BINDING_REQUEST, transaction, attributes, self.remote.password)


def is_numeric(host: str) -> bool:
    """Whether no name must be looked up for it, which would hold up everything."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
