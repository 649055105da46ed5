"""What the node uses of aiortc, pyOpenSSL and pylibsrtp beyond what they promise. A new version has to pass this."""

import importlib.metadata
import re

import pytest
from OpenSSL import SSL

from bench.media.peer import opus
from bin.places import ROOT
from signaling.media import seams
from signaling.media.dtls import Handshake, HandshakeError, is_client_hello
from signaling.media.system_tls import SystemHandshake, is_there

Kind = type[Handshake] | type[SystemHandshake]
ON_OPENSSL_3 = pytest.mark.skipif(not is_there(), reason="Python stands on another OpenSSL than 3, or has it built in")
# A handshake with a browser, and both ways with what is used for encoders.
PAIRS = [
    (Handshake, Handshake),
    pytest.param(SystemHandshake, Handshake, marks=ON_OPENSSL_3),
    pytest.param(Handshake, SystemHandshake, marks=ON_OPENSSL_3),
]
of_each_kind = pytest.mark.parametrize(("serving", "calling"), PAIRS)


def parsed(fingerprint: str) -> tuple[str, str]:
    name, _, value = fingerprint.partition(" ")
    return name, value


def expected(fingerprints: str, certificate: seams.Certificate) -> list[tuple[str, str]]:
    right = seams.fingerprint_of(certificate)
    return [parsed(each.format(right)) for each in (fingerprints or "{}").split(",")]


def shaken(
    server_expects: str = "",
    client_expects: str = "",
    serving: Kind = Handshake,
    calling: Kind = Handshake,
) -> tuple[Handshake | SystemHandshake, Handshake | SystemHandshake]:
    """Both ends after a handshake. What an end expects is a list of fingerprints; {} is the right one."""
    ours, theirs = seams.make_certificate(), seams.make_certificate()
    server = serving(ours, "server", expected(server_expects, theirs))
    client = calling(theirs, "client", expected(client_expects, ours))
    flight = client.start()
    assert is_client_hello(flight[0])
    while flight and not (server.done and client.done):
        answers = [answer for datagram in flight for answer in server.feed(datagram)]
        assert all(len(answer) <= 1_200 for answer in answers)
        flight = [answer for datagram in answers for answer in client.feed(datagram)]
    return server, client


def test_the_versions_are_those_that_were_tried() -> None:
    assert importlib.metadata.version("aiortc").startswith("1.16.")
    assert importlib.metadata.version("pylibsrtp").startswith("1.")


def test_they_stand_in_one_file_and_the_packages_are_named_in_no_other() -> None:
    named = re.compile(r"^\s*(?:from|import) (?:aiortc|pylibsrtp)|\bcertificate\._", re.MULTILINE)
    sources = (ROOT / "signaling").rglob("*.py")
    assert [path.name for path in sources if named.search(path.read_text())] == ["seams.py"]


@of_each_kind
def test_both_ends_of_a_handshake_have_the_same_keys(serving: Kind, calling: Kind) -> None:
    server, client = shaken(serving=serving, calling=calling)
    assert server.keys
    assert client.keys
    assert server.keys.sending == client.keys.receiving
    assert server.keys.receiving == client.keys.sending
    assert server.keys.profile in seams.SRTP_PROFILES


STRANGER = seams.fingerprint_of(seams.make_certificate())


@of_each_kind
@pytest.mark.parametrize("announced", [STRANGER, f"{{}},{STRANGER}", f"{STRANGER},{{}}", "md2 AB:CD"])
def test_a_certificate_that_was_not_announced_ends_the_handshake(serving: Kind, calling: Kind, announced: str) -> None:
    """Nor is one that is announced beside another: all that are known must match, and one must be known."""
    for server_expects, client_expects in ((announced, ""), ("", announced)):
        with pytest.raises(HandshakeError, match="announced"):
            shaken(server_expects, client_expects, serving, calling)


@of_each_kind
def test_a_fingerprint_of_a_kind_that_nobody_knows_counts_for_nothing_beside_the_right_one(
    serving: Kind, calling: Kind
) -> None:
    server, client = shaken("md2 AB:CD,{}", "{},md2 AB:CD", serving, calling)
    assert server.done
    assert client.done


def test_a_lost_flight_is_sent_again_when_its_time_has_come() -> None:
    certificate = seams.make_certificate()
    client = Handshake(certificate, "client", [parsed(seams.fingerprint_of(certificate))])
    first = client.start()
    wait = client.wait_s()
    assert wait is not None
    assert 0 < wait <= 1.1
    assert first


def test_packets_are_encrypted_where_they_lie_and_read_at_the_other_end() -> None:
    server, client = shaken()
    assert server.keys
    assert client.keys
    out, into = seams.SrtpSession(server.keys, sending=True), seams.SrtpSession(client.keys, sending=False)
    packet = opus(1, 960, 42)
    memory, length = seams.srtp_ffi.new("unsigned char[]", 2_048), seams.srtp_ffi.new("int *")
    seams.srtp_ffi.buffer(memory)[: len(packet)] = packet
    length[0] = len(packet)
    assert seams.srtp_protect(out.handle, memory, length) == seams.OK
    sealed = bytes(seams.srtp_ffi.buffer(memory)[: length[0]])
    assert sealed != packet
    assert into.unprotect(sealed) == packet
    assert into.unprotect(sealed) is None, "it was played again"
    forged = bytearray(out.protect(opus(2, 960, 42)))
    forged[-1] ^= 1
    assert into.unprotect(bytes(forged)) is None
    sr = bytes.fromhex("80c80006000000010000000000000000000000000000000000000000")
    assert into.unprotect_rtcp(out.protect_rtcp(sr)) == sr


def test_openssl_still_says_what_the_handshake_waits_for() -> None:
    for name in ("bio_write", "bio_read", "DTLSv1_get_timeout", "DTLSv1_handle_timeout", "export_keying_material"):
        assert callable(getattr(SSL.Connection, name))
