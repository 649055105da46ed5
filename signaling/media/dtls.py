"""A DTLS handshake without I/O: fed with datagrams and the time, it gives datagrams back and, once done, keys for SRTP.

aiortc's RTCDtlsTransport would do the same for one peer with a socket, a task and a queue of its own; it also writes a
whole flight of records as one datagram of at most 1,500 bytes, and cuts what is longer.
"""

from collections.abc import Iterator

from OpenSSL import SSL

from signaling.media.seams import Certificate, Role, SrtpKeys, exported_keys, peer_has_fingerprint, tls_context

# Bytes of one of our datagrams: fits into every network with IPv6.
MTU = 1200
# Bytes that are taken from OpenSSL at once: the largest flight has about 3,000.
_FLIGHT = 16_384
_RECORD_HEADER = 13
CLIENT_HELLO = 1
_HANDSHAKE_RECORD = 22


class HandshakeError(Exception):
    """It cannot come to keys any more."""


class Handshake:
    """One handshake. `keys` is there once the peer has proved to hold the certificate that it announced."""

    def __init__(self, certificate: Certificate, role: Role, fingerprints: list[tuple[str, str]]) -> None:
        self.role: Role = role
        self.keys: SrtpKeys | None = None
        self._fingerprints = fingerprints
        self._connection = SSL.Connection(tls_context(certificate), None)
        self._connection.set_ciphertext_mtu(MTU)
        if role == "server":
            self._connection.set_accept_state()
        else:
            self._connection.set_connect_state()

    @property
    def done(self) -> bool:
        """Whether there are keys."""
        return self.keys is not None

    def start(self) -> list[bytes]:
        """What a client says first; nothing for a server. Raises HandshakeError."""
        return self._advance()

    def feed(self, datagram: bytes) -> list[bytes]:
        """What is answered to a datagram; also after the end, when the last flight got lost. Raises HandshakeError."""
        try:
            self._connection.bio_write(datagram)
        except SSL.Error as error:
            raise HandshakeError("the buffer is full") from error
        if not self.done:
            return self._advance()
        return self._later()

    def wait_s(self) -> float | None:
        """Seconds until `again` is due; None: nothing is waited for."""
        return self._connection.DTLSv1_get_timeout()

    def again(self) -> list[bytes]:
        """The last flight once more. Raises HandshakeError when it has been too often."""
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error as error:
            raise HandshakeError("no answer") from error
        return list(self._datagrams())

    def _advance(self) -> list[bytes]:
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            return list(self._datagrams())
        except SSL.Error as error:
            raise HandshakeError(str(error)) from error
        answer = list(self._datagrams())
        self._finish()
        return answer

    def _finish(self) -> None:
        if not peer_has_fingerprint(self._connection, self._fingerprints):
            raise HandshakeError("the certificate is not the announced one")
        self.keys = exported_keys(self._connection, self.role)
        if self.keys is None:
            raise HandshakeError("no SRTP profile in common")

    def _later(self) -> list[bytes]:
        try:
            self._connection.recv(MTU)
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            raise HandshakeError("closed by the peer") from error
        return list(self._datagrams())

    def _datagrams(self) -> Iterator[bytes]:
        """What OpenSSL wants to send."""
        try:
            flight = self._connection.bio_read(_FLIGHT)
        except SSL.Error:
            return iter(())
        return datagrams_of(flight)


def datagrams_of(flight: bytes) -> Iterator[bytes]:
    """A flight as datagrams: whole records together up to the MTU."""
    begin = at = 0
    while at + _RECORD_HEADER <= len(flight):
        end = at + _RECORD_HEADER + int.from_bytes(flight[at + 11 : at + 13])
        if end - begin > MTU and at > begin:
            yield flight[begin:at]
            begin = at
        at = end
    if begin < len(flight):
        yield flight[begin:]


def is_client_hello(datagram: bytes) -> bool:
    """Whether a datagram begins a handshake."""
    return len(datagram) > _RECORD_HEADER and datagram[0] == _HANDSHAKE_RECORD and datagram[13] == CLIENT_HELLO
