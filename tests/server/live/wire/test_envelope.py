"""What goes to clients: exact bytes, gathered within the limits."""

import json

from hypothesis import given
from hypothesis import strategies as st

from server.live.limits import EVENTS_PER_FRAME, FRAME_OUT_BYTES
from server.live.wire import envelope
from server.live.wire.codes import LiveError


def test_each_form_is_the_envelope_of_the_protocol() -> None:
    assert json.loads(envelope.event("chat:1", 5, "said", '{"t":"ü"}', "c-1")) == {
        "c": "chat:1", "s": 5, "k": "said", "d": {"t": "ü"}, "cid": "c-1"
    }  # fmt: skip
    assert json.loads(envelope.event("chat:1", 5, "said", "{}", None)) == {"c": "chat:1", "s": 5, "k": "said", "d": {}}
    assert json.loads(envelope.state("room:1", 8, "presence", "{}")) == {
        "c": "room:1", "v": 8, "k": "presence", "d": {}
    }  # fmt: skip
    assert json.loads(envelope.passing("chat:1", "typing", "{}")) == {"c": "chat:1", "k": "typing", "d": {}}
    assert json.loads(envelope.reply(3, '{"s":1}')) == {"i": 3, "r": {"s": 1}}


def test_a_refusal_says_whether_and_when_to_try_again() -> None:
    refusal = json.loads(envelope.refusal(3, LiveError("rate_limited", "slowly", after=800)))
    assert refusal == {"i": 3, "e": {"code": "rate_limited", "retry": True, "after": 800, "msg": "slowly"}}


def test_line_breaks_in_texts_are_escaped_so_that_the_bus_can_part_events_by_lines() -> None:
    assert "\n" not in envelope.to_json({"text": "one\ntwo\u2028three"})


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=300))
def test_batches_keep_every_message_in_order_and_stay_within_the_limits(sizes: list[int]) -> None:
    messages = [json.dumps({"s": at, "d": "x" * size}).encode() for at, size in enumerate(sizes)]
    seen = []
    for payload in envelope.batches(messages):
        batch = json.loads(payload)
        batch = batch if isinstance(batch, list) else [batch]
        assert len(batch) <= EVENTS_PER_FRAME
        assert len(payload) <= FRAME_OUT_BYTES + 70
        seen += [each["s"] for each in batch]
    assert seen == list(range(len(sizes)))


def test_a_message_alone_is_sent_bare() -> None:
    assert list(envelope.batches([b'{"s":1}'])) == [b'{"s":1}']
