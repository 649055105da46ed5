"""Frames as bytes: read back by an independent parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Close, Frame, Opcode
from websockets.streams import StreamReader

from server.live.framing import PING, close_frame, text_frame
from server.live.queued import payload_of


def _parsed(data: bytes) -> Frame:
    reader = StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    parsing = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as stopped:
        next(parsing)
    frame: Frame = stopped.value.value
    return frame


@given(st.sampled_from([0, 1, 125, 126, 127, 65535, 65536, 70000]))
def test_a_text_frame_is_whole_whatever_its_length(size: int) -> None:
    frame = _parsed(text_frame(b"x" * size))
    assert frame.opcode is Opcode.TEXT
    assert frame.fin
    assert frame.data == b"x" * size
    assert payload_of(text_frame(b"x" * size)) == b"x" * size


def test_a_ping_is_a_ping() -> None:
    assert _parsed(PING).opcode is Opcode.PING


def test_a_close_frame_says_its_code_and_as_much_of_the_reason_as_fits() -> None:
    close = Close.parse(_parsed(close_frame(4009, "slow")).data)
    assert (close.code, close.reason) == (4009, "slow")
    long = Close.parse(_parsed(close_frame(4500, "ü" * 100)).data)
    assert long.reason == "ü" * 61
