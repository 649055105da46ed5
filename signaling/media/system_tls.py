"""The same handshake with the OpenSSL that Python itself stands on, for encoders that the newest one turns away.

FFmpeg's WHIP muxer, where it is built with GnuTLS (as PyAV's is), makes its certificate on the curve secp224r1. OpenSSL
4, which pyOpenSSL brings along, has no such curve in TLS any more: as a client it ends the handshake: "wrong curve",
and as a server it names only other curves, so that FFmpeg presents no certificate at all. OpenSSL 3 still has it. It is
asked through cffi, without a compiler; what of its interface is used here has not changed since version 3.0. The
certificate is checked against the announced fingerprint as everywhere.

That is FFmpeg's default, in which it waits for our ClientHello. With `whip_flags=dtls_active` it sends one that does
not name the curve of its own certificate, which no OpenSSL takes: then FFmpeg needs a `cert_file` on P-256.
"""

import functools
import hashlib
import sys
from pathlib import Path
from typing import Any

from cffi import FFI  # type: ignore[import-untyped]

from signaling.media.dtls import MTU, HandshakeError, datagrams_of
from signaling.media.seams import DIGESTS, EXPORTER, PROFILES, Certificate, Role, SrtpKeys, der_of, keys_for

_C = """
void *DTLS_method(void); void *SSL_CTX_new(void *); void SSL_CTX_free(void *);
int SSL_CTX_use_certificate_ASN1(void *, int, const unsigned char *);
int SSL_CTX_use_PrivateKey_ASN1(int, void *, const unsigned char *, long);
void SSL_CTX_set_verify(void *, int, int (*)(int, void *));
int SSL_CTX_set_cipher_list(void *, const char *); int SSL_CTX_set_tlsext_use_srtp(void *, const char *);
long SSL_CTX_ctrl(void *, int, long, void *); uint64_t SSL_set_options(void *, uint64_t);
void *SSL_new(void *); void SSL_free(void *); void SSL_set_accept_state(void *); void SSL_set_connect_state(void *);
long SSL_ctrl(void *, int, long, void *); int SSL_do_handshake(void *); int SSL_read(void *, void *, int);
int SSL_get_error(void *, int); void SSL_set_bio(void *, void *, void *); void *SSL_get1_peer_certificate(void *);
int SSL_export_keying_material(void *, unsigned char *, size_t, const char *, size_t, const char *, size_t, int);
struct srtp_profile { const char *name; unsigned long id; };
struct srtp_profile *SSL_get_selected_srtp_profile(void *);
void *BIO_new(void *); void *BIO_s_mem(void);
int BIO_read(void *, void *, int); int BIO_write(void *, const void *, int);
int i2d_X509(void *, unsigned char **); void X509_free(void *); void ERR_clear_error(void);
struct timeval { long tv_sec; long tv_usec; };
"""
_SET_GROUPS_LIST, _SET_MTU, _GET_TIMEOUT, _HANDLE_TIMEOUT = 92, 17, 73, 74
_NO_QUERY_MTU = 1 << 12
_VERIFY_PEER_OR_FAIL = 1 | 2
_KEY_TYPE_EC = 408
_WANT_READ = 2
_GROUPS = b"P-256:P-384:P-521:P-224"
_CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"
_FLIGHT = 16_384


@functools.cache
def _library() -> tuple[Any, Any] | None:
    """OpenSSL 3 as Python has loaded it; None where Python has another one, or has it built in."""
    import ssl

    if sys.platform != "linux" or ssl.OPENSSL_VERSION_INFO[0] != 3:
        return None
    loaded = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "/libssl.so" in line}
    paths = [path for path in sorted(loaded) if path.endswith(".so.3")]
    if not paths:
        return None
    ffi = FFI()
    ffi.cdef(_C)
    return ffi, ffi.dlopen(paths[0])


def is_there() -> bool:
    """Whether this machine has it."""
    return _library() is not None


class SystemHandshake:
    """As `dtls.Handshake`, and in its place."""

    def __init__(self, certificate: Certificate, role: Role, fingerprints: list[tuple[str, str]]) -> None:
        found = _library()
        if found is None:
            raise HandshakeError("Python's own OpenSSL is not to be had")
        self.role: Role = role
        self.keys: SrtpKeys | None = None
        self._ffi, self._lib = found
        self._fingerprints = fingerprints
        self._context = self._ffi.gc(self._lib.SSL_CTX_new(self._lib.DTLS_method()), self._lib.SSL_CTX_free)
        self._prepare(certificate)
        self._ssl = self._ffi.gc(self._lib.SSL_new(self._context), self._lib.SSL_free)
        self._in, self._out = (self._lib.BIO_new(self._lib.BIO_s_mem()) for _ in range(2))
        self._lib.SSL_set_bio(self._ssl, self._in, self._out)  # which owns them from here on
        self._lib.SSL_set_options(self._ssl, _NO_QUERY_MTU)
        self._lib.SSL_ctrl(self._ssl, _SET_MTU, MTU, self._ffi.NULL)
        (self._lib.SSL_set_accept_state if role == "server" else self._lib.SSL_set_connect_state)(self._ssl)

    def _prepare(self, certificate: Certificate) -> None:
        lib, context = self._lib, self._context
        public, private = der_of(certificate)
        profiles = b":".join(profile.openssl_profile for profile in PROFILES)
        # Any chain is taken here: what counts is the fingerprint, in `_finish`.
        self._take_any = self._ffi.callback("int(int, void *)", lambda _ok, _store: 1)
        lib.SSL_CTX_set_verify(context, _VERIFY_PEER_OR_FAIL, self._take_any)
        right = (
            lib.SSL_CTX_use_certificate_ASN1(context, len(public), public) == 1
            and lib.SSL_CTX_use_PrivateKey_ASN1(_KEY_TYPE_EC, context, private, len(private)) == 1
            and lib.SSL_CTX_set_cipher_list(context, _CIPHERS) == 1
            and lib.SSL_CTX_set_tlsext_use_srtp(context, profiles) == 0
            and lib.SSL_CTX_ctrl(context, _SET_GROUPS_LIST, 0, self._ffi.from_buffer(_GROUPS + b"\0")) == 1
        )
        if not right:
            raise HandshakeError("Python's own OpenSSL takes not what we need")

    @property
    def done(self) -> bool:
        """Whether there are keys."""
        return self.keys is not None

    def start(self) -> list[bytes]:
        """What a client says first. Raises HandshakeError."""
        return self._advance()

    def feed(self, datagram: bytes) -> list[bytes]:
        """What is answered to a datagram. Raises HandshakeError."""
        self._lib.BIO_write(self._in, datagram, len(datagram))
        if not self.done:
            return self._advance()
        memory = self._ffi.new("unsigned char[]", MTU)
        got = self._lib.SSL_read(self._ssl, memory, MTU)
        if got <= 0 and self._lib.SSL_get_error(self._ssl, got) != _WANT_READ:
            raise HandshakeError("closed by the peer")
        return self._datagrams()

    def wait_s(self) -> float | None:
        """Seconds until `again` is due."""
        left = self._ffi.new("struct timeval *")
        if self._lib.SSL_ctrl(self._ssl, _GET_TIMEOUT, 0, left) != 1:
            return None
        return float(left.tv_sec + left.tv_usec / 1e6)

    def again(self) -> list[bytes]:
        """The last flight once more. Raises HandshakeError when it has been too often."""
        if self._lib.SSL_ctrl(self._ssl, _HANDLE_TIMEOUT, 0, self._ffi.NULL) < 0:
            raise HandshakeError("no answer")
        return self._datagrams()

    def _advance(self) -> list[bytes]:
        self._lib.ERR_clear_error()
        result = self._lib.SSL_do_handshake(self._ssl)
        answer = self._datagrams()
        if result == 1:
            self._finish()
        elif (error := self._lib.SSL_get_error(self._ssl, result)) != _WANT_READ:
            raise HandshakeError(f"OpenSSL's error {error}")
        return answer

    def _finish(self) -> None:
        der = self._peer_certificate()
        matching = [
            hashlib.new(name.replace("-", ""), der).hexdigest().upper() == value.replace(":", "")
            for name, value in self._fingerprints
            if name in DIGESTS
        ]
        if not matching or not all(matching):
            raise HandshakeError("the certificate is not the announced one")
        chosen = self._lib.SSL_get_selected_srtp_profile(self._ssl)
        name = self._ffi.string(chosen.name) if chosen else b""
        self.keys = keys_for(name, self.role, self._export)
        if self.keys is None:
            raise HandshakeError("no SRTP profile in common")

    def _export(self, size: int) -> bytes:
        made = self._ffi.new("unsigned char[]", size)
        self._lib.SSL_export_keying_material(self._ssl, made, size, EXPORTER, len(EXPORTER), self._ffi.NULL, 0, 0)
        return bytes(self._ffi.buffer(made))

    def _peer_certificate(self) -> bytes:
        held = self._lib.SSL_get1_peer_certificate(self._ssl)
        if not held:
            raise HandshakeError("no certificate")
        try:
            memory = self._ffi.new("unsigned char[]", self._lib.i2d_X509(held, self._ffi.NULL))
            end = self._ffi.new("unsigned char **", memory)
            self._lib.i2d_X509(held, end)
            return bytes(self._ffi.buffer(memory))
        finally:
            self._lib.X509_free(held)

    def _datagrams(self) -> list[bytes]:
        memory = self._ffi.new("unsigned char[]", _FLIGHT)
        got = self._lib.BIO_read(self._out, memory, _FLIGHT)
        return list(datagrams_of(bytes(self._ffi.buffer(memory)[:got]))) if got > 0 else []
