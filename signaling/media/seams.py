"""Every name of aiortc, pyOpenSSL and pylibsrtp that is not promised to us, in one place.

Why they are needed: aiortc has certificates and the choice of SRTP profiles, but offers no forwarding; pylibsrtp has
sessions, but copies every packet three times on its way. The contract test (tests/signaling/media/test_seams.py) fails
when one of them changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pylibsrtp
from aiortc import RTCCertificate
from aiortc.rtcdtlstransport import (
    SRTP_PROFILES,
    X509_DIGEST_ALGORITHMS,
    SRTPProtectionProfile,
    certificate_digest,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from OpenSSL import SSL
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

Role = Literal["client", "server"]

# DTLS records that wait for more than a packet's time are of no use; replayed ones are refused within this window.
REPLAY_WINDOW = 1024
# What is sent again lies no further back than that; a wider window costs some with every packet.
SENT_AGAIN_WITHIN = 512
# Bytes of a datagram that is encrypted or decrypted the slow way, with what encryption adds.
DATAGRAM_ROOM = 2_304
OK: int = lib.srtp_err_status_ok

srtp_protect: Callable[[Any, Any, Any], int] = lib.srtp_protect
srtp_unprotect: Callable[[Any, Any, Any], int] = lib.srtp_unprotect
srtp_unprotect_rtcp: Callable[[Any, Any, Any], int] = lib.srtp_unprotect_rtcp
srtp_ffi = ffi

Certificate = RTCCertificate
# Names of what fingerprints are made with.
DIGESTS = frozenset(X509_DIGEST_ALGORITHMS)
# Ours to prefer: keys of 128 bits cost less for every packet, and nobody breaks them either; without GCM comes last.
PROFILES = sorted(SRTP_PROFILES, key=lambda profile: (b"AEAD" not in profile.openssl_profile, profile.key_length))
# DTLS 1.2 alone: every browser speaks it, and its records can be told apart without a key.
_DTLS_1_2 = 0xFEFD
EXPORTER = b"EXTRACTOR-dtls_srtp"


def make_certificate() -> Certificate:
    """A certificate of our own, for 30 days: peers know it by its fingerprint."""
    return RTCCertificate.generateCertificate()


def fingerprint_of(certificate: Certificate) -> str:
    """The fingerprint as SDP has it, `sha-256 AB:CD:...`."""
    return "sha-256 " + certificate_digest(certificate._cert, "sha-256")


def der_of(certificate: Certificate) -> tuple[bytes, bytes]:
    """A certificate of ours and its key, in DER."""
    key = certificate._key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return certificate._cert.public_bytes(Encoding.DER), key


def tls_context(certificate: Certificate) -> SSL.Context:
    """What a handshake is done with: our certificate, the peer's demanded, an SRTP profile agreed on."""
    context = certificate._create_ssl_context(srtp_profiles=PROFILES)
    context.set_max_proto_version(_DTLS_1_2)
    return context


def peer_has_fingerprint(connection: SSL.Connection, fingerprints: list[tuple[str, str]]) -> bool:
    """Whether the peer's certificate is the announced one: of (algorithm, value) those that we know, all must match."""
    certificate = connection.get_peer_certificate(as_cryptography=True)
    known = [(name.lower(), value.upper()) for name, value in fingerprints if name.lower() in DIGESTS]
    if certificate is None or not known:
        return False
    return all(certificate_digest(certificate, name) == value for name, value in known)


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """What a handshake agreed on."""

    profile: SRTPProtectionProfile
    sending: bytes
    receiving: bytes


def exported_keys(connection: SSL.Connection, role: Role) -> SrtpKeys | None:
    """The keys for SRTP (RFC 5764, 4.2); None when no profile was agreed on."""
    return keys_for(
        connection.get_selected_srtp_profile(),
        role,
        lambda size: connection.export_keying_material(EXPORTER, size),
    )


def keys_for(profile_name: bytes, role: Role, export: Callable[[int], bytes]) -> SrtpKeys | None:
    """The same of any handshake: by OpenSSL's name of the profile, and what gives so many bytes of keys."""
    for profile in SRTP_PROFILES:
        if profile.openssl_profile == profile_name:
            material = export(2 * (profile.key_length + profile.salt_length))
            ours, theirs = (1, 0) if role == "server" else (0, 1)
            return SrtpKeys(
                profile, profile.get_key_and_salt(material, ours), profile.get_key_and_salt(material, theirs)
            )
    return None


class SrtpSession:
    """One direction of SRTP. `handle` is for the fast path, and lives only as long as this object does."""

    def __init__(self, keys: SrtpKeys, *, sending: bool) -> None:
        policy = pylibsrtp.Policy(
            key=keys.sending if sending else keys.receiving,
            ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND if sending else pylibsrtp.Policy.SSRC_ANY_INBOUND,
            srtp_profile=keys.profile.libsrtp_profile,
        )
        policy.allow_repeat_tx = True
        policy.window_size = SENT_AGAIN_WITHIN if sending else REPLAY_WINDOW
        self._session = pylibsrtp.Session(policy)
        # Its own room is 1,500 bytes with what encryption adds; larger packets pass, and may be asked for again.
        self._session._cdata = ffi.new("char[]", DATAGRAM_ROOM)
        self._session._buffer = ffi.buffer(self._session._cdata)
        self.handle: Any = self._session._srtp[0]

    def protect(self, packet: bytes) -> bytes:
        """Encrypt RTP, the slow way."""
        return self._session.protect(packet)

    def protect_rtcp(self, packet: bytes) -> bytes:
        """Encrypt RTCP."""
        return self._session.protect_rtcp(packet)

    def unprotect(self, packet: bytes) -> bytes | None:
        """Decrypt RTP; None for what is not genuine or comes again."""
        try:
            return self._session.unprotect(packet)
        except (pylibsrtp.Error, ValueError):
            return None

    def unprotect_rtcp(self, packet: bytes) -> bytes | None:
        """Decrypt RTCP; None for what is not genuine or comes again."""
        try:
            return self._session.unprotect_rtcp(packet)
        except (pylibsrtp.Error, ValueError):
            return None
