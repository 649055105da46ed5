"""STUN as far as ICE needs it: parse, verify and write Binding messages (RFC 8489, with RFC 8445's attributes)."""

import hmac
import ipaddress
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

Address = tuple[str, int]

MAGIC = 0x2112A442
HEADER = struct.Struct("!HHI12s")
HEADER_BYTES = 20
# Bytes of a message from outside: a check of a browser has about 100.
MOST_BYTES = 548

BINDING_REQUEST, BINDING_SUCCESS, BINDING_ERROR = 0x0001, 0x0101, 0x0111

USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, XOR_MAPPED_ADDRESS = 0x0006, 0x0008, 0x0009, 0x0020
PRIORITY, USE_CANDIDATE = 0x0024, 0x0025
FINGERPRINT, ICE_CONTROLLED, ICE_CONTROLLING = 0x8028, 0x8029, 0x802A

_INTEGRITY_BYTES = 20  # an HMAC-SHA1
_FINGERPRINT_XOR = 0x5354554E


class StunError(ValueError):
    """What came is no STUN message that ICE has a use for."""


@dataclass(frozen=True, slots=True)
class StunMessage:
    """A message that was taken apart. `covered` counts the bytes that its MESSAGE-INTEGRITY covers."""

    kind: int
    transaction: bytes
    attributes: Mapping[int, bytes]
    raw: bytes
    covered: int | None

    @property
    def username(self) -> str:
        """USERNAME: of a check it is `receiver's fragment:sender's fragment`."""
        return self.attributes.get(USERNAME, b"").decode("ascii", "replace")

    def is_signed_with(self, password: bytes) -> bool:
        """Whether MESSAGE-INTEGRITY is there and right."""
        if self.covered is None:
            return False
        expected = _integrity(self.raw[: self.covered], password)
        return hmac.compare_digest(expected, self.attributes[MESSAGE_INTEGRITY])


def parse(data: bytes) -> StunMessage:
    """Take a message apart. Raises StunError; a FINGERPRINT, where there is one, must be right."""
    if not HEADER_BYTES <= len(data) <= MOST_BYTES:
        raise StunError("length")
    kind, length, magic, transaction = HEADER.unpack_from(data)
    if magic != MAGIC or kind & 0xC000 or length != len(data) - HEADER_BYTES or length % 4:
        raise StunError("header")
    attributes, covered = _attributes(data)
    return StunMessage(kind, transaction, attributes, data, covered)


def _attributes(data: bytes) -> tuple[dict[int, bytes], int | None]:
    """All attributes, the first of each kind; what follows MESSAGE-INTEGRITY is ignored but for FINGERPRINT."""
    found: dict[int, bytes] = {}
    covered: int | None = None
    at = HEADER_BYTES
    while at < len(data):
        kind, length = struct.unpack_from("!HH", data, at)
        value = data[at + 4 : at + 4 + length]
        if len(value) != length:
            raise StunError("attribute")
        if kind == FINGERPRINT:
            if value != _fingerprint(data[:at]):
                raise StunError("fingerprint")
        elif covered is None:
            if kind == MESSAGE_INTEGRITY:
                if length != _INTEGRITY_BYTES:
                    raise StunError("integrity")
                covered = at
            found.setdefault(kind, value)
        at += 4 + length + -length % 4
    return found, covered


def write(kind: int, transaction: bytes, attributes: Mapping[int, bytes], password: bytes | None = None) -> bytes:
    """A message with these attributes in their order; signed where a password is given, and with a FINGERPRINT."""
    body = b"".join(_attribute(key, value) for key, value in attributes.items())
    message = HEADER.pack(kind, len(body), MAGIC, transaction) + body
    if password is not None:
        message += _attribute(MESSAGE_INTEGRITY, _integrity(message, password))
    return _sized(message, 8) + _attribute(FINGERPRINT, _fingerprint(message))


def success(request: StunMessage, address: Address, password: bytes) -> bytes:
    """The answer to a check: where we saw it come from."""
    mapped = xor_address(address, request.transaction)
    return write(BINDING_SUCCESS, request.transaction, {XOR_MAPPED_ADDRESS: mapped}, password)


def xor_address(address: Address, transaction: bytes) -> bytes:
    """The value of XOR-MAPPED-ADDRESS (RFC 8489, 14.2)."""
    packed = ipaddress.ip_address(address[0].partition("%")[0]).packed
    mask = struct.pack("!I", MAGIC) + transaction
    hidden = bytes(a ^ b for a, b in zip(packed, mask, strict=False))
    return struct.pack("!xBH", 1 if len(packed) == 4 else 2, address[1] ^ (MAGIC >> 16)) + hidden


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _sized(message: bytes, more: int) -> bytes:
    """The message with a length in its header as if `more` bytes followed."""
    return message[:2] + struct.pack("!H", len(message) - HEADER_BYTES + more) + message[4:]


def _integrity(covered: bytes, password: bytes) -> bytes:
    return hmac.digest(password, _sized(covered, 4 + _INTEGRITY_BYTES), "sha1")


def _fingerprint(covered: bytes) -> bytes:
    return struct.pack("!I", zlib.crc32(_sized(covered, 8)) ^ _FINGERPRINT_XOR)
