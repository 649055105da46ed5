"""What the node uses of aiortc, pyOpenSSL and pylibsrtp beyond what they promise. A new version has to pass this."""

import importlib.metadata
import re

import pytest
from OpenSSL import SSL

from bench.media.peer import opus
from bin.places import ROOT
from signaling.media import seams
from signaling.media.dtls import Handshake, HandshakeError, is_client_hello


def parsed(fingerprint: str) -> tuple[str, str]:
    name, _, value = fingerprint.partition(" ")
    return name, value


def shaken(server_expects: str = "", client_expects: str = "") -> tuple[Handshake, Handshake]:
    ours, theirs = seams.make_certificate(), seams.make_certificate()
    server = Handshake(ours, "server", [parsed(server_expects or seams.fingerprint_of(theirs))])
    client = Handshake(theirs, "client", [parsed(client_expects or seams.fingerprint_of(ours))])
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


def test_both_ends_of_a_handshake_have_the_same_keys() -> None:
    server, client = shaken()
    assert server.keys
    assert client.keys
    assert server.keys.sending == client.keys.receiving
    assert server.keys.receiving == client.keys.sending
    assert server.keys.profile in seams.SRTP_PROFILES


def test_a_certificate_that_was_not_announced_ends_the_handshake() -> None:
    stranger = seams.fingerprint_of(seams.make_certificate())
    for expectations in ({"server_expects": stranger}, {"client_expects": stranger}):
        with pytest.raises(HandshakeError, match="announced"):
            shaken(**expectations)


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
