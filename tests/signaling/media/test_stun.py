"""STUN messages, against the published vectors and against forgeries."""

import contextlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as some

from signaling.media import stun

# RFC 5769, 2.1: a request with its USERNAME, MESSAGE-INTEGRITY and FINGERPRINT.
REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e2074657374"
    "20636c69656e74002400046e0001ff80290008932ff9b151263b36000600096576"
    "746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571"
    "a280280004e57a3bcf"
)
PASSWORD = b"VOkJxbRl1RmTxUk/WvJxBt"


def test_the_published_request_is_read_and_its_password_proved() -> None:
    message = stun.parse(REQUEST)
    assert message.kind == stun.BINDING_REQUEST
    assert message.username == "evtj:h6vY"
    assert message.is_signed_with(PASSWORD)
    assert not message.is_signed_with(b"another")


def test_a_changed_bit_is_found() -> None:
    for place in (21, 40, 60, 80):
        changed = bytearray(REQUEST)
        changed[place] ^= 1
        with pytest.raises(stun.StunError):
            stun.parse(bytes(changed))


@pytest.mark.parametrize("address", [("192.0.2.1", 32_853), ("2001:db8:1234:5678:11:2233:4455:6677", 32_853)])
def test_answers_say_where_a_check_came_from(address: tuple[str, int]) -> None:
    request = stun.parse(REQUEST)
    answer = stun.parse(stun.success(request, address, PASSWORD))
    assert answer.kind == stun.BINDING_SUCCESS
    assert answer.transaction == request.transaction
    assert answer.is_signed_with(PASSWORD)
    assert answer.attributes[stun.XOR_MAPPED_ADDRESS] == stun.xor_address(address, request.transaction)


def test_addresses_are_hidden_as_the_published_answers_have_them() -> None:
    transaction = bytes.fromhex("b7e7a701bc34d686fa87dfae")
    assert stun.xor_address(("192.0.2.1", 32_853), transaction).hex() == "0001a147e112a643"
    six = stun.xor_address(("2001:db8:1234:5678:11:2233:4455:6677", 32_853), transaction)
    assert six.hex() == "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"


def test_what_stands_behind_the_signature_does_not_count() -> None:
    signed = stun.write(stun.BINDING_REQUEST, os.urandom(12), {stun.USERNAME: b"a:b"}, PASSWORD)
    smuggled = signed[:-8] + b"\x00\x25\x00\x00" + signed[-8:]
    with pytest.raises(stun.StunError):
        stun.parse(smuggled)
    longer = smuggled[:2] + (len(smuggled) - 28).to_bytes(2) + smuggled[4:-8]
    assert stun.USE_CANDIDATE not in stun.parse(longer).attributes


@given(some.binary(max_size=600))
def test_noise_is_refused_or_read_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(stun.StunError):
        stun.parse(data)


@given(some.integers(0, len(REQUEST) - 1), some.binary(min_size=1, max_size=8))
def test_damaged_requests_are_refused_or_read_and_nothing_else(place: int, noise: bytes) -> None:
    damaged = REQUEST[:place] + noise + REQUEST[place + len(noise) :]
    with contextlib.suppress(stun.StunError):
        stun.parse(damaged[:548])
