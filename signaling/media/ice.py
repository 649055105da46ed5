"""ICE-lite for all peers on one port: who a check is for, whether it is genuine, and what is answered.

Pure: fed with datagrams and the time. The node gathers nothing and checks nothing itself (RFC 8445, 2.5): browsers
check, and the node learns their address from a check with the right password. Their candidates are not needed.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from signaling.media import stun
from signaling.media.stun import Address

# Checks of one peer in a second: a browser with ten pairs sends about 20 in its first second.
CHECKS_PER_SECOND = 60
# Answered and unanswered checks together, of all who are not known by their address: one core answers about 40,000.
STRANGERS_PER_SECOND = 8_000
# The same from one address that a check has validated. Who pretends to send from there must not use up the peer's own.
KNOWN_PER_SECOND = 600


@dataclass(slots=True)
class Allowance:
    """So many in a second, and no more."""

    per_second: int
    _second: int = 0
    _used: int = 0

    def take(self, now: float) -> bool:
        """Use one, where one is left; `now` in seconds."""
        if (second := int(now)) != self._second:
            self._second, self._used = second, 0
        self._used += 1
        return self._used <= self.per_second


@dataclass(slots=True)
class Credentials:
    """What one end of a pair proves itself with: RFC 8445 asks for 24 and 128 bits of chance."""

    fragment: str
    password: bytes

    @classmethod
    def make(cls) -> "Credentials":
        """New ones."""
        return cls(secrets.token_hex(6), secrets.token_hex(16).encode())


@dataclass(slots=True)
class IceSide:
    """Our side of one peer's connection."""

    local: Credentials
    remote_fragment: str
    allowance: Allowance = field(default_factory=lambda: Allowance(CHECKS_PER_SECOND))
    gate: Allowance = field(default_factory=lambda: Allowance(KNOWN_PER_SECOND))  # of what comes from its address

    @property
    def username(self) -> str:
        """What the peer's checks must name."""
        return f"{self.local.fragment}:{self.remote_fragment}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A genuine check: whose, what to answer, and whether the pair is to be used from now on."""

    side: IceSide
    reply: bytes
    nominated: bool


class IceLite:
    """All peers of a port, found by the fragment that their checks name."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._sides: dict[str, IceSide] = {}
        self._strangers = Allowance(STRANGERS_PER_SECOND)
        self.refused = 0

    @property
    def sides(self) -> Mapping[str, IceSide]:
        """The peers by our fragment."""
        return self._sides

    def add(self, side: IceSide) -> None:
        """Expect a peer's checks."""
        self._sides[side.local.fragment] = side

    def remove(self, side: IceSide) -> None:
        """Expect them no longer."""
        self._sides.pop(side.local.fragment, None)

    def check(self, data: bytes, address: Address, known: IceSide | None = None) -> Checked | None:
        """A datagram that may be a check; None for everything that is not answered, and nothing is said about why.

        The order keeps a flood cheap: the limit, then the form, then a look into a dict, and only then an HMAC. Whose
        address a check has validated before is `known`, and has a limit of their own, which no stranger uses up.
        """
        checked = self._check(data, address, known, self._clock())
        self.refused += checked is None
        return checked

    def _check(self, data: bytes, address: Address, known: IceSide | None, now: float) -> Checked | None:
        if not (known.gate if known else self._strangers).take(now):
            return None
        try:
            request = stun.parse(data)
        except (stun.StunError, ValueError):
            return None
        side = self._sides.get(request.username.partition(":")[0])
        if request.kind != stun.BINDING_REQUEST or side is None or request.username != side.username:
            return None
        if not side.allowance.take(now) or not request.is_signed_with(side.local.password):
            return None
        reply = stun.success(request, address, side.local.password)
        return Checked(side, reply, stun.USE_CANDIDATE in request.attributes)
