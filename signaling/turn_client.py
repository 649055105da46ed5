"""An allocation at a TURN server (RFC 8656), as a browser makes one: to see whether a relay works, and what it refuses.

Nothing is relayed here: an address is asked for, perhaps the permission to reach a peer, and both are given back.
"""

import asyncio
import contextlib
import hashlib
import re
import secrets
import ssl
import struct
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol, Self

from signaling.media import stun
from signaling.media.stun import StunMessage

ALLOCATE, REFRESH, CREATE_PERMISSION = 0x0003, 0x0004, 0x0008
LIFETIME, XOR_PEER_ADDRESS, REALM, NONCE = 0x000D, 0x0012, 0x0014, 0x0015
XOR_RELAYED_ADDRESS, REQUESTED_TRANSPORT = 0x0016, 0x0019
_UDP = struct.pack("!B3x", 17)  # what is relayed, whichever way it comes to the server
_CLASS = 0x0110  # the bits that tell a request from its answers
_ERROR = 0x0110
UNAUTHORISED, STALE_NONCE = 401, 438
# Of one request over UDP: sent three times, as datagrams get lost.
TRIES, TRY_S = 3, 0.7
ANSWER_S = TRIES * TRY_S
_URL = re.compile(r"\A(turns?):(\[[0-9A-Fa-f:.]+\]|[^:?\[\]]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?\Z")


class TurnRefused(Exception):  # noqa: N818 - it is what it says
    """The server answers, and says no. `code` is one of TURN's: 401 not let in, 403 forbidden, 486 quota reached."""

    def __init__(self, code: int) -> None:
        super().__init__(f"refused with {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class TurnUrl:
    """Where a server is, and which way leads there (RFC 7065)."""

    host: str
    port: int
    way: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Take a `turn:` or `turns:` address apart. Raises ValueError; `turns` over UDP (DTLS) is not known here."""
        found = _URL.match(url)
        if not found or (found[1] == "turns" and found[4] == "udp"):
            raise ValueError(f"{url} is no address of a TURN server")
        secure = found[1] == "turns"
        port = int(found[3] or (5349 if secure else 3478))
        return cls(found[2].strip("[]"), port, "TLS" if secure else (found[4] or "udp").upper())


class _Line(Protocol):
    async def ask(self, request: bytes) -> bytes: ...

    def close(self) -> None: ...


class Allocation:
    """An address of the server's that is ours while this lives."""

    def __init__(self, line: _Line, username: str, credential: str) -> None:
        self._line = line
        self._username = username
        self._credential = credential
        self._sign: dict[int, bytes] = {}
        self._key: bytes | None = None
        self.address = b""  # as it came: XOR-RELAYED-ADDRESS

    async def begin(self) -> None:
        """Ask for it. Raises TurnRefused, or OSError where nobody answers."""
        asked = {REQUESTED_TRANSPORT: _UDP}
        try:
            answer = await self._ask(ALLOCATE, asked)
        except _Challenged as challenge:
            self._answer(challenge.realm, challenge.nonce)
            answer = await self._signed(ALLOCATE, asked)
        self.address = answer.attributes[XOR_RELAYED_ADDRESS]

    async def permit(self, host: str) -> None:
        """Have what this peer sends let through. Raises TurnRefused: 403 where the server keeps away from it."""
        transaction = secrets.token_bytes(12)
        peer = stun.xor_address((host, 0), transaction)
        await self._signed(CREATE_PERMISSION, {XOR_PEER_ADDRESS: peer}, transaction)

    async def end(self) -> None:
        """Give it back, as far as the server still hears us."""
        with contextlib.suppress(OSError, TurnRefused):
            await self._signed(REFRESH, {LIFETIME: struct.pack("!I", 0)})

    def _answer(self, realm: bytes, nonce: bytes) -> None:
        """Long-term credentials (RFC 8489, 9.2.2)."""
        self._sign = {stun.USERNAME: self._username.encode(), REALM: realm, NONCE: nonce}
        secret = b":".join([self._username.encode(), realm, self._credential.encode()])
        self._key = hashlib.md5(secret, usedforsecurity=False).digest()

    async def _signed(self, kind: int, attributes: Mapping[int, bytes], transaction: bytes = b"") -> StunMessage:
        try:
            return await self._ask(kind, attributes, transaction)
        except _Challenged as challenge:
            if challenge.code != STALE_NONCE:
                raise TurnRefused(challenge.code) from None
            self._answer(challenge.realm, challenge.nonce)
            return await self._ask(kind, attributes, transaction)

    async def _ask(self, kind: int, attributes: Mapping[int, bytes], transaction: bytes = b"") -> StunMessage:
        transaction = transaction or secrets.token_bytes(12)
        request = stun.write(kind, transaction, {**attributes, **self._sign}, self._key)
        answer = stun.parse(await self._line.ask(request))
        if answer.transaction != transaction or answer.kind & ~_CLASS != kind:
            raise ConnectionError("what answers is no TURN server")
        if answer.kind & _CLASS == _ERROR:
            raise _refusal(answer)
        return answer


class _Challenged(TurnRefused):
    """Not let in without signing with this realm and nonce."""

    def __init__(self, code: int, realm: bytes, nonce: bytes) -> None:
        super().__init__(code)
        self.realm = realm
        self.nonce = nonce


def _refusal(answer: StunMessage) -> TurnRefused:
    _, hundreds, rest = struct.unpack_from("!HBB", answer.attributes.get(stun.ERROR_CODE, bytes(4)))
    code = hundreds * 100 + rest
    if code in (UNAUTHORISED, STALE_NONCE) and REALM in answer.attributes and NONCE in answer.attributes:
        return _Challenged(code, answer.attributes[REALM], answer.attributes[NONCE])
    return TurnRefused(code)


@contextlib.asynccontextmanager
async def allocation(
    url: str, username: str, credential: str, trust: ssl.SSLContext | None = None
) -> AsyncIterator[Allocation]:
    """An address at this server for a while.

    Raises TurnRefused where it says no, OSError where it can't be reached or does not answer, ValueError where the
    address is none.
    """
    line = await _opened(TurnUrl.parse(url), trust)
    try:
        made = Allocation(line, username, credential)
        await made.begin()
        yield made
        await made.end()
    finally:
        line.close()


async def _opened(url: TurnUrl, trust: ssl.SSLContext | None) -> _Line:
    loop = asyncio.get_running_loop()
    if url.way == "UDP":
        _, datagrams = await loop.create_datagram_endpoint(_Datagrams, remote_addr=(url.host, url.port))
        return datagrams
    secure = (trust or ssl.create_default_context()) if url.way == "TLS" else None
    async with asyncio.timeout(ANSWER_S):
        return _Stream(*await asyncio.open_connection(url.host, url.port, ssl=secure))


class _Datagrams(asyncio.DatagramProtocol):
    """Requests over UDP, repeated until they are answered."""

    def __init__(self) -> None:
        self._waiting: asyncio.Future[bytes] | None = None
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(exc)

    async def ask(self, request: bytes) -> bytes:
        """Send it, again where need be. Raises OSError."""
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        for _ in range(TRIES):
            self._transport.sendto(request)
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(self._waiting), TRY_S)
        raise TimeoutError("no answer")

    def close(self) -> None:
        if self._transport:
            self._transport.close()


class _Stream:
    """Requests over TCP or TLS."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, request: bytes) -> bytes:
        """Send it and read the answer. Raises OSError."""
        self._writer.write(request)
        async with asyncio.timeout(ANSWER_S):
            try:
                head = await self._reader.readexactly(stun.HEADER_BYTES)
                return head + await self._reader.readexactly(stun.HEADER.unpack(head)[1])
            except asyncio.IncompleteReadError:
                raise ConnectionError("the connection was closed") from None

    def close(self) -> None:
        self._writer.close()
